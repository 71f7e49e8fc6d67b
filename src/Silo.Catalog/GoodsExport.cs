using System.Globalization;
using System.Runtime.CompilerServices;
using CsvHelper;
using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Writes goods as a file, page by page of the key, so that neither memory nor a read grows with the shop.</summary>
internal static class GoodsExport
{
    private const int PageSize = 200;

    public static async IAsyncEnumerable<string> RunAsync(
        IUnits units, long[]? categories, [EnumeratorCancellation] CancellationToken cancellation)
    {
        yield return GoodsCsv.ByteOrderMark + Written([GoodsCsv.Columns]);
        for (var last = 0L; ;)
        {
            var page = await units.ReadAsync(
                async r =>
                {
                    var rows = await r.Query<GoodsRow>()
                        .Where(g => g.Id > last && (categories == null || categories.Contains(g.CategoryId)))
                        .OrderBy(g => g.Id).Take(PageSize).ToListAsync(cancellation);
                    var ids = rows.ConvertAll(g => g.Id);
                    var stocks = await r.Query<StockRow>().Where(s => ids.Contains(s.GoodsId)).GroupBy(s => s.GoodsId)
                        .Select(s => new { s.Key, Stock = s.Sum(x => x.Stock) }).ToDictionaryAsync(s => s.Key, s => s.Stock, cancellation);
                    return rows.ConvertAll(g => (Row: g, Stock: stocks.GetValueOrDefault(g.Id)));
                },
                cancellation);
            if (page.Count == 0)
            {
                yield break;
            }

            last = page[^1].Row.Id;
            yield return Written(page.Select(g => GoodsCsv.Line(g.Row, g.Stock)));
        }
    }

    private static string Written(IEnumerable<IEnumerable<string>> lines)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = new CsvWriter(text, GoodsCsv.Written, leaveOpen: true))
        {
            foreach (var line in lines)
            {
                foreach (var field in line)
                {
                    csv.WriteField(field);
                }

                csv.NextRecord();
            }
        }

        return text.ToString();
    }
}
