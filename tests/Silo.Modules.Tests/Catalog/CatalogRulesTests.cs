using Silo.Catalog;
using Silo.Catalog.V1;
using Xunit;

namespace Silo.Modules.Tests.Catalog;

/// <summary>Goal: the rules decide right at their boundaries. Method: tables.</summary>
public sealed class CatalogRulesTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("09:00-21:30", true)]
    [InlineData("09:00-12:00,14:00-02:00", true)]
    [InlineData("9:00-21:30", false)]
    [InlineData("09:00-24:00", false)]
    [InlineData("09:00-09:00", false)]
    [InlineData("09:00 - 21:30", false)]
    [InlineData("09:00-21:30,", false)]
    [InlineData("全天", false)]
    public void AreOpeningHours_Text_IsJudged(string text, bool good) => Assert.Equal(good, CatalogRules.AreOpeningHours(text));

    private static readonly Dictionary<long, long> PropertyOf = new() { [11] = 1, [12] = 1, [21] = 2, [22] = 2, [31] = 3 };

    [Theory]
    [InlineData("", "")]
    [InlineData(",", "")]
    [InlineData("4:15,2:10", "2:10,4:15")]
    [InlineData("2:10,4:15,", "2:10,4:15")]
    [InlineData(",4:15, 2:10 ,,", "2:10,4:15")]
    [InlineData("4:15，2:10", "2:10,4:15")]
    [InlineData("2:10,2:10", "2:10")]
    public void KeyOf_Pairs_IsTheSameInAnyOrder(string pairs, string key) => Assert.Equal(key, CatalogRules.KeyOf(pairs));

    [Theory]
    [InlineData("11,21 12,21", "1,2", "1:11,2:21, 1:12,2:21,")]
    [InlineData("21,11", "2,1", "2:21,1:11,")]
    [InlineData("11", "1", "1:11,")]
    [InlineData("11,21 12", "1,2", null)]
    [InlineData("11,12", "1", null)]
    [InlineData("11,11", "1", null)]
    [InlineData("11,21 21,11", "1,2", null)]
    [InlineData("11 21", "1,2", null)]
    [InlineData("11,21,31 12,22", "1,2,3", null)]
    public void Combine_Values_AreOneOfEachProperty(string skus, string properties, string? pairs)
    {
        var combined = CatalogRules.Combine(
            [.. skus.Split(' ').Select(s => s.Split(',').Select(long.Parse).ToArray())], PropertyOf,
            [.. properties.Split(',').Select(long.Parse)]);

        Assert.Equal(pairs, combined is null ? null : string.Join(' ', combined));
    }

    [Theory]
    [InlineData(1000, 1000, null, 1000)]
    [InlineData(1000, 950, null, 950)]
    [InlineData(999, 950, null, 949)]
    [InlineData(990, 985, null, 975)]
    [InlineData(1, 500, null, 1)]
    [InlineData(1, 499, null, 0)]
    [InlineData(100_000_000, 999, null, 99_900_000)]
    [InlineData(1000, 950, 123L, 123)]
    [InlineData(1000, 950, 0L, 0)]
    public void MemberPrice_RebateOrOwnPrice_IsToTheCent(long cents, int rebate, long? own, long price) =>
        Assert.Equal(price, CatalogRules.MemberPrice(cents, rebate, own));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 800)]
    [InlineData(1000, 800)]
    [InlineData(1001, 1000)]
    [InlineData(1500, 1000)]
    [InlineData(1501, 1200)]
    public void FreightCents_Units_FirstThenBegunSteps(long units, long cents) => Assert.Equal(
        cents, CatalogRules.FreightCents(new() { FirstMilli = 1000, FirstCents = 800, StepMilli = 500, StepCents = 200 }, units));

    [Theory]
    [InlineData(5, StockOperation.Set, 0, 0)]
    [InlineData(5, StockOperation.Add, 3, 8)]
    [InlineData(5, StockOperation.Take, 5, 0)]
    [InlineData(5, StockOperation.Take, 6, -1)]
    public void Changed_Operation_GivesTheStockAfter(long stock, object operation, long number, long after) =>
        Assert.Equal(after, CatalogRules.Changed(stock, (StockOperation)operation, number));

    [Fact]
    public void IsValid_FreeOrOneRateOfACarrier()
    {
        var (nothing, free, twice) = (new FreightTerms(), new FreightTerms { IsFree = true }, new FreightTerms());
        twice.Rates.Add([new FreightRate(), new FreightRate { Carrier = Carrier.Express }]);

        Assert.False(CatalogRules.IsValid(nothing));
        Assert.True(CatalogRules.IsValid(free));
        Assert.False(CatalogRules.IsValid(twice));
        twice.Rates[0].Carrier = Carrier.Ems;
        Assert.True(CatalogRules.IsValid(twice));
    }

    /// <summary>What the template counts, grams and millilitres of the goods, grams of their combinations, the refusal.</summary>
    [Theory]
    [InlineData("Weight", 0, 0, "", "GOODS_WITHOUT_WEIGHT")]
    [InlineData("Weight", 0, 9, "", "GOODS_WITHOUT_WEIGHT")]
    [InlineData("Weight", 1, 0, "", null)]
    [InlineData("Weight", 1, 0, "0,5", null)]
    [InlineData("Weight", 0, 0, "4,5", null)]
    [InlineData("Weight", 0, 0, "4,0", "GOODS_WITHOUT_WEIGHT")]
    [InlineData("Volume", 0, 1, "", null)]
    [InlineData("Volume", 9, 0, "9", "GOODS_WITHOUT_VOLUME")]
    [InlineData("Quantity", 0, 0, "", null)]
    [InlineData("Amount", 0, 0, "0", null)]
    public void MeasureRefusal_OfGoods_AsksForWhatTheTemplateCounts(
        string counted, long grams, long millilitres, string combinations, string? expected)
    {
        var goods = new GoodsTerms { WeightGrams = grams, VolumeMl = millilitres };
        var skus = combinations.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse);
        var unit = Enum.Parse<FreightUnit>(counted);

        Assert.Equal(expected, CatalogRules.MeasureRefusal(new() { Unit = unit }, goods, skus)?.Reason);
        Assert.Null(CatalogRules.MeasureRefusal(new() { Unit = unit, IsFree = true }, goods, skus));
    }

    [Theory]
    [InlineData("", 1, 1000, 0, 800)]
    [InlineData("", 1, 1001, 0, 1000)]
    [InlineData("", 2, 1000, 0, 1500)]
    [InlineData("", 3, 1000, 0, 800)]
    [InlineData("", 1, 0, 0, 0)]
    [InlineData("", 1, 1000, 9899, 800)]
    [InlineData("", 1, 1000, 9900, 0)]
    [InlineData("440000000000,440300000000,440305000000", 1, 1000, 0, 800)]
    [InlineData("650000000000", 1, 1000, 0, 2000)]
    [InlineData("650000000000", 1, 3000, 0, 4000)]
    [InlineData("650000000000", 1, 1000, 1_000_000, 2000)]
    [InlineData("650000000000,650100000000", 1, 1000, 0, 500)]
    [InlineData("650000000000,650100000000", 1, 1000, 5000, 0)]
    [InlineData("650000000000,650100000000,650102000000,", 1, 1000, 4999, 500)]
    public void FreightCents_OfATemplate_IsThatOfTheSmallestRegion(string regions, int carrier, long units, long cents, long expected)
    {
        var terms = new FreightTerms { Unit = FreightUnit.Weight, FreeFromCents = 9900 };
        terms.Rates.Add(new FreightRate { FirstMilli = 1000, FirstCents = 800, StepMilli = 500, StepCents = 200 });
        terms.Rates.Add(new FreightRate { Carrier = Carrier.Ems, FirstMilli = 1000, FirstCents = 1500, StepMilli = 500, StepCents = 200 });
        terms.Regions.Add(Region("650000000000", 2000, 0));
        terms.Regions.Add(Region("650100000000", 500, 5000));

        Assert.Equal(expected, CatalogRules.FreightCents(terms, regions.Split(','), carrier, units, cents));
        terms.IsFree = true;
        Assert.Equal(0, CatalogRules.FreightCents(terms, regions.Split(','), carrier, units, cents));

        static FreightRegion Region(string id, long first, long free) => new()
        {
            RegionIds = { id },
            FreeFromCents = free,
            Rates = { new FreightRate { FirstMilli = 1000, FirstCents = first, StepMilli = 1000, StepCents = 1000 } },
        };
    }

    [Theory]
    [InlineData("650000000000", "540000000000", true)]
    [InlineData("650000000000", "650000000000", false)]
    [InlineData("650000000000", "新疆维吾尔自治区没有编号", false)]
    public void IsValid_RegionsOfATemplate_AreIdsEachOnce(string one, string other, bool valid)
    {
        var terms = new FreightTerms { Rates = { new FreightRate() } };
        terms.Regions.Add(new FreightRegion { RegionIds = { one }, Rates = { new FreightRate() } });
        terms.Regions.Add(new FreightRegion { RegionIds = { other }, Rates = { new FreightRate() } });

        Assert.Equal(valid, CatalogRules.IsValid(terms));
        terms.Regions[1].Rates.Add(new FreightRate { Carrier = Carrier.Express });
        Assert.False(CatalogRules.IsValid(terms));
    }

    [Fact]
    public void Metres_BetweenKnownPlaces_IsOnTheSphere()
    {
        var (beijing, shanghai) = (At(39_904_200, 116_407_400), At(31_230_400, 121_473_700));

        Assert.Equal(0, CatalogRules.Metres(beijing, beijing));
        Assert.InRange(CatalogRules.Metres(beijing, shanghai), 1_066_000, 1_069_000);
        Assert.Equal(CatalogRules.Metres(beijing, shanghai), CatalogRules.Metres(shanghai, beijing));
        Assert.InRange(CatalogRules.Metres(At(0, -179_999_000), At(0, 179_999_000)), 200, 250);
        Assert.InRange(CatalogRules.Metres(At(90_000_000, 0), At(-90_000_000, 0)), 20_015_000, 20_016_000);
    }

    [Fact]
    public void CategoryTree_Shown_IsEnabledWithAllAbove()
    {
        var tree = new CategoryTree([Node(1, 0, 2), Node(2, 0, 1), Node(3, 1, 1), Node(4, 3, 0, enabled: false), Node(5, 4, 0)]);

        Assert.Equal([2, 1, 3, 4, 5], tree.All.Select(c => c.Id));
        Assert.Equal([2, 1, 3], tree.Shown.Select(c => c.Id));
        Assert.Equal([3, 4, 5], tree.WithDescendants(3));
        Assert.Equal([5, 4, 3, 1], tree.Path(5));
        Assert.Equal([9], tree.WithDescendants(9));
        Assert.Empty(tree.Path(9));
    }

    private static Position At(long latitude, long longitude) => new() { LatitudeMicro = latitude, LongitudeMicro = longitude };

    private static Category Node(long id, long parent, int sort, bool enabled = true) =>
        new() { Id = id, Enabled = enabled, Terms = new() { ParentId = parent, Sort = sort } };
}
