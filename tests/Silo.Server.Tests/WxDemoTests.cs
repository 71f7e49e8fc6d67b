using System.Text.Json;
using Silo.Lotteries.V1;
using Silo.Server.Tests.House;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: the demo shop has something to show through every function that is served, in the shape that clients know, and
/// loading it takes few transactions, however much it has. Method: every line of WxDemo.txt is called in its order over a
/// demo shop on both databases, and the shape of its answer, names and types, is compared with the line's; the
/// transactions are counted by the marks that PostgreSQL leaves in the rows.
/// </summary>
public sealed class WxDemoTests(ITestOutputHelper output)
{
    private const string Table = "tests/Silo.Server.Tests/WxDemo.txt";

    /// <summary>What needs a file, an operator or a card that is on paper alone; the package's tests have them.</summary>
    private static readonly string[] NotFromADemo =
        ["uploadFile", "uploadFileV2", "sendCoupons", "couponStatistics", "exchangeCoupons", "register_username", "login_username"];

    /// <summary>A group is shown once its leader has paid, and nobody pays in a demo.</summary>
    private static readonly string[] OfPaidGroups =
        ["pingtuanJoinUsers", "pingtuanList", "pingtuanListV2", "pingtuanMyJoined", "pingtuanTuanInfo"];

    private static string[][] Lines => [.. File.ReadLines(Path.Combine(Repository.Root, Table)).Select(l => l.Split(' ', 3))];

    [Fact]
    public void Lines_AreOfEveryFunctionThatIsServed()
    {
        var served = File.ReadLines(Path.Combine(Repository.Root, "src/Silo.WxApi/functions.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(f => !f.TryGetProperty("expected", out _)).Select(f => f.GetProperty("function").GetString());

        Assert.Equal(served.Except(NotFromADemo).Order(), Lines.Select(l => l[0]).Distinct().Order());
        Assert.Equal(OfPaidGroups, Lines.Where(l => l[2].StartsWith("700:", StringComparison.Ordinal)).Select(l => l[0]).Order());
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task DemoShop_ThroughEveryFunction_HasSomethingInTheKnownShape(Database database)
    {
        await using var shop = await Shop.StartAsync(database, new() { ["Silo__Demo__Enabled"] = "true" });
        using var client = new WxClient(shop);
        var known = await KnownAsync(shop, client);
        List<string> answered = [];
        foreach (var line in Lines)
        {
            var query = known.Aggregate(line[1], (q, k) => q.Replace($"{{{k.Key}}}", Uri.EscapeDataString(k.Value), StringComparison.Ordinal));
            answered.Add($"{line[0]} {line[1]} {ShapeOf(await client.CallAsync(line[0], query))}");
        }

        output.WriteLine(string.Join('\n', answered));
        Assert.Equal(File.ReadLines(Path.Combine(Repository.Root, Table)), answered);
    }

    [Fact]
    public async Task DemoShop_Has_WhatItSays()
    {
        await using var shop = await Shop.StartAsync(Database.Sqlite, new() { ["Silo__Demo__Enabled"] = "true" });
        using var client = new WxClient(shop);

        var goods = await ListAsync("goods", "pageSize=100");
        var categories = await ListAsync("goodsCategory", "");
        Assert.Equal(
            (12, 4, 2, 2),
            (goods.Length, goods.Count(g => g.TryGetProperty("propertyIds", out _)), Count(goods, "pingtuan"), Count(goods, "kanjia")));
        Assert.Equal([1, 1, 2, 2, 2, 2], categories.Select(c => c.GetProperty("level").GetInt32()).Order());
        Assert.Equal(8, (await ListAsync("coupons", "")).Select(c => c.GetProperty("name").GetString()).Distinct().Count());
        Assert.Equal(2, (await ListAsync("fetchShops", "")).Length);
        Assert.Equal(6, (await ListAsync("scoreRules", "")).Length);

        // Every picture is one of the shop's own, absolute, and there for a long time.
        using var http = new HttpClient();
        var own = $"{shop.Server.Http}files/";
        var detail = (await client.CallAsync("goodsDetail", $"id={goods[0].GetProperty("id")}")).GetProperty("data");
        Assert.Contains($"<img src=\"{own}", detail.GetProperty("content").GetString(), StringComparison.Ordinal);
        // A banner leads to the lottery.
        var banners = await ListAsync("banners", "");
        var lottery = Assert.Single(
            Texts([.. banners.Where(b => b.TryGetProperty("linkUrl", out _))], "linkUrl"),
            link => link.StartsWith("/pages/lottery/index?id=", StringComparison.Ordinal)).Split('=')[1];
        var prizes = (await client.CallAsync("luckyInfo", $"id={lottery}")).GetProperty("data").GetProperty("luckyGoods").EnumerateArray().ToArray();
        Assert.Equal(8, prizes.Length);
        string[] pictures =
        [
            .. Texts(goods, "pic"), .. Texts(categories, "icon"), .. Texts(banners, "picUrl"),
            .. Texts(await ListAsync("fetchShops", ""), "pic"), .. Texts(prizes, "pic"),
        ];
        Assert.Equal(12 + 6 + 6 + 2 + 3, pictures.Distinct().Count());
        foreach (var picture in pictures)
        {
            Assert.StartsWith(own, picture, StringComparison.Ordinal);
            using var served = await http.GetAsync(new Uri($"{picture}_m"));
            Assert.Equal((true, "image/jpeg"), (served.IsSuccessStatusCode, served.Content.Headers.ContentType?.ToString()));
            Assert.Contains("max-age=31536000", served.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        }

        static IEnumerable<string> Texts(JsonElement[] all, string name) => all.Select(e => e.GetProperty(name).GetString()!);

        async Task<JsonElement[]> ListAsync(string function, string query) =>
            [.. (await client.CallAsync(function, query)).GetProperty("data").EnumerateArray()];

        static int Count(JsonElement[] all, string flag) => all.Count(g => g.GetProperty(flag).GetBoolean());
    }

    [Fact]
    public async Task DemoShop_WhenItIsLoaded_TakesFewTransactions()
    {
        await using var shop = await Shop.StartAsync(Database.PostgreSql, new() { ["Silo__Demo__Enabled"] = "true" });

        Assert.Equal(12, await shop.CountAsync("SELECT count(*) FROM catalog_goods"));
        // A few for each of the goods.
        Assert.InRange(await WritersAsync(["catalog_goods", "catalog_skus", "catalog_stocks", "catalog_categories", "catalog_stores"]), 1, 24);
        var all = await WritersAsync(await shop.QueryAsync(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name NOT LIKE 'orleans%' "
            + "AND table_name NOT LIKE '\\_\\_%'",
            r => r.GetString(0)));
        Assert.InRange(all, 5, 150);

        // Each row has the number of the transaction, or the part of one between two savepoints, that wrote it last.
        Task<long> WritersAsync(IEnumerable<string> tables) => shop.CountAsync(
            $"SELECT count(DISTINCT x) FROM ({string.Join(" UNION ALL ", tables.Select(t => $"SELECT xmin::text AS x FROM \"{t}\""))}) rows");
    }

    /// <summary>What the lines name in braces.</summary>
    private static async Task<Dictionary<string, string>> KnownAsync(Shop shop, WxClient client)
    {
        var demo = await DataAsync("login_username", "username=demo&pwd=demo-shop");
        var other = await DataAsync("register_username", "username=another&pwd=demo-shop&autoLogin=true");
        var sku = await FirstAsync("goods", "nameLike=赣南脐橙");
        var detail = await DataAsync("goodsDetail", $"id={Text(sku, "id")}");
        var plain = Text(await FirstAsync("goods", "nameLike=铸铁炒锅"), "id");
        var lottery = (await new LotteriesAdminService.LotteriesAdminServiceClient(shop.Channel)
            .SearchLotteriesAsync(new(), shop.Owner)).Lotteries[0].Id;
        return new()
        {
            ["token"] = Text(demo, "token"),
            ["uid"] = Text(demo, "uid"),
            ["other"] = Text(other, "token"),
            ["otherUid"] = Text(other, "uid"),
            ["notice"] = Text(await DataAsync("noticeLastOne", ""), "id"),
            ["cms"] = Text(await FirstAsync("cmsCategories", ""), "id"),
            ["article"] = Text(await FirstAsync("cmsArticles", ""), "id"),
            ["category"] = Text(await FirstAsync("goodsCategory", ""), "id"),
            ["sku"] = Text(sku, "id"),
            ["pair"] = Text(detail.GetProperty("skuList")[0], "propertyChildIds"),
            ["freight"] = Text(sku, "logisticsId"),
            ["plain"] = plain,
            ["coupon"] = Text(await FirstAsync("coupons", ""), "id"),
            ["kjid"] = Text(await DataAsync("kanjiaSet", $"goodsId={plain}"), "id"),
            ["tuan"] = Text(await DataAsync("pingtuanOpen", $"goodsId={Text(sku, "id")}&token={Text(demo, "token")}"), "id"),
            ["lottery"] = $"{lottery}",
            ["address"] = Text(await FirstAsync("queryAddress", $"token={Text(demo, "token")}"), "id"),
            ["store"] = Text(await FirstAsync("fetchShops", ""), "id"),
        };

        async Task<JsonElement> DataAsync(string function, string query)
        {
            var answer = await client.CallAsync(function, query);
            Assert.True(answer.TryGetProperty("data", out var data), $"{function}?{query}: {answer}");
            return data;
        }

        async Task<JsonElement> FirstAsync(string function, string query) => (await DataAsync(function, query))[0];

        static string Text(JsonElement owner, string name) => owner.GetProperty(name).ToString();
    }

    /// <summary>The code, where it is not 0, and the data: names in order, types, an array by its first element.</summary>
    private static string ShapeOf(JsonElement answer)
    {
        Assert.Equal(JsonValueKind.String, answer.GetProperty("msg").ValueKind);
        var code = answer.GetProperty("code").GetInt32();
        var data = answer.TryGetProperty("data", out var given) ? Shape(given) : "-";
        return code == 0 ? data : $"{code}:{data}";
    }

    private static string Shape(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().Select(p => $"{Name(p.Name)}:{Shape(p.Value)}").Distinct())}}}",
        JsonValueKind.Array => $"[{(value.GetArrayLength() == 0 ? "" : Shape(value[0]))}]",
        JsonValueKind.Number => "number",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => value.ValueKind.ToString(),
    };

    /// <summary>A member that is an id stands for any.</summary>
    private static string Name(string name) => name.All(char.IsAsciiDigit) ? "#" : name;
}
