using Silo.Reference.V1;
using Xunit;
using static Silo.Server.Tests.Reasons;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: everybody can ask for reference data, and an id is never given twice. Method: a running server; the data itself is
/// looked at in the module's own tests.
/// </summary>
// A server of its own, which is killed.
public sealed class ReferenceTests(ShopOnSqlite own) : ShopSuite(own), IClassFixture<ShopOnSqlite>
{
    private ReferenceService.ReferenceServiceClient Reference => new(Shop.Channel);

    [Fact]
    public async Task ListRegions_FromTheProvincesDown_HasPages()
    {
        var provinces = await Reference.ListRegionsAsync(new());
        Assert.Equal((31, 31L), (provinces.Regions.Count, provinces.TotalCount));
        Assert.Equal(
            new Region { Id = "340000000000", Name = "安徽省", Level = RegionLevel.Province, Pinyin = "anhuisheng", Initials = "ahs" },
            provinces.Regions[0]);
        Assert.Equal(provinces.Regions.Select(r => r.Pinyin).Order(StringComparer.Ordinal), provinces.Regions.Select(r => r.Pinyin));

        var cities = await Reference.ListRegionsAsync(new() { ParentId = "110000000000" });
        Assert.Equal(
            new Region
            {
                Id = "110100000000",
                Name = "市辖区",
                Level = RegionLevel.City,
                ParentId = "110000000000",
                Pinyin = "shixiaqu",
                Initials = "sxq",
            },
            Assert.Single(cities.Regions));

        var page = await Reference.ListRegionsAsync(new() { ParentId = "110100000000", Page = 2, PageSize = 10 });
        Assert.Equal((6, 16L), (page.Regions.Count, page.TotalCount));
        Assert.Empty((await Reference.ListRegionsAsync(new() { ParentId = "110100000000", Page = 3, PageSize = 10 })).Regions);
        Assert.Empty((await Reference.ListRegionsAsync(new() { ParentId = "110101001000" })).Regions);
        Assert.Equal("REGION_UNKNOWN", await ReasonAsync(Reference.ListRegionsAsync(new() { ParentId = "110" })));
    }

    [Fact]
    public async Task GetRegion_OfAStreet_HasThoseAbove()
    {
        var street = await Reference.GetRegionAsync(new() { Id = "110101001000" });

        Assert.Equal(("东华门街道", RegionLevel.Street), (street.Region.Name, street.Region.Level));
        Assert.Equal(["北京市", "市辖区", "东城区"], street.Above.Select(r => r.Name));
        Assert.Equal("REGION_UNKNOWN", await ReasonAsync(Reference.GetRegionAsync(new() { Id = "110101" })));
    }

    [Fact]
    public async Task LocateMobile_Number_IsItsSegment()
    {
        Assert.Equal(
            new LocateMobileResponse { Prefix = "1350000", Province = "广东", City = "广州", Carrier = "中国移动" },
            await Reference.LocateMobileAsync(new() { Mobile = "13500000000" }));
        Assert.Equal("MOBILE_INVALID", await ReasonAsync(Reference.LocateMobileAsync(new() { Mobile = "110" })));
        Assert.Equal("MOBILE_UNKNOWN", await ReasonAsync(Reference.LocateMobileAsync(new() { Mobile = "16212345678" })));
    }

    [Fact]
    public async Task MakeUniqueId_ByManyAtOnceAndOverARestart_IsNewAndOrdered()
    {
        var first = await ManyAsync();
        await Shop.Server.KillAsync();
        await Shop.RestartAsync();
        var second = await ManyAsync();

        Assert.Equal(400, first.Concat(second).Distinct().Count());
        Assert.True(first.Max() < second.Min(), "An id after the restart is below one before it.");
        Assert.True(second.Max() < 1L << 53);

        async Task<long[]> ManyAsync() => await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
            long.Parse((await Reference.MakeUniqueIdAsync(new() { Type = i % 2 == 0 ? "order" : "" })).Id, null)));
    }
}
