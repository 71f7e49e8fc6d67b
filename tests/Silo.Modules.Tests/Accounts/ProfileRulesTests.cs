using Silo.Accounts;
using Silo.Reference;
using Xunit;

namespace Silo.Modules.Tests.Accounts;

/// <summary>What profiles and addresses may hold, as tables.</summary>
public sealed class ProfileRulesTests
{
    private static readonly RegionsDoor Regions = new();

    [Theory]
    [InlineData("", null)]
    [InlineData("https://example.com/a.png", null)]
    [InlineData("HTTP://example.com/头像.png", null)]
    [InlineData("javascript:alert(1)", "AVATAR_URL_INVALID")]
    [InlineData("data:image/png;base64,AAAA", "AVATAR_URL_INVALID")]
    [InlineData("//example.com/a.png", "AVATAR_URL_INVALID")]
    [InlineData("a.png", "AVATAR_URL_INVALID")]
    public void AvatarRefusal_Url_LeadsToTheWeb(string url, string? reason) =>
        Assert.Equal(reason, ProfilesRules.AvatarRefusal(url)?.Reason);

    [Theory]
    [InlineData("", null)]
    [InlineData("1900-01-01", null)]
    [InlineData("2000-02-29", null)]
    [InlineData("2026-01-02", null)]
    [InlineData("2026-01-03", "BIRTHDAY_INVALID")]
    [InlineData("1899-12-31", "BIRTHDAY_INVALID")]
    [InlineData("2001-02-29", "BIRTHDAY_INVALID")]
    [InlineData("2000-1-1", "BIRTHDAY_INVALID")]
    [InlineData("01.01.2000", "BIRTHDAY_INVALID")]
    [InlineData("２０００-01-01", "BIRTHDAY_INVALID")]
    public void BirthdayRefusal_Text_IsAPastDay(string birthday, string? reason) =>
        Assert.Equal(reason, ProfilesRules.BirthdayRefusal(birthday, new DateOnly(2026, 1, 2))?.Reason);

    [Theory]
    [InlineData(1, "200101000000000001")]
    [InlineData(362387865599, "200101362387865599")]
    [InlineData(362387865600, "200102000000000000")]
    [InlineData(912965448499200, "261124110415052800")]
    [InlineData(9007199254740991, "880119048855252991")]
    public void CardNumber_Id_IsItsDayAndTheRestOfTheId(long id, string number) => Assert.Equal(number, AccountsWire.CardNumber(id));

    /// <summary>kept, given, what is kept then or why not.</summary>
    public static TheoryData<string, string, string> Extras => new()
    {
        { "", "", "" },
        { "", "{}", "" },
        { "", """{"学校":"一中"}""", """{"学校":"一中"}""" },
        { """{"a":"1","b":"2"}""", """{"b":"3","c":"4"}""", """{"a":"1","b":"3","c":"4"}""" },
        { """{"a":"1","b":"2"}""", """{"a":"","b":null}""", "" },
        { """{"a":"1"}""", """{"none":null}""", """{"a":"1"}""" },
        { """{"a":"1"}""", "", """{"a":"1"}""" },
        { "no json", """{"a":"1"}""", """{"a":"1"}""" },
        { "", """{"n":1.50,"t":true,"o":{"x":[1]},"l":[]}""", """{"n":"1.50","t":"true","o":"{\"x\":[1]}","l":"[]"}""" },
        { "", """{"a":"1","a":"2"}""", """{"a":"2"}""" },
        { "", "[]", "EXTRA_INVALID" },
        { "", "1", "EXTRA_INVALID" },
        { "", "no json", "EXTRA_INVALID" },
        { "", """{"":"1"}""", "EXTRA_INVALID" },
        { "", """{"a":"\ud800"}""", "EXTRA_INVALID" },
        { "", "{\"" + new string('k', 64) + "\":\"1\"}", "{\"" + new string('k', 64) + "\":\"1\"}" },
        { "", "{\"" + new string('k', 65) + "\":\"1\"}", "EXTRA_INVALID" },
        { "", new string('[', 2000), "EXTRA_INVALID" },
        { Keys(49), """{"x":"1"}""", Keys(49)[..^1] + ",\"x\":\"1\"}" },
        { Keys(50), """{"x":"1"}""", "EXTRA_FULL" },
        { Keys(50), """{"k0":null,"x":"1"}""", "{" + Keys(50)["{\"k0\":\"0\",".Length..^1] + ",\"x\":\"1\"}" },
        { "{\"a\":\"" + new string('满', 1984) + "\"}", """{"b":"1"}""", "{\"a\":\"" + new string('满', 1984) + "\",\"b\":\"1\"}" },
        { "{\"a\":\"" + new string('满', 1985) + "\"}", """{"b":"1"}""", "EXTRA_FULL" },
    };

    [Theory]
    [MemberData(nameof(Extras))]
    public void Merge_Given_SetsKeyByKeyWithinBounds(string kept, string given, string expected)
    {
        var merged = ExtraRules.Merge(kept, given);

        Assert.Equal(expected, merged.IsAccepted ? merged.Value : merged.Refusal.Reason);
        Assert.True(!merged.IsAccepted || merged.Value == ExtraRules.Canonical(merged.Value));
    }

    [Theory]
    [InlineData("110000000000", "110100000000", "110101000000", "110101001000", "北京市 市辖区 东城区 东华门街道")]
    [InlineData("110000000000", "110100000000", "110101000000", "", "北京市 市辖区 东城区 ")]
    [InlineData("110000000000", "110100000000", "", "", "北京市 市辖区  ")]
    [InlineData("440000000000", "441900000000", "441900003000", "", "广东省 东莞市 东城街道 ")]
    [InlineData("", "110100000000", "", "", "")]
    [InlineData("110000000000", "", "", "", "")]
    [InlineData("110000000000", "110101000000", "", "", "")]
    [InlineData("110100000000", "110101000000", "", "", "")]
    [InlineData("110000000000", "130100000000", "", "", "")]
    [InlineData("110000000000", "110100000000", "130102000000", "", "")]
    [InlineData("110000000000", "110100000000", "", "110101001000", "")]
    [InlineData("110000000000", "110100000000", "110101000000", "110102001000", "")]
    [InlineData("110000000000", "110100000000", "none", "", "")]
    [InlineData("110000000000", "110100000000", "110101000000", "none", "")]
    public void PlaceOf_Ids_AreDivisionsOneOfTheOther(string province, string city, string district, string street, string names)
    {
        var place = AddressesRules.PlaceOf(new(province, city, district, street), Regions);

        Assert.Equal(names.Length > 0 ? null : "ADDRESS_REGION_INVALID", place.IsAccepted ? null : place.Refusal.Reason);
        Assert.Equal(
            names,
            place.IsAccepted
                ? $"{place.Value.Province.Name} {place.Value.City.Name} {place.Value.District?.Name} {place.Value.Street?.Name}"
                : "");
    }

    /// <summary>From 北京市 市辖区 东城区 东华门街道: what is given, and the ids then.</summary>
    public static TheoryData<string?, string?, string?, string?, string> Changes => new()
    {
        { null, null, null, null, "110000000000 110100000000 110101000000 110101001000" },
        { null, null, null, "", "110000000000 110100000000 110101000000 " },
        { null, null, "", null, "110000000000 110100000000  " },
        { null, null, "110102000000", null, "110000000000 110100000000 110102000000 " },
        { "130000000000", "130100000000", null, null, "130000000000 130100000000  " },
        { "130000000000", null, null, null, "130000000000 110100000000 110101000000 110101001000" },
        { null, null, null, "110102001000", "110000000000 110100000000 110101000000 110102001000" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Changed_Given_ClearsWhatNoLongerFits(string? province, string? city, string? district, string? street, string expected)
    {
        var changed = AddressesRules.Changed(
            new("110000000000", "110100000000", "110101000000", "110101001000"), province, city, district, street, Regions);

        Assert.Equal(expected, $"{changed.Province} {changed.City} {changed.District} {changed.Street}");
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData(0.0, 0.0, true)]
    [InlineData(90.0, 180.0, true)]
    [InlineData(-90.0, -180.0, true)]
    [InlineData(90.1, 0.0, false)]
    [InlineData(0.0, -180.1, false)]
    [InlineData(1.0, null, false)]
    [InlineData(null, 1.0, false)]
    public void PointRefusal_Degrees_AreBothOnTheGlobe(double? latitude, double? longitude, bool accepted) =>
        Assert.Equal(accepted ? null : "ADDRESS_POINT_INVALID", AddressesRules.PointRefusal(latitude, longitude)?.Reason);

    private static string Keys(int count) =>
        "{" + string.Join(',', Enumerable.Range(0, count).Select(i => $"\"k{i}\":\"{i}\"")) + "}";
}
