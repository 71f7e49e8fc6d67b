using Silo.Bargains;
using Xunit;

namespace Silo.Modules.Tests.Bargains;

/// <summary>
/// Goal: every boundary of the module's decisions, and their precedence. Method: tables over the pure rules; where several
/// faults are at once the first refusal of the documented order answers.
/// </summary>
public sealed class BargainRulesTests
{
    private const long Now = 1_000_000;

    private static readonly BargainTerms Terms = new()
    {
        GoodsId = 7,
        StartCents = 1_000,
        FloorCents = 400,
        CutMinCents = 10,
        CutMaxCents = 60,
        StockTotal = 5,
        StartsAt = Now - 100,
        EndsAt = Now + 100,
    };

    private static readonly Campaign Open = new(1, 3, Terms, true, 0, 0, 0);

    private static readonly BargainState Running = BargainRules.Start(new(), Open, 11, "first", [], Now);

    [Theory]
    [InlineData(0, 100, 400, 1_000, 10, 60, 0, null)]
    [InlineData(100, 100, 400, 1_000, 10, 60, 0, "BARGAIN_WINDOW_EMPTY")]
    [InlineData(101, 100, 1_000, 400, 10, 60, 0, "BARGAIN_WINDOW_EMPTY")]
    [InlineData(0, 100, 999, 1_000, 1, 1, 1, null)]
    [InlineData(0, 100, 1_000, 1_000, 1, 1, 1, "BARGAIN_PRICES_INVALID")]
    [InlineData(0, 100, 400, 1_000, 61, 60, 0, "BARGAIN_PRICES_INVALID")]
    [InlineData(0, 100, 400, 1_000, 60, 60, 0, null)]
    [InlineData(0, 100, 400, 1_000, 10, 60, 10, null)]
    [InlineData(0, 100, 400, 1_000, 10, 60, 9, "BARGAIN_PLAN_IMPOSSIBLE")]
    [InlineData(0, 100, 400, 1_000, 10, 60, 60, null)]
    [InlineData(0, 100, 400, 1_000, 10, 60, 61, "BARGAIN_PLAN_IMPOSSIBLE")]
    [InlineData(0, 100, 400, 1_000, 601, 700, 1, "BARGAIN_PLAN_IMPOSSIBLE")]
    [InlineData(0, 100, 400, 1_000, 601, 700, 0, null)]
    [InlineData(0, 100, 0, 100_000_000, 100_000_000, 100_000_000, 200, "BARGAIN_PLAN_IMPOSSIBLE")]
    public void TermsRefusal_AtEachBoundary_IsAsDocumented(
        long from, long until, long floor, long start, long min, long max, int helpers, string? expected) => Assert.Equal(
        expected,
        BargainRules.TermsRefusal(Terms with
        {
            StartsAt = from,
            EndsAt = until,
            FloorCents = floor,
            StartCents = start,
            CutMinCents = min,
            CutMaxCents = max,
            HelpersToFloor = helpers,
        })?.Reason);

    [Theory]
    [InlineData(true, 0, 0, 5, 0, null)]
    [InlineData(false, 0, 0, 5, 0, "BARGAIN_NOT_OPEN")]
    [InlineData(true, -101, 0, 5, 0, "BARGAIN_NOT_OPEN")]
    [InlineData(true, -100, 0, 5, 0, null)]
    [InlineData(true, 99, 0, 5, 0, null)]
    [InlineData(true, 100, 0, 5, 0, "BARGAIN_ENDED")]
    [InlineData(true, 0, Now, 5, 0, "BARGAIN_ENDED")]
    [InlineData(true, -1, Now, 5, 0, null)]
    [InlineData(true, 0, 0, 0, 0, "BARGAIN_SOLD_OUT")]
    [InlineData(true, 0, 0, 1, 2, "BARGAIN_STARTS_USED_UP")]
    [InlineData(true, 0, 0, 1, 1, null)]
    [InlineData(false, 100, Now, 0, 2, "BARGAIN_NOT_OPEN")]
    [InlineData(true, 100, Now, 0, 2, "BARGAIN_ENDED")]
    [InlineData(true, 0, 0, 0, 2, "BARGAIN_SOLD_OUT")]
    public void StartRefusal_AtEachBoundary_IsAsDocumented(
        bool enabled, int at, long endedAt, long stock, int starts, string? expected) => Assert.Equal(
        expected,
        BargainRules.StartRefusal(
            new() { Starts = starts },
            Open with { Enabled = enabled, EndedAt = endedAt, Terms = Terms with { StartsPerUser = 2 } },
            stock,
            Now + at)?.Reason);

    [Theory]
    [InlineData(0, 100)]
    [InlineData(1, 100)]
    [InlineData(525_600, 100)]
    public void Start_OfADuration_EndsAtTheEarlierOfItAndTheCampaign(int minutes, long window)
    {
        var terms = Terms with { DurationMinutes = minutes, EndsAt = Now + window };

        var started = BargainRules.Start(new() { Starts = 4 }, Open with { Terms = terms }, 12, "r", [], Now);

        Assert.Equal(Now + window, started.EndsAt);
        Assert.Equal((5, 12L, 3, 1_000L, 0L), (started.Starts, started.BargainId, started.RuleVersion, started.PriceCents, started.Helps));
        Assert.Equal(Now + 60_000, BargainRules.Start(
            new(), Open with { Terms = terms with { DurationMinutes = 1, EndsAt = Now + 60_001 } }, 12, "r", [], Now).EndsAt);
    }

    [Theory]
    [InlineData(true, 0, 0, 0, 1, null)]
    [InlineData(false, 0, 0, 0, 1, "BARGAIN_NOT_OPEN")]
    [InlineData(true, -1_000, 0, 0, 1, null)]
    [InlineData(true, 99, 0, 0, 1, null)]
    [InlineData(true, 100, 0, 0, 1, "BARGAIN_ENDED")]
    [InlineData(true, 0, Now, 0, 1, "BARGAIN_ENDED")]
    [InlineData(true, 0, Now + 1, 0, 1, null)]
    [InlineData(true, 0, 0, 600, 1, "BARGAIN_AT_FLOOR")]
    [InlineData(true, 0, 0, 599, 1, null)]
    [InlineData(true, 0, 0, 0, 2, "BARGAIN_HELPS_USED_UP")]
    [InlineData(false, 100, Now, 600, 2, "BARGAIN_NOT_OPEN")]
    [InlineData(true, 100, 0, 600, 2, "BARGAIN_ENDED")]
    [InlineData(true, 0, 0, 600, 2, "BARGAIN_AT_FLOOR")]
    public void HelpRefusal_AtEachBoundary_IsAsDocumented(
        bool enabled, int at, long endedAt, long cut, int given, string? expected)
    {
        var state = BargainRules.AfterCut(Running with { Terms = Terms with { HelpsPerUser = 2 } }, cut, Now);
        // The campaign's present terms are others; the bargain has its own.
        var campaign = Open with { Enabled = enabled, EndedAt = endedAt, Terms = Terms with { EndsAt = 1, StartsAt = 0 } };

        Assert.Equal(expected, BargainRules.HelpRefusal(state, campaign, given, Now + at)?.Reason);
    }

    [Fact]
    public void Help_OfARequestThatWasAnswered_IsAnsweredBeforeEveryRule()
    {
        var given = Given(requestHash: 5);
        var answered = new AnsweredHelp(given, 5);
        var command = new HelpCommand { HelperId = 2, RequestId = "r", RequestHash = 5 };

        Assert.Equal((null, given), BargainRules.Help(new(), command, new(answered, null, 0), null, Now));
        Assert.Equal(
            "REQUEST_ID_REUSED",
            BargainRules.Help(Running, command with { RequestHash = 6 }, new(answered, given, 0), Open, Now).Refusal?.Reason);
        Assert.Equal("BARGAIN_UNKNOWN", BargainRules.Help(new(), command, new(null, given, 0), Open, Now).Refusal?.Reason);
        Assert.Equal(
            (null, given),
            BargainRules.Help(Running, command, new(null, given, 0), Open with { Enabled = false }, Now + 1_000));
        Assert.Equal((null, null), BargainRules.Help(Running, command, default, Open, Now));
    }

    [Theory]
    [InlineData(0, 1_000, 10)]
    [InlineData(50, 1_000, 60)]
    [InlineData(0, 405, 5)]
    [InlineData(50, 410, 10)]
    [InlineData(0, 410, 10)]
    public void NextCut_Drawn_IsWithinTheBoundsAndNeverBelowTheFloor(int drawn, long price, long expected) =>
        Assert.Equal(expected, BargainRules.NextCut(Running with { PriceCents = price }, values =>
        {
            Assert.Equal(51, values);
            return drawn;
        }));

    [Fact]
    public void NextCut_Planned_IsTheHelpersPart()
    {
        var state = Running with { Plan = [30, 10, 60] };

        Assert.Equal(30, BargainRules.NextCut(state, NoChance));
        Assert.Equal(60, BargainRules.NextCut(state with { Helps = 2 }, NoChance));
    }

    [Theory]
    [InlineData(true, 0, 0, false, 1, null)]
    [InlineData(false, 0, 0, false, 1, "BARGAIN_NOT_OPEN")]
    [InlineData(true, 99, 0, false, 1, null)]
    [InlineData(true, 100, 0, false, 1, "BARGAIN_ENDED")]
    [InlineData(true, 0, Now, false, 1, "BARGAIN_ENDED")]
    [InlineData(true, 0, 0, true, 1, "BARGAIN_BOUGHT")]
    [InlineData(true, 0, 0, false, 0, "BARGAIN_SOLD_OUT")]
    [InlineData(false, 100, Now, true, 0, "BARGAIN_NOT_OPEN")]
    [InlineData(true, 100, 0, true, 0, "BARGAIN_ENDED")]
    [InlineData(true, 0, 0, true, 0, "BARGAIN_BOUGHT")]
    public void BuyRefusal_AtEachBoundary_IsAsDocumented(
        bool enabled, int at, long endedAt, bool hasOrder, long stock, string? expected)
    {
        var campaign = Open with { Enabled = enabled, EndedAt = endedAt };

        Assert.Equal(expected, BargainRules.BuyRefusal(Running, campaign, new(hasOrder, stock), Now + at)?.Reason);
        // At its floor it is sold like any other, until it ends.
        Assert.Equal(expected, BargainRules.BuyRefusal(
            Running with { PriceCents = 400 }, campaign, new(hasOrder, stock), Now + at)?.Reason);
        Assert.Equal("BARGAIN_UNKNOWN", BargainRules.BuyRefusal(new(), campaign, new(hasOrder, stock), Now + at)?.Reason);
        Assert.Equal("BARGAIN_UNKNOWN", BargainRules.BuyRefusal(Running, null, new(hasOrder, stock), Now + at)?.Reason);
    }

    [Theory]
    [InlineData(false, false, "BARGAIN_UNKNOWN")]
    [InlineData(false, true, "BARGAIN_UNKNOWN")]
    [InlineData(true, true, "BARGAIN_BOUGHT")]
    [InlineData(true, false, null)]
    public void ClearRefusal_IsAsDocumented(bool exists, bool hasOrder, string? expected) =>
        Assert.Equal(expected, BargainRules.ClearRefusal(exists ? Running : new(), hasOrder)?.Reason);

    [Fact]
    public void AfterClear_KeepsOnlyHowManyWereStarted()
    {
        var cleared = BargainRules.AfterClear(BargainRules.AfterCut(Running, 10, Now), Now + 1);

        Assert.Equal((false, 1, 0L, Now + 1), (cleared.Exists, cleared.Starts, cleared.Helps, cleared.UpdatedAt));
    }

    [Fact]
    public void Key_OfACampaignAndAnInitiator_IsReadBackAndNoHexadecimalNumber()
    {
        var key = new BargainKey(9_007_199_254_740_991, 912_957_059_891_200);

        Assert.Equal(key, BargainKey.Parse(key.ToString()));
        Assert.Equal("kj:9007199254740991:912957059891200", key.State.Text);
    }

    private static int NoChance(int values) => throw new InvalidOperationException("Nothing is drawn.");

    private static GivenHelp Given(long requestHash) => new()
    {
        BargainId = 11,
        Ordinal = 1,
        CutCents = 20,
        PriceCents = 980,
        Remark = "",
        At = Now,
        RequestId = "r",
        RequestHash = requestHash,
    };
}
