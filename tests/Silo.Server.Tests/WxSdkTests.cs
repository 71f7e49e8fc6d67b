using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Silo.Comments.V1;
using Silo.Coupons.V1;
using Silo.Server.Tests.House;
using Silo.Testing.Files;
using Silo.Wallets.V1;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: the unmodified apifm-wxapi package works against the server. Method: scripts under tests/node drive it over the
/// platform object that it expects, and assert the fields, types and codes of every function that is served, by GET and
/// by POST, with parameters that are absent, empty or the text of nothing. The operator's side goes through gRPC. The
/// server logs all that it can, and none of the run's secrets may be in it.
/// </summary>
public sealed class WxSdkTests(ITestOutputHelper output)
{
    private static readonly string Scripts = Path.Combine(Repository.Root, "tests", "node");
    private const short UsedMark = 2;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static bool IsCi => Environment.GetEnvironmentVariable("CI") == "true";

    [Fact]
    public async Task Accounts_OverTheSdk_AnswerAsTheHostedApi()
    {
        SkipWithoutSdk();
        await using var shop = await Shop.StartAsync(
            Database.Sqlite, new(Shop.Talkative) { ["Silo__Shop__SubDomain"] = "sdk-test" });

        await RunAsync("wx-accounts.js", shop, new { baseUrl = BaseUrl(shop), subDomain = "sdk-test", merchantId = "1" });
    }

    [Fact]
    public async Task Coupons_OverTheSdk_AnswerAsTheHostedApi()
    {
        const int token = 1, other = 2, aged = 3, guesser = 4;
        SkipWithoutSdk();
        await using var shop = await Shop.StartAsync(Database.Sqlite, new(Shop.Talkative));
        await shop.SeedUsersAsync(4);
        await AdjustAsync(shop, other, WalletAccount.Points, 700, "开业赠送");
        var ended = await EndedAsync(shop, aged);
        var goods = await BargainShop.GoodsAsync(shop);
        var coupons = await CreateAllAsync(shop, goods);
        coupons["ended"] = ended;
        await ClaimAsync(shop, coupons["soldOut"], other);
        await AgeAsync(shop, coupons["hidden"], aged);
        await shop.CouponsAdmin.SetCouponEnabledAsync(new() { CouponId = coupons["disabled"] }, shop.Owner);
        foreach (var coupon in new[] { "carded", "disabled", "ended" })
        {
            await shop.CouponsAdmin.ImportCardsAsync(
                new() { CouponId = coupons[coupon], Cards = { new Card { Number = $"card-of-{coupon}", Password = "card-password" } } },
                shop.Owner);
        }

        await RunAsync("wx-coupons.js", shop, new
        {
            baseUrl = BaseUrl(shop),
            subDomain = "shop",
            token = Shop.TokenOf(token),
            tokenId = token,
            other = Shop.TokenOf(other),
            otherId = other,
            aged = Shop.TokenOf(aged),
            agedId = aged,
            guesser = Shop.TokenOf(guesser),
            @operator = OperatorToken(shop),
            coupons,
            goods,
            cards = new { good = "card-of-carded", disabled = "card-of-disabled", ended = "card-of-ended", pwd = "card-password" },
        });
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Finance_OverTheSdk_AnswersAsTheHostedApi(Database database)
    {
        const int token = 1, other = 2;
        SkipWithoutSdk();
        await using var shop = await Shop.StartAsync(database, new(Shop.Talkative));
        await shop.SeedUsersAsync(2);
        await AdjustAsync(shop, token, WalletAccount.Balance, 10_000, "开业赠送");
        await AdjustAsync(shop, token, WalletAccount.Balance, -4_050, "扣回");
        await AdjustAsync(shop, token, WalletAccount.Points, 700, "开业赠送");
        var terms = Shop.Terms(10, name: "满减 10%");
        terms.PointsCost = 500;
        await ClaimAsync(shop, await CreateAsync(shop, terms), token);

        await RunAsync("wx-finance.js", shop, new
        {
            baseUrl = BaseUrl(shop),
            subDomain = "shop",
            token = Shop.TokenOf(token),
            other = Shop.TokenOf(other),
            @operator = OperatorToken(shop),
        });
    }

    [Fact]
    public async Task Reference_OverTheSdk_AnswersAsTheHostedApi()
    {
        SkipWithoutSdk();
        await using var shop = await Shop.StartAsync(Database.Sqlite);

        await RunAsync(output, "wx-reference.js", new { baseUrl = BaseUrl(shop), subDomain = "shop" });
    }

    [Fact]
    public async Task Users_OverTheSdk_AnswerAsTheHostedApi()
    {
        SkipWithoutSdk();
        await using var shop = await Shop.StartAsync(Database.Sqlite, new(Shop.Talkative));

        await RunAsync("wx-users.js", shop, new { baseUrl = BaseUrl(shop), subDomain = "shop" });
    }

    [Fact]
    public async Task Files_OverTheSdk_AnswerAsTheHostedApi()
    {
        SkipWithoutSdk();
        await using var shop = await Shop.StartAsync(Database.Sqlite);
        await shop.SeedUsersAsync(1);
        var directory = Directory.CreateTempSubdirectory("silo-sdk-").FullName;
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(directory, "照片.jpg"), TestPictures.Jpeg(800, 600));
            await File.WriteAllTextAsync(Path.Combine(directory, "page.jpg"), "<html><script>alert(1)</script></html>");

            await RunAsync(output, "wx-files.js", new { baseUrl = BaseUrl(shop), subDomain = "shop", token = Shop.TokenOf(1), directory });
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Comments_OverTheSdk_AnswerAsTheHostedApi()
    {
        SkipWithoutSdk();
        await using var shop = await Shop.StartAsync(Database.Sqlite);
        var admin = new CommentsAdminService.CommentsAdminServiceClient(shop.Channel);
        var author = await shop.Accounts.RegisterUsernameAsync(
            new() { Username = "author", Password = "secret1", Nick = "小王", AutoLogin = true });
        var approved = (await new CommentsService.CommentsServiceClient(shop.Channel).AddCommentAsync(
            new() { Content = "已通过", Type = CommentType.Article, RefId = 5 }, Shop.Bearer(author.Token))).Comment.Id;
        await admin.ReviewCommentAsync(new() { CommentId = approved, Approved = true }, shop.Owner);
        await admin.ReplyToCommentAsync(new() { CommentId = approved, Text = "谢谢" }, shop.Owner);

        await RunAsync(output, "wx-comments.js", new { baseUrl = BaseUrl(shop), subDomain = "shop", token = author.Token, uid = author.UserId, approved });
    }

    [Fact]
    public async Task Goods_OverTheSdk_AnswerAsTheHostedApi()
    {
        SkipWithoutSdk();
        await using var shop = await Shop.StartAsync(Database.Sqlite, new() { ["Silo__Shop__MerchantId"] = "7" });
        var goods = await CatalogShop.FillAsync(shop);
        await CatalogShop.MemberAsync(shop, goods.Users[0]);

        await RunAsync(output, "wx-goods.js", new
        {
            baseUrl = BaseUrl(shop),
            subDomain = "shop",
            token = Shop.TokenOf(goods.Users[0]),
            plain = goods.Plain,
            sku = goods.WithSkus,
            off = goods.OffSale,
            food = goods.Food,
            fruit = goods.Fruit,
            store = goods.Store,
            freight = goods.Freight,
            property = goods.Property,
            values = goods.Values,
            reviewed = goods.Reviews.Length,
        });
    }

    /// <summary>Skips the test where Node or the package is not installed; never in CI.</summary>
    internal static void SkipWithoutSdk() => Assert.SkipUnless(
        IsCi || (Node() is not null && Directory.Exists(Path.Combine(Scripts, "node_modules", "apifm-wxapi"))),
        "Node or the package apifm-wxapi is not installed; npm install in tests/node");

    /// <summary>For what needs Node and not the package.</summary>
    internal static void SkipWithoutNode() => Assert.SkipUnless(IsCi || Node() is not null, "Node is not installed.");

    internal static string ScriptOf(string name) => Path.Combine(Scripts, name);

    internal static string? Node() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(directory => Path.Combine(directory, "node")).FirstOrDefault(File.Exists);

    internal static string BaseUrl(Shop shop) => shop.Server.Http.ToString().TrimEnd('/');

    private static string OperatorToken(Shop shop) => shop.Owner[0].Value["Bearer ".Length..];

    private static async Task<long> CreateAsync(Shop shop, CouponTerms terms) =>
        (await shop.CouponsAdmin.CreateCouponAsync(new() { Terms = terms }, shop.Owner)).Coupon.Id;

    private static async Task<long> ClaimAsync(Shop shop, long coupon, long user) =>
        (await shop.Coupons.ClaimCouponAsync(new() { CouponId = coupon }, Shop.Bearer(Shop.TokenOf(user)))).UserCoupon.Id;

    private static async Task AdjustAsync(Shop shop, long user, WalletAccount account, long amount, string reason) =>
        await new WalletsAdminService.WalletsAdminServiceClient(shop.Channel).AdjustWalletAsync(
            new() { UserId = user, Account = account, Amount = amount, Reason = reason }, shop.Owner);

    /// <summary>The coupons of the script, by name; the first four are listed.</summary>
    private static async Task<Dictionary<string, long>> CreateAllAsync(Shop shop, long goods)
    {
        Dictionary<string, long> coupons = [];
        await AddAsync("open", 100, 2, terms =>
        {
            (terms.Name, terms.Type, terms.AmountCents, terms.ThresholdCents) = ("满减", "shop", 1250, 10_000);
            terms.Hidden = false;
        });
        await AddAsync("soldOut", 1, 1, terms => terms.Hidden = false);
        await AddAsync("notOpen", 1, 1, terms =>
            (terms.Hidden, terms.ClaimableFrom) = (false, new Timestamp { Seconds = 4_000_000_000 }));
        await AddAsync("streak", 10, 1, terms => (terms.Hidden, terms.StreakDays, terms.RefId, terms.Type) = (false, 3, 77, "streak"));
        await AddAsync("hidden", 10, 3, terms => { });
        await AddAsync("rich", 10, 1, terms =>
        {
            (terms.Type, terms.RefId, terms.ShopId, terms.FreightOnly) = ("rich", 78, 5, true);
            (terms.ValueType, terms.AmountCents, terms.AmountMaxCents) = (CouponValueType.Percent, 1000, 2050);
            (terms.UsableFrom, terms.UsableDays) = (new Timestamp { Seconds = 1_577_836_800 }, 30);
            (terms.PointsCost, terms.PriceCents, terms.StreakDays, terms.Password) = (500, 990, 7, "spring-word-of-the-rich");
            terms.Targets.Add(new CouponTarget { Type = CouponTargetType.Category, Id = 11 });
            terms.Targets.Add(new CouponTarget { Type = CouponTargetType.Goods, Id = goods });
        });
        await AddAsync("later", 10, 1, terms =>
            (terms.UsableAfterDays, terms.UsableUntil) = (3, new Timestamp { Seconds = 4_070_908_800 }));
        await AddAsync("costly", 10, 2, terms =>
        {
            (terms.Type, terms.RefId, terms.ShopId, terms.FreightOnly, terms.PointsCost) = ("costly", 79, 6, true, 500);
            (terms.ValueType, terms.AmountCents, terms.AmountMaxCents) = (CouponValueType.Percent, 1000, 2050);
        });
        await AddAsync("priced", 10, 1, terms => terms.PriceCents = 990);
        await AddAsync("secret", 10, 3, terms => terms.Password = "spring-word");
        await AddAsync("disabled", 10, 1, terms => { });
        await AddAsync("carded", 10, 1, terms => { });
        return coupons;

        async Task AddAsync(string key, long stock, int limit, Action<CouponTerms> change)
        {
            var terms = Shop.Terms(stock, limit);
            terms.Hidden = true;
            change(terms);
            coupons[key] = await CreateAsync(shop, terms);
        }
    }

    /// <summary>Gives a user a void piece, a used one and one that an operator issued.</summary>
    private static async Task AgeAsync(Shop shop, long coupon, long user)
    {
        var ended = await ClaimAsync(shop, coupon, user);
        await shop.CouponsAdmin.VoidUserCouponAsync(new() { UserCouponId = ended }, shop.Owner);
        var used = await ClaimAsync(shop, coupon, user);
        await using (var connection = await shop.OpenDatabaseAsync())
        await using (var command = connection.CreateCommand())
        {
            // What a paid order leaves.
            command.CommandText = string.Create(
                CultureInfo.InvariantCulture,
                $"INSERT INTO coupons_marks (user_coupon_id, coupon_id, mark, subject_id, at) VALUES ({used}, {coupon}, {UsedMark}, 4711, 1600000000000)");
            Assert.Equal(1, await command.ExecuteNonQueryAsync());
        }

        await shop.CouponsAdmin.IssueCouponAsync(new() { CouponId = coupon, UserIds = { user } }, shop.Owner);
    }

    /// <summary>A coupon that has ended, with a piece that a user claimed before.</summary>
    private static async Task<long> EndedAsync(Shop shop, long user)
    {
        var coupon = await shop.CreateCouponAsync(10);
        await ClaimAsync(shop, coupon, user);
        await using (var connection = await shop.OpenDatabaseAsync())
        await using (var command = connection.CreateCommand())
        {
            // A piece keeps its terms, and no test waits for their end.
            command.CommandText = $"UPDATE coupons_terms SET valid_until = 1 WHERE coupon_id = {coupon}";
            Assert.Equal(1, await command.ExecuteNonQueryAsync());
        }

        var over = Shop.Terms(10);
        over.ClaimableUntil = new Timestamp { Seconds = 1_600_000_000 };
        await shop.CouponsAdmin.UpdateCouponAsync(new() { CouponId = coupon, Terms = over }, shop.Owner);
        return coupon;
    }

    /// <summary>Runs a script against a talkative shop, whose log then has none of the script's secrets.</summary>
    private async Task RunAsync(string script, Shop shop, object settings) =>
        await AssertSilentAsync(shop, await RunAsync(output, script, settings));

    /// <summary>Runs a script of tests/node with its settings; its assertions are the test's. Returns what it printed.</summary>
    internal static async Task<string> RunAsync(ITestOutputHelper output, string script, object settings)
    {
        var start = new ProcessStartInfo(Node() ?? "node", [script])
        {
            WorkingDirectory = Scripts,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SILO_TEST"] = JsonSerializer.Serialize(settings);
        using var node = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        try
        {
            var errors = node.StandardError.ReadToEndAsync(limit.Token);
            var printed = await node.StandardOutput.ReadToEndAsync(limit.Token);
            await node.WaitForExitAsync(limit.Token);
            output.WriteLine(printed);
            Assert.True(node.ExitCode == 0, await errors);
            Assert.Contains("ok ", printed, StringComparison.Ordinal);
            return printed;
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill();
            }
        }
    }

    /// <summary>Reads the whole log for what the script printed as its secrets.</summary>
    private static async Task AssertSilentAsync(Shop shop, string printed)
    {
        const string mark = "secret ";
        var secrets = printed.Split('\n').Where(line => line.StartsWith(mark, StringComparison.Ordinal))
            .Select(line => line[mark.Length..].Trim()).ToList();
        Assert.NotEmpty(secrets);
        await shop.Server.TerminateAsync();
        var log = await File.ReadAllTextAsync(shop.Server.LogFile);
        Assert.All(
            secrets.Concat(["token=", "pwd=", "spring-word"]),
            secret => Assert.DoesNotContain(secret, log, StringComparison.OrdinalIgnoreCase));
        // It did talk about the run.
        Assert.Contains("/user/", log, StringComparison.Ordinal);
    }
}
