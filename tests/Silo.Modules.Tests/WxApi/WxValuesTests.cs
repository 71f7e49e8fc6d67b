extern alias facade;

using System.Text;
using facade::Silo.WxApi;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Silo.Kernel;
using Xunit;

namespace Silo.Modules.Tests.WxApi;

/// <summary>What goes over the wire of the facade: parameters in, numbers, times, pages and envelopes out, as tables.</summary>
public sealed class WxValuesTests
{
    private static readonly ShopClock Clock =
        new(new FakeTimeProvider(), TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));

    [Theory]
    [InlineData(0, "0.00")]
    [InlineData(1, "0.01")]
    [InlineData(1200, "12.00")]
    [InlineData(1250, "12.50")]
    [InlineData(-5, "-0.05")]
    [InlineData(9_007_199_254_740_991, "90071992547409.91")]
    public void Yuan_Cents_IsANumberWithTwoDecimals(long cents, string expected) =>
        Assert.Equal($$"""{"code":0,"msg":"success","data":{{expected}}}""", Text(WxAnswer.Of(WxScalars.Yuan(cents))));

    [Theory]
    [InlineData(0, 0, "1970-01-01 08:00:00")]
    [InlineData(1_577_836_799, 999_000_000, "2020-01-01 07:59:59")]
    [InlineData(4_102_444_800, 0, "2100-01-01 08:00:00")]
    public void Time_Instant_IsInShopTime(long seconds, int nanos, string expected)
    {
        Assert.Equal(expected, Clock.Time(new Timestamp { Seconds = seconds, Nanos = nanos }));
        Assert.Null(Clock.Time(null));
    }

    [Fact]
    public void ToUtf8_OmitsWhatIsNullAndKeepsChinese()
    {
        Assert.Equal("""{"code":700,"msg":"暂无数据"}""", Text(WxAnswer.List(Array.Empty<int>())));
        Assert.Equal("""{"code":0,"msg":"success","data":[1]}""", Text(WxAnswer.List([1])));
        Assert.Equal(
            """{"code":0,"msg":"success","data":{"there":"<满>"}}""",
            Text(WxAnswer.Of(new { There = "<满>", Missing = (string?)null })));
    }

    [Theory]
    [InlineData(0, 50, 1, """{"code":700,"msg":"暂无数据"}""")]
    [InlineData(1, 50, 1, """{"code":0,"msg":"success","data":{"result":[1],"totalRow":1,"totalPage":1}}""")]
    [InlineData(1, 50, 100, """{"code":0,"msg":"success","data":{"result":[1],"totalRow":100,"totalPage":2}}""")]
    [InlineData(1, 50, 101, """{"code":0,"msg":"success","data":{"result":[1],"totalRow":101,"totalPage":3}}""")]
    [InlineData(0, 50, 101, """{"code":700,"msg":"暂无数据"}""")]
    public void Page_Items_HaveTheirTotals(int items, int size, long total, string expected) =>
        Assert.Equal(expected, Text(WxAnswer.Page(Enumerable.Repeat(1, items).ToList(), total, size)));

    /// <summary>query, body, what of a and b is given.</summary>
    public static TheoryData<string, string?, string> Sent => new()
    {
        { "?a=1&b=2", null, "a=1 b=2" },
        { "?a=1", "b=2", "a=1 b=2" },
        { "?a=1&b=1", "b=2", "a=1 b=2" },
        { "?a=&b=null", "a=undefined", "" },
        { "?a=1", "a=undefined&b=", "a=1" },
        { "?a=1&a=2", "b=3&b=", "a=2 b=3" },
        { "?a=%E6%BB%A1+1", "b=%E6%BB%A1+2", "a=满 1 b=满 2" },
        { "?A=1", "a=2", "A=1 a=2" },
        { "?a=%20&b=NULL", null, "a=  b=NULL" },
    };

    [Theory]
    [MemberData(nameof(Sent))]
    public async Task ReadAsync_QueryAndBody_AreOneSetInWhichTheBodyWins(string query, string? body, string expected)
    {
        var given = await WxParameters.ReadAsync(Request(query, body), CancellationToken.None);

        Assert.Equal(
            expected,
            string.Join(' ', given.Where(p => p.Value.Length > 0).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}")));
    }

    [Theory]
    [InlineData("?a=", null, true)]
    [InlineData("", "a=", true)]
    [InlineData("", "a=1", false)]
    [InlineData("?a=1", "a=", false)]
    [InlineData("?a=", "a=1", false)]
    [InlineData("", "a=undefined", false)]
    [InlineData("", "", false)]
    public async Task ReadAsync_EmptyText_IsKnownFromAbsence(string query, string? body, bool emptied)
    {
        var given = await WxParameters.ReadAsync(Request(query, body), CancellationToken.None);

        Assert.Equal(emptied, given.GetValueOrDefault("a") is "");
    }

    [Theory]
    [InlineData(WxParameters.MaxFieldLength, 1, true)]
    [InlineData(WxParameters.MaxFieldLength + 1, 1, false)]
    [InlineData(1, 200, true)]
    [InlineData(1, 201, false)]
    public async Task ReadAsync_LargeOrManyFields_AreRefused(int length, int fields, bool accepted)
    {
        var body = string.Join('&', Enumerable.Range(0, fields).Select(i => $"f{i}={new string('x', length)}"));

        var read = await Record.ExceptionAsync(() => WxParameters.ReadAsync(Request("", body), CancellationToken.None));

        Assert.Equal(accepted ? null : 300, (read as WxFault)?.Answer.Code);
        Assert.Equal(accepted, read is null);
    }

    [Theory]
    [InlineData("id", "1", 1L)]
    [InlineData("id", "9007199254740991", 9_007_199_254_740_991)]
    [InlineData("id", "9007199254740992", null)]
    [InlineData("id", "0", null)]
    [InlineData("id", "-1", null)]
    [InlineData("id", "1.0", null)]
    [InlineData("id", " 1", null)]
    [InlineData("int", "-1", -1L)]
    [InlineData("int", "2147483648", null)]
    [InlineData("int", "x", null)]
    [InlineData("flag", "true", 1L)]
    [InlineData("flag", "1", 1L)]
    [InlineData("flag", "false", 0L)]
    [InlineData("flag", "yes", null)]
    [InlineData("numbers", "0", 0L)]
    [InlineData("numbers", " 7, 8,,9007199254740991", 9_007_199_254_741_006)]
    [InlineData("numbers", "9007199254740992", null)]
    [InlineData("numbers", "1,-2", null)]
    [InlineData("numbers", "1,x", null)]
    [InlineData("day", "2024-01-01", 1_704_038_400L)]
    [InlineData("day", "1970-01-02", 57_600L)]
    [InlineData("day", "9998-12-31", 253_370_649_600L)]
    [InlineData("day", "9999-01-01", null)]
    [InlineData("day", "1969-12-31", null)]
    [InlineData("day", "2024-02-30", null)]
    [InlineData("day", "2024-1-1", null)]
    [InlineData("day", "2024-01-01 00:00:00", null)]
    [InlineData("cents", "12", 1200L)]
    [InlineData("cents", "12.5", 1250L)]
    [InlineData("cents", "12.500", 1250L)]
    [InlineData("cents", "0.01", 1L)]
    [InlineData("cents", "100000000", 10_000_000_000)]
    [InlineData("cents", "100000000.01", null)]
    [InlineData("cents", "0.001", null)]
    [InlineData("cents", "-1", null)]
    [InlineData("cents", "1e3", null)]
    [InlineData("cents", "1,000", null)]
    public void Read_Text_IsTheValueOrNamesTheParameter(string kind, string text, long? expected)
    {
        var call = Call(("p", text));

        long? Read() => kind switch
        {
            "id" => call.Id("p"),
            "int" => call.Int("p"),
            "flag" => call.Flag("p") ? 1 : 0,
            "numbers" => call.Numbers("p")!.Sum(),
            "day" => call.StartOfDay("p")!.Seconds,
            _ => call.Cents("p"),
        };

        if (expected is null)
        {
            Assert.Equal(WxAnswer.Malformed("p"), Assert.Throws<WxFault>(() => Read()).Answer);
        }
        else
        {
            Assert.Equal(expected, Read());
        }
    }

    [Fact]
    public void Read_WhatIsNotGiven_IsNothing()
    {
        var call = Call(("p", ","), ("q", null));

        Assert.Null(call.Csv("p"));
        Assert.Null(call.Numbers("p"));
        Assert.Null(call.Numbers("q"));
        Assert.Null(call.StartOfDay("q"));
    }

    [Fact]
    public void StartOfDay_Later_IsWhenALaterDayBegins() =>
        Assert.Equal(1_704_124_800, Call(("p", "2024-01-01")).StartOfDay("p", daysLater: 1)!.Seconds);

    [Theory]
    [InlineData("2026-02-28", "2026-02-28")]
    [InlineData("2026-02-28 23:59:59", "2026-02-28")]
    [InlineData("2026-02-29", null)]
    [InlineData("2026-2-8", null)]
    [InlineData("0001-01-01", null)]
    [InlineData("9999-12-31", null)]
    [InlineData("x", null)]
    public void Day_Text_IsADayOrNamesTheParameter(string text, string? expected)
    {
        var call = Call(("p", text));

        if (expected is null)
        {
            Assert.Equal(WxAnswer.Malformed("p"), Assert.Throws<WxFault>(() => call.Day("p")).Answer);
        }
        else
        {
            Assert.Equal(DateOnly.Parse(expected, null), call.Day("p"));
        }
    }

    [Theory]
    [InlineData(0, 5, 0)]
    [InlineData(1, 5, 1)]
    [InlineData(5, 5, 1)]
    [InlineData(6, 5, 2)]
    public void TotalPages_OfAList_CountsTheLastOne(long total, int size, long expected) =>
        Assert.Equal(expected, new WxPage(1, size).TotalPages(total));

    [Theory]
    [InlineData(null, null, 1, 50)]
    [InlineData("3", "20", 3, 20)]
    [InlineData("0", "0", 1, 1)]
    [InlineData("-5", "-5", 1, 1)]
    [InlineData("1", "100000", 1, 1000)]
    public void Page_Asked_IsWithinItsBounds(string? page, string? size, int number, int most) =>
        Assert.Equal(new WxPage(number, most), Call(("page", page), ("pageSize", size)).Page());

    [Fact]
    public void Text_OfAParameterThatTheTableLacks_IsABug() =>
        Assert.Throws<InvalidOperationException>(() => Call(("p", "1")).Text("q"));

    [Theory]
    [InlineData("", 2000)]
    [InlineData("token", 300)]
    [InlineData("token p", null)]
    public void MissingOne_OfRequiredParameters_IsTheTokenFirst(string given, int? code)
    {
        var function = Function(new("p", "string", true), new("token", "string", true), new("free", "string", false));
        var values = given.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToDictionary(name => name, _ => "x");

        Assert.Equal(code, Call(function, values).MissingOne()?.Code);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("口令")]
    [InlineData("")]
    public void Shopper_WithATextThatIsNoToken_IsNotLoggedIn(string token)
    {
        var call = Call(Function(new WxParameter("token", "string", true)), new() { ["token"] = token.Length == 0 ? new('x', 257) : token });

        Assert.Equal(2000, Assert.Throws<WxFault>(() => call.Shopper).Answer.Code);
    }

    /// <summary>items there, page, page size, first item and how many.</summary>
    [Theory]
    [InlineData(0, 1, 50, 0, 0, 1)]
    [InlineData(120, 1, 50, 0, 50, 1)]
    [InlineData(120, 3, 50, 100, 20, 1)]
    [InlineData(120, 4, 50, 0, 0, 1)]
    [InlineData(120, 1, 100, 0, 100, 1)]
    [InlineData(120, 1, 1000, 0, 120, 2)]
    [InlineData(100, 1, 1000, 0, 100, 2)]
    [InlineData(5000, 1, 1000, 0, 1000, 10)]
    [InlineData(5000, 5, 1000, 4000, 1000, 10)]
    [InlineData(5000, 2, 150, 150, 150, 2)]
    [InlineData(5000, 2, 101, 101, 101, 2)]
    [InlineData(5000, 2_000_000, 1000, 0, 0, 0)]
    public async Task ReadAsync_Page_IsFilledFromPagesOfTheApi(int there, int page, int size, int first, int count, int reads)
    {
        var made = 0;
        var (items, total) = await new WxPage(page, size).ReadAsync<int>((number, most) =>
        {
            made++;
            Assert.InRange(most, 1, 100);
            Assert.InRange(number, 1, 1_000_000);
            IList<int> found = [.. Enumerable.Range(0, there).Skip((number - 1) * most).Take(most)];
            return Task.FromResult((found, (long)there));
        });

        Assert.Equal(Enumerable.Range(first, count), items);
        Assert.Equal(reads, made);
        Assert.Equal(reads == 0 ? 0 : there, total);
    }

    private static string Text(WxAnswer answer) => Encoding.UTF8.GetString(answer.ToUtf8());

    private static HttpRequest Request(string query, string? body)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.QueryString) = ("POST", new(query));
        if (body is not null)
        {
            request.ContentType = "application/x-www-form-urlencoded";
            request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        }

        return request;
    }

    private static WxFunction Function(params WxParameter[] parameters) =>
        new("planted", "planted", "GET", "/planted", Tenant: true, Mission: false, Expected: false, parameters);

    private static WxCall Call(params (string Name, string? Text)[] given) => Call(
        Function([.. given.Select(p => new WxParameter(p.Name, "string", false))]),
        given.Where(p => p.Text is not null).ToDictionary(p => p.Name, p => p.Text!));

    private static WxCall Call(WxFunction function, Dictionary<string, string> given) =>
        new(function, given, null!, new DefaultHttpContext(), Clock);
}
