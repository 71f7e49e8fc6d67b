using System.Text;
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

    /// <summary>A table with the module's prefix, whose columns have the names of the properties in snake case.</summary>
    private static EntityTypeBuilder<T> Table<T>(ModelBuilder model, string name)
        where T : class
    {
        var entity = model.Entity<T>();
        entity.ToTable($"catalog_{name}");
        foreach (var property in entity.Metadata.GetProperties().ToArray())
        {
            entity.Property(property.Name).HasColumnName(Snake(property.Name)).ValueGeneratedNever();
        }

        return entity;
    }

    private static string Snake(string name)
    {
        var snake = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && snake.Length > 0)
            {
                snake.Append('_');
            }

            snake.Append(char.ToLowerInvariant(letter));
        }

        return snake.ToString();
    }
}
