using Silo.Coupons;
using Silo.Kernel;
using Xunit;

namespace Silo.Modules.Tests.Coupons;

/// <summary>
/// Goal: of several faults of a claim, the first of the documented order is told. Method: every fault as a change of a
/// claim that is accepted, alone and in every pair, and each limit at its two sides.
/// </summary>
public sealed class ClaimPrecedenceTests
{
    private static readonly ShopClock Clock = new(TimeProvider.System, TimeZoneInfo.Utc);
    private const long Start = 1_000;
    private const long End = 2_000;

    /// <summary>The faults in the documented order, each with what makes it.</summary>
    private static readonly (string Reason, Func<Case, Case> Make)[] Faults =
    [
        ("COUPON_PASSWORD_WRONG", c => c with { Command = c.Command with { Password = "shut" } }),
        ("COUPON_NOT_OPEN", c => c with { State = c.State with { Enabled = false } }),
        ("COUPON_ENDED", c => c with { Now = End }),
        ("COUPON_SOLD_OUT", c => c with { State = c.State with { Claimed = 5, Allocated = 5 } }),
        ("COUPON_LIMIT_REACHED", c => c with { Claimant = c.Claimant with { UserCoupons = [UserCoupon("a"), UserCoupon("b")] } }),
        ("COUPON_STREAK_TOO_SHORT", c => c with { Claimant = c.Claimant with { StreakDays = 6 } }),
        ("COUPON_POINTS_TOO_LOW", c => c with { Claimant = c.Claimant with { Points = 99 } }),
        ("COUPON_PAYMENT_NEEDED", c => c with { Command = c.Command with { IsPaid = false } }),
    ];

    public static TheoryData<int, int> Pairs
    {
        get
        {
            var pairs = new TheoryData<int, int>();
            for (var first = 0; first < Faults.Length; first++)
            {
                for (var second = first; second < Faults.Length; second++)
                {
                    pairs.Add(first, second);
                }
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Claim_WithTwoFaults_IsRefusedForTheFirst(int first, int second)
    {
        var refused = Decide(Faults[second].Make(Faults[first].Make(Good())));
        var dry = Decide(Faults[second].Make(Faults[first].Make(Good() with { Command = Good().Command with { DryRun = true } })));

        Assert.Equal((Faults[first].Reason, null), refused);
        Assert.Equal(refused, dry);
    }

    [Fact]
    public void Claim_WithAllFaults_IsRefusedForEachInTurnAsTheyAreMended()
    {
        for (var mended = 0; mended < Faults.Length; mended++)
        {
            var rest = Faults.Skip(mended).Aggregate(Good(), (c, fault) => fault.Make(c));
            Assert.Equal(Faults[mended].Reason, Decide(rest).Reason);
        }

        Assert.Equal((null, null), Decide(Good()));
    }

    /// <summary>What is at a limit: change, expected reason.</summary>
    public static TheoryData<string, string?> Limits => new()
    {
        { "start", null },
        { "before start", "COUPON_NOT_OPEN" },
        { "last millisecond", null },
        { "end", "COUPON_ENDED" },
        { "last user coupon", null },
        { "allocated all", "COUPON_SOLD_OUT" },
        { "over-claimed", "COUPON_SOLD_OUT" },
        { "one below limit", null },
        { "others' user coupons", null },
        { "enough days", null },
        { "enough points", null },
        { "no password needed", null },
        { "password of another case", null },
        { "password of another width", null },
        { "another password", "COUPON_PASSWORD_WRONG" },
        { "no password named", "COUPON_PASSWORD_WRONG" },
        { "free and not paid", null },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    public void Claim_AtALimit_IsDecidedExactly(string limit, string? expected)
    {
        var good = Good();
        var c = limit switch
        {
            "start" => good with { Now = Start },
            "before start" => good with { Now = Start - 1 },
            "last millisecond" => good with { Now = End - 1 },
            "end" => good with { Now = End },
            "last user coupon" => good with { State = good.State with { Claimed = 4, Allocated = 5 } },
            "allocated all" => good with { State = good.State with { Claimed = 0, Allocated = 10 } },
            "over-claimed" => good with { State = good.State with { Claimed = 11 } },
            "one below limit" => good with { Claimant = good.Claimant with { UserCoupons = [UserCoupon("a")] } },
            "others' user coupons" => good with
            {
                Claimant = good.Claimant with
                {
                    UserCoupons =
                    [
                        .. new[] { UserCouponOrigin.Issue, UserCouponOrigin.Card, UserCouponOrigin.Gift }
                            .Select(origin => UserCoupon($"{origin}") with { Origin = origin }),
                        UserCoupon("a"),
                    ],
                },
            },
            "enough days" => good with { Claimant = good.Claimant with { StreakDays = 7 } },
            "enough points" => good with { Claimant = good.Claimant with { Points = 100 } },
            "no password needed" => With(good, t => t with { Password = "" }, command => command with { Password = "any" }),
            "password of another case" => With(good, t => t, command => command with { Password = "OPEN" }),
            "password of another width" => With(good, t => t, command => command with { Password = "ｏｐｅｎ　" }),
            "another password" => With(good, t => t, command => command with { Password = "opens" }),
            "no password named" => With(good, t => t, command => command with { Password = "" }),
            "free and not paid" => With(good, t => t with { PriceCents = 0 }, command => command with { IsPaid = false }),
            _ => throw new ArgumentOutOfRangeException(nameof(limit), limit, null),
        };

        Assert.Equal((expected, null), Decide(c));
    }

    [Fact]
    public void Claim_ThatIsNotPaid_SaysThePrice()
    {
        var c = Good();

        var (refusal, _) = CouponRules.Claim(c.State, c.Command with { IsPaid = false }, c.Claimant, c.Now, Clock);

        Assert.Equal("250", refusal!.Metadata["amount_cents"]);
    }

    [Theory]
    [InlineData(7, false, null, 1L)]
    [InlineData(8, false, "REQUEST_ID_REUSED", null)]
    // A dry run is never a repeat: it says what a new claim would get.
    [InlineData(7, true, "COUPON_PASSWORD_WRONG", null)]
    [InlineData(8, true, "COUPON_PASSWORD_WRONG", null)]
    public void Claim_OfAUsedRequestIdWithEveryFault_IsLookedUpBeforeAnyRule(long hash, bool dryRun, string? reason, long? userCoupon)
    {
        var c = Faults.Aggregate(Good(), (good, fault) => fault.Make(good));

        var decided = Decide(c with { Command = c.Command with { RequestId = "a", RequestHash = hash, DryRun = dryRun } });

        Assert.Equal((reason, userCoupon), decided);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Claim_OfACouponThatDoesNotExist_IsUnknownBeforeEveryFault(bool dryRun)
    {
        var c = Faults.Aggregate(Good(), (good, fault) => fault.Make(good));

        Assert.Equal(
            ("COUPON_UNKNOWN", null),
            Decide(c with { State = new(), Command = c.Command with { RequestId = "a", RequestHash = 8, DryRun = dryRun } }));
    }

    private static (string? Reason, long? UserCoupon) Decide(Case c)
    {
        var (refusal, repeat) = CouponRules.Claim(c.State, c.Command, c.Claimant, c.Now, Clock);
        return (refusal?.Reason, repeat?.UserCouponId);
    }

    private static Case With(Case c, Func<CouponTerms, CouponTerms> terms, Func<ClaimCommand, ClaimCommand> command) =>
        c with { State = c.State with { Terms = terms(c.State.Terms) }, Command = command(c.Command) };

    private static AcceptedClaim UserCoupon(string requestId) => new(1, 1, requestId, 7, 1_200);

    private static Case Good() => new(
        new()
        {
            Version = 1,
            Enabled = true,
            Claimed = 3,
            Allocated = 4,
            Terms = new()
            {
                StockTotal = 10,
                LimitPerUser = 2,
                ClaimableFrom = Start,
                ClaimableUntil = End,
                Password = "open",
                StreakDays = 7,
                PointsCost = 100,
                PriceCents = 250,
            },
        },
        new() { RequestId = "new", Password = "open", IsPaid = true },
        new([], 7, 100),
        1_500);

    private sealed record Case(CouponState State, ClaimCommand Command, Claimant Claimant, long Now);
}
