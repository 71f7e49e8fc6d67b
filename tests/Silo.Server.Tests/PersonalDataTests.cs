using System.Globalization;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Silo.Accounts.V1;
using Silo.Catalog.V1;
using Silo.Comments.V1;
using Silo.Files.V1;
using Silo.Lotteries.V1;
using Silo.Server.Tests.Files;
using Silo.Testing.Files;
using Silo.Wallets.V1;
using Xunit;
using static Silo.Server.Tests.Reasons;

namespace Silo.Server.Tests;

public sealed class PersonalDataOnSqlite(ShopOnSqlite shared) : PersonalDataSuite(shared);

public sealed class PersonalDataOnPostgres(ShopOnPostgres shared) : PersonalDataSuite(shared);

/// <summary>
/// Goal: a shopper can have all that the shop holds of him, and be forgotten: nothing personal is left in any table, and
/// what must stay stays under his id alone. Method: a running server, once over each database; a shopper who has left
/// traces wherever one can, and after his deletion a search of every column of every table.
/// </summary>
public abstract class PersonalDataSuite(SharedShop shared) : ShopSuite(shared)
{
    private ProfilesService.ProfilesServiceClient Profiles => new(Shop.Channel);

    private AddressesService.AddressesServiceClient Addresses => new(Shop.Channel);

    [Fact]
    public async Task ExportMyData_OfAShopperWithTraces_HasAllOfThemAndNobodyElses()
    {
        var other = await WithTracesAsync();
        var shopper = await WithTracesAsync();

        var json = (await Profiles.ExportMyDataAsync(new(), shopper.Headers)).Json;

        Assert.All(shopper.All, trace => Assert.Contains(trace, json, StringComparison.Ordinal));
        Assert.All(other.All, trace => Assert.DoesNotContain(trace, json, StringComparison.Ordinal));
        Assert.DoesNotContain(other.Id.ToString(CultureInfo.InvariantCulture), json, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(json);
        var all = document.RootElement;
        Assert.Equal(["accounts", "bargains", "catalog", "comments", "content", "coupons", "files", "groupbuys", "lotteries", "points", "requests", "wallets"], all.EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal(3, all.GetProperty("accounts").GetProperty("logins").GetArrayLength());
        Assert.Equal(1, all.GetProperty("accounts").GetProperty("addresses").GetArrayLength());
        Assert.Equal(1, all.GetProperty("coupons").GetProperty("userCoupons").GetArrayLength());
        Assert.Equal(1, all.GetProperty("bargains").GetProperty("bargains").GetArrayLength());
        Assert.Equal(1, all.GetProperty("bargains").GetProperty("helps").GetArrayLength());
        Assert.Equal(shopper.Reviewed, all.GetProperty("catalog").GetProperty("reviews")[0].GetProperty("remark").GetString());
        Assert.Equal("700", all.GetProperty("wallets").GetProperty("wallet").GetProperty("balanceCents").GetString());
        Assert.Equal(2, all.GetProperty("wallets").GetProperty("entries").GetArrayLength());
        Assert.Equal(json, (await Shop.AccountsAdmin.ExportUserDataAsync(new() { UserId = shopper.Id, Reason = "asked" }, Shop.Owner)).Json);
        var entry = (await Shop.AccountsAdmin.ListAuditAsync(new() { Subject = $"user:{shopper.Id}" }, Shop.Owner)).Records[0];
        Assert.Equal(("asked", "{\"exported\":true}"), (entry.Reason, entry.AfterJson));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deletion_OfAShopperWithTraces_LeavesNothingPersonalAndKeepsTheBooks(bool byOperator)
    {
        var shopper = await WithTracesAsync();
        var before = await AllValuesAsync();
        Assert.All(shopper.All, trace => Assert.NotEmpty(Find(trace, before)));
        // Operators' writes have copied them, and quote them in their reasons.
        Assert.All(shopper.Audited, trace => Assert.Subset(
            Find(trace, before).ToHashSet(), new HashSet<string> { "silo_audit.before", "silo_audit.reason" }));

        if (byOperator)
        {
            var request = new DeleteUserRequest { UserId = shopper.Id, Reason = "asked", RequestId = $"delete-{shopper.Id}" };
            var left = await Shop.AccountsAdmin.DeleteUserAsync(request, Shop.Owner);
            Assert.Equal(($"#{shopper.Id}", "", false), (left.User.Username, left.User.Nick, left.User.Enabled));
            Assert.Equal(left, await Shop.AccountsAdmin.DeleteUserAsync(request, Shop.Owner));
            Assert.Equal(left, await Shop.AccountsAdmin.DeleteUserAsync(new() { UserId = shopper.Id }, Shop.Owner));
        }
        else
        {
            await Profiles.DeleteMyAccountAsync(new(), shopper.Headers);
            Assert.Equal("TOKEN_INVALID", await ReasonAsync(Profiles.DeleteMyAccountAsync(new(), shopper.Headers)));
        }

        var values = await AllValuesAsync();
        Assert.All(shopper.All, trace => Assert.Empty(Find(trace, values)));
        // What a review says is about the goods.
        Assert.Equal(["catalog_reviews.remark"], Find(shopper.Reviewed, values));
        foreach (var table in new[] { "accounts_tokens WHERE owner_kind = 1 AND owner_id", "accounts_addresses WHERE user_id" })
        {
            Assert.Equal(0, await Shop.CountAsync($"SELECT count(*) FROM {table} = {shopper.Id}"));
        }

        Assert.Equal(1, await Shop.CountAsync(
            "SELECT count(*) FROM lotteries_deliveries x JOIN lotteries_draws d ON d.id = x.draw_id "
            + $"WHERE x.carrier = 'SF' AND d.user_id = {shopper.Id}"));
        Assert.Equal(1, await Shop.CountAsync($"SELECT count(*) FROM coupons_user_coupons WHERE user_id = {shopper.Id}"));
        Assert.Equal(2, await Shop.CountAsync($"SELECT count(*) FROM wallets_entries WHERE user_id = {shopper.Id}"));
        Assert.Equal(700, await Shop.CountAsync($"SELECT balance FROM wallets_wallets WHERE user_id = {shopper.Id}"));
    }

    [Fact]
    public async Task DeletedAccount_IsNoAccountAnyMore_AndItsNameIsFree()
    {
        var shopper = await WithTracesAsync();
        await Profiles.DeleteMyAccountAsync(new(), shopper.Headers);

        Assert.Equal("TOKEN_INVALID", await ReasonAsync(Profiles.GetProfileAsync(new(), shopper.Headers)));
        foreach (var name in new[] { shopper.Name, $"#{shopper.Id}" })
        {
            Assert.Equal("LOGIN_WRONG", await ReasonAsync(Shop.Accounts.LoginUsernameAsync(
                new() { Username = name, Password = Shopper.Password }, From("203.0.113.24"))));
        }

        Assert.Equal("USER_NAME_INVALID", await ReasonAsync(Shop.Accounts.RegisterUsernameAsync(
            new() { Username = $"#{shopper.Id}", Password = Shopper.Password })));
        Assert.Empty((await Shop.AccountsAdmin.ListUsersAsync(new() { UsernamePrefix = shopper.Name }, Shop.Owner)).Users);
        Assert.Empty((await Shop.AccountsAdmin.ListUsersAsync(new() { UsernamePrefix = "#" }, Shop.Owner)).Users);
        Assert.Equal("USER_UNKNOWN", await ReasonAsync(Shop.AccountsAdmin.SetUserEnabledAsync(
            new() { UserId = shopper.Id, Enabled = true }, Shop.Owner)));
        Assert.Equal("USER_UNKNOWN", await ReasonAsync(Shop.AccountsAdmin.ExportUserDataAsync(
            new() { UserId = shopper.Id }, Shop.Owner)));
        Assert.Equal("USER_UNKNOWN", await ReasonAsync(Shop.AccountsAdmin.DeleteUserAsync(new() { UserId = 1 }, Shop.Owner)));

        var next = await Shop.Accounts.RegisterUsernameAsync(
            new() { Username = shopper.Name, Password = "another-word", AutoLogin = true, ReferrerUserId = shopper.Id });
        Assert.NotEqual(shopper.Id, next.UserId);
        var profile = (await Profiles.GetProfileAsync(new(), Shop.Bearer(next.Token))).Profile;
        Assert.Equal(("", 0), (profile.Nick, profile.ReferrerUserId));
        Assert.Empty((await Addresses.ListAddressesAsync(new(), Shop.Bearer(next.Token))).Addresses);
    }

    [Fact]
    public async Task Deletion_AmongWritersOfPersonalData_LeavesNothingBehind()
    {
        var shopper = await WithTracesAsync();
        var calls = Enumerable.Range(0, 48).Select(i => (i % 6) switch
        {
            0 => ReasonAsync(Addresses.AddAddressAsync(shopper.Address, shopper.Headers)),
            1 => ReasonAsync(Profiles.UpdateProfileAsync(shopper.Profile, shopper.Headers)),
            2 => ReasonAsync(Shop.Accounts.LoginUsernameAsync(
                shopper.Login, From(shopper.LastFrom))),
            3 => ReasonAsync(Shop.AccountsAdmin.SetUserEnabledAsync(new() { UserId = shopper.Id, Enabled = true }, Shop.Owner)),
            4 => ReasonAsync(Profiles.DeleteMyAccountAsync(new(), shopper.Headers)),
            _ => ReasonAsync(Profiles.ExportMyDataAsync(new(), shopper.Headers)),
        }).ToList();

        var told = await Task.WhenAll(calls);

        Assert.Equal(
            [],
            told.Distinct().Except(
            [
                "OK", "TOKEN_INVALID", "LOGIN_WRONG", "USER_UNKNOWN", "ADDRESS_LIMIT_REACHED", "ACCOUNT_DISABLED", "TOO_MANY_ATTEMPTS",
                // Who waited too long for another's lock.
                "STORAGE_UNAVAILABLE",
            ]));
        Assert.True(await ReasonAsync(Profiles.DeleteMyAccountAsync(new(), shopper.Headers)) is "OK" or "TOKEN_INVALID");
        var values = await AllValuesAsync();
        // A login under the old name after the deletion is booked as a guess.
        Assert.All(shopper.All, trace => Assert.DoesNotContain(
            Find(trace, values), at => !at.StartsWith("accounts_attempts", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task EveryTableThatNamesAShopper_IsOfAModuleThatExportsAndErases()
    {
        var shopper = await Shopper.RegisterAsync(Shop);
        using var document = JsonDocument.Parse((await Profiles.ExportMyDataAsync(new(), shopper.Headers)).Json);
        var modules = document.RootElement.EnumerateObject().Select(p => p.Name).ToHashSet();
        var tables = await Shop.QueryAsync(
            Shop.Database == Database.Sqlite
                ? "SELECT t.name FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND c.name = 'user_id'"
                : "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'user_id'",
            r => r.GetString(0));

        Assert.Contains("accounts_addresses", tables);
        Assert.Empty(WithoutAModule(tables, modules));
        Assert.Equal(["planted_rows"], WithoutAModule([.. tables, "planted_rows"], modules));
    }

    private static IEnumerable<string> WithoutAModule(IEnumerable<string> tables, HashSet<string> modules) =>
        tables.Where(table => !modules.Contains(table.Split('_')[0]));

    private static Metadata From(string address) => new() { { "x-forwarded-for", address } };

    /// <summary>Where a text is: table, column.</summary>
    private static IEnumerable<string> Find(string text, List<(string At, string Value)> values) =>
        // Failures are also counted by address alone, of whomever: that names nobody.
        values.Where(v => v.Value.Contains(text, StringComparison.OrdinalIgnoreCase)
            && !(v.At == "accounts_attempts.key" && v.Value.StartsWith("address:", StringComparison.Ordinal))).Select(v => v.At);

    /// <summary>A shopper who has left traces wherever one can.</summary>
    private async Task<Traced> WithTracesAsync()
    {
        var shopper = new Traced(Shopper.NewName());
        var registered = await Shop.Accounts.RegisterUsernameAsync(
            new() { Username = shopper.Name, Password = Shopper.Password, AutoLogin = true }, From(shopper.RegisteredFrom));
        (shopper.Id, shopper.Headers) = (registered.UserId, Shop.Bearer(registered.Token));
        await Profiles.UpdateProfileAsync(shopper.Profile, shopper.Headers);
        await Addresses.AddAddressAsync(new(shopper.Address) { RequestId = "add" }, shopper.Headers);
        var coupon = await Shop.CreateCouponAsync(1);
        await Shop.Coupons.ClaimCouponAsync(new() { CouponId = coupon }, shopper.Headers);
        var campaign = await BargainShop.CreateAsync(Shop, await BargainShop.GoodsAsync(Shop));
        var bargains = BargainShop.Shopper(Shop);
        await bargains.StartBargainAsync(new() { CampaignId = campaign }, shopper.Headers);
        await bargains.HelpBargainAsync(
            new() { CampaignId = campaign, InitiatorId = shopper.Id, Remark = shopper.Remark }, shopper.Headers);
        var wallets = new WalletsAdminService.WalletsAdminServiceClient(Shop.Channel);
        foreach (var amount in new[] { 1000, -300 })
        {
            await wallets.AdjustWalletAsync(
                new() { UserId = shopper.Id, Account = WalletAccount.Balance, Amount = amount, Reason = "test" }, Shop.Owner);
        }

        await CommentAsync(shopper);
        await UploadAsync(shopper);
        await ReviewAsync(shopper);
        await WinAsync(shopper);

        // Ends his tokens, and leaves how he was in the audit log.
        foreach (var enabled in new[] { false, true })
        {
            await Shop.AccountsAdmin.SetUserEnabledAsync(new() { UserId = shopper.Id, Enabled = enabled, Reason = "test" }, Shop.Owner);
        }

        // A wrong password leaves the name.
        await ReasonAsync(Shop.Accounts.LoginUsernameAsync(
            new() { Username = shopper.Name, Password = "wrong-word" }, From("203.0.113.23")));
        for (var i = 0; i < 3; i++)
        {
            shopper.Headers = Shop.Bearer((await Shop.Accounts.LoginUsernameAsync(shopper.Login, From(shopper.LastFrom))).Token);
        }

        return shopper;
    }

    /// <summary>Two comments, of which an operator replies to one and removes the other.</summary>
    private async Task CommentAsync(Traced shopper)
    {
        var (comments, admin) = (new CommentsService.CommentsServiceClient(Shop.Channel), new CommentsAdminService.CommentsAdminServiceClient(Shop.Channel));
        var kept = (await comments.AddCommentAsync(shopper.Comment, shopper.Headers)).Comment.Id;
        await admin.ReplyToCommentAsync(new() { CommentId = kept, Text = "Thanks", Reason = shopper.Quoting }, Shop.Owner);
        var removed = (await comments.AddCommentAsync(shopper.Comment, shopper.Headers)).Comment.Id;
        await admin.RemoveCommentAsync(new() { CommentId = removed, Reason = shopper.Quoting }, Shop.Owner);
    }

    /// <summary>Two files, of which an operator removes one.</summary>
    private async Task UploadAsync(Traced shopper)
    {
        await FilesTests.UploadAsync(Shop, shopper.Headers, TestPictures.Png(2, 2), shopper.FileName);
        var removed = await FilesTests.UploadAsync(Shop, shopper.Headers, TestPictures.Png(3, 3), shopper.FileName);
        await new FilesAdminService.FilesAdminServiceClient(Shop.Channel)
            .RemoveFileAsync(new() { FileId = removed.Id, Reason = shopper.Quoting }, Shop.Owner);
    }

    /// <summary>A review that an operator answers and hides; reviews come with orders, and here it is a row.</summary>
    private async Task ReviewAsync(Traced shopper)
    {
        await Shop.ExecuteAsync(
            "INSERT INTO catalog_reviews (id, goods_id, goods_name, picture, property, amount_cents, number, order_id, points, rating, "
            + "remark, reply, hidden, pictures, user_id, nick, avatar, province, city, at) VALUES "
            + $"({shopper.Id}, 1, 'Tea', '', '', 990, 1, 5, 0, 3, '{shopper.Reviewed}', '', false, '{shopper.Profile.AvatarUrl}', {shopper.Id}, "
            + $"'{shopper.Profile.Nick}', '{shopper.Profile.AvatarUrl}', '{shopper.Profile.Province}', '{shopper.Profile.City}', 1764000000000)");
        var admin = new ReviewsAdminService.ReviewsAdminServiceClient(Shop.Channel);
        await admin.ReplyToReviewAsync(new() { ReviewId = shopper.Id, Text = "Thanks", Reason = shopper.Quoting }, Shop.Owner);
        await admin.SetReviewHiddenAsync(new() { ReviewId = shopper.Id, Hidden = true, Reason = shopper.Quoting }, Shop.Owner);
    }

    /// <summary>A prize that an operator has sent him.</summary>
    private async Task WinAsync(Traced shopper)
    {
        var lotteries = new LotteryShop(Shop);
        var lottery = await lotteries.CreateAsync(LotteryShop.Terms(1, LotteryShop.Goods("Teapot", 1, 1), LotteryShop.None(0)));
        var draw = (await lotteries.Lotteries.DrawLotteryAsync(new() { LotteryId = lottery.Id }, shopper.Headers)).Draw;
        await lotteries.Lotteries.SetPrizeAddressAsync(
            new()
            {
                DrawId = draw.Id,
                AddressId = (await Addresses.GetDefaultAddressAsync(new(), shopper.Headers)).Address.Id,
            },
            shopper.Headers);
        await lotteries.Admin.DeliverPrizeAsync(new(shopper.Delivery) { DrawId = draw.Id, Reason = "sent" }, Shop.Owner);
    }

    /// <summary>Every value of every table, as text.</summary>
    private async Task<List<(string At, string Value)>> AllValuesAsync()
    {
        var tables = await Shop.QueryAsync(
            Shop.Database == Database.Sqlite
                ? "SELECT name FROM sqlite_master WHERE type = 'table'"
                : "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
            r => r.GetString(0));
        Assert.Contains("accounts_users", tables);
        List<(string, string)> values = [];
        foreach (var table in tables)
        {
            var rows = await Shop.QueryAsync($"SELECT * FROM \"{table}\"", row => Enumerable.Range(0, row.FieldCount)
                .Where(i => !row.IsDBNull(i))
                .Select(i => ($"{table}.{row.GetName(i)}", row.GetValue(i) is byte[] bytes
                    ? Encoding.UTF8.GetString(bytes)
                    : Convert.ToString(row.GetValue(i), CultureInfo.InvariantCulture) ?? "")).ToList());
            values.AddRange(rows.SelectMany(row => row));
        }

        return values;
    }

    /// <summary>A shopper whose every trace is his alone.</summary>
    private sealed class Traced(string name)
    {
        private readonly string number = name[^4..];

        public string Name => name;

        public long Id { get; set; }

        public Metadata Headers { get; set; } = [];

        public string RegisteredFrom => $"{Network}.121";

        public string LastFrom => $"{Network}.122";

        public UpdateProfileRequest Profile => new()
        {
            Nick = $"昵称{number}",
            AvatarUrl = $"https://example.com/{number}.png",
            Gender = Gender.Male,
            Birthday = new DateOnly(1950, 1, 1).AddDays(Number).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Province = $"省份{number}",
            City = $"城市{number}",
            ExtraJson = $$"""{"k":"属性{{number}}"}""",
        };

        public AddAddressRequest Address => new()
        {
            LinkMan = $"收件人{number}",
            Mobile = $"1391111{number}",
            ProvinceId = "110000000000",
            CityId = "110100000000",
            Detail = $"某路{number}弄",
        };

        public string Remark => $"帮砍{number}";

        public AddCommentRequest Comment => new()
        {
            Content = $"留言{number}",
            Mobile = $"1392222{number}",
            ExtraJson = $$"""{"微信":"微信号{{number}}"}""",
        };

        public string FileName => $"照片{number}.png";

        public string Reviewed => $"评语{number}";

        /// <summary>The reason of an operator who names him.</summary>
        public string Quoting => $"{string.Join(", ", Audited)}, {Reviewed}";

        public DeliverPrizeRequest Delivery => new() { Address = $"奖品寄往{number}弄", Carrier = "SF", TrackingNumber = $"SF-{number}" };

        public LoginUsernameRequest Login => new()
        {
            Username = name,
            Password = Shopper.Password,
            DeviceId = $"device-{number}",
            DeviceName = $"设备{number}",
        };

        private int Number => int.Parse(number, CultureInfo.InvariantCulture);

        private string Network => $"10.{Number / 100}.{Number % 100}";

        /// <summary>What must be gone.</summary>
        public IEnumerable<string> All =>
        [
            name, RegisteredFrom, LastFrom, Profile.Nick, Profile.AvatarUrl, Profile.Birthday, Profile.Province, Profile.City,
            $"属性{number}", Address.LinkMan, Address.Mobile, Address.Detail, Login.DeviceId, Login.DeviceName, Remark,
            .. Audited, Delivery.Address, Delivery.TrackingNumber,
        ];

        /// <summary>What operators' writes to his comments, files and reviews show of him.</summary>
        public IEnumerable<string> Audited =>
            [Profile.Nick, Comment.Content, Comment.Mobile, $"微信号{number}", FileName];
    }
}
