using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Points;

/// <summary>Something that happened to a user and for which the shop may give points.</summary>
public sealed record PointsGrant
{
    /// <summary>Who gets the points.</summary>
    public required long UserId { get; init; }

    /// <summary>What happened.</summary>
    public required PointsEvent Event { get; init; }

    /// <summary>What it happened to, such as <c>order:12</c>; unique within the event; at most 32 characters.</summary>
    public required string Reference { get; init; }

    /// <summary>The amount that decides between the rules of the event, in cents; 0 for none.</summary>
    public long AmountCents { get; init; }

    /// <summary>A note for the user; may be empty.</summary>
    public string Remark { get; init; } = "";
}

/// <summary>The door through which other modules give points by the shop's rules.</summary>
public interface IPoints
{
    /// <summary>
    /// Gives what the rules say of an event, in the caller's unit, once: a repeat is answered as the first. Waits for the
    /// user's wallet; a unit that gives to several users takes their wallets first.
    /// </summary>
    /// <returns>The points, 0 where no rule is met or the day's limit is reached; or <see cref="WalletsRefusals.WalletFull"/>.</returns>
    Task<Result<long>> GrantAsync(Unit unit, PointsGrant grant, CancellationToken cancellation);

    /// <summary>
    /// Takes points back in proportion, because so much of the amount was: in all, so that a repeat takes nothing. Of an
    /// event without an amount they go back whole. What the user has no longer becomes a debt, which his next points pay.
    /// </summary>
    /// <param name="unit">The caller's unit.</param>
    /// <param name="happened">What the points were given for.</param>
    /// <param name="reference">The reference of the grant; of one that gave nothing nothing is taken.</param>
    /// <param name="backCents">How much of the grant's amount was given back in all, in cents.</param>
    /// <param name="cancellation">Abandons the statement and with it the unit.</param>
    /// <returns>The points that this call took; or <see cref="WalletsRefusals.WalletFull"/> where the debt were too large.</returns>
    Task<Result<long>> TakeBackAsync(
        Unit unit, PointsEvent happened, string reference, long backCents, CancellationToken cancellation);
}

/// <summary>Gives and takes back points by their rows. The user's wallet, which is locked first, lets one at a time.</summary>
internal sealed class PointsGrants(IWallets wallets, ShopClock clock) : IPoints
{
    private const int LongestReference = 32;

    public async Task<Result<long>> GrantAsync(Unit unit, PointsGrant grant, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(grant.AmountCents);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(grant.Reference.Length, LongestReference);
        if (await FindAsync(unit, grant.Event, grant.Reference, cancellation) is { } first)
        {
            return first.Points;
        }

        var tiers = await unit.Query<PointsRuleRow>().Where(r => r.Event == grant.Event && !r.Disabled).ToListAsync(cancellation);
        var tier = PointsRules.Reached(
            tiers.Select(r => new PointsTier(r.Event, r.ThresholdCents, r.Points, r.DailyLimit)), grant.Event, grant.AmountCents);
        if (tier.Points == 0)
        {
            // A wallet that is locked has a row from then on; who gets nothing needs none.
            return 0;
        }

        var draft = await wallets.LockAsync(unit, [grant.UserId], cancellation);
        if (await FindAsync(unit, grant.Event, grant.Reference, cancellation) is { } meanwhile)
        {
            return meanwhile.Points;
        }

        // Behind the lock, so that of many at once each sees those before it. That nothing was given is kept like what was:
        // a repeat on another day is a repeat.
        var points = tier.DailyLimit > 0 && await CountOfDayAsync(unit, grant, tier.DailyLimit, cancellation) >= tier.DailyLimit
            ? 0
            : tier.Points;
        var rows = new Rows();
        if (points > 0 && draft.Post(
            new LedgerTransaction
            {
                Kind = KindOf(grant.Event),
                Reference = grant.Reference,
                Remark = grant.Remark,
                Lines = [new(grant.UserId, LedgerAccount.Points, points), new(0, LedgerAccount.ShopPointsIssued, -points)],
            },
            rows).Refusal is { } refusal)
        {
            return refusal;
        }

        rows.Append(new GrantRow
        {
            Event = grant.Event,
            Reference = grant.Reference,
            UserId = grant.UserId,
            Points = points,
            AmountCents = grant.AmountCents,
            At = unit.NowMs,
        });
        await unit.WriteAsync(rows);
        return points;
    }

    public async Task<Result<long>> TakeBackAsync(
        Unit unit, PointsEvent happened, string reference, long backCents, CancellationToken cancellation)
    {
        if (await FindAsync(unit, happened, reference, cancellation) is not { } grant)
        {
            return 0;
        }

        var draft = await wallets.LockAsync(unit, [grant.UserId], cancellation);
        grant = (await FindAsync(unit, happened, reference, cancellation))!;
        var inAll = PointsRules.TakenBack(grant.Points, grant.AmountCents, backCents);
        var now = inAll - grant.TakenPoints;
        if (now <= 0)
        {
            return 0;
        }

        var rows = new Rows();
        var posted = draft.Post(
            new LedgerTransaction
            {
                Kind = LedgerKind.PointsTakenBack,
                Reference = string.Create(CultureInfo.InvariantCulture, $"{(int)happened}:{reference}:{inAll}"),
                Lines = [.. draft.TakeBackPoints(grant.UserId, now), new(0, LedgerAccount.ShopPointsIssued, now)],
            },
            rows);
        if (!posted.IsAccepted)
        {
            return posted.Refusal;
        }

        await unit.WriteAsync(rows);
        await unit.Set<GrantRow>().Where(g => g.Event == happened && g.Reference == reference)
            .ExecuteUpdateAsync(g => g.SetProperty(x => x.TakenPoints, inAll), cancellation);
        return now;
    }

    private static Task<GrantRow?> FindAsync(IReads reads, PointsEvent happened, string reference, CancellationToken cancellation) =>
        reads.Query<GrantRow>().SingleOrDefaultAsync(g => g.Event == happened && g.Reference == reference, cancellation);

    /// <summary>How many grants of the event have given the user points on the shop's day of the unit, counted up to a limit.</summary>
    private Task<int> CountOfDayAsync(Unit unit, PointsGrant grant, int limit, CancellationToken cancellation)
    {
        var day = clock.DayOf(unit.NowMs);
        var (start, end) = (clock.StartOf(day), clock.StartOf(day.AddDays(1)));
        // In the order of the index, in which those that gave nothing come after those that reached the limit.
        return unit.Query<GrantRow>()
            .Where(g => g.UserId == grant.UserId && g.Event == grant.Event && g.At >= start && g.At < end)
            .OrderBy(g => g.At).Where(g => g.Points > 0).Take(limit).CountAsync(cancellation);
    }

    private static LedgerKind KindOf(PointsEvent happened) => happened switch
    {
        PointsEvent.Registration => LedgerKind.Registration,
        PointsEvent.Consumption => LedgerKind.ConsumptionPoints,
        PointsEvent.Recharge => LedgerKind.RechargePoints,
        PointsEvent.Review => LedgerKind.ReviewPoints,
        PointsEvent.Invitation => LedgerKind.Invitation,
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "Nothing that points are given for."),
    };
}
