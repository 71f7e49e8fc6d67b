using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Coupons;

/// <summary>One coupon. See <see cref="HotGrain{TState,TCommand,TOutcome,TFacts}"/> for how it commits.</summary>
[GrainType("silo.coupons.coupon")]
internal sealed class CouponGrain(IdSource ids, ShopClock clock, IWallets wallets, ISignInStreaks streaks)
    : HotGrain<CouponState, CouponCommand, CouponOutcome, CouponFacts>, ICouponGrain
{
    /// <summary>Users whose user-coupons of this coupon are remembered; bounded, so that the grain does not grow with claims.</summary>
    private const int UsersRemembered = 2048;

    /// <summary>Batches that are decided on rows after a guess was wrong: then users come again whom nobody remembers.</summary>
    private const int BatchesAfterAWrongGuess = 32;

    private static readonly TimeSpan LongestWatch = TimeSpan.FromSeconds(10);
    private readonly Recent<long, AcceptedClaim[]> remembered = new(UsersRemembered);
    private TaskCompletionSource changed = NewSignal();
    private int batchesOnRows;

    protected override StateKey Key => new(CouponState.Name, CouponId);

    private long CouponId => this.GetPrimaryKeyLong();

    public Task<CouponOutcome[]> ClaimAsync(CouponCommand[] commands) => SubmitAsync(commands);

    public Task<JoinedOutcome<CouponOutcome>> ClaimJoinedAsync(ClaimCommand command, JoinedCommand joined) =>
        SubmitJoinedAsync(command, joined);

    public Task<JoinedOutcome<CouponOutcome>> AllotJoinedAsync(AllotCommand command, JoinedCommand joined) =>
        SubmitJoinedAsync(command, joined);

    public async Task<CouponOutcome> ChangeAsync(CouponCommand command) => (await SubmitAsync([command]))[0];

    public async Task<CouponStock?> WatchAsync(CouponStock? seen)
    {
        await LoadStateAsync();
        if (State.Exists && StockOf(State) == seen)
        {
            try
            {
                await changed.Task.WaitAsync(LongestWatch, clock.Time);
            }
            catch (TimeoutException)
            {
                // The caller asks again; a grain that moved meanwhile is found anew by that.
            }
        }

        LeaveIfNeverWritten();
        return State.Exists ? StockOf(State) : null;
    }

    /// <summary>
    /// Takes a user whom nobody remembers to have no user-coupons. If he has, the ordinal of what he would get is taken, and if
    /// that is why he was refused, the refusal is not sure.
    /// </summary>
    protected override bool TryGuess(IReadOnlyList<CouponCommand> batch, out CouponFacts facts)
    {
        facts = new CouponFacts { Now = clock.NowMs };
        if (batchesOnRows > 0)
        {
            batchesOnRows--;
            return false;
        }

        if (!State.Exists || AsksForStreaks(batch) || State.Terms.PointsCost > 0)
        {
            return false;
        }

        foreach (var command in batch)
        {
            if (command is not ClaimCommand claim)
            {
                return false;
            }

            if (facts.UserCouponsByUser.ContainsKey(claim.UserId))
            {
                continue;
            }

            if (remembered.TryGet(claim.UserId, out var userCoupons))
            {
                facts.UserCouponsByUser[claim.UserId] = userCoupons;
            }
            else
            {
                facts.UserCouponsByUser[claim.UserId] = [];
                facts.Guessed.Add(claim.UserId);
            }
        }

        return true;
    }

    protected override void OnWrongGuess() => batchesOnRows = BatchesAfterAWrongGuess;

    protected override bool IsSure(CouponCommand command, CouponOutcome outcome, CouponFacts facts) =>
        outcome.UserCouponId > 0 || !facts.Guessed.Contains(((ClaimCommand)command).UserId);

    protected override void Remember(CouponFacts facts)
    {
        foreach (var (user, userCoupons) in facts.UserCouponsByUser)
        {
            remembered.Set(user, userCoupons);
        }
    }

    protected override void ForgetFacts() => remembered.Clear();

    protected override async ValueTask<CouponFacts> LoadAsync(IUnits reads, IReadOnlyList<CouponCommand> batch)
    {
        var facts = new CouponFacts { Now = clock.NowMs };
        var users = batch.SelectMany(UsersOf).Distinct().ToArray();
        if (State.Exists && users.Length > 0)
        {
            await reads.ReadAsync(r => LoadUsersAsync(r, users, AsksForStreaks(batch), facts), CancellationToken.None);
            if (batch.OfType<ClaimCommand>().Where(c => c.DryRun).Select(c => c.UserId).ToHashSet() is { Count: > 0 } asking
                && AsksForPoints(batch))
            {
                facts.PointsSeen = await reads.ReadAsync(
                    r => wallets.PointsAsync(r, asking, CancellationToken.None), CancellationToken.None);
            }
        }

        var writes = batch.OfType<IOperatorCommand>().ToArray();
        if (writes.Length > 0)
        {
            await reads.ReadAsync(r => LoadWritesAsync(r, batch, writes, facts), CancellationToken.None);
        }

        var allotments = batch.OfType<AllotCommand>().Select(c => c.AllotmentId).ToArray();
        if (allotments.Length > 0)
        {
            facts.Allotments.UnionWith(await reads.ReadAsync(
                r => r.Query<AllotmentRow>().Where(a => allotments.Contains(a.Id)).Select(a => a.Id).ToListAsync(),
                CancellationToken.None));
        }

        return facts;
    }

    protected override (CouponState State, CouponOutcome Outcome) Decide(
        CouponState draft, CouponCommand command, CouponFacts facts, Rows rows) => command switch
        {
            ClaimCommand claim => DecideClaim(draft, claim, facts, rows),
            ChangeCommand change => DecideWrite(draft, change, facts, rows, (state, _) => DecideChange(state, change, facts)),
            IssueCommand issue => DecideWrite(draft, issue, facts, rows, (state, r) => DecideIssue(state, issue, facts, r)),
            ImportCardsCommand import => DecideWrite(draft, import, facts, rows, (state, r) => DecideImport(state, import, facts, r)),
            AllotCommand allot => CouponAllotments.Decide(CouponId, draft, allot, facts, rows),
            _ => throw new NotSupportedException(command.GetType().Name),
        };

    protected override CouponOutcome PutOff => CouponOutcome.PutOff;

    protected override Refusal? RefusalOf(CouponOutcome outcome) => outcome.Refusal;

    /// <summary>
    /// Also where the terms are only just being changed to cost points: claims of the same batch follow. Who only asks locks
    /// nothing.
    /// </summary>
    protected override bool Locks(CouponCommand command) => command switch
    {
        ClaimCommand { DryRun: false } => State.Terms.PointsCost > 0,
        ChangeCommand change => change.Terms?.PointsCost > 0,
        _ => false,
    };

    protected override async Task<IReadOnlySet<CouponCommand>> LockAsync(
        Unit unit, IReadOnlyList<CouponCommand> batch, CouponFacts facts)
    {
        var claims = batch.OfType<ClaimCommand>().Where(c => !c.DryRun).ToArray();
        facts.Locked = claims.Select(c => c.UserId).ToHashSet();
        facts.Ledger = await wallets.TryLockAsync(unit, facts.Locked, CancellationToken.None);
        return claims.Where(c => facts.Ledger.HeldElsewhere.Contains(c.UserId)).ToHashSet<CouponCommand>();
    }

    protected override void OnCommitted()
    {
        var signal = changed;
        changed = NewSignal();
        signal.TrySetResult();
    }

    private static IEnumerable<long> UsersOf(CouponCommand command) => command switch
    {
        ClaimCommand claim => [claim.UserId],
        IssueCommand issue => issue.Users,
        _ => [],
    };

    private static CouponStock StockOf(CouponState state) => new() { Left = state.StockLeft, Claimed = state.Claimed };

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CouponOutcome Refuse(Refusal refusal) => new() { Refusal = refusal };

    private static CouponOutcome Claimed(CouponState state, AcceptedClaim claim) => new()
    {
        UserCouponId = claim.UserCouponId,
        Version = claim.Version,
        ClaimedAt = claim.ClaimedAt,
        DrawnCents = claim.DrawnCents,
        Terms = claim.Version == state.Version ? state.Terms : null,
    };

    private static async Task<bool> LoadWritesAsync(
        IReads reads, IReadOnlyList<CouponCommand> batch, IOperatorCommand[] writes, CouponFacts facts)
    {
        var requests = batch.Where(c => c is IOperatorCommand && c.RequestId.Length > 0).Select(c => c.RequestId).ToArray();
        var operators = writes.Select(c => c.OperatorId).Distinct().ToArray();
        var entries = await reads.Query<AuditEntry>()
            .Where(a => operators.Contains(a.OperatorId) && requests.Contains(a.RequestId)).ToListAsync();
        foreach (var entry in entries)
        {
            facts.Changes[(entry.OperatorId, entry.Rpc, entry.RequestId)] = (entry.RequestHash, entry.After);
        }

        var numbers = writes.OfType<ImportCardsCommand>().SelectMany(c => c.Numbers).Distinct().ToArray();
        if (numbers.Length > 0)
        {
            facts.CardNumbers.UnionWith(
                await reads.Query<CardRow>().Where(c => numbers.Contains(c.Number)).Select(c => c.Number).ToListAsync());
        }

        return true;
    }

    private async Task<bool> LoadUsersAsync(IReads reads, long[] users, bool withStreaks, CouponFacts facts)
    {
        var couponId = CouponId;
        var userCoupons = await reads.Query<UserCouponRow>().Where(p => users.Contains(p.UserId) && p.CouponId == couponId).ToListAsync();
        foreach (var userCoupon in userCoupons)
        {
            facts.Add(userCoupon.UserId, new(
                userCoupon.Id,
                userCoupon.Version,
                userCoupon.RequestId,
                userCoupon.RequestHash,
                userCoupon.ClaimedAt,
                userCoupon.DrawnCents,
                userCoupon.Origin));
        }

        if (withStreaks)
        {
            facts.Streaks = await streaks.StreaksAsync(reads, users, facts.Now, CancellationToken.None);
        }

        return true;
    }

    /// <summary>Also where the terms are only just being changed to ask for a streak: claims of the same batch follow.</summary>
    private bool AsksForStreaks(IReadOnlyList<CouponCommand> batch) =>
        State.Terms.StreakDays > 0 || batch.OfType<ChangeCommand>().Any(c => c.Terms?.StreakDays > 0);

    private bool AsksForPoints(IReadOnlyList<CouponCommand> batch) =>
        State.Terms.PointsCost > 0 || batch.OfType<ChangeCommand>().Any(c => c.Terms?.PointsCost > 0);

    private (CouponState State, CouponOutcome Outcome) DecideClaim(
        CouponState draft, ClaimCommand command, CouponFacts facts, Rows rows)
    {
        var claimant = new Claimant(
            facts.UserCouponsOf(command.UserId), facts.Streaks.GetValueOrDefault(command.UserId), facts.PointsOf(command.UserId));
        var (refusal, repeat) = CouponRules.Claim(draft, command, claimant, facts.Now, clock);
        if (refusal is not null)
        {
            return (draft, Refuse(refusal));
        }

        if (repeat is not null)
        {
            return (draft, Claimed(draft, repeat.Value));
        }

        if (command.DryRun)
        {
            return (draft, new CouponOutcome());
        }

        var userCoupon = NewUserCoupon(draft, command.UserId, command.RequestId, command.RequestHash, UserCouponOrigin.Claim, facts, rows);
        if (draft.Terms.PointsCost > 0 && Charge(facts.Ledger!, draft.Terms, command.UserId, userCoupon.UserCouponId, rows) is { } tooLow)
        {
            throw new InvalidOperationException($"The points were counted before and are now refused: {tooLow.Reason}.");
        }

        var next = CouponRules.AfterUserCoupon(draft, firstOfUser: CouponRules.OfStock(facts.UserCouponsOf(command.UserId)) == 1);
        return (next, Claimed(next, userCoupon));
    }

    private static Refusal? Charge(LedgerDraft ledger, CouponTerms terms, long userId, long userCouponId, Rows rows) => ledger.Post(
        new LedgerTransaction
        {
            Kind = LedgerKind.CouponPoints,
            Reference = string.Create(CultureInfo.InvariantCulture, $"piece:{userCouponId}"),
            Remark = terms.Name,
            Lines =
            [
                new(userId, LedgerAccount.Points, -terms.PointsCost),
                new(0, LedgerAccount.ShopPointsRedeemed, terms.PointsCost),
            ],
        },
        rows).Refusal;

    private AcceptedClaim NewUserCoupon(
        CouponState draft, long userId, string requestId, long requestHash, UserCouponOrigin origin, CouponFacts facts, Rows rows)
    {
        var id = ids.Next();
        var userCoupon = new AcceptedClaim(
            id,
            draft.Version,
            // The blank keeps what is made here apart from what a caller can send.
            requestId.Length > 0 ? requestId : $" {id:x}",
            requestHash,
            facts.Now,
            CouponRules.DrawnCents(draft.Terms, RandomNumberGenerator.GetInt32(CouponRules.FaceValues(draft.Terms))),
            origin);
        rows.Append(new UserCouponRow
        {
            CouponId = CouponId,
            Id = id,
            Version = userCoupon.Version,
            UserId = userId,
            RequestId = userCoupon.RequestId,
            RequestHash = requestHash,
            ClaimedAt = userCoupon.ClaimedAt,
            Origin = origin,
            DrawnCents = userCoupon.DrawnCents,
            Ordinal = CouponRules.OfStock(facts.UserCouponsOf(userId)),
        });
        facts.Add(userId, userCoupon);
        return userCoupon;
    }

    /// <summary>Decides an operator's write, once for each request id, and notes it in the audit log.</summary>
    private (CouponState State, CouponOutcome Outcome) DecideWrite<TCommand>(
        CouponState draft,
        TCommand command,
        CouponFacts facts,
        Rows rows,
        Func<CouponState, Rows, Result<(CouponState Next, int Count)>> decide)
        where TCommand : CouponCommand, IOperatorCommand
    {
        if (!draft.Exists && command is not ChangeCommand { Create: true })
        {
            return (draft, Refuse(CouponsRefusals.Unknown));
        }

        var requestKey = (command.OperatorId, command.Rpc, command.RequestId);
        if (command.RequestId.Length > 0 && facts.Changes.TryGetValue(requestKey, out var first))
        {
            return (draft, first.Hash == command.RequestHash
                ? CouponJson.Read(first.After).AnswerTo((command as ChangeCommand)?.Terms?.Password ?? draft.Terms.Password)
                : Refuse(Refusals.RequestIdReused));
        }

        var decision = decide(draft, rows);
        if (!decision.IsAccepted)
        {
            return (draft, Refuse(decision.Refusal));
        }

        var (next, count) = decision.Value;
        var after = CouponJson.Write(CouponId, next, count);
        var auditId = ids.Next();
        rows.Append(new AuditEntry
        {
            Id = auditId,
            At = facts.Now,
            OperatorId = command.OperatorId,
            Rpc = command.Rpc,
            Subject = $"coupon:{CouponId}",
            Reason = command.Reason,
            Before = draft.Exists ? CouponJson.Write(CouponId, draft, 0) : null,
            After = after,
            RequestId = command.RequestId.Length > 0 ? command.RequestId : $" {auditId:x}",
            RequestHash = command.RequestHash,
        });
        rows.Put(RowOf(next));
        if (next.Version != draft.Version)
        {
            rows.Append(CouponTermsRow.Of(CouponId, next.Version, UserCouponTerms.Of(next.Terms)));
        }

        if (command.RequestId.Length > 0)
        {
            facts.Changes[requestKey] = (command.RequestHash, after);
        }

        return (next, new CouponOutcome { CouponId = CouponId, Coupon = next, Count = count });
    }

    private Result<(CouponState Next, int Count)> DecideChange(CouponState draft, ChangeCommand command, CouponFacts facts)
    {
        var decision = command switch
        {
            { Create: true, Terms: { } terms } => CouponRules.Create(terms, facts.Now, clock),
            { Terms: { } terms } => CouponRules.Update(draft, terms, command.ExpectedVersion, facts.Now, clock),
            _ => CouponRules.SetEnabled(draft, command.Enabled, facts.Now),
        };
        return decision.IsAccepted ? (decision.Value, 0) : decision.Refusal;
    }

    private Result<(CouponState Next, int Count)> DecideIssue(CouponState draft, IssueCommand command, CouponFacts facts, Rows rows)
    {
        var decision = CouponRules.Issue(draft, command.Users.Length, command.AsManyAsLeft);
        if (!decision.IsAccepted)
        {
            return decision.Refusal;
        }

        var next = draft;
        foreach (var user in command.Users.Take(decision.Value))
        {
            NewUserCoupon(draft, user, "", 0, UserCouponOrigin.Issue, facts, rows);
            next = CouponRules.AfterUserCoupon(next, firstOfUser: CouponRules.OfStock(facts.UserCouponsOf(user)) == 1);
        }

        return (next, decision.Value);
    }

    private Result<(CouponState Next, int Count)> DecideImport(
        CouponState draft, ImportCardsCommand command, CouponFacts facts, Rows rows)
    {
        var numbers = command.Numbers;
        if (numbers.Distinct(StringComparer.Ordinal).Count() < numbers.Length || numbers.Any(facts.CardNumbers.Contains))
        {
            return CouponsRefusals.CardNumberTaken;
        }

        var decision = CouponRules.Allot(draft, numbers.Length);
        if (!decision.IsAccepted)
        {
            return decision.Refusal;
        }

        facts.CardNumbers.UnionWith(numbers);
        for (var i = 0; i < numbers.Length; i++)
        {
            rows.Append(new CardRow
            {
                Number = numbers[i],
                Hash = command.Hashes[i],
                CouponId = CouponId,
                ImportedAt = facts.Now,
            });
        }

        return (decision.Value, numbers.Length);
    }

    private CouponRow RowOf(CouponState state) => new()
    {
        Id = CouponId,
        Version = state.Version,
        Name = state.Terms.Name,
        SearchName = SearchText.Normalise(state.Terms.Name),
        Type = state.Terms.Type,
        RefId = state.Terms.RefId,
        Password = state.Terms.Password,
        Enabled = state.Enabled,
        Hidden = state.Terms.Hidden,
        ClaimableFrom = state.Terms.ClaimableFrom,
        ClaimableUntil = state.Terms.ClaimableUntil,
        CreatedAt = state.CreatedAt,
    };
}

/// <summary>A coupon after an operator's write, as the audit log keeps it: whether it has a password, and not which.</summary>
internal sealed record CouponJson(long Id, CouponState State, int Count)
{
    private const string Hidden = "***";

    /// <summary>The first answer.</summary>
    /// <param name="password">The password that was answered, if there was one.</param>
    public CouponOutcome AnswerTo(string password) => new()
    {
        CouponId = Id,
        Coupon = State.Terms.Password.Length > 0 ? WithPassword(State, password) : State,
        Count = Count,
    };

    public static string Write(long id, CouponState state, int count) => JsonSerializer.Serialize(
        new CouponJson(id, state.Terms.Password.Length > 0 ? WithPassword(state, Hidden) : state, count));

    public static CouponJson Read(string json) => JsonSerializer.Deserialize<CouponJson>(json)
        ?? throw new InvalidOperationException("An audit entry holds no coupon.");

    private static CouponState WithPassword(CouponState state, string password) =>
        state with { Terms = state.Terms with { Password = password } };
}
