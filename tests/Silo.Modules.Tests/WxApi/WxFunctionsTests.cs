extern alias facade;

using facade::Silo.WxApi;
using Xunit;

namespace Silo.Modules.Tests.WxApi;

/// <summary>
/// Goal: the facade has every function that a complete server has, or says which are still to come, and no path leads
/// elsewhere. Method: the project's own table as it is embedded, and planted tables that do not fit their handlers.
/// </summary>
public sealed class WxFunctionsTests
{
    /// <summary>Functions of the mission without a handler. It only goes down.</summary>
    private const int Expected = 43;

    private static readonly HashSet<string> Types =
        ["string", "int", "id", "bool", "money", "double", "date", "csv", "json", "file"];

    private static readonly IReadOnlyList<WxFunction> Table = WxFunction.ReadTable();

    private static WxRoutes Routes => new(Table, WxApiArea.Handlers, "shop", "951");

    [Fact]
    public void Table_HasEveryFunctionOfTheMission()
    {
        Assert.Equal(109, Table.Count(f => f.Mission));
        Assert.Equal(Expected, Table.Count(f => f.Expected));
        Assert.All(Table, f => Assert.True(f.Mission || !f.Expected, $"{f.Function} is expected and not of the mission."));
    }

    [Fact]
    public void Table_EveryLine_IsWellFormed() => Assert.All(Table, f =>
    {
        Assert.True(f.Method is "GET" or "POST", f.Method);
        Assert.StartsWith("/", f.Path, StringComparison.Ordinal);
        Assert.Equal(f.Parameters.Count, f.Parameters.Select(p => p.Name).Distinct().Count());
        Assert.All(f.Parameters, p => Assert.Contains(p.Type, Types));
    });

    [Fact]
    public void Routes_EveryFunction_HasItsRouteAndAHandlerUnlessExpected() => Assert.All(Table, f =>
    {
        var (route, fault) = Routes.Find($"{(f.Tenant ? "/shop" : "")}{f.Path}");

        Assert.Null(fault);
        Assert.Same(f, route!.Function);
        Assert.Equal(f.Expected, route.Handler is null);
    });

    [Theory]
    [InlineData("/shop/discounts/coupons", "coupons")]
    [InlineData("/951/discounts/coupons", "coupons")]
    [InlineData("/SHOP/Discounts/Coupons/", "coupons")]
    [InlineData("//shop///discounts//coupons//", "coupons")]
    [InlineData("/common/region/v2/province", "province")]
    [InlineData("//common/region/v2/province", "province")]
    [InlineData("/shop/common/region/v2/province", "province")]
    [InlineData("/discounts/coupons", "400")]
    [InlineData("/shops/discounts/coupons", "400")]
    [InlineData("/952/discounts/coupons", "400")]
    [InlineData("/shop/discounts", "404")]
    [InlineData("/shop/discounts/coupons/all", "404")]
    [InlineData("/shop", "404")]
    [InlineData("/", "404")]
    [InlineData("", "404")]
    public void Find_Path_LeadsToItsFunctionOrCode(string path, string expected)
    {
        var (route, fault) = Routes.Find(path);

        Assert.Equal(expected, route?.Function.Function ?? $"{fault!.Code}");
    }

    [Theory]
    [InlineData("a:/a", "a", null)]
    [InlineData("a:/a b:/b:expected", "a", null)]
    [InlineData("a:/a", "", "a has no handler and is not expected.")]
    [InlineData("a:/a", "a b", "b has a handler and no line.")]
    [InlineData("a:/a:expected", "a", "a is expected and has a handler: remove \"expected\".")]
    [InlineData("a:/a a:/b", "a", "a is there twice.")]
    [InlineData("a:/a b:/A", "a b", "/a is there twice.")]
    public void Routes_OfATableThatDoesNotFit_SayWhy(string table, string handlers, string? fault)
    {
        var lines = table.Split(' ').Select(line => line.Split(':')).Select(line => new WxFunction(
            line[0], "planted", "GET", line[1], Tenant: true, Mission: true, Expected: line.Length > 2, [])).ToList();
        var served = handlers.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(name => name, _ => (WxHandler)(call => Task.FromResult(WxAnswer.Success)));

        var thrown = Record.Exception(() => new WxRoutes(lines, served, "shop"));

        Assert.Equal(fault is null ? null : $"src/Silo.WxApi/functions.jsonl: {fault}", thrown?.Message);
    }
}
