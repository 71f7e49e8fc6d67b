using System.Net.Sockets;
using System.Text;
using Google.Rpc;
using Grpc.Core;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: nothing that opens an account leaves the process by its log. Method: a server that logs everything it can,
/// over every call that has a secret in it; then its whole output is searched for each of them.
/// </summary>
public sealed class SecrecyTests(ITestOutputHelper output)
{
    private const string UserPassword = "Pw-of-the-user-7c1f";
    private const string WrongPassword = "Pw-that-is-wrong-93ab";
    private const string NewPassword = "Pw-that-is-new-51de";
    private const string OperatorPassword = "Pw-of-an-operator-08c2";
    private const string NewOperatorPassword = "Pw-of-an-operator-new-b7f4";
    private const string QueryToken = "token-in-the-query-4e6d";
    private const string BrokenToken = "token-in-a-broken-request-2a9b";
    private const string UnknownToken = "token-that-is-unknown-f03c";

    [Theory]
    [InlineData(Database.Sqlite, "Logging__LogLevel__Default")]
    [InlineData(Database.PostgreSql, "Logging__LogLevel__Default")]
    [InlineData(Database.Sqlite, "Logging__Console__LogLevel__Default")]
    public async Task Log_OfEverything_HoldsNoSecret(Database database, string level)
    {
        var settings = new Dictionary<string, string>
        {
            [level] = "Trace",
            [level.Replace("Default", "Microsoft", StringComparison.Ordinal)] = "Trace",
            [level.Replace("Default", "Grpc", StringComparison.Ordinal)] = "Trace",
            [level.Replace("Default", "Orleans", StringComparison.Ordinal)] = "Trace",
            ["Logging__Console__FormatterOptions__IncludeScopes"] = "true",
        };
        await using var shop = await Shop.StartAsync(database, settings);
        List<string> secrets =
        [
            Shop.OwnerPassword, UserPassword, WrongPassword, NewPassword, OperatorPassword, NewOperatorPassword, QueryToken,
            BrokenToken, UnknownToken, shop.Owner[0].Value["Bearer ".Length..],
        ];

        secrets.AddRange(await UseAccountsAsync(shop));
        await UseHttpAsync(shop);
        secrets.AddRange(await shop.QueryAsync("SELECT password_hash FROM accounts_users", r => r.GetString(0)));
        secrets.AddRange(await shop.QueryAsync("SELECT password_hash FROM accounts_operators", r => r.GetString(0)));
        secrets.AddRange(await shop.QueryAsync("SELECT hash FROM accounts_tokens", r => Convert.ToHexString((byte[])r.GetValue(0))));
        await FailAsync(shop);
        await shop.Server.TerminateAsync();

        var log = await File.ReadAllTextAsync(shop.Server.LogFile);
        output.WriteLine($"{log.Length} characters of log, {secrets.Count} secrets");
        Assert.Empty(LeaksIn(log, secrets));
        // Proof that everything was logged, and that the failure is in there.
        Assert.Contains("dbug: Microsoft.AspNetCore", log, StringComparison.Ordinal);
        Assert.Contains("correlation id", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a line with Pw-of-the-user-7c1f in it")]
    [InlineData("a line with PW-OF-THE-USER-7C1F in it")]
    [InlineData("an escaped Pw-of-the-user-7c1f%20")]
    [InlineData("a line in base64: UHctb2YtdGhlLXVzZXItN2MxZg==")]
    public void LeaksIn_PlantedSecret_IsSeen(string line) => Assert.NotEmpty(LeaksIn($"first\n{line}\nlast", [UserPassword]));

    /// <summary>The lines that hold a secret, as it is or in base64.</summary>
    private static IEnumerable<string> LeaksIn(string log, IReadOnlyCollection<string> secrets)
    {
        var all = secrets.Concat(secrets.Select(s => Convert.ToBase64String(Encoding.UTF8.GetBytes(s)).TrimEnd('='))).ToArray();
        return log.Split('\n').Where(line => all.Any(s => line.Contains(s, StringComparison.OrdinalIgnoreCase))).Take(20);
    }

    /// <summary>Registers, logs in and out, claims and changes passwords, rightly and wrongly; the tokens that were given.</summary>
    private static async Task<IEnumerable<string>> UseAccountsAsync(Shop shop)
    {
        var (accounts, admin) = (shop.Accounts, shop.AccountsAdmin);
        var registered = await accounts.RegisterUsernameAsync(
            new() { Username = "secretive", Password = UserPassword, AutoLogin = true });
        var token = Shop.Bearer(registered.Token);
        await RefusedAsync(accounts.RegisterUsernameAsync(new() { Username = "secretive", Password = WrongPassword }));
        await RefusedAsync(accounts.LoginUsernameAsync(new() { Username = "secretive", Password = WrongPassword }));
        await RefusedAsync(accounts.LoginUsernameAsync(new() { Username = "unknown", Password = WrongPassword }));
        var login = await accounts.LoginUsernameAsync(new() { Username = "secretive", Password = UserPassword });
        var coupon = await shop.CreateCouponAsync(10);
        await shop.Coupons.ClaimCouponAsync(new() { CouponId = coupon, RequestId = "r1" }, token);
        await RefusedAsync(shop.Coupons.ClaimCouponAsync(new() { CouponId = coupon }, token));
        await RefusedAsync(shop.Coupons.ClaimCouponAsync(new() { CouponId = coupon }, Shop.Bearer(UnknownToken)));
        await RefusedAsync(accounts.ChangePasswordAsync(new() { OldPassword = WrongPassword, NewPassword = NewPassword }, token));
        await accounts.ChangePasswordAsync(new() { OldPassword = UserPassword, NewPassword = NewPassword }, token);
        await accounts.LogoutAsync(new(), token);
        await admin.CreateOperatorAsync(
            new() { Username = "secretive", Password = OperatorPassword, Role = Edge.V1.Role.Support, RequestId = "r2" }, shop.Owner);
        await RefusedAsync(admin.LoginOperatorAsync(new() { Username = "secretive", Password = WrongPassword }));
        var operators = await admin.LoginOperatorAsync(new() { Username = "secretive", Password = OperatorPassword });
        await admin.ChangeOperatorPasswordAsync(
            new() { OldPassword = OperatorPassword, NewPassword = NewOperatorPassword }, Shop.Bearer(operators.Token));
        return [registered.Token, login.Token, operators.Token];
    }

    /// <summary>Tokens where they do not belong: in query strings, in requests that are broken, and in rpcs that are not there.</summary>
    private static async Task UseHttpAsync(Shop shop)
    {
        using var client = new HttpClient { BaseAddress = shop.Server.Http };
        foreach (var path in new[] { "/", "/health/live", "/health/ready", "/silo.accounts.v1.AccountsService/CheckToken", "/nowhere" })
        {
            using var get = await client.GetAsync(new Uri($"{path}?token={QueryToken}", UriKind.Relative));
            using var post = await client.PostAsync(
                new Uri($"{path}?token={QueryToken}", UriKind.Relative), new StringContent($"token={QueryToken}"));
        }

        foreach (var request in new[]
        {
            $"GET /?token={BrokenToken} HTTP/9.9\r\n\r\n",
            $"GET /\u0001?token={BrokenToken} HTTP/1.1\r\nConnection: close\r\nHost: a\r\n\r\n",
            $"GET /%?token={BrokenToken} HTTP/1.1\r\nConnection: close\r\nHost: a b c\r\n\r\n",
            $"GET /?token={BrokenToken}\r\n\r\n",
            $"GET / HTTP/1.1\r\nConnection: close\r\nHost: a\r\nAuthorization Bearer {BrokenToken}\r\n\r\n",
            $"GET / HTTP/1.1\r\nConnection: close\r\nHost: {BrokenToken} {BrokenToken}\r\n\r\n",
            $"POST /?token={BrokenToken} HTTP/1.1\r\nConnection: close\r\nHost: a\r\nContent-Length: {BrokenToken}\r\n\r\n",
        })
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(shop.Server.Http.Host, shop.Server.Http.Port);
            var stream = socket.GetStream();
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
            using var reader = new StreamReader(stream);
            Assert.StartsWith("HTTP/1.1 ", await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30)), StringComparison.Ordinal);
        }

        var unknown = new Method<byte[], byte[]>(
            MethodType.Unary, "silo.accounts.v1.AccountsService", "Nothing", Marshallers.Create(b => b, b => b), Marshallers.Create(b => b, b => b));
        await RefusedAsync(shop.Channel.CreateCallInvoker().AsyncUnaryCall(
            unknown, null, new(Shop.Bearer(UnknownToken)), Encoding.UTF8.GetBytes(UserPassword)));
        // Bytes that are no message.
        var check = new Method<byte[], byte[]>(
            MethodType.Unary, "silo.accounts.v1.AccountsService", "LoginUsername", Marshallers.Create(b => b, b => b), Marshallers.Create(b => b, b => b));
        await RefusedAsync(shop.Channel.CreateCallInvoker().AsyncUnaryCall(
            check, null, new(Shop.Bearer(UnknownToken)), Encoding.UTF8.GetBytes($"\u0012\u007f{UserPassword}")));
    }

    /// <summary>Takes a table away under the server, so that calls with passwords fail like bugs.</summary>
    private static async Task FailAsync(Shop shop)
    {
        await shop.QueryAsync("ALTER TABLE accounts_users RENAME TO accounts_users_gone", _ => 0);
        await shop.QueryAsync("ALTER TABLE accounts_attempts RENAME TO accounts_attempts_gone", _ => 0);
        foreach (var call in new[]
        {
            await RefusedAsync(shop.Accounts.RegisterUsernameAsync(new() { Username = "later", Password = UserPassword })),
            await RefusedAsync(shop.Accounts.LoginUsernameAsync(new() { Username = "later", Password = UserPassword })),
        })
        {
            Assert.Equal("INTERNAL", call.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason);
        }
    }

    private static async Task<RpcException> RefusedAsync<T>(AsyncUnaryCall<T> call) =>
        await Assert.ThrowsAsync<RpcException>(async () => await call);
}
