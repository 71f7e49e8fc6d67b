using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Writes goods as a file, page by page of the key, so that neither memory nor a read grows with the shop.</summary>
internal sealed class GoodsExport(IUnits units, CatalogReads catalog)
{
    private const int PageSize = 50;

    /// <summary>Characters after which a piece ends; far below what one message may have.</summary>
    private const int PieceSize = 200_000;

    /// <summary>The file of a category's goods, of all categories with 0, in pieces.</summary>
    public async IAsyncEnumerable<string> RunAsync(long categoryId, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var categories = categoryId == 0 ? null : (await catalog.CategoriesAsync(cancellation)).WithDescendants(categoryId);
        yield return CsvText.ByteOrderMark + CsvText.Write(GoodsCsv.Columns);
        for (var last = 0L; ;)
        {
            var page = await units.ReadAsync(
                async r =>
                {
                    var rows = await r.Query<GoodsRow>()
                        .Where(g => g.Id > last && (categories == null || categories.Contains(g.CategoryId)))
                        .OrderBy(g => g.Id).Take(PageSize).ToListAsync(cancellation);
                    var ids = rows.ConvertAll(g => g.Id);
                    var parts = await r.Query<PartsRow>().Where(p => ids.Contains(p.GoodsId))
                        .ToDictionaryAsync(p => p.GoodsId, p => CatalogWire.Read<GoodsParts>(p.Parts), cancellation);
                    var skus = await GoodsReads.SkusAsync(r, ids, cancellation);
                    var (_, names) = await GoodsReads.PropertiesAsync(r, skus.Select(s => s.Sku), cancellation);
                    var byGoods = skus.ToLookup(s => s.Sku.GoodsId);
                    return (
                        Last: rows.Count == 0 ? 0 : rows[^1].Id,
                        Lines: rows.SelectMany(g => GoodsCsv.Lines(g, parts[g.Id], [.. byGoods[g.Id]], names)).ToList());
                },
                cancellation);
            if (page.Lines.Count == 0)
            {
                yield break;
            }

            last = page.Last;
            foreach (var piece in Pieces(page.Lines))
            {
                yield return piece;
            }
        }
    }

    private static IEnumerable<string> Pieces(IEnumerable<string> lines)
    {
        var piece = new StringBuilder();
        foreach (var line in lines)
        {
            piece.Append(line);
            if (piece.Length >= PieceSize)
            {
                yield return piece.ToString();
                piece.Clear();
            }
        }

        if (piece.Length > 0)
        {
            yield return piece.ToString();
        }
    }
}
