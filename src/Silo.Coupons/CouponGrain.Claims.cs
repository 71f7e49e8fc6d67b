using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Coupons;

/// <content>Claims, and what a batch needs to know of those who claim.</content>
internal sealed partial class CouponGrain
{
    /// <summary>Users whose coupons of this kind are remembered; bounded, so that the grain does not grow with claims.</summary>
    private const int UsersRemembered = 2048;

    private readonly LruCache<long, AcceptedClaim[]> remembered = new(UsersRemembered);

    /// <summary>
    /// Takes a user whom nobody remembers to have no user coupons. If they have some, the ordinal of what they would get is
    /// taken, and if that is why they were refused, the refusal is not sure.
    /// </summary>
    protected override bool TryGuess(IReadOnlyList<CouponCommand> batch, out CouponFacts facts)
    {
        facts = new CouponFacts { Now = Clock.NowMs };
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

    /// <summary>
    /// Also where the terms are only just being changed to cost points: claims of the same batch follow. A dry run locks
    /// nothing.
    /// </summary>
    protected override bool Locks(CouponCommand command) => command switch
    {
        ClaimCommand { DryRun: false } => State.Terms.PointsCost > 0,
        ChangeCommand change => change.Terms?.PointsCost > 0,
        _ => false,
    };

    protected override void Stage(Stage stage, IReadOnlyList<CouponCommand> batch, CouponFacts facts)
    {
        facts.Charged = batch.OfType<ClaimCommand>().Where(c => !c.DryRun).Select(c => c.UserId).ToHashSet();
        facts.Ledger = wallets.Stage(stage, facts.Charged, RowLock.SkipLocked);
    }

    protected override bool IsHeldElsewhere(CouponCommand command, CouponFacts facts) =>
        facts.Ledger is { } ledger && command is ClaimCommand { DryRun: false } claim && ledger.HeldElsewhere.Contains(claim.UserId);

    private static IEnumerable<long> UsersOf(CouponCommand command) => command switch
    {
        ClaimCommand claim => [claim.UserId],
        IssueCommand issue => issue.Users,
        _ => [],
    };

    private static CouponOutcome Claimed(CouponState state, AcceptedClaim claim) => new()
    {
        UserCouponId = claim.UserCouponId,
        Version = claim.Version,
        ClaimedAt = claim.ClaimedAt,
        DrawnCents = claim.DrawnCents,
        Terms = claim.Version == state.Version ? state.Terms : null,
    };

    private static Refusal? Charge(LedgerDraft ledger, CouponTerms terms, long userId, long userCouponId, Rows rows) => ledger.Post(
        new LedgerTransaction
        {
            Kind = LedgerKind.CouponPoints,
            Reference = string.Create(CultureInfo.InvariantCulture, $"user-coupon:{userCouponId}"),
            Remark = terms.Name,
            Lines =
            [
                new(userId, LedgerAccount.Points, -terms.PointsCost),
                new(0, LedgerAccount.ShopPointsRedeemed, terms.PointsCost),
            ],
        },
        rows).Refusal;

    /// <summary>Also where the terms are only just being changed to ask for a streak: claims of the same batch follow.</summary>
    private bool AsksForStreaks(IReadOnlyList<CouponCommand> batch) =>
        State.Terms.StreakDays > 0 || batch.OfType<ChangeCommand>().Any(c => c.Terms?.StreakDays > 0);

    private bool AsksForPoints(IReadOnlyList<CouponCommand> batch) =>
        State.Terms.PointsCost > 0 || batch.OfType<ChangeCommand>().Any(c => c.Terms?.PointsCost > 0);

    private async Task LoadUsersAsync(IReads reads, IReadOnlyList<CouponCommand> batch, CouponFacts facts)
    {
        var (couponId, users) = (CouponId, batch.SelectMany(UsersOf).Distinct().ToArray());
        if (users.Length == 0)
        {
            return;
        }

        var userCoupons = await reads.Query<UserCouponRow>()
            .Where(u => users.Contains(u.UserId) && u.CouponId == couponId).ToListAsync();
        foreach (var row in userCoupons)
        {
            facts.Add(row.UserId, AcceptedClaim.Of(row));
        }

        if (AsksForStreaks(batch))
        {
            facts.Streaks = await streaks.StreaksAsync(reads, users, facts.Now, CancellationToken.None);
        }

        if (AsksForPoints(batch)
            && batch.OfType<ClaimCommand>().Where(c => c.DryRun).Select(c => c.UserId).ToHashSet() is { Count: > 0 } asking)
        {
            facts.PointsSeen = await wallets.PointsAsync(reads, asking, CancellationToken.None);
        }
    }

    private (CouponState State, CouponOutcome Outcome) DecideClaim(
        CouponState draft, ClaimCommand command, CouponFacts facts, Rows rows)
    {
        var claimant = new Claimant(
            facts.UserCouponsOf(command.UserId), facts.Streaks.GetValueOrDefault(command.UserId), facts.PointsOf(command.UserId));
        var (refusal, repeat) = CouponRules.Claim(draft, command, claimant, facts.Now, Clock);
        if (refusal is not null)
        {
            return (draft, CouponOutcome.Refused(refusal));
        }

        if (repeat is not null)
        {
            return (draft, Claimed(draft, repeat.Value));
        }

        if (command.DryRun)
        {
            return (draft, new CouponOutcome());
        }

        var claim = Give(draft, command.UserId, command.RequestId, command.RequestHash, UserCouponOrigin.Claim, facts, rows);
        if (draft.Terms.PointsCost > 0 && Charge(facts.Ledger!, draft.Terms, command.UserId, claim.UserCouponId, rows) is { } tooLow)
        {
            throw new InvalidOperationException($"The points were counted before and are now refused: {tooLow.Reason}.");
        }

        var next = CouponRules.AfterGiving(draft, firstOfUser: CouponRules.OfStock(facts.UserCouponsOf(command.UserId)) == 1);
        return (next, Claimed(next, claim));
    }

    /// <summary>Gives a user one from the stock.</summary>
    private AcceptedClaim Give(
        CouponState draft, long userId, string requestId, long requestHash, UserCouponOrigin origin, CouponFacts facts, Rows rows)
    {
        var id = Ids.Next();
        var row = new UserCouponRow
        {
            CouponId = CouponId,
            Id = id,
            Version = draft.Version,
            UserId = userId,
            RequestId = OwnRequestId.Or(requestId, id),
            RequestHash = requestHash,
            ClaimedAt = facts.Now,
            Origin = origin,
            DrawnCents = CouponRules.DrawnCents(draft.Terms, RandomNumberGenerator.GetInt32(CouponRules.FaceValues(draft.Terms))),
            Ordinal = CouponRules.OfStock(facts.UserCouponsOf(userId)),
        };
        rows.Append(row);
        var claim = AcceptedClaim.Of(row);
        facts.Add(userId, claim);
        return claim;
    }
}
