using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Google.Protobuf.WellKnownTypes;
using Silo.Catalog.V1;

namespace Silo.Server.Tests;

/// <summary>Goods whose every field has something, with what is awkward in files: quotes, commas, line breaks, blanks around.</summary>
internal static class RandomGoods
{
    private static readonly string[] Awkward =
        ["甜", "a,b", "say \"hi\"", " blanks around ", "two\nlines", "two\r\nlines", "=1+1", "'=1", "'", "\"", ";", "\t", "𠮷😀", "ＡＢＣ", "\\n"];

    public static CreateGoodsRequest Make(Random random, CatalogShop shop)
    {
        var goods = new CreateGoodsRequest
        {
            Terms = Terms(random, shop),
            Parts = new() { Content = $"<p>{random.Next()} &amp; \"好吃\"</p>\n<img src=\"http://x/{random.Next()}.png\">" },
            Price = Price(random),
            Stock = random.Next(1000),
        };
        goods.Parts.Pictures.AddRange(Enumerable.Range(0, random.Next(4)).Select(_ => $"http://x/{random.Next()}.png?a=1,2"));
        goods.Parts.Attributes.AddRange(Enumerable.Range(0, random.Next(3)).Select(
            i => new Catalog.V1.Attribute { Key = $"{i}{Text(random)}", Value = Text(random) }));
        foreach (var value in shop.Values.Take(random.Next(3)))
        {
            var sku = new SkuTerms
            {
                Price = Price(random),
                Stock = random.Next(1000),
                Picture = random.Next(2) == 0 ? "" : $"http://x/{random.Next()}.png",
                Code = Text(random),
                WeightGrams = random.Next(1000),
            };
            sku.ValueIds.Add(value);
            goods.Skus.Add(sku);
        }

        return goods;
    }

    /// <summary>What must be the same again: all that an operator says, and of a copy no ids.</summary>
    public static GoodsDetail Comparable(GoodsDetail detail, bool isCopy = false)
    {
        var copy = detail.Clone();
        (copy.Goods.Version, copy.Goods.UpdatedAt) = (0, null);
        if (isCopy)
        {
            (copy.Goods.Id, copy.Goods.CreatedAt) = (0, null);
            foreach (var sku in copy.Skus)
            {
                sku.Id = 0;
            }
        }

        return copy;
    }

    /// <summary>A file of the same goods as new ones, whose combinations are named in words.</summary>
    public static string WithoutIds(string file)
    {
        using var reader = new CsvReader(new StringReader(file.TrimStart('\uFEFF')), CultureInfo.InvariantCulture);
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using var writer = new CsvWriter(text, new CsvConfiguration(CultureInfo.InvariantCulture));
        string[]? header = null;
        while (reader.Read())
        {
            var fields = reader.Parser.Record!;
            header ??= fields;
            foreach (var (name, field) in header.Zip(fields))
            {
                writer.WriteField(fields != header && name is ("id" or "pairs") ? "" : field);
            }

            writer.NextRecord();
        }

        writer.Flush();
        return text.ToString();
    }

    /// <summary>A file as a spreadsheet leaves it that has sorted all lines by a column.</summary>
    public static string Sorted(string file, string column)
    {
        using var reader = new CsvParser(new StringReader(file.TrimStart('\uFEFF')), CultureInfo.InvariantCulture);
        List<string[]> lines = [];
        while (reader.Read())
        {
            lines.Add(reader.Record!);
        }

        var at = Array.IndexOf(lines[0], column);
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using var writer = new CsvWriter(text, new CsvConfiguration(CultureInfo.InvariantCulture));
        foreach (var line in lines[1..].OrderBy(l => l[at], StringComparer.Ordinal).ThenByDescending(l => l[0], StringComparer.Ordinal).Prepend(lines[0]))
        {
            foreach (var field in line)
            {
                writer.WriteField(field);
            }

            writer.NextRecord();
        }

        writer.Flush();
        return text.ToString();
    }

    private static GoodsTerms Terms(Random random, CatalogShop shop)
    {
        var terms = new GoodsTerms
        {
            Name = $"商品{random.Next()}{Text(random)}",
            SubName = Text(random),
            Characteristic = Text(random),
            Picture = $"http://x/{random.Next()}.png",
            CategoryId = random.Next(2) == 0 ? shop.Fruit : shop.Food,
            StoreId = random.Next(2) == 0 ? 0 : shop.Store,
            Sort = random.Next(1000),
            Tags = Text(random),
            BarCode = $"{random.Next()}",
            Unit = Text(random),
            MinBuyNumber = random.Next(10),
            WeightGrams = random.Next(1, 10_000),
            VolumeMl = random.Next(10_000),
            FreightId = random.Next(2) == 0 ? 0 : shop.Freight,
            Recommended = random.Next(2) == 0,
            Hidden = random.Next(2) == 0,
            Bargain = random.Next(2) == 0,
            GroupBuy = random.Next(2) == 0,
            FlashSale = random.Next(2) == 0,
            SaleFrom = random.Next(2) == 0 ? null : new Timestamp { Seconds = 1_700_000_000 + random.Next(1000), Nanos = random.Next(1_000_000_000) },
            SaleUntil = random.Next(2) == 0 ? null : new Timestamp { Seconds = 1_900_000_000 + random.Next(1000) },
            OffSaleWhenEmpty = random.Next(2) == 0,
            MaxCoupons = random.Next(10),
            VideoId = Text(random),
            PurchaseNotes = Text(random),
        };
        // A flash sale has both ends.
        terms.FlashSale &= terms.SaleFrom is not null && terms.SaleUntil is not null;
        terms.AfterSales.AddRange(new[] { AfterSale.Exchange, AfterSale.Refund, AfterSale.Return }.Take(random.Next(4)));
        terms.PriceSteps.AddRange(Enumerable.Range(2, random.Next(3)).Select(n => new PriceStep { Number = n, PriceCents = random.Next(10_000) }));
        return terms;
    }

    private static Price Price(Random random) => new()
    {
        PriceCents = random.Next(100_000),
        OriginalCents = random.Next(100_000),
        Points = random.Next(100),
        GroupCents = random.Next(100_000),
        BargainCents = random.Next(100_000),
    };

    private static string Text(Random random) => random.Next(4) == 0 ? "" : Awkward[random.Next(Awkward.Length)];
}
