using Silo.Reference;
using Xunit;

namespace Silo.Modules.Tests.Reference;

/// <summary>
/// Goal: the embedded list is the official one, whole, in the shape that pickers and addresses rely on. Method: what holds
/// of every division, and known places as a table.
/// </summary>
public sealed class RegionsTests
{
    private static readonly RegionsDoor Regions = new();

    [Fact]
    public void Provinces_AreThe31_ById()
    {
        Assert.Equal(31, Regions.Provinces.Count);
        Assert.Equal(Regions.Provinces.Select(p => p.Id).Order(StringComparer.Ordinal), Regions.Provinces.Select(p => p.Id));
        Assert.All(Regions.Provinces, p => Assert.Null(p.Parent));
    }

    [Fact]
    public void EveryDivision_HasAnIdANameAParentAndItsPlaceAmongTheChildren()
    {
        var all = All().ToList();

        Assert.Equal(44_699, all.Count);
        Assert.Equal(all.Count, all.Select(r => r.Id).Distinct().Count());
        Assert.All(all, region =>
        {
            Assert.Equal(12, region.Id.Length);
            Assert.True(region.Id.All(char.IsAsciiDigit), region.Id);
            Assert.True(region.Name.Trim() == region.Name && region.Name.Length > 0, region.Id);
            Assert.Same(region, Regions.Find(region.Id));
            Assert.Equal(region.Level == 1, region.Parent is null);
            Assert.True(region.Parent is null || region.Parent.Level < region.Level, region.Id);
            Assert.True(region.Parent is null || region.Parent.Children.Contains(region), region.Id);
            Assert.Equal(
                region.Children.Select(c => c.Id).Order(StringComparer.Ordinal), region.Children.Select(c => c.Id));
        });
    }

    [Fact]
    public void EveryProvinceAndCity_HasChildren_AndNoListExceedsAPage() => Assert.All(All(), region =>
    {
        Assert.True(region.Level > 2 || region.Children.Count > 0, region.Name);
        Assert.True(region.Children.Count <= 100, region.Name);
        Assert.True(region.Level < 4 || region.Children.Count == 0, region.Name);
    });

    [Theory]
    [InlineData("110000000000", "北京市", 1)]
    [InlineData("110100000000", "北京市 市辖区", 2)]
    [InlineData("110101000000", "北京市 市辖区 东城区", 3)]
    [InlineData("110101001000", "北京市 市辖区 东城区 东华门街道", 4)]
    [InlineData("330106000000", "浙江省 杭州市 西湖区", 3)]
    [InlineData("419001000000", "河南省 省直辖县级行政区划 济源市", 3)]
    [InlineData("441900000000", "广东省 东莞市", 2)]
    [InlineData("441900003000", "广东省 东莞市 东城街道", 4)]
    [InlineData("350527000000", "福建省 泉州市 金门县", 3)]
    [InlineData("500200000000", "重庆市 县", 2)]
    [InlineData("659012000000", "新疆维吾尔自治区 自治区直辖县级行政区划 白杨市", 3)]
    public void Find_KnownPlace_HasItsOfficialNamesAndLevel(string id, string names, int level)
    {
        var region = Regions.Find(id);

        Assert.NotNull(region);
        Assert.Equal(level, region.Level);
        Assert.Equal(names, string.Join(' ', Line(region).Reverse()));

        static IEnumerable<string> Line(Region? region)
        {
            for (; region is not null; region = region.Parent)
            {
                yield return region.Name;
            }
        }
    }

    [Theory]
    [InlineData("500000000000", "重庆市 chong'qing'shi")]
    [InlineData("350200000000", "厦门市 xia'men'shi")]
    [InlineData("430100000000", "长沙市 chang'sha'shi")]
    [InlineData("540000000000", "西藏自治区 xi'zang'zi'zhi'qu")]
    [InlineData("511100000000", "乐山市 le'shan'shi")]
    [InlineData("130225000000", "乐亭县 lao'ting'xian")]
    [InlineData("341500000000", "六安市 lu'an'shi")]
    [InlineData("320116000000", "六合区 lu'he'qu")]
    [InlineData("340300000000", "蚌埠市 beng'bu'shi")]
    [InlineData("371524000000", "东阿县 dong'e'xian")]
    [InlineData("371722000000", "单县 shan'xian")]
    [InlineData("410621000000", "浚县 xun'xian")]
    [InlineData("652823000000", "尉犁县 yu'li'xian")]
    [InlineData("140109000000", "万柏林区 wan'bai'lin'qu")]
    [InlineData("140428000000", "长子县 zhang'zi'xian")]
    [InlineData("141024000000", "洪洞县 hong'tong'xian")]
    [InlineData("510117000000", "郫都区 pi'du'qu")]
    [InlineData("510682000000", "什邡市 shi'fang'shi")]
    [InlineData("522701000000", "都匀市 du'yun'shi")]
    [InlineData("441422000000", "大埔县 da'bu'xian")]
    [InlineData("150603000000", "康巴什区 kang'ba'shi'qu")]
    [InlineData("621223000000", "宕昌县 tan'chang'xian")]
    [InlineData("632723000000", "称多县 chen'duo'xian")]
    [InlineData("450406000000", "龙圩区 long'xu'qu")]
    [InlineData("141100000000", "吕梁市 lv'liang'shi")]
    public void Syllables_PlaceWhoseCharactersHaveSeveralReadings_AreTheRightOnes(string id, string expected)
    {
        var region = Regions.Find(id)!;

        Assert.Equal(expected, $"{region.Name} {string.Join('\'', region.Syllables)}");
    }

    [Fact]
    public void EveryDivision_IsReadInAsManySyllablesAsItHasCharacters() => Assert.All(All(), region =>
    {
        Assert.Equal(region.Name.Count(c => c is '〇' or (>= '㐀' and <= '鿿')), region.Syllables.Count());
        Assert.NotEmpty(region.Syllables);
        Assert.All(region.Syllables, s => Assert.True(s.Length > 0 && s.All(char.IsAsciiLetterLower), $"{region.Name}: {s}"));
    });

    [Theory]
    [InlineData("")]
    [InlineData("11")]
    [InlineData("110000")]
    [InlineData("990000000000")]
    [InlineData("东城区")]
    public void Find_WhatIsNoId_IsNothing(string id) => Assert.Null(Regions.Find(id));

    [Fact]
    public void Read_Lines_TakeTheCodesOfWhatIsAbove()
    {
        using var lines = new StringReader("# planted\n11 A\n 01 B\n  00003 C\n  02 D\n   001 E\n12 F\n");

        Assert.Equal(
            ["110000000000 A 1 ", "110100000000 B 2 A", "110100003000 C 4 B", "110102000000 D 3 B", "110102001000 E 4 D", "120000000000 F 1 "],
            RegionsDoor.Read(lines).Select(r => $"{r.Id} {r.Name} {r.Level} {r.Parent?.Name}"));
    }

    [Fact]
    public void Read_LineWithAReading_OutweighsTheUsualOne()
    {
        using var lines = new StringReader("= chang 长\n= zi 子\n11 长子\n12 长（子） zhang'zi\n");

        Assert.Equal(["chang zi", "zhang zi"], RegionsDoor.Read(lines).Select(r => string.Join(' ', r.Syllables)));
    }

    [Fact]
    public void Read_CodeOfNoLevel_IsAFault()
    {
        using var lines = new StringReader("110 A\n");

        Assert.Throws<FormatException>(() => RegionsDoor.Read(lines));
    }

    private static IEnumerable<Region> All()
    {
        var waiting = new Stack<Region>(Regions.Provinces);
        while (waiting.TryPop(out var region))
        {
            yield return region;
            foreach (var child in region.Children)
            {
                waiting.Push(child);
            }
        }
    }
}
