using System.Globalization;
using Silo.Kernel;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Points;

/// <summary>
/// Gives and takes back points by their rows. Whatever moves points moves the user's wallet, which lets one command at a
/// time through: what was counted before is then counted again.
/// </summary>
internal sealed class PointsDoor(IWallets wallets, ShopClock clock) : IPoints
{
    private const int MaxReference = 32;

    public Func<Rows, Result<long>> Grant(Stage stage, PointsGrant grant)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(grant.AmountCents);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(grant.Reference.Length, MaxReference);
        var ledger = wallets.Stage(stage, [grant.UserId]);
        var earlier = Find(stage, grant.Event, grant.Reference);
        var tiers = stage.Where<PointsRuleRow>($"event = {(int)grant.Event} AND disabled = {false}");
        var givenToday = CountOfDay(stage, grant);
        return rows =>
        {
            if (earlier.Only is { } first)
            {
                return first.Points;
            }

            var tier = PointsRules.Reached(
                tiers.All.Select(r => new PointsTier(r.Event, r.ThresholdCents, r.Points, r.DailyLimit)),
                grant.Event,
                grant.AmountCents);
            if (tier.Points == 0)
            {
                return 0;
            }

            // That nothing was given is kept like what was: a repeat on another day is a repeat.
            var points = tier.DailyLimit > 0 && givenToday.Value >= tier.DailyLimit ? 0 : tier.Points;
            if (points > 0 && Post(ledger, KindOf(grant.Event), grant.Reference, grant.Remark, grant.UserId, points, rows) is { } refusal)
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
                At = stage.NowMs,
            });
            return points;
        };
    }

    public Func<Rows, Result<long>> TakeBack(
        Stage stage, long userId, PointsEvent happened, string reference, long backCents)
    {
        var ledger = wallets.Stage(stage, [userId]);
        var grants = Find(stage, happened, reference);
        return rows =>
        {
            if (grants.Only is not { } grant)
            {
                return 0;
            }

            if (grant.UserId != userId)
            {
                throw new ArgumentException($"The points of {reference} were given to somebody else.", nameof(userId));
            }

            var inAll = PointsRules.TakenBack(grant.Points, grant.AmountCents, backCents);
            var now = inAll - grant.TakenPoints;
            if (now <= 0)
            {
                return 0;
            }

            var posted = ledger.Post(
                new LedgerTransaction
                {
                    Kind = LedgerKind.PointsTakenBack,
                    Reference = string.Create(CultureInfo.InvariantCulture, $"{(int)happened}:{reference}:{inAll}"),
                    Lines = [.. ledger.TakeBackPoints(userId, now), new(0, LedgerAccount.ShopPointsIssued, now)],
                },
                rows);
            if (!posted.IsAccepted)
            {
                return posted.Refusal;
            }

            rows.Update<GrantRow>(userId, $"""
                UPDATE points_grants SET taken_points = {inAll}
                WHERE event = {(int)happened} AND reference = {reference} AND taken_points = {grant.TakenPoints}
                """);
            return now;
        };
    }

    private static Refusal? Post(
        LedgerDraft ledger, LedgerKind kind, string reference, string remark, long userId, long points, Rows rows) => ledger.Post(
        new LedgerTransaction
        {
            Kind = kind,
            Reference = reference,
            Remark = remark,
            Lines = [new(userId, LedgerAccount.Points, points), new(0, LedgerAccount.ShopPointsIssued, -points)],
        },
        rows).Refusal;

    private static StagedRows<GrantRow> Find(Stage stage, PointsEvent happened, string reference) =>
        stage.Where<GrantRow>($"event = {(int)happened} AND reference = {reference}");

    /// <summary>
    /// How many grants of the event have given the user points on the shop's day of the command, counted up to the largest
    /// limit that a rule can have. In the order of the index, in which those that gave nothing come after those that
    /// reached the limit.
    /// </summary>
    private StagedNumbers CountOfDay(Stage stage, PointsGrant grant)
    {
        var day = clock.DayOf(stage.NowMs);
        var (start, end) = (clock.StartOf(day), clock.StartOf(day.AddDays(1)));
        return stage.Numbers($"""
            SELECT count(*) FROM (
                SELECT 1 FROM points_grants
                WHERE user_id = {grant.UserId} AND event = {(int)grant.Event} AND at >= {start} AND at < {end} AND points > 0
                ORDER BY at LIMIT {PointsRules.MaxDailyLimit}) given
            """);
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
