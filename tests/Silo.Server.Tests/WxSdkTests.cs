using System.Diagnostics;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Silo.Server.Tests.House;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: the unmodified apifm-wxapi package works against the server. Method: scripts under tests/node drive it over the
/// platform object that it expects, and assert the fields, types and codes of every function that is served, by GET and
/// by POST, with parameters that are absent, empty or the text of nothing.
/// </summary>
public sealed class WxSdkTests(ITestOutputHelper output)
{
    private static readonly string Scripts = Path.Combine(Repository.Root, "tests", "node");
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static bool IsCi => Environment.GetEnvironmentVariable("CI") == "true";

    [Fact]
    public async Task Accounts_OverTheSdk_AnswerAsTheHostedApi()
    {
        SkipWithoutSdk();
        await using var shop = await Shop.StartAsync(Database.Sqlite, new() { ["Silo__Shop__SubDomain"] = "sdk-test" });

        await RunAsync("wx-accounts.js", new { baseUrl = BaseUrl(shop), subDomain = "sdk-test", merchantId = "1" });
    }

    [Fact]
    public async Task Coupons_OverTheSdk_AnswerAsTheHostedApi()
    {
        SkipWithoutSdk();
        await using var shop = await Shop.StartAsync(Database.Sqlite);
        await shop.SeedUsersAsync(3);
        var terms = Shop.Terms(100, limit: 2, name: "满减");
        (terms.Type, terms.AmountCents, terms.ThresholdCents) = ("shop", 1250, 10_000);
        var open = await CreateAsync(shop, terms);
        var soldOut = await shop.CreateCouponAsync(1);
        await ClaimAsync(shop, soldOut, 2);
        var later = Shop.Terms(1);
        later.ClaimableFrom = new Timestamp { Seconds = 4_000_000_000 };
        var notOpen = await CreateAsync(shop, later);
        var secret = Shop.Terms(10);
        secret.Hidden = true;
        var hidden = await CreateAsync(shop, secret);
        var ended = await EndedAsync(shop, user: 3);

        await RunAsync("wx-coupons.js", new
        {
            baseUrl = BaseUrl(shop),
            subDomain = "shop",
            token = Shop.TokenOf(1),
            expired = Shop.TokenOf(3),
            @operator = shop.Owner[0].Value["Bearer ".Length..],
            coupons = new { open, soldOut, notOpen, ended, hidden },
        });
    }

    [Fact]
    public async Task Goods_OverTheSdk_AnswerAsTheHostedApi()
    {
        SkipWithoutSdk();
        await using var shop = await Shop.StartAsync(Database.Sqlite);
        var goods = await CatalogShop.FillAsync(shop);

        await RunAsync("wx-goods.js", new
        {
            baseUrl = BaseUrl(shop),
            subDomain = "shop",
            token = Shop.TokenOf(1),
            plain = goods.Plain,
            sku = goods.WithSkus,
            off = goods.OffSale,
            food = goods.Food,
            fruit = goods.Fruit,
            store = goods.Store,
            freight = goods.Freight,
            property = goods.Property,
            values = goods.Values,
            reviewed = 2,
        });
    }

    private static void SkipWithoutSdk() => Assert.SkipUnless(
        IsCi || (Node() is not null && Directory.Exists(Path.Combine(Scripts, "node_modules", "apifm-wxapi"))),
        "Node or the package apifm-wxapi is not installed; npm install in tests/node");

    private static string? Node() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(directory => Path.Combine(directory, "node")).FirstOrDefault(File.Exists);

    private static string BaseUrl(Shop shop) => shop.Server.Http.ToString().TrimEnd('/');

    private static async Task<long> CreateAsync(Shop shop, Coupons.V1.CouponTerms terms) =>
        (await shop.CouponsAdmin.CreateCouponAsync(new() { Terms = terms }, shop.Owner)).Coupon.Id;

    private static async Task ClaimAsync(Shop shop, long coupon, long user) =>
        await shop.Coupons.ClaimCouponAsync(new() { CouponId = coupon }, Shop.Bearer(Shop.TokenOf(user)));

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

    private async Task RunAsync(string script, object settings)
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
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill();
            }
        }
    }
}
