using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Silo.Server.Tests.House;
using Silo.Testing;
using Silo.Wallets.V1;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: whatever arrives at the facade, it answers with 200 and an envelope, sees the shopper's own address and no
/// forged one, and tells the logs nothing. Method: plain HTTP against a running server.
/// </summary>
public sealed class WxApiTests(WxApiTests.Host host) : IClassFixture<WxApiTests.Host>
{
    private const string Password = "secret-word";

    [Fact]
    public async Task Multipart_FieldsOfBody_WinOverTheQuery()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("multipart-user"), "username" },
            { new StringContent(Password), "pwd" },
            { new StringContent("undefined"), "nick" },
            { new StringContent("true"), "autoLogin" },
        };

        var answer = await SendAsync(host.Client, HttpMethod.Post, "/shop/user/username/register?username=x&autoLogin=false", form);

        Assert.Equal(0, answer.GetProperty("code").GetInt32());
        var token = answer.GetProperty("data").GetProperty("token").GetString();
        Assert.Equal(0, await CodeAsync(host.Client, $"/shop/user/check-token?token={token}"));
        Assert.Equal(0, await CodeAsync(host.Client, "/shop/user/check-token", ("token", token!)));
    }

    [Theory]
    [InlineData("PUT", "/shop/discounts/coupons", 405)]
    [InlineData("DELETE", "/shop/user/check-token", 405)]
    [InlineData("GET", "/shop/discounts/coupons/none", 404)]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "/other/discounts/coupons", 400)]
    [InlineData("GET", "//shop//discounts//coupons?type=none", 700)]
    [InlineData("GET", "/1/discounts/coupons?type=none", 700)]
    [InlineData("GET", "/2/discounts/coupons?type=none", 400)]
    [InlineData("GET", "/shop/discounts/coupons?type=%00", 300)]
    [InlineData("GET", "/shop/discounts/coupons?type=%FF%FE%ED%A0%80", 700)]
    [InlineData("GET", "/shop/user/amount", 2000)]
    [InlineData("GET", "/shop/order/statistics", 701)]
    public async Task AnyRequest_Answers200WithAnEnvelope(string method, string path, int code)
    {
        var answer = await SendAsync(host.Client, new(method), path);

        Assert.Equal(code, answer.GetProperty("code").GetInt32());
        Assert.NotEqual("", answer.GetProperty("msg").GetString());
        Assert.False(answer.TryGetProperty("data", out _));
    }

    [Fact]
    public async Task Body_LargeOrBroken_IsAMalformedParameter()
    {
        const string unreadable = "参数错误: body";
        Assert.Equal(unreadable, await LoginAsync(Form(("username", "a"), ("pwd", new string('x', 70_000)))));
        Assert.Equal(unreadable, await LoginAsync(Form([.. Enumerable.Range(0, 100).Select(i => ($"f{i}", new string('x', 20_000)))])));
        Assert.Equal(unreadable, await LoginAsync(Form([.. Enumerable.Range(0, 300).Select(i => ($"f{i}", "x"))])));

        using var broken = new ByteArrayContent("--x\r\nContent-Disposition: form-data; name=\"a"u8.ToArray());
        broken.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        Assert.Equal(unreadable, await LoginAsync(broken));

        // Not a form: not read, so the parameters are missing.
        using var json = new StringContent("""{"username":"a","pwd":"b"}""", Encoding.UTF8, "application/json");
        Assert.Equal("缺少参数: username", await LoginAsync(json));

        async Task<string?> LoginAsync(HttpContent content)
        {
            var answer = await SendAsync(host.Client, HttpMethod.Post, "/shop/user/username/login", content);
            Assert.Equal(300, answer.GetProperty("code").GetInt32());
            return answer.GetProperty("msg").GetString();
        }
    }

    [Fact]
    public async Task OtherOrigin_IsAllowedAsForTheRestOfTheServer()
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/shop/discounts/coupons");
        preflight.Headers.Add("Origin", "http://shop.example");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        using var allowed = await host.Client.SendAsync(preflight);
        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
        Assert.Equal(["*"], allowed.Headers.GetValues("Access-Control-Allow-Origin"));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/shop/discounts/coupons");
        request.Headers.Add("Origin", "http://shop.example");
        using var answer = await host.Client.SendAsync(request);
        Assert.Equal(["*"], answer.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task UnknownRpc_BesideTheFacade_IsStillUnimplemented()
    {
        var bytes = Marshallers.Create<byte[]>(b => b, b => b);
        foreach (var service in new[] { "silo.coupons.v1.CouponsService", "silo.none.v1.NoneService" })
        {
            var method = new Method<byte[], byte[]>(MethodType.Unary, service, "Nothing", bytes, bytes);
            using var call = host.Shop.Channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(), []);

            var refused = await Assert.ThrowsAsync<RpcException>(async () => await call);

            Assert.Equal(StatusCode.Unimplemented, refused.StatusCode);
        }
    }

    [Fact]
    public async Task Lists_BeyondAPageOfTheApi_AreWhole()
    {
        const int coupons = 120;
        for (var i = 0; i < coupons; i++)
        {
            var terms = Shop.Terms(10, 10);
            terms.Type = "many";
            await host.Shop.CouponsAdmin.CreateCouponAsync(new() { Terms = terms }, host.Shop.Owner);
        }

        var answer = await SendAsync(host.Client, HttpMethod.Get, "/shop/discounts/coupons?type=many");

        var ids = answer.GetProperty("data").EnumerateArray().Select(c => c.GetProperty("id").GetInt64()).ToList();
        Assert.Equal(coupons, ids.Distinct().Count());
        Assert.Equal(ids.OrderDescending(), ids);
    }

    [Fact]
    public async Task Address_InAHeaderOfAStranger_IsNotBelieved()
    {
        // The limits of this server are small and off for loopback: believing one of these would trip them.
        using var client = new HttpClient { BaseAddress = host.Shop.Server.Http };
        foreach (var header in Forged("203.0.113.7"))
        {
            client.DefaultRequestHeaders.Add(header.Key, header.Value);
        }

        for (var call = 0; call < 3 * Host.Burst; call++)
        {
            Assert.Equal(700, await CodeAsync(client, "/shop/discounts/coupons?type=none"));
        }
    }

    [Fact]
    public async Task Address_BehindATrustedProxy_IsTheShoppersForEveryLimit()
    {
        await using var shop = await Shop.StartAsync(Database.Sqlite, new(Host.Limits)
        {
            ["Silo__Edge__TrustedProxies"] = "127.0.0.1",
        });
        using var first = Behind(shop, "203.0.113.7");
        using var other = Behind(shop, "198.51.100.9");
        using var guessing = Behind(shop, "203.0.113.8");
        using var forging = Behind(shop, "127.0.0.1, 203.0.113.7");
        using var loopback = new HttpClient { BaseAddress = shop.Server.Http };
        const string list = "/shop/discounts/coupons?type=none";

        await UntilLimitedAsync(first);
        Assert.Equal(700, await CodeAsync(other, list));
        for (var call = 0; call < 3 * Host.Burst; call++)
        {
            Assert.Equal(700, await CodeAsync(loopback, list));
        }

        // A shopper cannot say that he is somebody else: neither to the proxy nor past the facade.
        foreach (var header in Forged("127.0.0.1"))
        {
            if (header.Key != "X-Forwarded-For")
            {
                forging.DefaultRequestHeaders.Add(header.Key, header.Value);
            }
        }

        await UntilLimitedAsync(forging);

        Assert.Equal(0, await CodeAsync(loopback, "/shop/user/username/register", ("username", "guessed"), ("pwd", Password)));
        for (var guess = 0; guess < 5; guess++)
        {
            Assert.Equal(-2, await CodeAsync(guessing, "/shop/user/username/login", ("username", "guessed"), ("pwd", "wrong-word")));
        }

        Assert.Equal(-99, await CodeAsync(guessing, "/shop/user/username/login", ("username", "guessed"), ("pwd", Password)));
        Assert.Equal(0, await CodeAsync(other, "/shop/user/username/login", ("username", "guessed"), ("pwd", Password)));
    }

    [Fact]
    public async Task CouponStatistics_OfAShopper_CountsWhatHeHas()
    {
        var (id, token) = await RegisterAsync("statistics-user");
        const string path = "/shop/discounts/statistics";
        var query = $"{path}?token={token}";
        var before = (await CountsAsync())["canFetch"];
        var offered = await host.Shop.CreateCouponAsync(10, limit: 1);
        await host.Shop.CouponsAdmin.IssueCouponAsync(
            new() { CouponId = await host.Shop.CreateCouponAsync(10), UserIds = { id, id } }, host.Shop.Owner);
        var piece = (await host.Shop.Coupons.ListMyCouponsAsync(new(), Shop.Bearer(token))).UserCoupons[0].Id;
        await host.Shop.CouponsAdmin.VoidUserCouponAsync(new() { UserCouponId = piece }, host.Shop.Owner);

        Assert.Equal(Counts(before + 2, canUse: 1, invalid: 1), await CountsAsync());
        Assert.Equal(0, await CodeAsync(host.Client, "/shop/discounts/fetch", ("token", token), ("id", $"{offered}")));
        Assert.Equal(Counts(before + 1, canUse: 2, invalid: 1), await CountsAsync());
        Assert.Equal(Raw(await SendAsync(host.Client, HttpMethod.Get, query)), Raw(
            await SendAsync(host.Client, HttpMethod.Post, path, Form(("token", token)))));
        Assert.Equal(2000, await CodeAsync(host.Client, $"{path}?token=undefined"));
        Assert.Equal(2000, await CodeAsync(host.Client, path, ("token", "x")));

        async Task<Dictionary<string, long>> CountsAsync() => (await SendAsync(host.Client, HttpMethod.Get, query))
            .GetProperty("data").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt64());

        static Dictionary<string, long> Counts(long canFetch, long canUse, long invalid) => new()
        {
            ["canFetch"] = canFetch,
            ["canUse"] = canUse,
            ["invalid"] = invalid,
            ["used"] = 0,
        };
    }

    [Fact]
    public async Task CashLogsV2_OfAWallet_ArePagesOfTheRowsOfTheFirstVersion()
    {
        var (id, token) = await RegisterAsync("cash-user");
        const string path = "/shop/user/cashLog/v2";
        Assert.Equal(700, await CodeAsync(host.Client, path, ("token", token)));
        var wallets = new WalletsAdminService.WalletsAdminServiceClient(host.Shop.Channel);
        foreach (var amount in new[] { 10_000, -4_050, 100 })
        {
            await wallets.AdjustWalletAsync(
                new() { UserId = id, Account = WalletAccount.Balance, Amount = amount, Reason = "test" }, host.Shop.Owner);
        }

        var first = await SendAsync(host.Client, HttpMethod.Get, $"/shop/user/cashLog?token={token}");
        var all = await SendAsync(host.Client, HttpMethod.Get, $"{path}?token={token}&behavior=&types=null");
        var last = await SendAsync(host.Client, HttpMethod.Post, path, Form(("token", token), ("page", "2"), ("pageSize", "2")));
        var spent = await SendAsync(host.Client, HttpMethod.Post, path, Form(("token", token), ("behavior", "1")));

        Assert.Equal($$"""{"result":{{Raw(first.GetProperty("data"))}},"totalRow":3,"totalPage":1}""", Raw(all.GetProperty("data")));
        Assert.Equal($$"""{"result":[{{Raw(first.GetProperty("data")[2])}}],"totalRow":3,"totalPage":2}""", Raw(last.GetProperty("data")));
        Assert.Equal($$"""{"result":[{{Raw(first.GetProperty("data")[1])}}],"totalRow":1,"totalPage":1}""", Raw(spent.GetProperty("data")));
        Assert.Contains("\"amount\":40.50,\"balance\":59.50,\"freeze\":0.00,", Raw(spent), StringComparison.Ordinal);
        Assert.Equal(700, await CodeAsync(host.Client, path, ("token", token), ("page", "3"), ("pageSize", "2")));
        Assert.Equal(2000, await CodeAsync(host.Client, $"{path}?behavior=1"));
        Assert.Equal(2000, await CodeAsync(host.Client, path, ("token", "x"), ("type", "12345")));
    }

    [Fact]
    public async Task Log_OfARunAtItsMostTalkative_HasNoTokenPasswordOrQuery()
    {
        const string marker = "marker-7f3a";
        var functions = await Function.ReadTableAsync();
        Assert.NotEmpty(functions);
        string log;
        await using (var shop = await Shop.StartAsync(Database.Sqlite, new(Shop.Talkative)))
        {
            using var client = new HttpClient { BaseAddress = shop.Server.Http };
            var login = await SendAsync(
                client, HttpMethod.Get, $"/shop/user/username/register?username={marker}&pwd={marker}-pwd&autoLogin=true&nick={marker}-nick");
            var token = login.GetProperty("data").GetProperty("token").GetString()!;
            // Once with what cannot be read and once with what goes on to the rpc; what ends the token goes last.
            foreach (var function in functions.OrderBy(f => f.Name == "loginout"))
            {
                foreach (var readable in new[] { false, true })
                {
                    var fields = function.Fields(token, marker, readable);
                    await CodeAsync(client, function.Path, fields);
                    await CodeAsync(client, $"{function.Path}?{await Form(fields).ReadAsStringAsync()}");
                }
            }

            await CodeAsync(client, $"/shop/none?token={token}");
            await CodeAsync(client, "/shop/user/username/login", ("username", marker), ("pwd", $"{marker}-wrong"));
            await CodeAsync(client, $"/shop/discounts/my?token={marker}-token");
            await shop.Server.TerminateAsync();
            log = await File.ReadAllTextAsync(shop.Server.LogFile);

            Assert.DoesNotContain(token, log, StringComparison.OrdinalIgnoreCase);
        }

        Assert.DoesNotContain(marker, log, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("token=", log, StringComparison.OrdinalIgnoreCase);
        // It did talk about these requests, or its silence would prove nothing.
        Assert.All(functions, f => Assert.Contains(f.Path, log, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Silo__Shop__SubDomain", "a/b", "Silo:Shop:SubDomain must be at most 64 ASCII letters, digits, '-' or '_'.")]
    [InlineData("Silo__Shop__MerchantId", "0", "Silo:Shop:MerchantId must be a number from 1 to 2147483647.")]
    public async Task Start_WithAWrongSetting_EndsWithOneClearLine(string key, string value, string line)
    {
        var (code, output) = await ServerProcess.RunToExitAsync(new Dictionary<string, string>(ServerProcess.Sqlite()) { [key] = value });

        Assert.Equal((1, $"Silo does not start: {line}"), (code, output));
    }

    private static Dictionary<string, string> Forged(string address) => new()
    {
        ["X-Forwarded-For"] = address,
        ["X-Real-IP"] = address,
        ["Forwarded"] = $"for={address}",
        ["Client-Address"] = address,
        ["X-Client-IP"] = address,
    };

    private static HttpClient Behind(Shop shop, string forwarded)
    {
        var client = new HttpClient { BaseAddress = shop.Server.Http };
        client.DefaultRequestHeaders.Add("X-Forwarded-For", forwarded);
        return client;
    }

    /// <summary>Calls until the limit by address refuses; it refills by one a second, so this ends.</summary>
    private static async Task UntilLimitedAsync(HttpClient client)
    {
        for (var call = 0; call < 2000; call++)
        {
            if (await CodeAsync(client, "/shop/discounts/coupons?type=none") == 502)
            {
                return;
            }
        }

        Assert.Fail("The limit by address never refused.");
    }

    private static async Task<int> CodeAsync(HttpClient client, string path, params (string Name, string Value)[] form)
    {
        using var content = form.Length == 0 ? null : Form(form);
        return (await SendAsync(client, form.Length == 0 ? HttpMethod.Get : HttpMethod.Post, path, content))
            .GetProperty("code").GetInt32();
    }

    private async Task<(long Id, string Token)> RegisterAsync(string name)
    {
        var answer = await SendAsync(
            host.Client, HttpMethod.Post, "/shop/user/username/register", Form(("username", name), ("pwd", Password), ("autoLogin", "true")));
        var data = answer.GetProperty("data");
        return (data.GetProperty("uid").GetInt64(), data.GetProperty("token").GetString()!);
    }

    /// <summary>An answer as it came.</summary>
    private static string Raw(JsonElement element) => element.GetRawText();

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    private static async Task<JsonElement> SendAsync(
        HttpClient client, HttpMethod method, string path, HttpContent? content = null)
    {
        // As it is written, double slashes too.
        using var request = new HttpRequestMessage(method, new Uri($"{client.BaseAddress!.ToString().TrimEnd('/')}{path}"));
        request.Content = content;
        using var response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsByteArrayAsync());
    }

    /// <summary>A function of the facade, as its own table has it.</summary>
    private sealed record Function(string Name, string Path, IReadOnlyList<(string Name, string Type)> Parameters)
    {
        public static async Task<IReadOnlyList<Function>> ReadTableAsync() =>
        [
            .. (await File.ReadAllLinesAsync(System.IO.Path.Combine(Repository.Root, "src", "Silo.WxApi", "functions.jsonl")))
                .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
                .Select(line => new Function(
                    line.GetProperty("function").GetString()!,
                    $"{(line.GetProperty("tenant").GetBoolean() ? "/shop" : "")}{line.GetProperty("path").GetString()}",
                    [.. line.GetProperty("parameters").EnumerateArray()
                        .Select(p => (p.GetProperty("name").GetString()!, p.GetProperty("type").GetString()!))])),
        ];

        /// <summary>A value for each parameter: a marker, or, for what must be readable, something of its type.</summary>
        public (string Name, string Value)[] Fields(string token, string marker, bool readable) =>
        [
            .. Parameters.Select(p => (p.Name, p.Name == "token" ? token : readable ? Value(p, marker) : $"{marker}-{p.Name}")),
        ];

        private static string Value((string Name, string Type) parameter, string marker) => parameter.Type switch
        {
            "int" or "id" or "money" or "double" or "bool" or "csv" => "1",
            "date" => "2024-01-01",
            _ => $"{marker}-{parameter.Name}",
        };
    }

    /// <summary>One server for the tests that need nothing special.</summary>
    public sealed class Host : IAsyncLifetime
    {
        public const int Burst = 10;

        /// <summary>Few calls from one address.</summary>
        public static readonly Dictionary<string, string> Limits = new()
        {
            ["Silo__Edge__RateLimit__PerSecond"] = "1",
            ["Silo__Edge__RateLimit__Burst"] = "10",
        };

        public Shop Shop { get; private set; } = null!;

        public HttpClient Client { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Shop = await Shop.StartAsync(Database.Sqlite, Limits);
            Client = new HttpClient { BaseAddress = Shop.Server.Http };
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await Shop.DisposeAsync();
        }
    }
}
