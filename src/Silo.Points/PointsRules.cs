namespace Silo.Points;

/// <summary>What points are given for. The numbers are stored, and the wire's.</summary>
public enum PointsEvent
{
    /// <summary>A registration.</summary>
    Registration = 1,

    /// <summary>A paid order.</summary>
    Consumption = 2,

    /// <summary>A recharge.</summary>
    Recharge = 3,

    /// <summary>A good review.</summary>
    Review = 4,

    /// <summary>The registration of somebody whom the user invited.</summary>
    Invitation = 5,
}

/// <summary>What a rule says.</summary>
/// <param name="Event">What the points are given for.</param>
/// <param name="ThresholdCents">The least amount.</param>
/// <param name="Points">The points.</param>
/// <param name="DailyLimit">How many grants of the event a user gets on a day of the shop; 0 for as many as there are.</param>
internal readonly record struct PointsTier(PointsEvent Event, long ThresholdCents, long Points, int DailyLimit = 0);

/// <summary>A rule as an operator sets it; see the proto for the ranges.</summary>
/// <param name="Event">What the points are given for.</param>
/// <param name="ThresholdCents">The least amount.</param>
/// <param name="Points">The points.</param>
/// <param name="DailyLimit">How many grants of the event a user gets on a day of the shop; 0 for no limit.</param>
/// <param name="Disabled">Whether it gives nothing for now.</param>
internal sealed record PointsRuleTerms(PointsEvent Event, long ThresholdCents, long Points, int DailyLimit = 0, bool Disabled = false);

/// <summary>How many points an event gives, and how many go back with a part of it. Pure.</summary>
internal static class PointsRules
{
    /// <summary>The largest daily limit that a rule can have.</summary>
    public const int MaxDailyLimit = 1_000;

    /// <summary>
    /// Whether an event's rule must have a daily limit: whoever registers many names makes as many events as
    /// they want.
    /// </summary>
    public static bool NeedsLimit(PointsEvent happened) => happened == PointsEvent.Invitation;

    /// <summary>The tier with the largest threshold that is reached; without points where none is.</summary>
    public static PointsTier Reached(IEnumerable<PointsTier> tiers, PointsEvent happened, long amountCents) => tiers
        .Where(t => t.Event == happened && t.ThresholdCents <= amountCents)
        .OrderByDescending(t => t.ThresholdCents).FirstOrDefault();

    /// <summary>
    /// How many of the given points are to be taken back in all, once so much of the amount was: in proportion, rounded
    /// down, and all with the whole amount.
    /// </summary>
    public static long TakenBack(long given, long amountCents, long backCents) => backCents >= amountCents
        ? given
        : (long)((Int128)given * Math.Max(0, backCents) / amountCents);
}
