using Grpc.Core;
using Silo.Accounts.V1;
using Xunit;
using static Silo.Server.Tests.Reasons;

namespace Silo.Server.Tests;

public sealed class ProfilesOnSqlite(ShopOnSqlite shared) : ProfilesSuite(shared);

public sealed class ProfilesOnPostgres(ShopOnPostgres shared) : ProfilesSuite(shared);

/// <summary>
/// Goal: a profile shows what is known and changes by what is given alone. Method: a running server, once over each
/// database; the bounds of each field are tables elsewhere.
/// </summary>
public abstract class ProfilesSuite(SharedShop shared) : ShopSuite(shared)
{
    private ProfilesService.ProfilesServiceClient Profiles => new(Shop.Channel);

    [Fact]
    public async Task GetProfile_AfterRegistration_ShowsWhatWasGivenAndWhenceItCame()
    {
        var inviter = await Shopper.RegisterAsync(Shop);
        var name = Shopper.NewName();
        var registered = await Shop.Accounts.RegisterUsernameAsync(
            new()
            {
                Username = name,
                Password = Shopper.Password,
                AutoLogin = true,
                Nick = "小明",
                Province = "浙江",
                City = "杭州",
                ReferrerUserId = inviter.Id,
                ExtraJson = """{ "学校": "一中", "none": null }""",
            },
            new Metadata { { "x-forwarded-for", "203.0.113.7" } });

        var profile = (await Profiles.GetProfileAsync(new(), Shop.Bearer(registered.Token))).Profile;

        Assert.Equal(
            (registered.UserId, name, "小明", "浙江", "杭州", inviter.Id, """{"学校":"一中"}""", true),
            (profile.UserId, profile.Username, profile.Nick, profile.Province, profile.City, profile.ReferrerUserId, profile.ExtraJson, profile.HasPassword));
        Assert.Equal(("203.0.113.7", "203.0.113.7"), (profile.RegisteredAddress, profile.LastLoginAddress));
        Assert.Equal(profile.RegisteredAt, profile.LastLoginAt);
        Assert.Equal(("", Gender.Unspecified, ""), (profile.AvatarUrl, profile.Gender, profile.Birthday));
    }

    [Fact]
    public async Task GetProfile_AfterALogin_ShowsTheLastOneAndTheFirstAddress()
    {
        var name = Shopper.NewName();
        await Shop.Accounts.RegisterUsernameAsync(
            new() { Username = name, Password = Shopper.Password }, new Metadata { { "x-forwarded-for", "203.0.113.7" } });

        var first = await ProfileAsync("203.0.113.8");
        var second = await ProfileAsync("203.0.113.9");

        Assert.Equal(("203.0.113.7", "203.0.113.8"), (first.RegisteredAddress, first.LastLoginAddress));
        Assert.Equal(("203.0.113.7", "203.0.113.9"), (second.RegisteredAddress, second.LastLoginAddress));
        Assert.True(second.LastLoginAt >= first.LastLoginAt && first.LastLoginAt >= first.RegisteredAt);

        async Task<Profile> ProfileAsync(string address)
        {
            var login = await Shop.Accounts.LoginUsernameAsync(
                new() { Username = name, Password = Shopper.Password }, new Metadata { { "x-forwarded-for", address } });
            return (await Profiles.GetProfileAsync(new(), Shop.Bearer(login.Token))).Profile;
        }
    }

    [Fact]
    public async Task UpdateProfile_SomeFields_LeavesTheOthers()
    {
        var shopper = await Shopper.RegisterAsync(Shop);
        await Profiles.UpdateProfileAsync(
            new()
            {
                Nick = "阿明",
                AvatarUrl = "https://example.com/a.png",
                Gender = Gender.Female,
                Birthday = "1990-02-28",
                Province = "广东",
                City = "深圳",
                ExtraJson = """{"a":"1","b":"2"}""",
            },
            shopper.Headers);

        var changed = (await Profiles.UpdateProfileAsync(
            new() { City = "广州", Birthday = "", ExtraJson = """{"b":"","c":"3"}""" }, shopper.Headers)).Profile;

        Assert.Equal(
            ("阿明", "https://example.com/a.png", Gender.Female, "", "广东", "广州", """{"a":"1","c":"3"}"""),
            (changed.Nick, changed.AvatarUrl, changed.Gender, changed.Birthday, changed.Province, changed.City, changed.ExtraJson));
        Assert.Equal(changed, (await Profiles.GetProfileAsync(new(), shopper.Headers)).Profile);
        Assert.Equal(changed, (await Profiles.UpdateProfileAsync(new(), shopper.Headers)).Profile);
    }

    [Fact]
    public async Task UpdateProfile_Refused_ChangesNothing()
    {
        var shopper = await Shopper.RegisterAsync(Shop);
        var before = (await Profiles.GetProfileAsync(new(), shopper.Headers)).Profile;

        Assert.Equal("AVATAR_URL_INVALID", await ReasonAsync(Profiles.UpdateProfileAsync(
            new() { Nick = "x", AvatarUrl = "javascript:1", Birthday = "x", ExtraJson = "[]" }, shopper.Headers)));
        Assert.Equal("BIRTHDAY_INVALID", await ReasonAsync(Profiles.UpdateProfileAsync(
            new() { Nick = "x", Birthday = "2999-01-01", ExtraJson = "[]" }, shopper.Headers)));
        Assert.Equal("EXTRA_INVALID", await ReasonAsync(Profiles.UpdateProfileAsync(
            new() { Nick = "x", ExtraJson = "[]" }, shopper.Headers)));

        Assert.Equal(before, (await Profiles.GetProfileAsync(new(), shopper.Headers)).Profile);
    }

    [Fact]
    public async Task UpdateProfile_AttributesByManyAtOnce_LosesNone()
    {
        var shopper = await Shopper.RegisterAsync(Shop);

        await Task.WhenAll(Enumerable.Range(0, 32).Select(i =>
            Profiles.UpdateProfileAsync(new() { ExtraJson = $$"""{"k{{i}}":"{{i}}"}""" }, shopper.Headers).ResponseAsync));

        using var extra = System.Text.Json.JsonDocument.Parse((await Profiles.GetProfileAsync(new(), shopper.Headers)).Profile.ExtraJson);
        Assert.Equal(
            Enumerable.Range(0, 32).Select(i => ($"k{i}", $"{i}")).Order(),
            extra.RootElement.EnumerateObject().Select(p => (p.Name, p.Value.GetString()!)).Order());
    }
}

/// <summary>A registered shopper of a test.</summary>
internal sealed record Shopper(long Id, string Name, Metadata Headers)
{
    public const string Password = "secret-word";
    private static int numbers;

    public static string NewName() => $"shopper-{Interlocked.Increment(ref numbers):0000}";

    public static async Task<Shopper> RegisterAsync(Shop shop)
    {
        var name = NewName();
        var registered = await shop.Accounts.RegisterUsernameAsync(new() { Username = name, Password = Password, AutoLogin = true });
        return new(registered.UserId, name, Shop.Bearer(registered.Token));
    }
}
