using Silo.Points.V1;

namespace Silo.WxApi;

/// <summary>How points are got: signing in, the shop's rules, vouchers. A score is points.</summary>
internal static class WxScores
{
    public static readonly IReadOnlyDictionary<string, WxHandler> Handlers = new Dictionary<string, WxHandler>
    {
        ["scoreRules"] = RulesAsync,
        ["scoreSignRules"] = SignRulesAsync,
        ["scoreSign"] = SignAsync,
        ["scoreSignLogs"] = SignLogsAsync,
        ["scoreTodaySignedInfo"] = TodayAsync,
        ["scoreExchange"] = ExchangeAsync,
    };

    /// <summary>What points are given for, as the wire names it.</summary>
    private static readonly (PointsEvent Event, string Code, string Label)[] Events =
    [
        (PointsEvent.Registration, "REG", "注册送"),
        (PointsEvent.Consumption, "CONSUME", "消费送"),
        (PointsEvent.Recharge, "RECHARGE", "充值送"),
        (PointsEvent.Review, "goodReputation", "好评送"),
        (PointsEvent.Invitation, "invite", "邀请用户"),
    ];

    private static async Task<WxAnswer> RulesAsync(WxCall call)
    {
        var code = call.Text("code");
        if (code is not null && Events.All(e => e.Code != code))
        {
            return WxAnswer.NoData;
        }

        var request = new ListPointsRulesRequest { Event = Events.FirstOrDefault(e => e.Code == code).Event };
        var client = new PointsService.PointsServiceClient(call.Anyone);
        var (rules, _) = await WxPage.Whole.ReadAsync<PointsRule>(async (page, size) =>
        {
            (request.Page, request.PageSize) = (page, size);
            var answer = await client.ListPointsRulesAsync(request);
            return (answer.Rules, answer.TotalCount);
        });
        return WxAnswer.List(rules.ConvertAll(WxRule.Of));
    }

    private static async Task<WxAnswer> SignRulesAsync(WxCall call)
    {
        var terms = (await new PointsService.PointsServiceClient(call.Anyone).DescribeSignInAsync(new())).Terms;
        return WxAnswer.List(terms.StreakRewards.Select(r => new WxSignRule(r.Days, r.Points)).ToList());
    }

    private static async Task<WxAnswer> SignAsync(WxCall call)
    {
        var signed = await new PointsService.PointsServiceClient(call.Shopper).SignInAsync(new());
        return WxAnswer.Of(WxSignIn.Of(signed.SignIn, call));
    }

    private static async Task<WxAnswer> SignLogsAsync(WxCall call)
    {
        var request = new ListMySignInsRequest { FromDay = DayOf(call, "dateAddBegin"), ToDay = DayOf(call, "dateAddEnd") };
        var (client, page) = (new PointsService.PointsServiceClient(call.Shopper), call.Page());
        var (days, total) = await page.ReadAsync<SignIn>(async (number, size) =>
        {
            (request.Page, request.PageSize) = (number, size);
            var answer = await client.ListMySignInsAsync(request);
            return (answer.SignIns, answer.TotalCount);
        });
        return WxAnswer.Page(days.ConvertAll(d => WxSignIn.Of(d, call)), total, page.Size);
    }

    private static async Task<WxAnswer> TodayAsync(WxCall call)
    {
        var mine = await new PointsService.PointsServiceClient(call.Shopper).GetMySignInAsync(new());
        return mine.Today is null
            ? WxAnswer.NoData
            // As it is now: a day that was made up for has made it longer.
            : WxAnswer.Of(WxSignIn.Of(mine.Today, call) with { Continuous = mine.Streak });
    }

    private static async Task<WxAnswer> ExchangeAsync(WxCall call)
    {
        var exchanged = await new PointsService.PointsServiceClient(call.Shopper).ExchangeVoucherAsync(
            new() { Number = call.TextOrEmpty("number") });
        return WxAnswer.Of(new WxExchanged(exchanged.Points));
    }

    private static string DayOf(WxCall call, string name) =>
        call.Day(name)?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) ?? "";

    /// <summary>What a number of days in a row gives.</summary>
    private sealed record WxSignRule(int Continuous, long Score);

    /// <summary>What a voucher gave.</summary>
    private sealed record WxExchanged(long Score);

    /// <summary>A rule by which points are given, as the wire has it.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Code">What for.</param>
    /// <param name="CodeStr">The same for people.</param>
    /// <param name="Confine">The least amount, in yuan.</param>
    /// <param name="Score">The points.</param>
    private sealed record WxRule(long Id, string Code, string CodeStr, decimal Confine, long Score)
    {
        public static WxRule Of(PointsRule rule)
        {
            var (_, code, label) = Events.First(e => e.Event == rule.Terms.Event);
            return new(rule.Id, code, label, WxScalars.Yuan(rule.Terms.ThresholdCents), rule.Terms.Points);
        }
    }

    /// <summary>A signed-in day as the wire has it.</summary>
    /// <param name="Continuous">Days in a row.</param>
    /// <param name="Score">What it gave.</param>
    /// <param name="DateAdd">When; of a made-up day the day itself, since clients mark their calendars with it.</param>
    private sealed record WxSignIn(int Continuous, long Score, string? DateAdd)
    {
        public static WxSignIn Of(SignIn day, WxCall call) =>
            new(day.Streak, day.Points, day.MadeUp ? $"{day.Day} 00:00:00" : call.Clock.Time(day.At));
    }
}
