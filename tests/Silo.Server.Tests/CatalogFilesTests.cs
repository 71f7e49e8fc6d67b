using System.Globalization;
using System.Text;
using CsvHelper;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Silo.Catalog.V1;
using Silo.Testing;
using Xunit;
using static Silo.Server.Tests.CatalogShop;

namespace Silo.Server.Tests;

public sealed class CatalogFilesOnSqlite(ShopOnSqlite shared) : CatalogFilesSuite(shared);

public sealed class CatalogFilesOnPostgres(ShopOnPostgres shared) : CatalogFilesSuite(shared);

/// <summary>
/// Goal: a file of goods changes what it says and nothing else, whatever a spreadsheet has made of it. Method: a running
/// server over each database; files that are exported, sorted, damaged and imported again. Each test has categories of its own.
/// </summary>
public abstract class CatalogFilesSuite(SharedShop shared) : ShopSuite(shared)
{
    private GoodsAdminService.GoodsAdminServiceClient Admin => CatalogShop.Admin(Shop);

    private GoodsService.GoodsServiceClient Goods => new(Shop.Channel);

    [Fact]
    public async Task Import_OfAFile_IsAllOrNothingAndExportedAgain()
    {
        var made = await FillAsync();
        var header = "id,name,category_id,price,stock,published\r\n";
        var good = $"{header},\"Plum, \"\"red\"\"\",{made.Fruit},5.50,30,1\r\n{made.Plain},苏打饼干 Cookie,{made.Food},8.80,70,\r\n";

        var bad = await ImportAsync($"{good},,4711,x,-1,maybe\r\n4711,y,{made.Fruit},1,1,1\r\n{made.Plain},z,{made.Fruit},1,1,1\r\n");
        Assert.Equal(
            ["4 name", "4 category_id", "4 price", "4 stock", "4 published", "5 id", "6 id"], bad.Faults.Select(f => $"{f.Line} {f.Column}"));
        Assert.Equal((0, 0), (bad.Created, bad.Changed));
        var dry = await ImportAsync(good, dryRun: true);
        Assert.Equal((1, 1, 0), (dry.Created, dry.Changed, dry.Faults.Count));
        Assert.Equal(0, await Shop.CountAsync(
            $"SELECT count(*) FROM catalog_goods WHERE price_cents IN (550, 880) AND category_id IN ({made.Food}, {made.Fruit})"));

        var request = Own("spring");
        var done = await ImportAsync("\uFEFF" + good, requestId: request);
        Assert.Equal((1, 1, 0), (done.Created, done.Changed, done.Faults.Count));
        Assert.Equal(done, await ImportAsync("\uFEFF" + good, requestId: request));
        var found = Assert.Single((await Goods.ListGoodsAsync(new() { Filter = new() { NameContains = "plum", CategoryId = made.Food } })).Goods);
        Assert.Equal(("Plum, \"red\"", 550, 30), (found.Terms.Name, found.Price.PriceCents, found.Stock));
        var changed = (await Admin.GetGoodsAsync(new() { GoodsId = made.Plain }, Shop.Owner)).Detail;
        Assert.Equal((880, 70, "海盐味", "<p>好吃</p>", true), (
            changed.Goods.Price.PriceCents, changed.Goods.Stock, changed.Goods.Terms.SubName, changed.Parts.Content, changed.Goods.Published));

        var csv = await ExportAsync(made);
        Assert.StartsWith("\uFEFFid,name,", csv, StringComparison.Ordinal);
        // Without a category these goods are among those of all.
        Assert.Subset((await ExportAsync(0)).Split("\r\n").ToHashSet(), csv.Split("\r\n").ToHashSet());
        var again = await ImportAsync(csv);
        Assert.Empty(again.Faults);
        Assert.Equal((0, 0, 0), (again.Created, again.Changed, again.Faults.Count));
        Assert.Equal(csv, await ExportAsync(made));
        Assert.Equal(
            changed.Goods.Version, (await Admin.GetGoodsAsync(new() { GoodsId = made.Plain }, Shop.Owner)).Detail.Goods.Version);
    }

    [Fact]
    public async Task Import_OfCombinations_MakesChangesAndRemovesThem()
    {
        var made = await FillAsync();
        // Properties are found by their names in the whole shop.
        var (colour, size) = (Own("颜色"), Own("尺码"));
        var header = "id,name,combination,pairs,category_id,price,stock,code,picture\r\n";
        var shirt = $"{header},T恤,,,{made.Fruit},59,,,\r\n,T恤,\"{colour}:红,{size}:M\",,,59,3,R-M,http://x/r.png\r\n,T恤,\"{colour}:蓝,{size}:M\",,,61.50,4,,\r\n";

        var dry = await ImportAsync(shirt, dryRun: true);
        Assert.Equal((1, 0, 0), (dry.Created, dry.Changed, dry.Faults.Count));
        foreach (var property in (string[])[colour, size])
        {
            Assert.Equal(0, (await Admin.SearchPropertiesAsync(new() { NameContains = property }, Shop.Owner)).TotalCount);
        }

        await ImportAsync(shirt);
        var detail = await FindAsync("t恤");
        Assert.Equal([$"{colour}:红,{size}:M,", $"{colour}:蓝,{size}:M,"], detail.Skus.Select(s => s.Names));
        Assert.Equal([(5900L, 3L, "R-M", "http://x/r.png"), (6150, 4, "", "")], detail.Skus.Select(s => (s.Price.PriceCents, s.Stock, s.Code, s.Picture)));
        Assert.Equal([colour, size], detail.Properties.Select(p => p.Name));

        // The first goes, the second changes its price and keeps id, stock and code, and there is a third.
        var id = detail.Goods.Id;
        var second = detail.Skus[1];
        await ImportAsync(
            $"id,name,combination,pairs,category_id,price,stock\r\n{id},T恤,,,{made.Fruit},59,\r\n{id},,,\"{second.Pairs}\",,60,\r\n{id},,\"{colour}:红,{size}:L\",,,62,8\r\n");
        var changed = await FindAsync("t恤");
        Assert.Equal([$"{colour}:蓝,{size}:M,", $"{colour}:红,{size}:L,"], changed.Skus.Select(s => s.Names));
        Assert.Equal([(6000L, 4L), (6200, 8)], changed.Skus.Select(s => (s.Price.PriceCents, s.Stock)));
        Assert.Equal(second.Id, changed.Skus[0].Id);
        var journal = await Admin.ListStockChangesAsync(new() { GoodsId = id }, Shop.Owner);
        Assert.Equal([(0L, 3L), (0, 4), (0, 8), (3, 0)], journal.Changes.Select(c => (c.Before, c.After)).Order());

        // Without lines of combinations they stay.
        await ImportAsync($"id,name,category_id,price\r\n{id},T恤,{made.Fruit},58\r\n");
        Assert.Equal(changed.Skus, (await FindAsync("t恤")).Skus);

        async Task<GoodsDetail> FindAsync(string name)
        {
            var found = Assert.Single((await Admin.SearchGoodsAsync(new() { Filter = new() { NameContains = name, CategoryId = made.Fruit } }, Shop.Owner)).Goods);
            return (await Admin.GetGoodsAsync(new() { GoodsId = found.Id }, Shop.Owner)).Detail;
        }
    }

    [Fact]
    public async Task Import_WhereALineDiffers_CountsTheseGoodsAlone()
    {
        var (made, colour) = (await FillAsync(), Own("颜色"));
        await ImportAsync($"name,combination,category_id,price,stock\r\nT恤,,{made.Fruit},59,\r\nT恤,{colour}:红,,59,3\r\nT恤,{colour}:蓝,,61,4\r\n茶,,{made.Fruit},5,6\r\n");
        var lines = (await ExportAsync(made)).Split("\r\n");
        var header = lines[0].Split(',');
        var plain = Array.FindIndex(lines, l => l.Contains(",茶,", StringComparison.Ordinal));
        var red = Array.FindIndex(lines, l => l.Contains($",T恤,{colour}:红,", StringComparison.Ordinal));

        (int Line, string Column, string Value)[] edits =
        [
            (plain, "sub_name", "甜"), (plain, "stock", "7"), (plain, "price", "1.23"), (plain, "published", "1"), (plain, "content", "new"),
            (red, "stock", "9"), (red, "price", "60.00"), (red, "code", "R"), (red, "sort", "5"),
        ];
        foreach (var (line, column, value) in edits)
        {
            var fields = lines[line].Split(',');
            fields[Array.IndexOf(header, column)] = value;
            var file = string.Join("\r\n", lines.Select((l, i) => i == line ? string.Join(',', fields) : l));

            var report = await ImportAsync(file, dryRun: true);
            Assert.True((0, 1, 0) == (report.Created, report.Changed, report.Faults.Count), $"{column} = {value}: {report}");
        }

        var without = string.Join("\r\n", lines.Where((_, i) => i != red));
        Assert.Equal(1, (await ImportAsync(without, dryRun: true)).Changed);
    }

    [Theory]
    [InlineData("id,name,combination,category_id,price\r\n,,颜色:红,,1\r\n", "2 id")]
    [InlineData("id,name,combination,category_id,price\r\n,x,,FRUIT,1\r\n,x,颜色:红,FRUIT,1\r\n,x,颜色,,-1\r\n", "3 category_id,4 combination,4 price")]
    [InlineData("id,name,combination,category_id,price\r\n,x,,FRUIT,1\r\n,x,颜色:红,,1\r\n,x,颜色:红,,1\r\n", "2 combination")]
    [InlineData("id,name,combination,category_id,price\r\n,x,,FRUIT,1\r\n,x,颜色:红,,1\r\n,x,尺码:M,,1\r\n", "2 combination")]
    [InlineData("id,name,pairs,category_id,price\r\n,x,,FRUIT,1\r\n,x,1000000:9,,1\r\n", "3 pairs")]
    [InlineData("id,name,combination,category_id,price\r\n,x\",,FRUIT,1\r\n,x,颜色:红,,1\r\n,y,颜色:红,,-1\r\n,y,,FRUIT,1\r\n", "2 name,4 price")]
    [InlineData("id,name,code,category_id,price\r\n,x,R-M,FRUIT,1\r\n", "2 code")]
    [InlineData("name,category_id,price,attributes\r\nx,FRUIT,1,\"[{\"\"key\"\":1}]\"\r\ny,FRUIT,1,[1]\r\nz,FRUIT,1,[null]\r\n", "2 attributes,3 attributes,4 attributes")]
    [InlineData("name,category_id,price,sale_from,sale_until\r\nx,FRUIT,1,now,\r\ny,FRUIT,1,2026-02-01T00:00:00Z,2026-01-01T00:00:00Z\r\n", "2 sale_from,3 sale_until")]
    [InlineData("name,category_id,price,after_sales,price_steps,max_coupons\r\nx,FRUIT,1,gift,2,11\r\n", "2 max_coupons,2 after_sales,2 price_steps")]
    public Task Import_WithFaults_NamesLineAndColumnAndChangesNothing(string file, string expected) => FaultsAsync(file, expected);

    [Fact]
    public async Task Export_ImportedAgain_ChangesNothingAndImportedAsNewMakesTheSame()
    {
        var made = await FillAsync();
        var seed = TestSeed.Draw();
        var random = new Random(seed);
        List<GoodsDetail> before = [];
        for (var i = 0; i < 12; i++)
        {
            var request = RandomGoods.Make(random, made);
            var id = (await Admin.CreateGoodsAsync(request, Shop.Owner)).Detail.Goods.Id;
            before.Add((await Admin.SetGoodsPublishedAsync(new() { GoodsId = id, Published = random.Next(2) == 0 }, Shop.Owner)).Goods is var goods
                ? (await Admin.GetGoodsAsync(new() { GoodsId = goods.Id }, Shop.Owner)).Detail : null!);
        }

        var csv = await ExportAsync(made);
        var again = await ImportAsync(csv);
        Assert.Empty(again.Faults);
        Assert.Equal((0, 0), (again.Created, again.Changed));
        Assert.Equal(csv, await ExportAsync(made));
        foreach (var detail in before)
        {
            var after = (await Admin.GetGoodsAsync(new() { GoodsId = detail.Goods.Id }, Shop.Owner)).Detail;
            Assert.Equal(RandomGoods.Comparable(detail), RandomGoods.Comparable(after));
            Assert.Equal(detail.Skus.Select(s => s.Id), after.Skus.Select(s => s.Id));
        }

        var copies = await ImportAsync(RandomGoods.WithoutIds(csv));
        Assert.Empty(copies.Faults);
        Assert.Equal((15, 0), (copies.Created, copies.Changed));
        var search = new SearchGoodsRequest { Filter = new() { CategoryId = made.Food }, Order = GoodsOrder.AddedUp, PageSize = 100 };
        var all = (await Admin.SearchGoodsAsync(search, Shop.Owner)).Goods.Select(g => g.Id).ToArray();
        Assert.Equal(30, all.Length);
        foreach (var (detail, copy) in before.Zip(all.TakeLast(12)))
        {
            var after = (await Admin.GetGoodsAsync(new() { GoodsId = copy }, Shop.Owner)).Detail;
            Assert.Equal(RandomGoods.Comparable(detail, isCopy: true), RandomGoods.Comparable(after, isCopy: true));
        }
    }

    [Fact]
    public async Task Import_BeyondItsBounds_IsRefused()
    {
        var lines = string.Concat(Enumerable.Repeat("x,1,1\r\n", 5_001));

        var refused = await Assert.ThrowsAsync<RpcException>(() => ImportAsync($"name,category_id,price\r\n{lines}"));
        Assert.Equal("IMPORT_TOO_LARGE", refused.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason);
        refused = await Assert.ThrowsAsync<RpcException>(() => ImportAsync(new string('x', (8 * 1024 * 1024) + 1)));
        Assert.Equal("IMPORT_TOO_LARGE", refused.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason);
    }

    [Theory]
    [InlineData("price")]
    [InlineData("stock")]
    [InlineData("combination")]
    [InlineData("code")]
    public async Task Export_SortedByAColumn_ImportedAgainChangesNothing(string column)
    {
        var made = await FillAsync();
        await TwoWithCombinationsAsync(made, Own("颜色"));
        var csv = await ExportAsync(made);

        var sorted = RandomGoods.Sorted(csv, column);
        Assert.NotEqual(csv, sorted);
        foreach (var dryRun in (bool[])[true, false])
        {
            Assert.Equal(new ImportGoodsResponse(), await ImportAsync(sorted, dryRun));
        }

        Assert.Equal(csv, await ExportAsync(made));
    }

    [Theory]
    [InlineData("颜色:红,,,59", "3 id")]
    [InlineData("颜色:红,4711,,59", "3 id")]
    [InlineData("颜色:红,,帽,59", "3 name")]
    [InlineData("颜色:红,,茶,59", "3 name")]
    public Task Import_OfACombinationThatDoesNotNameItsGoods_IsAFaultOfItsLine(string line, string expected) => FaultsAsync(
        $"combination,id,name,price,category_id\r\n,,T恤,59,FRUIT\r\n{line},\r\n,,茶,5,FRUIT\r\n,,茶,6,FRUIT\r\n", expected);

    [Theory]
    [InlineData("Imp 28,FRUIT,1,\"10 inch\r\nPear,FRUIT,1,\r\nPlum,FRUIT,1,\r\n", "2 sub_name")]
    [InlineData("\"Imp 28,FRUIT,1,x\r\nPear,FRUIT,1,x\r\nPlum 10\",FRUIT,1,x\r\n", "2 name")]
    [InlineData("Imp 28,FRUIT,1,\"x\r\nPear,FRUIT,1,y\r\nPlum,FRUIT,1,x\"\r\n", "2 sub_name")]
    [InlineData("\"Imp 28\" screen\",FRUIT,1,x\r\nPear,FRUIT,1,\r\n", "2 name")]
    [InlineData("Imp 28\" screen,FRUIT,1,x\r\nPear,FRUIT,1,\r\n", "2 name")]
    public Task Import_OfBrokenQuotes_IsAFaultOfTheirLine(string lines, string expected) =>
        FaultsAsync($"name,category_id,price,sub_name\r\n{lines}", expected);

    [Theory]
    [InlineData("苹\uFFFD果,FRUIT,1,,", "2 name")]
    [InlineData("苹果,FRUIT,1,甜\uFFFD,", "2 sub_name")]
    [InlineData("苹果,FRUIT,1,,6.90123E+12", "2 bar_code")]
    [InlineData("苹果,FRUIT,1,,\"6,90123e+12\"", "2 bar_code")]
    public Task Import_OfWhatASpreadsheetLost_IsAFaultOfItsField(string line, string expected) =>
        FaultsAsync($"name,category_id,price,sub_name,bar_code\r\n{line}\r\nPear,FRUIT,1,,6901234567890\r\n", expected);

    [Theory]
    [InlineData("""[{"key":"a","key":"b","value":"c"}]""")]
    [InlineData("""[{"key":"a","value":"b","value":"c"}]""")]
    [InlineData("""[{"key":"a","value":"b","unit":"c"}]""")]
    [InlineData("""[{"key":"a"}]""")]
    [InlineData("""[{"key":"a","value":null}]""")]
    [InlineData("""[{"key":"\ud800","value":"c"}]""")]
    [InlineData("""[{"\ud800":"a","value":"c"}]""")]
    [InlineData("""{"key":"a","value":"c"}""")]
    [InlineData("[[[")]
    public Task Import_OfAttributesThatAreNoSuchJson_IsAFaultOfItsLine(string json) => FaultsAsync(
        $"name,category_id,price,attributes\r\nx,FRUIT,1,\"{json.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\r\n", "2 attributes");

    [Fact]
    public async Task Import_OfGbk_IsReadAsWhatItIsAndOfAnythingElseRefused()
    {
        var made = await FillAsync();
        var gbk = CodePagesEncodingProvider.Instance.GetEncoding("GBK")!;
        string File(string name) => $"name,category_id,price\r\n{name},{made.Fruit},1\r\n";

        // Text is UTF-8 by the protocol, bytes are what they are.
        Assert.Equal("InvalidArgument:INVALID_ARGUMENT", await Shop.AnswerOf(SentAsync(1, gbk.GetBytes(File("苹果手机壳")))));
        Assert.Equal("faults", await SentAsync(5, Encoding.Unicode.GetBytes(File("苹果手机壳"))));
        Assert.Equal("faults", await SentAsync(5, gbk.GetBytes(File("x\0"))));
        // The same bytes are a name in GBK too.
        Assert.Equal("faults", await SentAsync(5, Encoding.UTF8.GetBytes(File("é"))));
        Assert.Equal("created", await SentAsync(1, Encoding.UTF8.GetBytes(File("é"))));
        Assert.Equal("created", await SentAsync(5, [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(File("è"))]));
        Assert.Equal("created", await SentAsync(5, gbk.GetBytes(File("苹果手机壳"))));
        Assert.Equal("created", await SentAsync(5, Encoding.UTF8.GetBytes(File("梨"))));
        Assert.Equal("created", await SentAsync(5, Encoding.UTF8.GetBytes(File("plum"))));

        Assert.Equal(
            ["plum", "è", "é", "梨", "苹果手机壳", "赣南脐橙"],
            (await Admin.SearchGoodsAsync(new() { Filter = new() { CategoryId = made.Fruit } }, Shop.Owner)).Goods
                .Select(g => g.Terms.Name).Order(StringComparer.Ordinal));

        async Task<string> SentAsync(int field, byte[] bytes)
        {
            var raw = new Marshaller<byte[]>(b => b, b => b);
            var answer = new Marshaller<ImportGoodsResponse>(r => r.ToByteArray(), ImportGoodsResponse.Parser.ParseFrom);
            using var call = Shop.Channel.CreateCallInvoker().AsyncClientStreamingCall(
                new Method<byte[], ImportGoodsResponse>(MethodType.ClientStreaming, GoodsAdminService.Descriptor.FullName, "ImportGoods", raw, answer),
                null,
                new(Shop.Owner));
            foreach (var chunk in bytes.Chunk(field == 1 ? bytes.Length : 7))
            {
                await call.RequestStream.WriteAsync([(byte)((field << 3) | 2), (byte)chunk.Length, .. chunk]);
            }

            await call.RequestStream.CompleteAsync();
            var report = await call;
            return (report.Created, report.Faults.Count) switch { (1, 0) => "created", (0, > 0) => "faults", _ => $"{report}" };
        }
    }

    [Fact]
    public async Task Export_OfTextsLikeFormulas_IsEscapedAndImportedExactly()
    {
        var made = await FillAsync();
        string[] texts = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "'=1", "''=1", "'x", "'", "a=1", ""];
        string[] cells = ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx", "''=1", "'''=1", "'x", "'", "a=1", ""];
        foreach (var text in texts)
        {
            await Admin.CreateGoodsAsync(
                new() { Terms = new() { Name = "公式", CategoryId = made.Fruit, Unit = text }, Price = new() { PriceCents = 1 } }, Shop.Owner);
        }

        var csv = await ExportAsync(made);
        using var reader = new CsvReader(new StringReader(csv.TrimStart('\uFEFF')), CultureInfo.InvariantCulture);
        Assert.Equal(cells, reader.GetRecords<dynamic>().Where(r => r.name == "公式").Select(r => (string)r.unit));
        Assert.Equal(new ImportGoodsResponse(), await ImportAsync(csv));

        // In another shop these would be the same goods.
        Assert.Empty((await ImportAsync(RandomGoods.WithoutIds(csv).Replace("公式", "公式二", StringComparison.Ordinal))).Faults);
        var copies = (await Admin.SearchGoodsAsync(
            new() { Filter = new() { CategoryId = made.Fruit, NameContains = "公式二" }, Order = GoodsOrder.AddedUp, PageSize = 100 }, Shop.Owner)).Goods;
        Assert.Equal(texts, copies.Select(g => g.Terms.Unit));
    }

    [Fact]
    public async Task Import_ThatTakesSomethingAway_SaysSoBefore()
    {
        var (made, colour) = (await FillAsync(), Own("颜色"));
        var goods = await TwoWithCombinationsAsync(made, colour);
        var (shirt, gone) = (goods[0].Goods.Id, goods[0].Skus[0]);
        var members = new MembersAdminService.MembersAdminServiceClient(Shop.Channel);
        var level = (await members.CreateLevelAsync(new() { Name = "金", Rebate = 900 }, Shop.Owner)).Level.Id;
        await members.SetMemberPriceAsync(new() { LevelId = level, SkuId = gone.Id, PriceCents = 1 }, Shop.Owner);
        var file = "id,name,combination,category_id,price,code,tags,pictures,attributes,content\r\n"
            + $"{shirt},T恤,,{made.Fruit},59,,,,,\r\n{shirt},,{colour}:蓝,,59,,,,,\r\n"
            + $"{made.Plain},苏打饼干 Cookie,,{made.Food},9.90,,咸香,http://x/2.png,\"[{{\"\"key\"\":\"\"保质期\"\",\"\"value\"\":\"\"1\"\"}}]\",\r\n"
            + $"{made.OffSale},下架商品,,{made.Food},1,,,,,\r\n{made.OffSale},,{colour}:红,,1,,,,,\r\n";
        LineLoss[] expected =
        [
            new() { Line = 2, GoodsId = shirt, SkuId = gone.Id, Column = "combination", Value = $"{colour}:红", Stock = 3, MemberPrices = 1 },
            new() { Line = 3, GoodsId = shirt, SkuId = goods[0].Skus[1].Id, Column = "code", Value = "a" },
            new() { Line = 4, GoodsId = made.Plain, Column = "tags", Value = "酥脆" },
            new() { Line = 4, GoodsId = made.Plain, Column = "pictures", Value = "http://x/1.png" },
            new() { Line = 4, GoodsId = made.Plain, Column = "content", Value = "<p>好吃</p>" },
            new() { Line = 5, GoodsId = made.OffSale, SkuId = made.OffSale, Column = "stock" },
        ];

        foreach (var dryRun in (bool[])[true, false])
        {
            var report = await ImportAsync(file, dryRun);
            Assert.Equal((0, 3, "", 6), (report.Created, report.Changed, Told(report), report.LossCount));
            Assert.Equal(expected, report.Losses);
        }
    }

    [Fact]
    public async Task Import_OfOtherPrices_IsInTheAuditOfEachGoodsWithBeforeAndAfter()
    {
        var (made, colour) = (await FillAsync(), Own("颜色"));
        var shirt = (await TwoWithCombinationsAsync(made, colour))[0];
        var before = (await Admin.GetGoodsAsync(new() { GoodsId = made.Plain }, Shop.Owner)).Detail;
        await ImportAsync(
            $"id,name,combination,category_id,price,content\r\n{made.Plain},苏打饼干 Cookie,,{made.Food},0.01,<p>好吃</p>\r\n"
            + $"{shirt.Goods.Id},T恤,,{made.Fruit},59,新\r\n{shirt.Goods.Id},,{colour}:红,,0.02,\r\n,新茶,,{made.Fruit},5,\r\n",
            requestId: Own("list"));

        var (was, now) = await AuditedAsync(made.Plain);
        Assert.Equal((990, 1), (was!.Goods.Price.PriceCents, now.Goods.Price.PriceCents));
        Assert.Equal((7, 7, 990, 1), (was.Goods.Stock, now.Goods.Stock, was.Skus[0].Price.PriceCents, now.Skus[0].Price.PriceCents));
        Assert.Equal((before.Goods.Version, before.Goods.Version + 1), (was.Goods.Version, now.Goods.Version));
        // An introduction that stays is not written twice more.
        Assert.Equal(("", ""), (was.Parts.Content, now.Parts.Content));
        Assert.Equal(before.Goods.Terms, now.Goods.Terms);
        Assert.Equal(before.Parts.Attributes, now.Parts.Attributes);

        (was, now) = await AuditedAsync(shirt.Goods.Id);
        Assert.Equal(shirt.Skus, was!.Skus);
        var red = Assert.Single(now.Skus);
        Assert.Equal((shirt.Skus[0].Id, $"{colour}:红,", 2, 3), (red.Id, red.Names, red.Price.PriceCents, red.Stock));
        Assert.Equal(("", "新"), (was.Parts.Content, now.Parts.Content));

        var tea = Assert.Single((await Admin.SearchGoodsAsync(
            new() { Filter = new() { NameContains = "新茶", CategoryId = made.Fruit } }, Shop.Owner)).Goods);
        (was, now) = await AuditedAsync(tea.Id);
        Assert.Equal((null, "新茶", 500), (was, now.Goods.Terms.Name, now.Goods.Price.PriceCents));

        async Task<(GoodsDetail? Before, GoodsDetail After)> AuditedAsync(long goods)
        {
            var entry = (await Shop.AccountsAdmin.ListAuditAsync(new() { Subject = $"goods:{goods}" }, Shop.Owner)).Records[0];
            Assert.Equal(("silo.catalog.v1.GoodsAdminService/ImportGoods", "autumn"), (entry.Rpc, entry.Reason));
            return (entry.BeforeJson.Length == 0 ? null : GoodsDetail.Parser.ParseJson(entry.BeforeJson), GoodsDetail.Parser.ParseJson(entry.AfterJson));
        }
    }

    private static string Told(ImportGoodsResponse report) => string.Join(',', report.Faults.Select(f => $"{f.Line} {f.Column}"));

    private Task<CatalogShop> FillAsync() => CatalogShop.FillAsync(Shop, Own("规格"));

    /// <summary>Makes a red and blue shirt and a black and white hat, and reads them.</summary>
    private async Task<GoodsDetail[]> TwoWithCombinationsAsync(CatalogShop made, string colour)
    {
        await ImportAsync(
            $"name,combination,category_id,price,stock,code\r\nT恤,,{made.Fruit},59,,\r\nT恤,{colour}:红,,61,3,b\r\nT恤,{colour}:蓝,,59,4,a\r\n"
            + $"帽,,{made.Fruit},20,,\r\n帽,{colour}:黑,,60,1,d\r\n帽,{colour}:白,,10,2,c\r\n");
        return [await DetailAsync("T恤"), await DetailAsync("帽")];

        async Task<GoodsDetail> DetailAsync(string name)
        {
            var found = (await Admin.SearchGoodsAsync(new() { Filter = new() { CategoryId = made.Fruit, NameContains = name } }, Shop.Owner)).Goods;
            return (await Admin.GetGoodsAsync(new() { GoodsId = found.Single().Id }, Shop.Owner)).Detail;
        }
    }

    /// <summary>Imports a file in which FRUIT stands for the category, and looks that it has these faults and changes nothing.</summary>
    private async Task FaultsAsync(string file, string expected)
    {
        var (made, colour, size) = (await FillAsync(), Own("颜色"), Own("尺码"));
        var before = await ExportAsync(made);

        var report = await ImportAsync(file.Replace("FRUIT", $"{made.Fruit}", StringComparison.Ordinal)
            .Replace("颜色", colour, StringComparison.Ordinal).Replace("尺码", size, StringComparison.Ordinal));

        Assert.Equal((0, expected), (report.Created, Told(report)));
        Assert.Equal(before, await ExportAsync(made));
        Assert.Equal(0, await Shop.CountAsync($"SELECT count(*) FROM catalog_properties WHERE name IN ('{colour}', '{size}')"));
    }

    private Task<ImportGoodsResponse> ImportAsync(string file, bool dryRun = false, string requestId = "") =>
        CatalogShop.ImportAsync(Shop, file, dryRun, requestId);

    /// <summary>The goods of a catalogue; other tests have theirs.</summary>
    private Task<string> ExportAsync(CatalogShop made) => ExportAsync(made.Food);

    private async Task<string> ExportAsync(long category)
    {
        using var call = Admin.ExportGoods(new() { CategoryId = category }, Shop.Owner);
        var csv = new StringBuilder();
        await foreach (var piece in call.ResponseStream.ReadAllAsync(CancellationToken.None))
        {
            csv.Append(piece.Csv);
        }

        return csv.ToString();
    }
}
