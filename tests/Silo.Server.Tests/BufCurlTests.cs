using System.Text.Json;
using Google.Rpc;
using Grpc.Core;
using Silo.Server.Tests.House;
using Silo.Testing;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: a client that has nothing of ours works, over gRPC and over gRPC-Web, and what it was told outlives a crash.
/// Method: <c>buf curl</c> drives a running server, with the schema from the server's reflection; over HTTP/1.1, which
/// has no bidirectional streams and so no reflection, with the one of the repository.
/// </summary>
public sealed class BufCurlTests
{
    private const string Claim = "silo.coupons.v1.CouponsService/ClaimCoupon";

    private const string Terms =
        """
        {"name":"Ten off","amount_cents":1000,"stock_total":5,"limit_per_user":1,
         "claimable_from":"2020-01-01T00:00:00Z","claimable_until":"2100-01-01T00:00:00Z"}
        """;

    [Theory]
    [InlineData("grpc", true)]
    [InlineData("grpcweb", true)]
    [InlineData("grpcweb", false)]
    public async Task Curl_FromLoginToARepeatedClaim_WorksAndSurvivesAKill(string protocol, bool http2)
    {
        Buf.SkipWhereMissing();
        await using var shop = await Shop.StartAsync(Database.Sqlite);
        var client = new Client(shop.Server, protocol, http2);

        var owner = (await client.CallAsync(
            "silo.accounts.v1.AccountsAdminService/LoginOperator",
            $$"""{"username":"{{Shop.OwnerName}}","password":"{{Shop.OwnerPassword}}"}""")).Text("token");
        var coupon = (await client.CallAsync(
            "silo.coupons.v1.CouponsAdminService/CreateCoupon", $$"""{"terms":{{Terms}}}""", owner))
            .GetProperty("coupon").Text("id");
        await client.CallAsync(
            "silo.accounts.v1.AccountsService/RegisterUsername", """{"username":"alice","password":"secret1"}""");
        var alice = (await client.CallAsync(
            "silo.accounts.v1.AccountsService/LoginUsername", """{"username":"alice","password":"secret1"}""")).Text("token");
        var offered = (await client.CallAsync("silo.coupons.v1.CouponsService/ListCoupons", "{}")).GetProperty("coupons");
        var piece = await client.ClaimAsync(coupon, "first", alice);
        var again = await client.ClaimAsync(coupon, "first", alice);
        var mine = await client.CallAsync("silo.coupons.v1.CouponsService/ListMyCoupons", "{}", alice);

        Assert.Equal(coupon, Assert.Single(offered.EnumerateArray()).Text("id"));
        Assert.Equal(coupon, piece.Text("couponId"));
        Assert.Equal("1000", piece.Text("amountCents"));
        Assert.Equal("USER_COUPON_STATE_USABLE", piece.Text("state"));
        Assert.Equal(piece.GetRawText(), again.GetRawText());
        Assert.Equal(piece.GetRawText(), Assert.Single(mine.GetProperty("userCoupons").EnumerateArray()).GetRawText());

        await shop.Server.KillAsync();
        await shop.Server.RestartAsync();

        mine = await client.CallAsync("silo.coupons.v1.CouponsService/ListMyCoupons", "{}", alice);
        Assert.Equal(piece.GetRawText(), Assert.Single(mine.GetProperty("userCoupons").EnumerateArray()).GetRawText());
        Assert.Equal(piece.GetRawText(), (await client.ClaimAsync(coupon, "first", alice)).GetRawText());
        await client.RefuseAsync(
            StatusCode.ResourceExhausted, "COUPON_LIMIT_REACHED", Claim, $$"""{"coupon_id":"{{coupon}}"}""", alice);
        await client.RefuseAsync(StatusCode.NotFound, "COUPON_UNKNOWN", Claim, """{"coupon_id":"1"}""", alice);
        await client.RefuseAsync(StatusCode.Unauthenticated, "TOKEN_INVALID", Claim, """{"coupon_id":"1"}""");
    }

    private sealed class Client(ServerProcess server, string protocol, bool http2)
    {
        private readonly string[] options =
            ["--protocol", protocol, .. http2 ? ["--http2-prior-knowledge"] : new[] { "--schema", Repository.Root }];

        private Uri Address => http2 ? server.Grpc : server.Http;

        public async Task<JsonElement> ClaimAsync(string coupon, string request, string token) =>
            (await CallAsync(Claim, $$"""{"coupon_id":"{{coupon}}","request_id":"{{request}}"}""", token))
            .GetProperty("userCoupon");

        public async Task<JsonElement> CallAsync(string method, string request, string? token = null)
        {
            var (code, output) = await RunAsync(method, request, token);
            Assert.True(code == 0, $"{method}: {code}\n{output}");
            return Json(output);
        }

        /// <summary>buf ends with the status, shifted by three bits, and prints it with the details.</summary>
        public async Task RefuseAsync(StatusCode status, string reason, string method, string request, string? token = null)
        {
            var (code, output) = await RunAsync(method, request, token);

            Assert.Equal((int)status << 3, code);
            var error = Json(output);
            Assert.Equal(status.ToString(), error.Text("code").Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
            Assert.NotEmpty(error.Text("message"));
            var detail = Assert.Single(error.GetProperty("details").EnumerateArray());
            Assert.Equal("google.rpc.ErrorInfo", detail.Text("type"));
            // buf drops the padding, and .NET wants it.
            var value = detail.Text("value");
            var info = ErrorInfo.Parser.ParseFrom(Convert.FromBase64String(value.PadRight((value.Length + 3) / 4 * 4, '=')));
            Assert.Equal((reason, "silo"), (info.Reason, info.Domain));
        }

        private Task<(int Code, string Output)> RunAsync(string method, string request, string? token) => Buf.RunAsync(
        [
            "curl", .. options, $"{Address}{method}", "-d", request,
            .. token is null ? Array.Empty<string>() : ["-H", $"authorization: Bearer {token}"],
        ]);

        /// <summary>Without the indentation, so that a message has one text wherever it was nested.</summary>
        private static JsonElement Json(string text) =>
            JsonSerializer.SerializeToElement(JsonSerializer.Deserialize<JsonElement>(text));
    }
}

file static class Json
{
    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
