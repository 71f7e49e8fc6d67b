using Silo.Lotteries;
using Xunit;

namespace Silo.Modules.Tests.Lotteries;

/// <summary>
/// Goal: the module's decisions, at every boundary and with two faults at once. Method: tables; and a run of 10,000 draws of
/// one seed by the rules alone.
/// </summary>
public sealed class LotteryRulesTests
{
    private const long Start = 1_000;
    private const long End = 2_000;
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private static readonly Prize[] Wheel =
    [
        new() { Id = 1, Kind = LotteryPrizeKind.Goods, Title = "A", Weight = 1, Stock = 3, GoodsId = 9 },
        new() { Id = 2, Kind = LotteryPrizeKind.Points, Title = "B", Weight = 1, Points = 5 },
        new() { Id = 3, Kind = LotteryPrizeKind.Points, Title = "C", Weight = 2, Stock = 100_000, Points = 9 },
        new() { Id = 4, Kind = LotteryPrizeKind.None, Title = "-", Weight = 4 },
    ];

    private static readonly LotteryTerms Terms = new()
    {
        Title = "T",
        StartsAt = Start,
        EndsAt = End,
        TimesPerUser = 2,
        PointsCost = 10,
        Prizes = Wheel,
    };

    private static readonly LotteryState State = LotteryRules.Create(Terms, Seed, Seed, now: 0).Value!;

    [Theory]
    [InlineData(Start, 0, 10, null)]
    [InlineData(End - 1, 1, 10, null)]
    [InlineData(Start - 1, 0, 10, "LOTTERY_NOT_OPEN")]
    [InlineData(End, 0, 10, "LOTTERY_ENDED")]
    [InlineData(Start, 2, 10, "LOTTERY_LIMIT_REACHED")]
    [InlineData(Start, 0, 9, "LOTTERY_POINTS_TOO_LOW")]
    [InlineData(End, 2, 9, "LOTTERY_ENDED")]
    [InlineData(Start, 2, 9, "LOTTERY_LIMIT_REACHED")]
    [InlineData(Start - 1, 2, 9, "LOTTERY_NOT_OPEN")]
    public void DrawRefusal_AtItsBoundaries_IsTheFirstThatHolds(long now, int times, long points, string? expected) =>
        Assert.Equal(expected, LotteryRules.DrawRefusal(State, times, points, now)?.Reason);

    [Fact]
    public void DrawRefusal_OfOtherStates_IsTheFirstThatHolds()
    {
        var deck = State with { Terms = Terms with { IsDeck = true, Prizes = [Wheel[0]] }, Won = [3L] };

        Assert.Equal("LOTTERY_NOT_OPEN", LotteryRules.DrawRefusal(State with { Enabled = false, Closed = true }, 0, 10, Start)?.Reason);
        Assert.Equal("LOTTERY_ENDED", LotteryRules.DrawRefusal(State with { Closed = true }, 0, 10, Start)?.Reason);
        Assert.Equal("LOTTERY_DECK_EMPTY", LotteryRules.DrawRefusal(deck, 2, 10, Start)?.Reason);
        Assert.Null(LotteryRules.DrawRefusal(deck with { Won = [2L] }, 1, 10, Start));
    }

    [Theory]
    [InlineData("a", 7, End, null, 5)]
    [InlineData("a", 8, Start, "REQUEST_ID_REUSED", 0)]
    [InlineData("b", 7, Start, null, 0)]
    public void Draw_WithARequestIdOfHis_IsLookedUpBeforeAnyRule(string request, long hash, long now, string? refusal, long repeat)
    {
        var first = new AcceptedDraw(5, 1, 1, 1, 0, "a", 7, Start);

        var (refused, found) = LotteryRules.Draw(State, new() { RequestId = request, RequestHash = hash }, [first], 10, now);

        Assert.Equal((refusal, repeat), (refused?.Reason, found?.DrawId ?? 0));
    }

    [Theory]
    [InlineData(0, new long[] { 0, 0, 0, 0 }, 0)]
    [InlineData(1, new long[] { 0, 0, 0, 0 }, 1)]
    [InlineData(2, new long[] { 0, 0, 0, 0 }, 2)]
    [InlineData(3, new long[] { 0, 0, 0, 0 }, 2)]
    [InlineData(4, new long[] { 0, 0, 0, 0 }, 3)]
    [InlineData(7, new long[] { 0, 0, 0, 0 }, 3)]
    [InlineData(0, new long[] { 2, 0, 0, 0 }, 0)]
    [InlineData(0, new long[] { 3, 0, 0, 0 }, 3)]
    [InlineData(1, new long[] { 3, 1_000_000, 0, 0 }, 1)]
    public void Pick_ByWeight_GivesTheWeightOfWhatIsGoneToTheLoss(long number, long[] won, int expected) =>
        Assert.Equal(expected, LotteryRules.Pick(isDeck: false, Wheel, won, number));

    [Theory]
    [InlineData(0, new long[] { 0, 0 }, 0)]
    [InlineData(1, new long[] { 0, 0 }, 0)]
    [InlineData(2, new long[] { 0, 0 }, 1)]
    [InlineData(0, new long[] { 2, 0 }, 1)]
    [InlineData(0, new long[] { 1, 0 }, 0)]
    [InlineData(1, new long[] { 1, 0 }, 1)]
    public void Pick_FromADeck_GoesThroughWhatIsLeft(long number, long[] won, int expected) => Assert.Equal(
        expected,
        LotteryRules.Pick(isDeck: true, [Wheel[0] with { Stock = 2 }, Wheel[3] with { Stock = 1, Weight = 0 }], won, number));

    [Fact]
    public void Pick_OfEveryNumber_IsAsLikelyAsTheOddsSay()
    {
        long[][] cases = [[0, 0, 0, 0], [3, 7, 0, 2], [3, 0, 100_000, 0]];
        Assert.All(cases, won =>
        {
            var total = (int)LotteryRules.OddsTotal(false, Wheel, won);
            var counts = new long[Wheel.Length];
            for (var number = 0; number < total; number++)
            {
                counts[LotteryRules.Pick(false, Wheel, won, number)]++;
            }

            Assert.Equal(LotteryRules.Odds(false, Wheel, won), counts);
        });
        Assert.Throws<ArgumentOutOfRangeException>(() => LotteryRules.Pick(false, Wheel, [0, 0, 0, 0], 8));
    }

    /// <summary>One seed, so nothing here is by chance: within four standard deviations of the published odds.</summary>
    [Fact]
    public void Draws_TenThousandOfOneSeed_KeepTheOddsAndTheStock()
    {
        const int draws = 10_000;
        var state = State;
        for (var position = 1; position <= draws; position++)
        {
            var total = LotteryRules.OddsTotal(false, Wheel, state.Won);
            var number = LotteryNumbers.Number(Seed, 1, 1, position, "aa", (ulong)total);
            state = LotteryRules.AfterDraw(state, LotteryRules.Pick(false, Wheel, state.Won, (long)number.Value), firstOfUser: position == 1);
        }

        Assert.Equal(3, state.Won[0]);
        Assert.InRange(state.Won[1], 1_250 - 133, 1_250 + 133);
        Assert.InRange(state.Won[2], 2_500 - 174, 2_500 + 174);
        Assert.InRange(state.Won[3], 6_247 - 194, 6_247 + 194);
        Assert.Equal((draws, 1, 100_000), (state.Draws, state.Drawers, state.PointsCharged));
    }

    public static TheoryData<string, string?> Faults => new()
    {
        { "none", null },
        { "window", "LOTTERY_WINDOW_EMPTY" },
        { "window title", "LOTTERY_WINDOW_EMPTY" },
        { "title kind", "LOTTERY_PRIZE_TITLE_TAKEN" },
        { "kind", "LOTTERY_PRIZE_INVALID" },
        { "kind loss", "LOTTERY_PRIZE_INVALID" },
        { "loss", "LOTTERY_NO_LOSS" },
        { "finite loss", "LOTTERY_NO_LOSS" },
        { "weightless", "LOTTERY_PRIZE_INVALID" },
        { "no weight at all", "LOTTERY_NO_LOSS" },
        { "endless goods", "LOTTERY_PRIZE_INVALID" },
        { "deck", "LOTTERY_PRIZE_INVALID" },
        { "finite deck", null },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void TermsRefusal_OfEachFault_IsTheFirstThatHolds(string fault, string? expected)
    {
        var (a, none) = (Wheel[0], Wheel[3]);
        var terms = fault switch
        {
            "none" => Terms,
            "window" => Terms with { EndsAt = Start },
            "window title" => Terms with { EndsAt = Start, Prizes = [none, none] },
            "title kind" => Terms with { Prizes = [none, none with { Points = 1 }] },
            "kind" => Terms with { Prizes = [none, a with { GoodsId = 0 }] },
            "kind loss" => Terms with { Prizes = [a with { Points = 1 }] },
            "loss" => Terms with { Prizes = [a] },
            "finite loss" => Terms with { Prizes = [a, none with { Stock = 5 }] },
            "weightless" => Terms with { Prizes = [a with { Weight = 0 }, none] },
            "no weight at all" => Terms with { Prizes = [none with { Weight = 0 }] },
            "endless goods" => Terms with { Prizes = [a with { Stock = 0 }, none] },
            "deck" => Terms with { IsDeck = true },
            _ => Terms with { IsDeck = true, Prizes = [a, none with { Stock = 1 }] },
        };

        Assert.Equal(expected, LotteryRules.TermsRefusal(terms)?.Reason);
    }

    [Fact]
    public void Update_OfPrizes_MakesANewRuleAndKeepsWhatWasWon()
    {
        var state = State with { Won = [2, 5, 6, 7], Draws = 20 };
        var more = Terms with { Prizes = [Wheel[3], Wheel[0] with { Stock = 2 }, new() { Id = 5, Kind = LotteryPrizeKind.None, Title = "new" }] };

        var renamed = LotteryRules.Update(state, Terms with { Title = "U" }, Start);
        var changed = LotteryRules.Update(state, more, Start);

        Assert.Equal((2, 1), (renamed.Version, renamed.RuleVersion));
        Assert.Equal((2, 2), (changed.Version, changed.RuleVersion));
        Assert.Equal([7, 2, 0], changed.Won);
    }

    /// <summary>Each row has one fault more behind the one that is told.</summary>
    [Theory]
    [InlineData(3, 1, 4, 9, Start, "LOTTERY_VERSION_STALE")]
    [InlineData(0, 1, 4, 9, End, "LOTTERY_ENDED")]
    [InlineData(1, 1, 3, 9, Start, "LOTTERY_PRIZE_TITLE_TAKEN")]
    [InlineData(1, 1, 4, 9, Start, "LOTTERY_PRIZE_UNKNOWN")]
    [InlineData(1, 1, 4, 4, Start, "LOTTERY_STOCK_BELOW_WON")]
    [InlineData(1, 2, 4, 4, Start, null)]
    public void SavingRefusal_OfManyFaults_IsTheFirstThatHolds(
        int version, long stock, int titles, long id, long now, string? expected)
    {
        var state = State with { Won = [2, 5, 6, 7], Draws = 20 };
        var last = Wheel[3] with { Id = id, Title = titles == 3 ? Wheel[0].Title : "-" };
        var terms = Terms with { Prizes = [Wheel[0] with { Stock = stock }, last] };

        Assert.Equal(expected, LotteryRules.SavingRefusal(state, terms, version, now)?.Reason);
    }

    [Fact]
    public void Update_OfAnotherVersionOrAfterTheEnd_IsRefused()
    {
        Assert.Equal("LOTTERY_UNKNOWN", LotteryRules.UpdateRefusal(new(), 0, Start)?.Reason);
        Assert.Equal("LOTTERY_VERSION_STALE", LotteryRules.UpdateRefusal(State, 2, End)?.Reason);
        Assert.Equal("LOTTERY_ENDED", LotteryRules.UpdateRefusal(State, 1, End)?.Reason);
        Assert.Equal("LOTTERY_ENDED", LotteryRules.UpdateRefusal(State with { Closed = true }, 0, Start)?.Reason);
        Assert.Null(LotteryRules.UpdateRefusal(State, 1, End - 1));
    }

    [Fact]
    public void Close_BeforeTheEnd_IsRefusedAndAfterwardsIsForGood()
    {
        Assert.Equal("LOTTERY_NOT_ENDED", LotteryRules.Close(State, End - 1).Refusal?.Reason);
        Assert.True(LotteryRules.Close(State, End).Value!.Closed);
        Assert.True(LotteryRules.Close(State with { Closed = true }, Start).Value!.Closed);
        Assert.Equal("LOTTERY_UNKNOWN", LotteryRules.Close(new(), End).Refusal?.Reason);

        var ended = LotteryRules.End(State, Start + 5).Value!;
        Assert.Equal((true, Start + 5), (ended.Closed, ended.Terms.EndsAt));
    }

    [Theory]
    [InlineData(1, LotteryPrizeKind.Goods, 9, null)]
    [InlineData(1, LotteryPrizeKind.Goods, 8, "LOTTERY_PRIZE_UNKNOWN")]
    [InlineData(9, LotteryPrizeKind.Goods, 9, "LOTTERY_PRIZE_UNKNOWN")]
    [InlineData(1, LotteryPrizeKind.Points, 0, "LOTTERY_PRIZE_UNKNOWN")]
    [InlineData(4, LotteryPrizeKind.None, 0, "LOTTERY_PRIZE_UNKNOWN")]
    public void NamesRefusal_OfIds_AcceptsPresentPrizesOnce(long id, object kind, long goods, string? expected) => Assert.Equal(
        expected,
        LotteryRules.NamesRefusal(
            Wheel, [Wheel[3], new() { Id = id, Kind = (LotteryPrizeKind)kind, GoodsId = goods }, new()])?.Reason);
}
