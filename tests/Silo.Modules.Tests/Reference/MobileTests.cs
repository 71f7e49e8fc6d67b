using Silo.Reference;
using Xunit;

namespace Silo.Modules.Tests.Reference;

/// <summary>Where numbers were given out: names taken apart as a table, and numbers of the real data.</summary>
public sealed class MobileTests
{
    private static readonly RegionsDoor Regions = new();
    private static readonly MobileNumbers Numbers = new(Regions);

    [Theory]
    [InlineData("广东省广州市", "广东", "广州")]
    [InlineData("广东广州", "广东", "广州")]
    [InlineData("北京市", "北京", "北京")]
    [InlineData("重庆", "重庆", "重庆")]
    [InlineData("内蒙古呼和浩特市", "内蒙古", "呼和浩特")]
    [InlineData("内蒙古自治区兴安盟", "内蒙古", "兴安")]
    [InlineData("新疆维吾尔自治区喀什地区", "新疆", "喀什")]
    [InlineData("吉林省吉林市", "吉林", "吉林")]
    [InlineData("广东省", "广东", "")]
    [InlineData("中国", "", "")]
    [InlineData("", "", "")]
    public void PlaceOf_Description_IsProvinceAndCityAsPeopleSayThem(string description, string province, string city) =>
        Assert.Equal(new MobilePlace(province, city), MobileRules.PlaceOf(description, Regions.Provinces.Select(p => p.Name)));

    [Theory]
    [InlineData("13500000000", "1350000 广东 广州 中国移动")]
    [InlineData("+8613500000000", "1350000 广东 广州 中国移动")]
    [InlineData("135-0000-0000", "1350000 广东 广州 中国移动")]
    [InlineData("18612345678", "1861234 北京 北京 中国联通")]
    [InlineData("19912345678", "1991234   中国电信")]
    [InlineData("16212345678", "MOBILE_UNKNOWN")]
    [InlineData("02081234567", "MOBILE_INVALID")]
    [InlineData("+14155552671", "MOBILE_INVALID")]
    [InlineData("1380", "MOBILE_INVALID")]
    [InlineData("12345678901234567890", "MOBILE_INVALID")]
    [InlineData("手机", "MOBILE_INVALID")]
    [InlineData(" ", "MOBILE_INVALID")]
    public void Locate_Number_IsItsSegmentOrARefusal(string number, string expected)
    {
        var found = Numbers.Locate(number);

        Assert.Equal(
            expected,
            found.IsAccepted
                ? $"{found.Value.Prefix} {found.Value.Place.Province} {found.Value.Place.City} {found.Value.Carrier}"
                : found.Refusal.Reason);
    }
}
