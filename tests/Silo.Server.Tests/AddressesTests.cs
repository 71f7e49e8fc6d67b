using Silo.Accounts.V1;
using Xunit;
using static Silo.Server.Tests.Reasons;

namespace Silo.Server.Tests;

public sealed class AddressesOnSqlite(ShopOnSqlite shared) : AddressesSuite(shared);

public sealed class AddressesOnPostgres(ShopOnPostgres shared) : AddressesSuite(shared);

/// <summary>
/// Goal: addresses behave as their rpcs promise; above all, whoever has any has exactly one default. Method: a running
/// server, once over each database, with 64 writers at once where order could matter.
/// </summary>
public abstract class AddressesSuite(SharedShop shared) : ShopSuite(shared)
{
    private const int Writers = 64;

    private AddressesService.AddressesServiceClient Addresses => new(Shop.Channel);

    [Fact]
    public async Task AddAddress_First_IsTheDefaultAndHasOfficialNames()
    {
        var shopper = await Shopper.RegisterAsync(Shop);

        var request = New("一");
        (request.StreetId, request.PostCode, request.Latitude, request.Longitude) = ("110101001000", "100006", 39.9, 116.4);
        (request.Disabled, request.ExtraJson) = (true, """{"tag":"家"}""");
        var id = await AddAsync(shopper, request);
        var address = (await Addresses.GetAddressAsync(new() { AddressId = id }, shopper.Headers)).Address;

        Assert.Equal(
            (shopper.Id, "一", "010-62331234", "110000000000", "110100000000", "110101000000", "110101001000"),
            (address.UserId, address.LinkMan, address.Mobile, address.ProvinceId, address.CityId, address.DistrictId, address.StreetId));
        Assert.Equal(
            ("北京市", "市辖区", "东城区", "东华门街道", "街1号", "100006", 39.9, 116.4),
            (address.ProvinceName, address.CityName, address.DistrictName, address.StreetName, address.Detail, address.PostCode, address.Latitude, address.Longitude));
        Assert.Equal((true, true, """{"tag":"家"}"""), (address.IsDefault, address.Disabled, address.ExtraJson));
        Assert.Equal(address, (await Addresses.GetDefaultAddressAsync(new(), shopper.Headers)).Address);
        Assert.Equal(address, Assert.Single((await Addresses.ListAddressesAsync(new(), shopper.Headers)).Addresses));
    }

    [Fact]
    public async Task Default_ThroughAddUpdateAndDelete_IsAlwaysExactlyOne()
    {
        var shopper = await Shopper.RegisterAsync(Shop);
        var first = await AddAsync(shopper, New("一"));
        var second = await AddAsync(shopper, New("二"));
        var third = await AddAsync(shopper, New("三"), isDefault: true);
        Assert.Equal([third, second, first], await IdsAsync(shopper));

        // Choosing sends the id alone.
        await Addresses.UpdateAddressAsync(new() { AddressId = first, IsDefault = true }, shopper.Headers);
        Assert.Equal([first, third, second], await IdsAsync(shopper));
        await Addresses.UpdateAddressAsync(new() { AddressId = first, IsDefault = false }, shopper.Headers);
        await Addresses.DeleteAddressAsync(new() { AddressId = second }, shopper.Headers);
        Assert.Equal([first, third], await IdsAsync(shopper));

        var fourth = await AddAsync(shopper, New("四"));
        await Addresses.DeleteAddressAsync(new() { AddressId = first }, shopper.Headers);
        Assert.Equal([fourth, third], await IdsAsync(shopper));
        await Addresses.DeleteAddressAsync(new() { AddressId = fourth }, shopper.Headers);
        await Addresses.DeleteAddressAsync(new() { AddressId = third }, shopper.Headers);

        Assert.Empty((await Addresses.ListAddressesAsync(new(), shopper.Headers)).Addresses);
        Assert.Equal("ADDRESS_UNKNOWN", await ReasonAsync(Addresses.GetDefaultAddressAsync(new(), shopper.Headers)));
    }

    [Fact]
    public async Task Default_WithManyWritersAtOnce_IsExactlyOne()
    {
        var shopper = await Shopper.RegisterAsync(Shop);
        var ids = new List<long>();
        for (var i = 0; i < 8; i++)
        {
            ids.Add(await AddAsync(shopper, New($"{i}")));
        }

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => (i % 4) switch
        {
            0 => ReasonAsync(Addresses.UpdateAddressAsync(new() { AddressId = ids[i % 8], IsDefault = true }, shopper.Headers)),
            1 => ReasonAsync(Addresses.DeleteAddressAsync(new() { AddressId = ids[i / 4 % 8] }, shopper.Headers)),
            2 => ReasonAsync(Addresses.AddAddressAsync(New($"new {i}", isDefault: true), shopper.Headers)),
            _ => ReasonAsync(Addresses.AddAddressAsync(New($"new {i}"), shopper.Headers)),
        }));

        Assert.Equal(1, await CountAsync(shopper, "is_default"));
        Assert.Equal(1, (await Addresses.ListAddressesAsync(new() { PageSize = 100 }, shopper.Headers)).Addresses.Count(a => a.IsDefault));
    }

    [Fact]
    public async Task AddAddress_BeyondTheLimitByManyAtOnce_StopsAt50()
    {
        var shopper = await Shopper.RegisterAsync(Shop);

        var told = await Task.WhenAll(Enumerable.Range(0, Writers).Select(i =>
            ReasonAsync(Addresses.AddAddressAsync(New($"{i}"), shopper.Headers))));

        Assert.Equal(50, told.Count(reason => reason == "OK"));
        Assert.Equal(Writers - 50, told.Count(reason => reason == "ADDRESS_LIMIT_REACHED"));
        Assert.Equal((50, 1), (await CountAsync(shopper, "deleted_at = 0"), await CountAsync(shopper, "is_default")));
        var page = await Addresses.ListAddressesAsync(new() { Page = 3, PageSize = 20 }, shopper.Headers);
        Assert.Equal((10, 50), (page.Addresses.Count, page.TotalCount));
        Assert.Empty((await Addresses.ListAddressesAsync(new() { Page = 4, PageSize = 20 }, shopper.Headers)).Addresses);
    }

    [Fact]
    public async Task AddAddress_RepeatedByManyAtOnce_AddsOneAndAnswersAlike()
    {
        var shopper = await Shopper.RegisterAsync(Shop);
        var request = New("一");
        request.RequestId = "add-1";

        var ids = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => AddAsync(shopper, request)));

        Assert.Single(ids.Distinct());
        Assert.Equal([ids[0]], await IdsAsync(shopper));
        Assert.Equal("REQUEST_ID_REUSED", await ReasonAsync(Addresses.AddAddressAsync(
            new(request) { Detail = "another" }, shopper.Headers)));

        // Also once it is deleted, and nothing of it is left but that.
        await Addresses.DeleteAddressAsync(new() { AddressId = ids[0] }, shopper.Headers);
        Assert.Equal(ids[0], await AddAsync(shopper, request));
        Assert.Empty(await IdsAsync(shopper));
        Assert.Equal(1, await CountAsync(shopper, "link_man = '' AND mobile = '' AND detail = '' AND province_id = ''"));

        // Another shopper's request ids are his own.
        var other = await Shopper.RegisterAsync(Shop);
        Assert.NotEqual(ids[0], await AddAsync(other, request));
    }

    [Fact]
    public async Task UpdateAddress_SomeFields_LeavesTheOthersAndNamesRegionsAnew()
    {
        var shopper = await Shopper.RegisterAsync(Shop);
        var request = New("一");
        (request.StreetId, request.Latitude, request.Longitude, request.ExtraJson) = ("110101001000", 1, 2, """{"a":"1"}""");
        var id = await AddAsync(shopper, request);
        var before = (await Addresses.GetAddressAsync(new() { AddressId = id }, shopper.Headers)).Address;

        var named = await UpdateAsync(new() { AddressId = id, LinkMan = "二", ExtraJson = """{"b":"2"}""" });
        Assert.Equal(
            new Address(before) { LinkMan = "二", ExtraJson = """{"a":"1","b":"2"}""", UpdatedAt = named.UpdatedAt }, named);
        Assert.True(named.UpdatedAt >= before.UpdatedAt);

        var cleared = await UpdateAsync(new() { AddressId = id, DistrictId = "" });
        Assert.Equal(("", "", "", ""), (cleared.DistrictId, cleared.DistrictName, cleared.StreetId, cleared.StreetName));

        var moved = await UpdateAsync(new() { AddressId = id, ProvinceId = "440000000000", CityId = "441900000000", DistrictId = "441900003000" });
        Assert.Equal(("广东省", "东莞市", "东城街道", ""), (moved.ProvinceName, moved.CityName, moved.DistrictName, moved.StreetName));
        Assert.Equal(moved, (await Addresses.GetAddressAsync(new() { AddressId = id }, shopper.Headers)).Address);

        async Task<Address> UpdateAsync(UpdateAddressRequest change) =>
            (await Addresses.UpdateAddressAsync(change, shopper.Headers)).Address;
    }

    [Fact]
    public async Task AddAndUpdate_Refused_SayWhyInOrderAndChangeNothing()
    {
        var shopper = await Shopper.RegisterAsync(Shop);
        var id = await AddAsync(shopper, New("一"));
        var before = (await Addresses.GetAddressAsync(new() { AddressId = id }, shopper.Headers)).Address;

        var wrong = New("二");
        (wrong.CityId, wrong.Latitude, wrong.ExtraJson) = ("130100000000", 1, "[]");
        Assert.Equal("ADDRESS_REGION_INVALID", await ReasonAsync(Addresses.AddAddressAsync(wrong, shopper.Headers)));
        wrong.CityId = "110100000000";
        Assert.Equal("ADDRESS_POINT_INVALID", await ReasonAsync(Addresses.AddAddressAsync(wrong, shopper.Headers)));
        wrong.ClearLatitude();
        Assert.Equal("EXTRA_INVALID", await ReasonAsync(Addresses.AddAddressAsync(wrong, shopper.Headers)));

        var change = new UpdateAddressRequest { AddressId = id, LinkMan = "", CityId = "none", Latitude = 91, ExtraJson = "[]", IsDefault = true };
        Assert.Equal("ADDRESS_FIELD_EMPTY", await ReasonAsync(Addresses.UpdateAddressAsync(change, shopper.Headers)));
        change.LinkMan = "三";
        Assert.Equal("ADDRESS_REGION_INVALID", await ReasonAsync(Addresses.UpdateAddressAsync(change, shopper.Headers)));
        change.ClearCityId();
        Assert.Equal("ADDRESS_POINT_INVALID", await ReasonAsync(Addresses.UpdateAddressAsync(change, shopper.Headers)));
        change.ClearLatitude();
        Assert.Equal("EXTRA_INVALID", await ReasonAsync(Addresses.UpdateAddressAsync(change, shopper.Headers)));

        Assert.Equal(before, Assert.Single((await Addresses.ListAddressesAsync(new(), shopper.Headers)).Addresses));
    }

    [Fact]
    public async Task AnotherShoppersAddress_AnswersAsOneThatDoesNotExist()
    {
        var (owner, stranger) = (await Shopper.RegisterAsync(Shop), await Shopper.RegisterAsync(Shop));
        var id = await AddAsync(owner, New("一"));
        var before = (await Addresses.GetAddressAsync(new() { AddressId = id }, owner.Headers)).Address;

        foreach (var address in new[] { id, 1 })
        {
            Assert.Equal("ADDRESS_UNKNOWN", await ReasonAsync(Addresses.GetAddressAsync(new() { AddressId = address }, stranger.Headers)));
            Assert.Equal("ADDRESS_UNKNOWN", await ReasonAsync(Addresses.UpdateAddressAsync(new() { AddressId = address, LinkMan = "x", IsDefault = true }, stranger.Headers)));
            Assert.Equal("ADDRESS_UNKNOWN", await ReasonAsync(Addresses.DeleteAddressAsync(new() { AddressId = address }, stranger.Headers)));
        }

        Assert.Empty((await Addresses.ListAddressesAsync(new(), stranger.Headers)).Addresses);
        Assert.Equal(before, (await Addresses.GetDefaultAddressAsync(new(), owner.Headers)).Address);
    }

    [Fact]
    public async Task ListAddresses_ByRecipientAndTelephone_FindsWithoutRegardToCaseAndWidth()
    {
        var shopper = await Shopper.RegisterAsync(Shop);
        var first = await AddAsync(shopper, New("Ａlice 王"));
        var other = New("李");
        other.Mobile = "13800138000";
        var second = await AddAsync(shopper, other);

        Assert.Equal([first], await FindAsync(new() { LinkManContains = "alice" }));
        Assert.Equal([first], await FindAsync(new() { LinkManContains = "王", MobileContains = "6233" }));
        Assert.Equal([second], await FindAsync(new() { MobileContains = "1380013" }));
        Assert.Empty(await FindAsync(new() { LinkManContains = "%" }));

        async Task<IEnumerable<long>> FindAsync(ListAddressesRequest request) =>
            (await Addresses.ListAddressesAsync(request, shopper.Headers)).Addresses.Select(a => a.Id);
    }

    private static AddAddressRequest New(string linkMan, bool isDefault = false) => new()
    {
        LinkMan = linkMan,
        Mobile = "010-62331234",
        ProvinceId = "110000000000",
        CityId = "110100000000",
        DistrictId = "110101000000",
        Detail = "街1号",
        IsDefault = isDefault,
    };

    private async Task<long> AddAsync(Shopper shopper, AddAddressRequest request, bool isDefault = false) =>
        (await Addresses.AddAddressAsync(new(request) { IsDefault = isDefault || request.IsDefault }, shopper.Headers)).AddressId;

    private async Task<IEnumerable<long>> IdsAsync(Shopper shopper)
    {
        var listed = (await Addresses.ListAddressesAsync(new() { PageSize = 100 }, shopper.Headers)).Addresses;
        Assert.Equal(listed.Count == 0 ? [] : [true], listed.Where(a => a.IsDefault).Select(a => a.IsDefault));
        return listed.Select(a => a.Id);
    }

    private Task<long> CountAsync(Shopper shopper, string condition) =>
        Shop.CountAsync($"SELECT count(*) FROM accounts_addresses WHERE user_id = {shopper.Id} AND {condition}");
}
