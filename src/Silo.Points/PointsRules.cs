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
internal readonly record struct PointsTier(PointsEvent Event, long ThresholdCents, long Points);

/// <summary>How many points an event gives, and how many go back with a part of it. Pure.</summary>
internal static class PointsRules
{
    /// <summary>Those of the tier with the largest threshold that is reached; 0 where none is.</summary>
    public static long Given(IEnumerable<PointsTier> tiers, PointsEvent happened, long amountCents) => tiers
        .Where(t => t.Event == happened && t.ThresholdCents <= amountCents)
        .OrderByDescending(t => t.ThresholdCents).Select(t => t.Points).FirstOrDefault();

    /// <summary>
    /// How many of the given points are to be taken back in all, once so much of the amount was: in proportion, rounded
    /// down, and all with the whole amount.
    /// </summary>
    public static long TakenBack(long given, long amountCents, long backCents) => backCents >= amountCents
        ? given
        : (long)((Int128)given * Math.Max(0, backCents) / amountCents);
}
