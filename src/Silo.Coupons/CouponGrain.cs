using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>What the decisions of a batch need beside the coupon's state; grows as the batch decides.</summary>
internal sealed class CouponFacts
{
    public required long Now { get; init; }

    /// <summary>The accepted claims of each user of the batch.</summary>
    public Dictionary<long, List<AcceptedClaim>> ClaimsByUser { get; } = [];

    /// <summary>The operator writes with a request id of the batch, by operator, rpc and request id.</summary>
    public Dictionary<(long Operator, string Rpc, string RequestId), (long Hash, string After)> Changes { get; } = [];

    public List<AcceptedClaim> ClaimsOf(long userId) =>
        ClaimsByUser.TryGetValue(userId, out var claims) ? claims : ClaimsByUser[userId] = [];
}

/// <summary>One coupon. See <see cref="HotGrain{TState,TCommand,TOutcome,TFacts}"/> for how it commits.</summary>
[GrainType("silo.coupons.coupon")]
internal sealed class CouponGrain(IdSource ids, ShopClock clock)
    : HotGrain<CouponState, CouponCommand, CouponOutcome, CouponFacts>, ICouponGrain
{
    private static readonly TimeSpan LongestWatch = TimeSpan.FromSeconds(10);
    private TaskCompletionSource changed = NewSignal();

    protected override StateKey Key => new(CouponState.Name, CouponId);

    private long CouponId => this.GetPrimaryKeyLong();

    public Task<CouponOutcome[]> ClaimAsync(CouponCommand[] commands) => SubmitAsync(commands);

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

        return State.Exists ? StockOf(State) : null;
    }

    protected override async ValueTask<CouponFacts> LoadAsync(IUnits reads, IReadOnlyList<CouponCommand> batch)
    {
        var facts = new CouponFacts { Now = clock.NowMs };
        var users = batch.OfType<ClaimCommand>().Select(c => c.UserId).Distinct().ToArray();
        var requests = batch.OfType<ChangeCommand>().Where(c => c.RequestId.Length > 0).Select(c => c.RequestId).ToArray();
        if (!State.Exists && requests.Length == 0)
        {
            return facts;
        }

        var couponId = CouponId;
        if (users.Length > 0)
        {
            var pieces = await reads.ReadAsync(
                r => r.Query<PieceRow>().Where(p => users.Contains(p.UserId) && p.CouponId == couponId).ToListAsync(),
                CancellationToken.None);
            foreach (var piece in pieces)
            {
                facts.ClaimsOf(piece.UserId).Add(
                    new(piece.Id, piece.Version, piece.RequestId, piece.RequestHash, piece.ClaimedAt));
            }
        }

        if (requests.Length > 0)
        {
            var operators = batch.OfType<ChangeCommand>().Select(c => c.OperatorId).Distinct().ToArray();
            var entries = await reads.ReadAsync(
                r => r.Query<AuditEntry>().Where(a => operators.Contains(a.OperatorId) && requests.Contains(a.RequestId))
                    .ToListAsync(),
                CancellationToken.None);
            foreach (var entry in entries)
            {
                facts.Changes[(entry.OperatorId, entry.Rpc, entry.RequestId)] = (entry.RequestHash, entry.After);
            }
        }

        return facts;
    }

    protected override (CouponState State, CouponOutcome Outcome) Decide(
        CouponState draft, CouponCommand command, CouponFacts facts, Rows rows) => command switch
        {
            ClaimCommand claim => DecideClaim(draft, claim, facts, rows),
            ChangeCommand change => DecideChange(draft, change, facts, rows),
            _ => throw new NotSupportedException(command.GetType().Name),
        };

    protected override Refusal? RefusalOf(CouponOutcome outcome) => outcome.Refusal;

    protected override void OnCommitted()
    {
        var signal = changed;
        changed = NewSignal();
        signal.TrySetResult();
    }

    private static CouponStock StockOf(CouponState state) => new() { Left = state.StockLeft, Claimed = state.Claimed };

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CouponOutcome Refuse(Refusal refusal) => new() { Refusal = refusal };

    private static CouponOutcome Claimed(CouponState state, AcceptedClaim claim) => new()
    {
        PieceId = claim.PieceId,
        Version = claim.Version,
        ClaimedAt = claim.ClaimedAt,
        Terms = claim.Version == state.Version ? state.Terms : null,
    };

    private (CouponState State, CouponOutcome Outcome) DecideClaim(
        CouponState draft, ClaimCommand command, CouponFacts facts, Rows rows)
    {
        var mine = facts.ClaimsOf(command.UserId);
        var (refusal, repeat) = CouponRules.Claim(draft, mine, command.RequestId, command.RequestHash, facts.Now);
        if (refusal is not null)
        {
            return (draft, Refuse(refusal));
        }

        if (repeat is not null)
        {
            return (draft, Claimed(draft, repeat));
        }

        var id = ids.Next();
        // The blank keeps what is made here apart from what a caller can send.
        var requestId = command.RequestId.Length > 0 ? command.RequestId : $" {id:x}";
        var claim = new AcceptedClaim(id, draft.Version, requestId, command.RequestHash, facts.Now);
        rows.Append(new PieceRow
        {
            CouponId = CouponId,
            Id = id,
            Version = claim.Version,
            UserId = command.UserId,
            RequestId = requestId,
            RequestHash = claim.RequestHash,
            ClaimedAt = claim.ClaimedAt,
        });
        var next = CouponRules.AfterClaim(draft, firstOfUser: mine.Count == 0);
        mine.Add(claim);
        return (next, Claimed(next, claim));
    }

    private (CouponState State, CouponOutcome Outcome) DecideChange(
        CouponState draft, ChangeCommand command, CouponFacts facts, Rows rows)
    {
        if (!command.Create && !draft.Exists)
        {
            return (draft, Refuse(CouponRefusals.Unknown));
        }

        var requestKey = (command.OperatorId, command.Rpc, command.RequestId);
        if (facts.Changes.TryGetValue(requestKey, out var first))
        {
            return (draft, first.Hash == command.RequestHash
                ? new CouponOutcome { Coupon = CouponJson.Read(first.After).State }
                : Refuse(Refusals.RequestIdReused));
        }

        var decision = command switch
        {
            { Create: true, Terms: { } terms } => CouponRules.Create(terms, facts.Now),
            { Terms: { } terms } => CouponRules.Update(draft, terms, command.ExpectedVersion, facts.Now),
            _ => CouponRules.SetEnabled(draft, command.Enabled, facts.Now),
        };
        if (!decision.IsAccepted)
        {
            return (draft, Refuse(decision.Refusal));
        }

        var next = decision.Value;
        var after = CouponJson.Write(CouponId, next);
        var auditId = ids.Next();
        rows.Append(new AuditEntry
        {
            Id = auditId,
            At = facts.Now,
            OperatorId = command.OperatorId,
            Rpc = command.Rpc,
            Subject = $"coupon:{CouponId}",
            Reason = command.Reason,
            Before = draft.Exists ? CouponJson.Write(CouponId, draft) : null,
            After = after,
            RequestId = command.RequestId.Length > 0 ? command.RequestId : $" {auditId:x}",
            RequestHash = command.RequestHash,
        });
        rows.Put(RowOf(next));
        if (next.Version != draft.Version)
        {
            rows.Append(TermsOf(next));
        }

        if (command.RequestId.Length > 0)
        {
            facts.Changes[requestKey] = (command.RequestHash, after);
        }

        return (next, new CouponOutcome { Coupon = next });
    }

    private CouponRow RowOf(CouponState state) => new()
    {
        Id = CouponId,
        Version = state.Version,
        Name = state.Terms.Name,
        SearchName = SearchText.Normalise(state.Terms.Name),
        Type = state.Terms.Type,
        Enabled = state.Enabled,
        Hidden = state.Terms.Hidden,
        ClaimableUntil = state.Terms.ClaimableUntil,
        CreatedAt = state.CreatedAt,
    };

    private CouponTermsRow TermsOf(CouponState state) => new()
    {
        CouponId = CouponId,
        Version = state.Version,
        Name = state.Terms.Name,
        Type = state.Terms.Type,
        AmountCents = state.Terms.AmountCents,
        ThresholdCents = state.Terms.ThresholdCents,
        ValidUntil = state.Terms.ClaimableUntil,
    };
}

/// <summary>A coupon as the audit log keeps it.</summary>
internal sealed record CouponJson(long Id, CouponState State)
{
    public static string Write(long id, CouponState state) => JsonSerializer.Serialize(new CouponJson(id, state));

    public static CouponJson Read(string json) => JsonSerializer.Deserialize<CouponJson>(json)
        ?? throw new InvalidOperationException("An audit entry holds no coupon.");
}
