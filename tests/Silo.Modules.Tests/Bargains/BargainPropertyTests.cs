using Silo.Bargains;
using Silo.Testing;
using Xunit;

namespace Silo.Modules.Tests.Bargains;

/// <summary>
/// Goal: no bargain breaks a published bound, whatever its terms and whatever is drawn. Method: 10,000 bargains of
/// generated terms, from tiny to the largest that a campaign may have, each helped until its floor; the seed is printed
/// and can be given back. The fairness of a plan's places is looked at over many plans of one campaign.
/// </summary>
public sealed class BargainPropertyTests(ITestOutputHelper output)
{
    private const int Bargains = 10_000;
    private const int MaxCents = 100_000_000;
    private const int MaxHelpers = 200;
    private const int MaxHelpsWatched = 400;

    [Fact]
    public void EveryBargain_OfGeneratedTerms_KeepsItsBounds()
    {
        var chance = Chance();
        var (planned, reached) = (0, 0);
        for (var i = 0; i < Bargains; i++)
        {
            var terms = Generated(chance);
            Assert.Null(BargainRules.TermsRefusal(terms));
            var plan = BargainRules.Plan(terms, chance.Next);
            planned += plan.Length > 0 ? 1 : 0;
            AssertPlan(terms, plan);
            reached += Helped(terms, plan, chance) ? 1 : 0;
        }

        output.WriteLine($"{planned} planned, {reached} at their floor");
        Assert.InRange(planned, Bargains / 4, Bargains * 3 / 4);
        Assert.True(reached > planned);
    }

    [Fact]
    public void Plan_OfExtremeChance_KeepsItsBounds()
    {
        foreach (var terms in new[]
        {
            Terms(0, 1_000, 1, 100, 10), Terms(0, 1_000, 99, 101, 10), Terms(0, 1_000, 100, 100, 10), Terms(0, 997, 1, 997, 10),
            Terms(0, MaxCents, 1, MaxCents, MaxHelpers), Terms(0, MaxCents, MaxCents, MaxCents, 1), Terms(0, 200, 1, 2, 199),
        })
        {
            AssertPlan(terms, BargainRules.Plan(terms, _ => 0));
            AssertPlan(terms, BargainRules.Plan(terms, values => values - 1));
            AssertPlan(terms, BargainRules.Plan(terms, values => values / 2));
        }
    }

    [Fact]
    public void Plan_OverManyBargains_FavoursNoPlace()
    {
        const int plans = 20_000, helpers = 8;
        var (chance, terms) = (Chance(), Terms(0, 3_000, 100, 1_000, helpers));
        var (sums, distinct) = (new long[helpers], new HashSet<int>());
        for (var i = 0; i < plans; i++)
        {
            var plan = BargainRules.Plan(terms, chance.Next);
            for (var place = 0; place < helpers; place++)
            {
                sums[place] += plan[place];
                distinct.Add(plan[place]);
            }
        }

        // The mean part is 375; that of 20,000 differs from it by more than 2 % once in a thousand million seeds.
        Assert.All(sums, sum => Assert.InRange((double)sum / plans, 367.5, 382.5));
        Assert.True(distinct.Count > 500, $"Only {distinct.Count} different parts.");
    }

    private static BargainTerms Terms(long floor, long toCut, long min, long max, int helpers) => new()
    {
        FloorCents = floor,
        StartCents = floor + toCut,
        CutMinCents = min,
        CutMaxCents = max,
        HelpersToFloor = helpers,
        StartsAt = 0,
        EndsAt = 1,
    };

    /// <summary>Terms that a campaign may have; half of them planned, of these some at the very edge of what is possible.</summary>
    private static BargainTerms Generated(Random chance)
    {
        var size = (int)Math.Pow(10, chance.Next(1, 8));
        var toCut = chance.Next(1, size);
        var floor = chance.Next(0, MaxCents - toCut);
        if (chance.Next(2) == 0)
        {
            var least = chance.Next(1, Math.Max(2, toCut));
            return Terms(floor, toCut, least, least + chance.Next(0, size), 0);
        }

        var helpers = chance.Next(1, Math.Min(MaxHelpers, toCut) + 1);
        var (share, edge) = (toCut / helpers, chance.Next(4) == 0);
        var min = edge ? share : chance.Next(1, share + 1);
        var up = (toCut + helpers - 1) / helpers;
        return Terms(floor, toCut, Math.Max(1, min), edge ? up : up + chance.Next(0, size), helpers);
    }

    private static void AssertPlan(BargainTerms terms, int[] plan)
    {
        Assert.Equal(terms.HelpersToFloor, plan.Length);
        Assert.All(plan, part => Assert.InRange(part, terms.CutMinCents, terms.CutMaxCents));
        Assert.Equal(plan.Length == 0 ? 0 : terms.ToCutCents, plan.Sum(part => (long)part));
    }

    /// <summary>Helps until the floor, or until as many have helped as a test can watch; says whether the floor is reached.</summary>
    private static bool Helped(BargainTerms terms, int[] plan, Random chance)
    {
        var campaign = new Campaign(1, 1, terms, true, 0, 0, 0);
        var state = BargainRules.Start(new(), campaign, 1, "", plan, 0);
        var cuts = 0L;
        while (!state.IsAtFloor && state.Helps < MaxHelpsWatched)
        {
            Assert.Null(BargainRules.HelpRefusal(state, campaign, 0, 0));
            var cut = BargainRules.NextCut(state, chance.Next);
            var next = BargainRules.AfterCut(state, cut, 0);
            Assert.InRange(cut, next.IsAtFloor ? 1 : terms.CutMinCents, terms.CutMaxCents);
            cuts += cut;
            Assert.Equal(terms.StartCents - cuts, next.PriceCents);
            Assert.True(next.PriceCents >= terms.FloorCents);
            Assert.Equal(state.Helps + 1, next.Helps);
            state = next;
        }

        if (plan.Length > 0)
        {
            Assert.True(state.IsAtFloor);
            Assert.Equal(plan.Length, state.Helps);
        }

        if (state.IsAtFloor)
        {
            Assert.Equal("BARGAIN_AT_FLOOR", BargainRules.HelpRefusal(state, campaign, 0, 0)?.Reason);
        }

        return state.IsAtFloor;
    }

    private static Random Chance() => new(TestSeed.Draw());
}
