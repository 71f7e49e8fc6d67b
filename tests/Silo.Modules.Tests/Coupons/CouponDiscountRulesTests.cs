using Silo.Coupons;
using Silo.Kernel;
using Silo.Testing;
using Xunit;

namespace Silo.Modules.Tests.Coupons;

/// <summary>
/// Goal: what a user coupon takes off is shared to the exact cent, never more than a line costs, and a user coupon that takes off
/// nothing says why. Method: tables of both sides of every rule, and random orders against the laws that hold for all.
/// </summary>
public sealed class CouponDiscountRulesTests
{
    private const long Now = 1_000_000;
    private static readonly ShopClock Clock = new(TimeProvider.System, TimeZoneInfo.Utc);

    /// <summary>amount, weights, shares.</summary>
    public static TheoryData<long, long[], long[]> Shares => new()
    {
        { 1_000, [1_000, 1_000, 1_000], [334, 333, 333] },
        { 2_000, [1_000, 1_000, 1_000], [667, 667, 666] },
        { 3_000, [1_000, 1_000, 1_000], [1_000, 1_000, 1_000] },
        { 0, [1_000, 1_000], [0, 0] },
        { 0, [0, 0], [0, 0] },
        { 0, [], [] },
        { 1, [1, 1, 1], [1, 0, 0] },
        // the largest remainder goes first, not the first line
        { 10, [1, 2, 97], [0, 0, 10] },
        { 1, [1, 2], [0, 1] },
        // a line that costs nothing gets nothing
        { 5, [0, 7, 0, 3], [0, 4, 0, 1] },
        { 9_999_999_999_999, [4_999_999_999_999, 5_000_000_000_001], [4_999_999_999_999, 5_000_000_000_000] },
    };

    [Theory]
    [MemberData(nameof(Shares))]
    public void Share_GivesTheExactSum(long amount, long[] weights, long[] expected) =>
        Assert.Equal(expected, CouponDiscountRules.Share(amount, weights));

    [Fact]
    public void Share_OfRandomWeights_IsExactBoundedAndFair()
    {
        var seed = TestSeed.Draw();
        var random = new Random(seed);
        for (var round = 0; round < 5_000; round++)
        {
            var weights = Enumerable.Range(0, random.Next(1, 12)).Select(_ => Amount(random)).ToArray();
            var sum = weights.Sum();
            var amount = random.NextInt64(0, sum + 1);

            var shares = CouponDiscountRules.Share(amount, weights);

            var what = $"{amount} over [{string.Join(", ", weights)}]: [{string.Join(", ", shares)}], seed {seed}";
            Assert.True(shares.Sum() == amount, what);
            for (var i = 0; i < weights.Length; i++)
            {
                Assert.True(shares[i] >= 0 && shares[i] <= weights[i], what);
                // Within one cent of its part.
                Assert.True(Int128.Abs(((Int128)shares[i] * sum) - ((Int128)amount * weights[i])) < Int128.Max(sum, 1), what);
            }
        }
    }

    [Fact]
    public void Quote_TenOffThreeLinesOfTen_IsSharedToTheCent()
    {
        var discount = Quote(Basket([1_000, 1_000, 1_000]), UserCoupon(1_000));

        Assert.Equal([334, 333, 333], discount.LineCents);
        Assert.Equal((0, 1_000), (discount.FreightCents, discount.TotalCents));
    }

    /// <summary>percentage in hundredths, cents, cents off.</summary>
    [Theory]
    [InlineData(1_500, 1_000, 150)]
    [InlineData(10_000, 999, 999)]
    // half a cent is rounded up, less is not
    [InlineData(5_000, 1, 1)]
    [InlineData(5_000, 3, 2)]
    [InlineData(1_500, 10, 2)]
    [InlineData(1_500, 9, 1)]
    [InlineData(3_333, 10_000, 3_333)]
    [InlineData(1, 5_000, 1)]
    [InlineData(10_000, 10_000_000_000_000, 10_000_000_000_000)]
    [InlineData(9_999, 1_000_000_000_000_000, 999_900_000_000_000)]
    public void Quote_APercentage_IsRoundedToTheNearestCent(long percent, long cents, long expected) =>
        Assert.Equal(expected, Quote(Basket([cents]), UserCoupon(percent, t => t with { IsPercent = true })).TotalCents);

    /// <summary>amount, line, off.</summary>
    [Theory]
    [InlineData(999, 1_000, 999)]
    [InlineData(1_000, 1_000, 1_000)]
    [InlineData(1_001, 1_000, 1_000)]
    public void Quote_AnAmount_IsAtMostWhatTheGoodsCost(long amount, long line, long expected)
    {
        var discount = Quote(Basket([line], freight: 500), UserCoupon(amount));

        Assert.Equal((expected, 0L), (discount.TotalCents, discount.FreightCents));
    }

    /// <summary>goods (the second line is no target), freight, targets, reached.</summary>
    [Theory]
    [InlineData(600, 300, 100, false, true)]
    [InlineData(600, 300, 99, false, false)]
    [InlineData(1_000, 0, 0, false, true)]
    [InlineData(999, 0, 0, false, false)]
    // of a user coupon for certain goods, those goods alone
    [InlineData(1_000, 0, 0, true, true)]
    [InlineData(999, 5_000, 5_000, true, false)]
    public void Quote_Threshold_IsComparedWithWhatItIsFor(long first, long second, long freight, bool targets, bool reached)
    {
        var userCoupon = UserCoupon(100, t => t with
        {
            ThresholdCents = 1_000,
            Targets = targets ? [new() { IsGoods = true, TargetId = 1 }] : [],
        });

        var discount = Quote(Basket([first, second], freight), userCoupon);

        Assert.Equal(reached ? null : "USER_COUPON_SPEND_TOO_LOW", discount.Refusal?.Reason);
        Assert.Equal(reached ? 100 : 0, discount.TotalCents);
    }

    [Fact]
    public void Quote_ThresholdOfALaterUserCoupon_IsComparedWithTheOrderBeforeAny()
    {
        var discounts = CouponDiscountRules.Quote(
            [UserCoupon(600), UserCoupon(600, t => t with { ThresholdCents = 1_000 }, id: 2)], Basket([1_000]), Now, Clock);

        Assert.Equal([600, 400], discounts.Select(d => d.TotalCents));
        Assert.All(discounts, d => Assert.Null(d.Refusal));
    }

    /// <summary>percent, value, freight, off.</summary>
    [Theory]
    [InlineData(false, 1_000, 800, 800)]
    [InlineData(false, 300, 800, 300)]
    [InlineData(true, 5_000, 801, 401)]
    [InlineData(true, 10_000, 800, 800)]
    public void Quote_FreightOnly_ReducesFreightAndNothingElse(bool percent, long value, long freight, long expected)
    {
        var discount = Quote(Basket([5_000], freight), UserCoupon(value, t => t with { FreightOnly = true, IsPercent = percent }));

        Assert.Equal([0], discount.LineCents);
        Assert.Equal(expected, discount.FreightCents);
    }

    /// <summary>targets as goods or category ids, store; which of three lines it is for. Lines: goods 1, 2, 3; see below.</summary>
    public static TheoryData<long[], long[], long, bool[]> Targets => new()
    {
        { [], [], 0, [true, true, true] },
        { [1], [], 0, [true, false, false] },
        { [1, 3], [], 0, [true, false, true] },
        { [], [10], 0, [true, true, false] },
        { [], [11], 0, [true, false, false] },
        { [3], [11], 0, [true, false, true] },
        { [], [], 7, [false, true, true] },
        { [], [10], 7, [false, true, false] },
        { [1], [], 7, [false, false, false] },
        // an id of goods is none of a category, and the other way round
        { [10], [1], 0, [false, false, false] },
    };

    [Theory]
    [MemberData(nameof(Targets))]
    public void Quote_TargetsAndStore_ReduceTheLinesThatTheyMean(long[] goods, long[] categories, long shop, bool[] lines)
    {
        var basket = new DiscountBasket(
            [new(1, [10, 11], 0, 1_000), new(2, [10, 12], 7, 1_000), new(3, [13], 7, 1_000)], 500);
        var userCoupon = UserCoupon(10_000, t => t with
        {
            IsPercent = true,
            ShopId = shop,
            Targets =
            [
                .. goods.Select(id => new CouponTarget { IsGoods = true, TargetId = id }),
                .. categories.Select(id => new CouponTarget { TargetId = id }),
            ],
        });

        var discount = Quote(basket, userCoupon);

        Assert.Equal(lines.Select(l => l ? 1_000L : 0), discount.LineCents);
        Assert.Equal(lines.Contains(true) ? null : "USER_COUPON_NO_MATCHING_GOODS", discount.Refusal?.Reason);
    }

    [Fact]
    public void Quote_SeveralUserCoupons_EachTakesFromWhatIsLeft()
    {
        var basket = Basket([1_000, 500], freight: 300);

        var discounts = CouponDiscountRules.Quote(
            [
                UserCoupon(5_000, t => t with { IsPercent = true }, id: 1),
                UserCoupon(200, t => t with { FreightOnly = true }, id: 2),
                UserCoupon(600, t => t with { Targets = [new() { IsGoods = true, TargetId = 1 }] }, id: 3),
                UserCoupon(200, t => t with { FreightOnly = true }, id: 4),
                UserCoupon(9_000, id: 5),
                UserCoupon(1, id: 6),
                UserCoupon(1, t => t with { FreightOnly = true }, id: 7),
            ],
            basket,
            Now,
            Clock);

        Assert.Equal([[500, 250], [0, 0], [500, 0], [0, 0], [0, 250], [0, 0], [0, 0]], discounts.Select(d => d.LineCents.ToArray()));
        Assert.Equal([0, 200, 0, 100, 0, 0, 0], discounts.Select(d => d.FreightCents));
        Assert.Equal(
            [null, null, null, null, null, "USER_COUPON_NOTHING_TO_REDUCE", "USER_COUPON_NOTHING_TO_REDUCE"],
            discounts.Select(d => d.Refusal?.Reason));
    }

    [Theory]
    [InlineData(false, 100, 0)]
    [InlineData(true, 4_999, 1)]
    public void Quote_WhatComesToNothing_IsRefused(bool percent, long value, long line) => Assert.Equal(
        "USER_COUPON_NOTHING_TO_REDUCE", Quote(Basket([line], 500), UserCoupon(value, t => t with { IsPercent = percent })).Refusal?.Reason);

    /// <summary>The faults of a user coupon in the documented order: what makes each, and its reason.</summary>
    private static readonly (string Reason, Func<HeldUserCoupon, HeldUserCoupon> Make)[] Faults =
    [
        ("USER_COUPON_NOT_USABLE", p => p with { Mark = UserCouponMark.Reserved }),
        ("USER_COUPON_NOT_YET_USABLE", p => p with { Terms = p.Terms with { UsableFrom = Now + 1 } }),
        ("USER_COUPON_NO_MATCHING_GOODS", p => p with { Terms = p.Terms with { ShopId = 9 } }),
        ("USER_COUPON_SPEND_TOO_LOW", p => p with { Terms = p.Terms with { ThresholdCents = 1_001 } }),
        ("USER_COUPON_NO_FREIGHT", p => p with { Terms = p.Terms with { FreightOnly = true } }),
    ];

    [Fact]
    public void Quote_WithTwoFaults_SaysTheFirstAndTakesNothing()
    {
        for (var first = 0; first < Faults.Length; first++)
        {
            for (var second = first; second < Faults.Length; second++)
            {
                var discount = Quote(Basket([1_000]), Faults[second].Make(Faults[first].Make(UserCoupon(100))));
                Assert.Equal((Faults[first].Reason, 0L), (discount.Refusal?.Reason, discount.TotalCents));
                Assert.Equal([0], discount.LineCents);
            }
        }
    }

    /// <summary>mark, usable from and until relative to now; expected reason.</summary>
    [Theory]
    [InlineData(null, 0, 1, null)]
    [InlineData(null, 0, 0, "USER_COUPON_NOT_USABLE")]
    [InlineData(null, 1, 2, "USER_COUPON_NOT_YET_USABLE")]
    [InlineData(1, 0, 1, "USER_COUPON_NOT_USABLE")]
    [InlineData(2, 0, 1, "USER_COUPON_NOT_USABLE")]
    [InlineData(3, 0, 1, "USER_COUPON_NOT_USABLE")]
    [InlineData(4, 0, 1, "USER_COUPON_NOT_USABLE")]
    public void Quote_MarkAndTime_AreExact(int? mark, long from, long until, string? expected)
    {
        var userCoupon = UserCoupon(100, t => t with { UsableFrom = Now + from, UsableUntil = Now + until }) with { Mark = (UserCouponMark?)mark };

        Assert.Equal(expected, Quote(Basket([1_000]), userCoupon).Refusal?.Reason);
    }

    [Fact]
    public void Quote_WithoutLines_MatchesNothing() =>
        Assert.Equal("USER_COUPON_NO_MATCHING_GOODS", Quote(Basket([], 500), UserCoupon(100)).Refusal?.Reason);

    [Fact]
    public void Quote_RandomOrders_KeepTheLaws()
    {
        var seed = TestSeed.Draw();
        var random = new Random(seed);
        var applied = 0;
        for (var round = 0; round < 3_000; round++)
        {
            var basket = new DiscountBasket(
                [.. Enumerable.Range(0, random.Next(0, 6)).Select(_ => new DiscountLine(
                    random.Next(1, 4), [random.Next(10, 13)], random.Next(0, 2), Amount(random)))],
                random.Next(2) == 0 ? 0 : Amount(random));
            HeldUserCoupon[] userCoupons = [.. Enumerable.Range(1, random.Next(1, 6)).Select(id => RandomUserCoupon(random, id))];

            var discounts = CouponDiscountRules.Quote(userCoupons, basket, Now, Clock);

            Assert.Equal(userCoupons.Select(p => p.Id), discounts.Select(d => d.UserCouponId));
            for (var line = 0; line < basket.Lines.Count; line++)
            {
                Assert.True(discounts.Sum(d => d.LineCents[line]) <= basket.Lines[line].AmountCents, $"round {round}, seed {seed}");
            }

            Assert.True(discounts.Sum(d => d.FreightCents) <= basket.FreightCents, $"round {round}, seed {seed}");
            foreach (var (userCoupon, discount) in userCoupons.Zip(discounts))
            {
                applied += discount.Refusal is null ? 1 : 0;
                Assert.True(discount.LineCents.All(c => c >= 0) && discount.FreightCents >= 0, $"round {round}, seed {seed}");
                // One that takes off nothing says why, and one that says why takes off nothing.
                Assert.True(discount.Refusal is null == discount.TotalCents > 0, $"round {round}, seed {seed}");
                Assert.True(
                    userCoupon.Terms.FreightOnly ? discount.LineCents.Sum() == 0 : discount.FreightCents == 0,
                    $"round {round}, seed {seed}");
                Assert.True(
                    userCoupon.Terms.IsPercent || discount.TotalCents <= userCoupon.AmountCents, $"round {round}, seed {seed}");
            }
        }

        Assert.True(applied > 1_000, $"{applied} user coupons applied, seed {seed}");
    }

    private static HeldUserCoupon RandomUserCoupon(Random random, int id)
    {
        var percent = random.Next(2) == 0;
        return UserCoupon(
            percent ? random.Next(1, 10_001) : Amount(random) + 1,
            t => t with
            {
                IsPercent = percent,
                FreightOnly = random.Next(4) == 0,
                ShopId = random.Next(5) == 0 ? 1 : 0,
                ThresholdCents = random.Next(2) == 0 ? 0 : Amount(random),
                Targets = random.Next(3) != 0
                    ? []
                    : [random.Next(2) == 0 ? new() { IsGoods = true, TargetId = random.Next(1, 4) } : new() { TargetId = random.Next(10, 13) }],
            },
            id);
    }

    private static long Amount(Random random) => random.Next(4) switch
    {
        0 => 0,
        1 => random.Next(1, 4),
        2 => random.Next(1, 10_000),
        _ => random.NextInt64(1, 10_000_000_000),
    };

    private static Discount Quote(DiscountBasket basket, HeldUserCoupon userCoupon) =>
        Assert.Single(CouponDiscountRules.Quote([userCoupon], basket, Now, Clock));

    private static DiscountBasket Basket(long[] lines, long freight = 0) =>
        new([.. lines.Select((amount, i) => new DiscountLine(i + 1, [], 0, amount))], freight);

    private static HeldUserCoupon UserCoupon(long amount, Func<UserCouponTerms, UserCouponTerms>? change = null, long id = 1)
    {
        var terms = new UserCouponTerms { Name = "n", Type = "", AmountCents = amount, UsableUntil = Now + 1 };
        return new(id, change?.Invoke(terms) ?? terms, amount, 500, null);
    }
}
