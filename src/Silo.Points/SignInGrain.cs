using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Kernel;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Points;

/// <summary>What the decisions of a batch need beside the user's state; grows as the batch decides.</summary>
internal sealed class SignInFacts
{
    public required long Now { get; init; }

    /// <summary>The shop's day at that instant.</summary>
    public required int Today { get; init; }

    public required SignInTerms Terms { get; init; }

    /// <summary>The day on which the user registered; after all days where nothing of the batch asks for it.</summary>
    public int Registered { get; set; } = int.MaxValue;

    /// <summary>The user's wallet; null where nothing of the batch can move points.</summary>
    public LedgerDraft? Ledger { get; set; }

    /// <summary>The answers that request ids of the batch have got, each with the hash of its request.</summary>
    public Dictionary<(Type Command, long OperatorId, string RequestId), (long Hash, SignInOutcome Outcome)> Answered { get; } = [];
}

/// <summary>
/// One user's sign-ins. Its batch commits together with those of other users: the wallet is read and not locked, see
/// <see cref="IWallets.ReadAsync"/>. Where it has moved meanwhile, the batch has a transaction for itself that locks it.
/// </summary>
[GrainType("silo.points.sign_in")]
internal sealed class SignInGrain(IdSource ids, ShopClock clock, IWallets wallets, SignInTermsStore terms, IUsers users)
    : HotGrain<SignInState, SignInCommand, SignInOutcome, SignInFacts>, ISignInGrain
{
    private const string KeyPrefix = "u:";

    /// <summary>With fewer points a wallet is far from full, whatever a sign-in gives.</summary>
    private const long FarFromFull = 1_000_000_000_000_000;

    private bool walletMoves;

    protected override StateKey Key => StateKeyOf(UserId);

    private long UserId => long.Parse(this.GetPrimaryKeyString().AsSpan(KeyPrefix.Length), CultureInfo.InvariantCulture);

    /// <summary>The key of a user's grain.</summary>
    public static string KeyOf(long userId) => string.Create(CultureInfo.InvariantCulture, $"{KeyPrefix}{userId}");

    /// <summary>The stored state of a user's grain.</summary>
    public static StateKey StateKeyOf(long userId) => new(SignInState.Name, KeyOf(userId));

    public async Task<SignInOutcome> RunAsync(SignInCommand command) => (await SubmitAsync([command]))[0];

    protected override Refusal? RefusalOf(SignInOutcome outcome) => outcome.Refusal;

    protected override async ValueTask<SignInFacts> LoadAsync(IUnits reads, IReadOnlyList<SignInCommand> batch)
    {
        var current = (await terms.GetAsync(CancellationToken.None)).Terms;
        var now = clock.NowMs;
        var today = clock.DayOf(now).DayNumber;
        var facts = new SignInFacts
        {
            Now = now,
            Today = today,
            Terms = current,
            // Whoever asks once more on the same day needs no wallet to be refused.
            Ledger = !walletMoves && batch.Any(c => c is MakeUpCommand or BuyCardsCommand || (c is SignTodayCommand && today > State.LastDay))
                ? await wallets.ReadAsync(UserId)
                : null,
        };
        if (batch.Any(c => c is MakeUpCommand)
            && await reads.ReadAsync(r => users.RegisteredAtAsync(r, UserId, CancellationToken.None), CancellationToken.None) is { } at)
        {
            facts.Registered = clock.DayOf(at).DayNumber;
        }

        if (batch.Any(c => c.RequestId.Length > 0) && !WillAppend(batch, facts))
        {
            await reads.ReadAsync(r => LoadAnsweredAsync(r, batch, facts), CancellationToken.None);
        }

        return facts;
    }

    protected override (SignInState State, SignInOutcome Outcome) Decide(
        SignInState draft, SignInCommand command, SignInFacts facts, Rows rows)
    {
        var key = KeyOf(command);
        if (command.RequestId.Length > 0 && facts.Answered.TryGetValue(key, out var first))
        {
            return (draft, first.Hash == command.RequestHash ? first.Outcome : Refuse(Refusals.RequestIdReused));
        }

        var (next, outcome) = command switch
        {
            SignTodayCommand sign => DecideDay(draft, sign, SignInRules.SignIn(draft, facts.Terms, facts.Today), facts.Today, facts, rows),
            MakeUpCommand makeUp => DecideMakeUp(draft, makeUp, facts, rows),
            BuyCardsCommand buy => DecideBuy(draft, buy, facts, rows),
            GrantCardsCommand grant => DecideGrant(draft, grant, facts, rows),
            _ => throw new NotSupportedException(command.GetType().Name),
        };
        if (command.RequestId.Length > 0 && outcome.Refusal is null)
        {
            facts.Answered[key] = (command.RequestHash, outcome);
        }

        return (next, outcome);
    }

    protected override void OnRowTaken() => walletMoves = true;

    protected override void OnCommitted() => walletMoves = false;

    protected override bool Locks(SignInCommand command) => walletMoves && command is not GrantCardsCommand;

    protected override async Task<IReadOnlySet<SignInCommand>> LockAsync(
        Unit unit, IReadOnlyList<SignInCommand> batch, SignInFacts facts)
    {
        // Waits: nobody else is in this transaction.
        facts.Ledger = await wallets.LockAsync(unit, [UserId], CancellationToken.None);
        return new HashSet<SignInCommand>();
    }

    /// <summary>
    /// Whether a batch is one sign-in that nothing refuses. Its row then says by its unique key whether the request id has an
    /// answer: where it is taken, the batch is decided again on what is read.
    /// </summary>
    private bool WillAppend(IReadOnlyList<SignInCommand> batch, SignInFacts facts) => !walletMoves
        && batch is [SignTodayCommand]
        && facts.Ledger?.PointsOf(UserId) < FarFromFull
        && SignInRules.SignIn(State, facts.Terms, facts.Today).IsAccepted;

    private static SignInOutcome Refuse(Refusal refusal) => new() { Refusal = refusal };

    private static (Type Command, long OperatorId, string RequestId) KeyOf(SignInCommand command) =>
        (command.GetType(), (command as GrantCardsCommand)?.OperatorId ?? 0, command.RequestId);

    private static SignInOutcome OutcomeOf(SignInRow row) => new()
    {
        Day = row.Day,
        At = row.At,
        Streak = row.Streak,
        Points = row.Points,
        MadeUp = row.MadeUp,
    };

    private async Task<bool> LoadAnsweredAsync(IReads reads, IReadOnlyList<SignInCommand> batch, SignInFacts facts)
    {
        var userId = UserId;
        var requests = batch.Where(c => c.RequestId.Length > 0).Select(c => c.RequestId).Distinct().ToArray();
        if (batch.Any(c => c is SignTodayCommand or MakeUpCommand))
        {
            var days = await reads.Query<SignInRow>()
                .Where(d => d.UserId == userId && d.RequestId != "" && requests.Contains(d.RequestId)).ToListAsync();
            days.ForEach(d => facts.Answered[(d.MadeUp ? typeof(MakeUpCommand) : typeof(SignTodayCommand), 0, d.RequestId)] =
                (d.RequestHash, OutcomeOf(d)));
        }

        if (batch.Any(c => c is BuyCardsCommand))
        {
            var moves = await reads.Query<CardMoveRow>()
                .Where(m => m.UserId == userId && m.RequestId != "" && requests.Contains(m.RequestId)).ToListAsync();
            moves.ForEach(m => facts.Answered[(typeof(BuyCardsCommand), 0, m.RequestId)] =
                (m.RequestHash, new SignInOutcome { Cards = m.CardsAfter }));
        }

        foreach (var grant in batch.OfType<GrantCardsCommand>().DistinctBy(g => (g.OperatorId, g.RequestId)))
        {
            var entry = await reads.Query<AuditEntry>().SingleOrDefaultAsync(
                a => a.OperatorId == grant.OperatorId && a.Rpc == grant.Rpc && a.RequestId == grant.RequestId);
            if (entry is not null)
            {
                facts.Answered[KeyOf(grant)] = (entry.RequestHash, new SignInOutcome { Cards = CardsJson.Read(entry.After) });
            }
        }

        return true;
    }

    private (SignInState State, SignInOutcome Outcome) DecideMakeUp(
        SignInState draft, MakeUpCommand command, SignInFacts facts, Rows rows)
    {
        if (facts.Terms.Closed)
        {
            return (draft, Refuse(PointsRefusals.SignInClosed));
        }

        if (SignInRules.DayOf(command.Day) is not { } day)
        {
            return (draft, Refuse(PointsRefusals.DayInvalid));
        }

        var decided = DecideDay(draft, command, SignInRules.MakeUp(draft, facts.Terms, facts.Today, day, facts.Registered), day, facts, rows);
        if (decided.Outcome.Refusal is null)
        {
            rows.Append(Move(CardMoveReason.Use, -1, decided.State.Cards, facts.Now));
        }

        return decided;
    }

    /// <summary>Writes a day that the rules accept, with its points.</summary>
    private (SignInState State, SignInOutcome Outcome) DecideDay(
        SignInState draft, SignInCommand command, Result<SignedDay> decision, int day, SignInFacts facts, Rows rows)
    {
        if (!decision.IsAccepted)
        {
            return (draft, Refuse(decision.Refusal));
        }

        var signed = decision.Value;
        if (signed.Points > 0 && Book(
            facts,
            LedgerKind.SignIn,
            string.Create(CultureInfo.InvariantCulture, $"sign-in:{UserId}:{day}"),
            LedgerAccount.ShopPointsIssued,
            signed.Points,
            rows) is { } refusal)
        {
            return (draft, Refuse(refusal));
        }

        var row = new SignInRow
        {
            UserId = UserId,
            Day = day,
            At = facts.Now,
            Streak = signed.Streak,
            Points = signed.Points,
            MadeUp = command is MakeUpCommand,
            RequestId = command.RequestId,
            RequestHash = command.RequestHash,
        };
        rows.Append(row);
        return (signed.State, OutcomeOf(row));
    }

    private (SignInState State, SignInOutcome Outcome) DecideBuy(
        SignInState draft, BuyCardsCommand command, SignInFacts facts, Rows rows)
    {
        var price = facts.Terms.CardPricePoints;
        if (price == 0)
        {
            return (draft, Refuse(PointsRefusals.CardsNotSold));
        }

        var decision = SignInRules.AddCards(draft, command.Count);
        if (!decision.IsAccepted)
        {
            return (draft, Refuse(decision.Refusal));
        }

        var move = Move(CardMoveReason.Purchase, command.Count, decision.Value.Cards, facts.Now, command);
        if (Book(
            facts,
            LedgerKind.MakeUpCards,
            string.Create(CultureInfo.InvariantCulture, $"cards:{move.Id}"),
            LedgerAccount.ShopPointsRedeemed,
            -price * command.Count,
            rows) is { } refusal)
        {
            return (draft, Refuse(refusal));
        }

        rows.Append(move);
        return (decision.Value, new SignInOutcome { Cards = decision.Value.Cards });
    }

    private (SignInState State, SignInOutcome Outcome) DecideGrant(
        SignInState draft, GrantCardsCommand command, SignInFacts facts, Rows rows)
    {
        var decision = SignInRules.AddCards(draft, command.Count);
        if (!decision.IsAccepted)
        {
            return (draft, Refuse(decision.Refusal));
        }

        var auditId = ids.Next();
        rows.Append(new AuditEntry
        {
            Id = auditId,
            At = facts.Now,
            OperatorId = command.OperatorId,
            Rpc = command.Rpc,
            Subject = string.Create(CultureInfo.InvariantCulture, $"user:{UserId}"),
            Reason = command.Reason,
            Before = CardsJson.Write(draft.Cards),
            After = CardsJson.Write(decision.Value.Cards),
            // The blank keeps what is made here apart from what a caller can send.
            RequestId = command.RequestId.Length > 0 ? command.RequestId : $" {auditId:x}",
            RequestHash = command.RequestHash,
        });
        rows.Append(Move(CardMoveReason.Grant, command.Count, decision.Value.Cards, facts.Now));
        return (decision.Value, new SignInOutcome { Cards = decision.Value.Cards });
    }

    private CardMoveRow Move(CardMoveReason reason, int change, int after, long now, SignInCommand? command = null) => new()
    {
        Id = ids.Next(),
        UserId = UserId,
        Reason = reason,
        Change = change,
        CardsAfter = after,
        At = now,
        RequestId = command?.RequestId ?? "",
        RequestHash = command?.RequestHash ?? 0,
    };

    /// <summary>Books points of the user against an account of the shop.</summary>
    private Refusal? Book(
        SignInFacts facts, LedgerKind kind, string reference, LedgerAccount other, long points, Rows rows) => facts.Ledger!.Post(
        new LedgerTransaction
        {
            Kind = kind,
            Reference = reference,
            Lines = [new(UserId, LedgerAccount.Points, points), new(0, other, -points)],
        },
        rows).Refusal;
}

/// <summary>A user's cards as the audit log keeps them.</summary>
internal static class CardsJson
{
    public static string Write(int cards) => string.Create(CultureInfo.InvariantCulture, $$"""{"cards":{{cards}}}""");

    public static int Read(string json) =>
        System.Text.Json.JsonDocument.Parse(json).RootElement.GetProperty("cards").GetInt32();
}
