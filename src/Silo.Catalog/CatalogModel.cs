using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The module's part of the database model.</summary>
internal sealed class CatalogModel : IModuleModel
{
    public void Configure(ModelBuilder model)
    {
        Table<CategoryRow>(model, "categories").HasKey(c => c.Id);
        Goods(Table<GoodsRow>(model, "goods"));
        Table<PartsRow>(model, "parts").HasKey(p => p.GoodsId);
        var sku = Table<SkuRow>(model, "skus");
        sku.HasKey(s => s.Id);
        sku.HasIndex(s => new { s.GoodsId, s.Pairs }).IsUnique();
        var stock = Table<StockRow>(model, "stocks");
        stock.ToTable(table => table.HasCheckConstraint("ck_catalog_stock", "stock >= 0"));
        stock.HasKey(s => s.SkuId);
        stock.HasIndex(s => s.GoodsId);
        var change = Table<StockChangeRow>(model, "stock_changes");
        change.HasKey(c => c.Id);
        change.HasIndex(c => new { c.GoodsId, c.Id });
        change.HasIndex(c => new { c.SkuId, c.Id });
        var counters = Table<CountersRow>(model, "counters");
        counters.HasKey(c => c.GoodsId);
        counters.HasIndex(c => c.Orders);
        Table<ViewsRow>(model, "views").HasKey(v => v.GoodsId);
        Table<SearchRow>(model, "search").HasKey(s => s.GoodsId);
        Table<PropertyRow>(model, "properties").HasKey(p => p.Id);
        var value = Table<ValueRow>(model, "property_values");
        value.HasKey(v => v.Id);
        value.HasIndex(v => v.PropertyId);
        Table<SequenceRow>(model, "sequences").HasKey(s => s.Name);
        Table<FreightRow>(model, "freights").HasKey(f => f.Id);
        Table<StoreRow>(model, "stores").HasKey(s => s.Id);
        Table<LevelRow>(model, "levels").HasKey(l => l.Id);
        var member = Table<MemberRow>(model, "members");
        member.HasKey(m => m.UserId);
        member.HasIndex(m => m.LevelId);
        var price = Table<MemberPriceRow>(model, "member_prices");
        price.HasKey(p => new { p.SkuId, p.LevelId });
        price.HasIndex(p => p.GoodsId);
        var favourite = Table<FavouriteRow>(model, "favourites");
        favourite.HasKey(f => f.Id);
        favourite.HasIndex(f => new { f.UserId, f.GoodsId }).IsUnique();
        favourite.HasIndex(f => f.GoodsId);
        var review = Table<ReviewRow>(model, "reviews");
        review.HasKey(r => r.Id);
        review.HasIndex(r => new { r.GoodsId, r.Id });
    }

    private static void Goods(EntityTypeBuilder<GoodsRow> goods)
    {
        goods.HasKey(g => g.Id);
        // The orders of lists. They have all that the default filter asks for, so that a deep page reads the index only.
        goods.HasIndex(g => new { g.Published, g.Hidden, g.Sort, g.Id }).IsDescending(false, false, false, true);
        goods.HasIndex(g => new { g.CategoryId, g.Published, g.Hidden, g.Sort, g.Id }).IsDescending(false, false, false, false, true);
        goods.HasIndex(g => new { g.Published, g.Hidden, g.PriceCents, g.Id });
        goods.HasIndex(g => new { g.Published, g.Hidden, g.SearchName, g.Id });
        goods.HasIndex(g => g.BarCode).HasFilter("bar_code <> ''");
        goods.HasIndex(g => g.StoreId).HasFilter("store_id <> 0");
        goods.HasIndex(g => g.FreightId).HasFilter("freight_id <> 0");
    }

    /// <summary>A table with the module's prefix.</summary>
    private static EntityTypeBuilder<T> Table<T>(ModelBuilder model, string name)
        where T : class => model.Entity<T>().ToTable($"catalog_{name}");
}

/// <summary>
/// The index over the tokens of goods, which is each database's own and kept in step in the transaction that writes
/// them; for the migrations.
/// </summary>
public static class CatalogSearchSchema
{
    /// <summary>An inverted index over the set of tokens.</summary>
    public const string PostgreSql =
        "CREATE INDEX ix_catalog_search_tokens ON catalog_search USING gin (string_to_array(tokens, ' '))";

    /// <summary>
    /// FTS5 over the table of tokens, kept in step by triggers. The tokenizer is the one that leaves alone what is not
    /// ASCII: the server has made the tokens already.
    /// </summary>
    public const string Sqlite =
        """
        CREATE VIRTUAL TABLE catalog_search_fts USING fts5(
            tokens, content='catalog_search', content_rowid='goods_id', tokenize='ascii');
        CREATE TRIGGER catalog_search_added AFTER INSERT ON catalog_search BEGIN
            INSERT INTO catalog_search_fts(rowid, tokens) VALUES (new.goods_id, new.tokens);
        END;
        CREATE TRIGGER catalog_search_removed AFTER DELETE ON catalog_search BEGIN
            INSERT INTO catalog_search_fts(catalog_search_fts, rowid, tokens) VALUES ('delete', old.goods_id, old.tokens);
        END;
        CREATE TRIGGER catalog_search_changed AFTER UPDATE ON catalog_search BEGIN
            INSERT INTO catalog_search_fts(catalog_search_fts, rowid, tokens) VALUES ('delete', old.goods_id, old.tokens);
            INSERT INTO catalog_search_fts(rowid, tokens) VALUES (new.goods_id, new.tokens);
        END;
        """;
}
