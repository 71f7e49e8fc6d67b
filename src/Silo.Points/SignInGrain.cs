using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Kernel;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Points;

/// <summary>
/// One user's sign-ins. Its batch commits together with those of other users: the wallet is read and not locked, see
/// <see cref="IWallets.ReadAsync"/>. Where it has moved meanwhile, the batch has a transaction for itself that locks it.
/// </summary>
[GrainType("silo.points.sign_in")]
internal sealed class SignInGrain(HotGrainContext context, IWallets wallets, SignInTermsReads terms, IUsers users)
    : HotGrain<SignInState, SignInCommand, SignInOutcome, SignInFacts>(context), ISignInGrain
{
    private const string KeyPrefix = "u:";

    /// <summary>With fewer points a wallet is far from full, whatever a sign-in gives.</summary>
    private const long FarFromFull = 1_000_000_000_000_000;

    protected override StateKey Key => StateKeyOf(UserId);

    private long UserId => long.Parse(this.GetPrimaryKeyString().AsSpan(KeyPrefix.Length), CultureInfo.InvariantCulture);

    /// <summary>The key of a user's grain.</summary>
    public static string KeyOf(long userId) => string.Create(CultureInfo.InvariantCulture, $"{KeyPrefix}{userId}");

    /// <summary>The stored state of a user's grain.</summary>
    public static StateKey StateKeyOf(long userId) => new(SignInState.Name, KeyOf(userId));

    protected override async ValueTask<SignInFacts> LoadAsync(IUnits reads, IReadOnlyList<SignInCommand> batch)
    {
        var current = (await terms.GetAsync(CancellationToken.None)).Terms;
        var now = Clock.NowMs;
        var today = Clock.DayOf(now).DayNumber;
        var facts = new SignInFacts
        {
            Now = now,
            Today = today,
            Terms = current,
            // Whoever asks once more on the same day needs no wallet to be refused.
            Ledger = !HasConflicted && batch.Any(c => c is MakeUpCommand or BuyCardsCommand || (c is SignTodayCommand && today > State.LastDay))
                ? await wallets.ReadAsync(UserId)
                : null,
        };
        if (batch.Any(c => c is MakeUpCommand)
            && await reads.ReadAsync(r => users.RegisteredAtAsync(r, UserId, CancellationToken.None), CancellationToken.None) is { } at)
        {
            facts.Registered = Clock.DayOf(at).DayNumber;
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
        if (command is GrantCardsCommand grant)
        {
            return DecideGrant(draft, grant, facts, rows);
        }

        var key = (command.GetType(), command.RequestId);
        if (command.RequestId.Length > 0 && facts.Answered.TryGetValue(key, out var first))
        {
            return (draft, first.Hash == command.RequestHash ? first.Outcome : SignInOutcome.Refused(Refusals.RequestIdReused));
        }

        var (next, outcome) = command switch
        {
            SignTodayCommand sign => DecideDay(draft, sign, SignInRules.SignIn(draft, facts.Terms, facts.Today), facts.Today, facts, rows),
            MakeUpCommand makeUp => DecideMakeUp(draft, makeUp, facts, rows),
            BuyCardsCommand buy => DecideBuy(draft, buy, facts, rows),
            _ => throw new NotSupportedException(command.GetType().Name),
        };
        if (command.RequestId.Length > 0 && outcome.Refusal is null)
        {
            facts.Answered[key] = (command.RequestHash, outcome);
        }

        return (next, outcome);
    }

    /// <summary>A wallet that has moved since it was read is locked. It waits: nobody else is in this transaction.</summary>
    protected override bool Locks(SignInCommand command) => HasConflicted && command is not GrantCardsCommand;

    protected override void Stage(Stage stage, IReadOnlyList<SignInCommand> batch, SignInFacts facts) =>
        facts.Ledger = wallets.Stage(stage, [UserId]);

    /// <summary>
    /// Whether a batch is one sign-in that nothing refuses. Its row then says by its unique key whether the request id has an
    /// answer: where it is taken, the batch is decided again on what is read.
    /// </summary>
    private bool WillAppend(IReadOnlyList<SignInCommand> batch, SignInFacts facts) => !HasConflicted
        && batch is [SignTodayCommand]
        && facts.Ledger?.PointsOf(UserId) < FarFromFull
        && SignInRules.SignIn(State, facts.Terms, facts.Today).IsAccepted;

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
            days.ForEach(d => facts.Answered[(d.MadeUp ? typeof(MakeUpCommand) : typeof(SignTodayCommand), d.RequestId)] =
                (d.RequestHash, OutcomeOf(d)));
        }

        if (batch.Any(c => c is BuyCardsCommand))
        {
            var moves = await reads.Query<CardMoveRow>()
                .Where(m => m.UserId == userId && m.RequestId != "" && requests.Contains(m.RequestId)).ToListAsync();
            moves.ForEach(m => facts.Answered[(typeof(BuyCardsCommand), m.RequestId)] =
                (m.RequestHash, new SignInOutcome { Cards = m.CardsAfter }));
        }

        facts.Operators = await OperatorLog.ReadAsync(reads, batch.OfType<GrantCardsCommand>(), CancellationToken.None);
        return true;
    }

    private (SignInState State, SignInOutcome Outcome) DecideMakeUp(
        SignInState draft, MakeUpCommand command, SignInFacts facts, Rows rows)
    {
        if (facts.Terms.Closed)
        {
            return (draft, SignInOutcome.Refused(PointsRefusals.SignInClosed));
        }

        if (SignInRules.DayOf(command.Day) is not { } day)
        {
            return (draft, SignInOutcome.Refused(PointsRefusals.DayInvalid));
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
            return (draft, SignInOutcome.Refused(decision.Refusal));
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
            return (draft, SignInOutcome.Refused(refusal));
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
            return (draft, SignInOutcome.Refused(PointsRefusals.CardsNotSold));
        }

        var decision = SignInRules.AddCards(draft, command.Count);
        if (!decision.IsAccepted)
        {
            return (draft, SignInOutcome.Refused(decision.Refusal));
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
            return (draft, SignInOutcome.Refused(refusal));
        }

        rows.Append(move);
        return (decision.Value, new SignInOutcome { Cards = decision.Value.Cards });
    }

    private (SignInState State, SignInOutcome Outcome) DecideGrant(
        SignInState draft, GrantCardsCommand command, SignInFacts facts, Rows rows)
    {
        if (facts.Operators.FirstAnswer(command) is { } first)
        {
            return (draft, first.IsAccepted ? new() { Cards = CardsJson.Read(first.Value) } : SignInOutcome.Refused(first.Refusal));
        }

        var decision = SignInRules.AddCards(draft, command.Count);
        if (!decision.IsAccepted)
        {
            return (draft, SignInOutcome.Refused(decision.Refusal));
        }

        rows.Append(facts.Operators.Write(
            command,
            Ids.Next(),
            facts.Now,
            string.Create(CultureInfo.InvariantCulture, $"user:{UserId}"),
            CardsJson.Write(draft.Cards),
            CardsJson.Write(decision.Value.Cards)));
        rows.Append(Move(CardMoveReason.Grant, command.Count, decision.Value.Cards, facts.Now));
        return (decision.Value, new SignInOutcome { Cards = decision.Value.Cards });
    }

    private CardMoveRow Move(CardMoveReason reason, int change, int after, long now, SignInCommand? command = null) => new()
    {
        Id = Ids.Next(),
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
