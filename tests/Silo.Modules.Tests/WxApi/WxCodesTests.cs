extern alias facade;

using System.Reflection;
using System.Text.RegularExpressions;
using facade::Silo.Wallets.V1;
using facade::Silo.WxApi;
using Xunit;

namespace Silo.Modules.Tests.WxApi;

/// <summary>
/// Goal: no refusal that an rpc promises reaches a client of the facade as a failure of the server. Method: the comments
/// of the rpcs name the function that they serve and their refusals; each has a row in the one table of codes.
/// </summary>
public sealed partial class WxCodesTests
{
    /// <summary>The facade sends no request ids.</summary>
    private const string NeverSeen = "REQUEST_ID_REUSED";

    [Fact]
    public void EveryDocumentedRefusal_OfAServedFunction_HasItsRow()
    {
        var protos = typeof(WxCodesTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(m => m.Key == "SiloProtos").Value!;
        var documented = Directory.GetFiles(protos, "*.proto", SearchOption.AllDirectories)
            .SelectMany(file => Documented(File.ReadAllText(file))).ToList();

        Assert.NotEmpty(documented);
        Assert.Empty(Unmapped(documented));
        // Every function that is served by an rpc of its own is among them.
        Assert.Empty(WxApiArea.Handlers.Keys.Except(ServedBy(protos)));
    }

    [Fact]
    public void PlantedRefusal_WithoutARow_IsFound()
    {
        const string proto =
            """
            // Claims. Refusals: NOT_FOUND/COUPON_UNKNOWN, FAILED_PRECONDITION/PLANTED,
            // FAILED_PRECONDITION/REQUEST_ID_REUSED.
            // Serves WXAPI.fetchCoupons.
            rpc Claim(A) returns (B);
            // Of operators. Refusals: FAILED_PRECONDITION/OTHER.
            rpc Other(A) returns (B);
            """;

        Assert.Equal(["fetchCoupons: PLANTED"], Unmapped(Documented(proto)));
    }

    [Theory]
    [InlineData("fetchCoupons", "COUPON_SOLD_OUT", 20001)]
    [InlineData("fetchCoupons", "COUPON_NOT_OPEN", 20002)]
    [InlineData("fetchCoupons", "COUPON_LIMIT_REACHED", 20003)]
    [InlineData("fetchCoupons", "COUPON_ENDED", 20004)]
    [InlineData("fetchCoupons", "COUPON_UNKNOWN", 700)]
    [InlineData("fetchCoupons", "COUPON_NOT_NAMED", 300)]
    [InlineData("fetchCoupons", "COUPON_POINTS_TOO_LOW", 30001)]
    [InlineData("fetchCoupons", "COUPON_PAYMENT_NEEDED", 30002)]
    [InlineData("fetchCoupons", "COUPON_STREAK_TOO_SHORT", 30003)]
    [InlineData("fetchCoupons", "COUPON_PASSWORD_WRONG", 30004)]
    [InlineData("fetchCoupons", "TOO_MANY_ATTEMPTS", -99)]
    [InlineData("couponDetail", "COUPON_UNKNOWN", 700)]
    [InlineData("exchangeCoupons", "CARD_WRONG", 700)]
    [InlineData("exchangeCoupons", "CARD_USED", 20000)]
    [InlineData("sendCoupons", "USER_UNKNOWN", 700)]
    [InlineData("fetchCoupons", "TOKEN_INVALID", 2000)]
    [InlineData("register_username", "USER_NAME_TAKEN", 10000)]
    [InlineData("login_username", "LOGIN_WRONG", -2)]
    [InlineData("login_username", "COUPON_SOLD_OUT", null)]
    public void Find_RefusalOfAFunction_IsItsCode(string function, string reason, int? code) =>
        Assert.Equal(code, WxCodes.Find(function, reason)?.Code);

    [Fact]
    public void EveryKindOfTransaction_HasItsNumberInALog()
    {
        var kinds = Enum.GetValues<TransactionKind>().Except([TransactionKind.Unspecified]).ToList();

        Assert.NotEmpty(kinds);
        Assert.Empty(kinds.Except(WxFinance.CashTypes.Keys).Except(WxFinance.ScoreTypes.Keys));
        Assert.All([WxFinance.CashTypes, WxFinance.ScoreTypes], types =>
            Assert.Equal(types.Count, types.Values.Select(t => t.Code).Distinct().Count()));
    }

    private static IEnumerable<string> Unmapped(IEnumerable<(string Function, string Reason)> documented) =>
        from pair in documented
        where pair.Reason != NeverSeen && WxApiArea.Handlers.ContainsKey(pair.Function)
        where WxCodes.Find(pair.Function, pair.Reason) is null
        select $"{pair.Function}: {pair.Reason}";

    private static IEnumerable<(string Function, string Reason)> Documented(string proto) =>
        from Match rpc in Rpc().Matches(proto)
        from Match serves in Serves().Matches(rpc.Value)
        from Match pair in Pair().Matches(rpc.Value)
        select (serves.Groups[1].Value, pair.Groups[1].Value);

    private static HashSet<string> ServedBy(string protos) =>
        [.. Directory.GetFiles(protos, "*.proto", SearchOption.AllDirectories)
            .SelectMany(file => Serves().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value))];

    [GeneratedRegex(@"(^[ \t]*//.*\n)+[ \t]*rpc\b", RegexOptions.Multiline)]
    private static partial Regex Rpc();

    [GeneratedRegex(@"WXAPI\.(\w+)")]
    private static partial Regex Serves();

    [GeneratedRegex(@"\b[A-Z_]+/([A-Z_]+)\b")]
    private static partial Regex Pair();
}
