using static Silo.Edge.WireTime;

namespace Silo.Points;

/// <summary>Between the module's types and the wire's. The numbers of events, reasons, matches and cycles are the same on both sides.</summary>
internal static class PointsWire
{
    public static V1.SetSignInTermsResponse SetTerms(VersionedTerms terms) =>
        new() { Terms = Terms(terms.Terms), Version = terms.Version };

    public static SignInTerms Terms(V1.SignInTerms terms) => new()
    {
        Closed = terms.Closed,
        BasePoints = terms.BasePoints,
        StreakRewards = Rewards(terms.StreakRewards),
        StreakMatch = terms.StreakMatch == V1.StreakMatch.Largest ? StreakMatch.Largest : StreakMatch.Exact,
        CumulativeRewards = Rewards(terms.CumulativeRewards),
        Cycle = terms.Cycle == V1.SignInCycle.Unspecified ? SignInCycle.None : (SignInCycle)terms.Cycle,
        MakeUpDays = terms.MakeUpDays,
        MakeUpPoints = terms.MakeUpPoints,
        CardPricePoints = terms.CardPricePoints,
    };

    public static V1.SignInTerms Terms(SignInTerms terms) => new()
    {
        Closed = terms.Closed,
        BasePoints = terms.BasePoints,
        StreakRewards = { terms.StreakRewards.Select(Reward) },
        StreakMatch = (V1.StreakMatch)terms.StreakMatch,
        CumulativeRewards = { terms.CumulativeRewards.Select(Reward) },
        Cycle = (V1.SignInCycle)terms.Cycle,
        MakeUpDays = terms.MakeUpDays,
        MakeUpPoints = terms.MakeUpPoints,
        CardPricePoints = terms.CardPricePoints,
    };

    public static V1.SignIn SignIn(SignInRow row) => SignIn(row.Day, row.At, row.Streak, row.Points, row.MadeUp);

    public static V1.SignIn SignIn(SignInOutcome outcome) =>
        SignIn(outcome.Day, outcome.At, outcome.Streak, outcome.Points, outcome.MadeUp);

    public static PointsRuleTerms Terms(V1.PointsRuleTerms terms) =>
        new((PointsEvent)terms.Event, terms.ThresholdCents, terms.Points, terms.DailyLimit, terms.Disabled);

    /// <summary>The event that a list is of; null for all.</summary>
    public static PointsEvent? Event(V1.PointsEvent happened) =>
        happened == V1.PointsEvent.Unspecified ? null : (PointsEvent)happened;

    public static V1.PointsRule Rule(PointsRuleRow row) => new()
    {
        Id = row.Id,
        Terms = new()
        {
            Event = (V1.PointsEvent)row.Event,
            ThresholdCents = row.ThresholdCents,
            Points = row.Points,
            DailyLimit = row.DailyLimit,
            Disabled = row.Disabled,
        },
        Version = row.Version,
        CreatedAt = Instant(row.CreatedAt),
    };

    public static V1.CardMove CardMove(CardMoveRow row) => new()
    {
        Id = row.Id,
        Reason = (V1.CardMoveReason)row.Reason,
        Change = row.Change,
        CardsAfter = row.CardsAfter,
        At = Instant(row.At),
    };

    public static V1.DayCount DayCount(DayCount count) => new()
    {
        Day = SignInRules.TextOf(count.Day),
        SignIns = count.SignIns,
        MadeUp = count.MadeUp,
        Points = count.Points,
    };

    public static V1.Voucher Voucher(VoucherRow row, long now) => new()
    {
        Id = row.Id,
        BatchId = row.BatchId,
        Number = row.Number,
        Points = row.Points,
        State = row.UsedAt > 0 ? V1.VoucherState.Used
            : row.VoidedAt > 0 ? V1.VoucherState.Void
            : row.ExpiresAt <= now ? V1.VoucherState.Expired
            : V1.VoucherState.Unused,
        ExpiresAt = Instant(row.ExpiresAt),
        UserId = row.UserId,
        EndedAt = row.UsedAt + row.VoidedAt is > 0 and var at ? Instant(at) : null,
        Remark = row.Remark,
        CreatedAt = Instant(row.CreatedAt),
    };

    /// <summary>The state that a list is of; null for all.</summary>
    public static VoucherState? State(V1.VoucherState state) =>
        state == V1.VoucherState.Unspecified ? null : (VoucherState)state;

    public static VoucherBatch Batch(V1.CreateVouchersRequest request) => new(
        0,
        request.Count,
        request.PointsMin,
        request.PointsMax == 0 ? request.PointsMin : request.PointsMax,
        Milliseconds(request.ExpiresAt),
        request.Remark);

    public static V1.VoucherBatch Batch(VoucherBatch batch) => new()
    {
        Id = batch.Id,
        Count = batch.Count,
        PointsMin = batch.PointsMin,
        PointsMax = batch.PointsMax,
        ExpiresAt = Instant(batch.ExpiresAt),
        Remark = batch.Remark,
    };

    public static V1.VoidVouchersResponse Voided(VoidedVouchers voided) =>
        new() { Voided = voided.Ids.Count, VoucherIds = { voided.Ids }, Unused = voided.Unused };

    private static V1.SignIn SignIn(int day, long at, int streak, long points, bool madeUp) => new()
    {
        Day = SignInRules.TextOf(day),
        At = Instant(at),
        Streak = streak,
        Points = points,
        MadeUp = madeUp,
    };

    private static DaysReward[] Rewards(IEnumerable<V1.DaysReward> rewards) =>
        [.. rewards.OrderBy(r => r.Days).Select(r => new DaysReward(r.Days, r.Points))];

    private static V1.DaysReward Reward(DaysReward reward) => new() { Days = reward.Days, Points = reward.Points };
}
