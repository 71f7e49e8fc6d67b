using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>A category. What it says is the API's own message as JSON; what is joined and ordered by is a column.</summary>
internal sealed class CategoryRow
{
    public long Id { get; init; }

    public long ParentId { get; set; }

    /// <summary>From 1.</summary>
    public int Level { get; set; }

    public int Sort { get; set; }

    public bool Enabled { get; set; }

    public int Version { get; set; }

    public required string Terms { get; set; }

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; set; }
}

/// <summary>Goods: what lists filter and order by; the rest of what lists show is the API's own message as JSON.</summary>
internal sealed class GoodsRow
{
    public long Id { get; init; }

    public long CategoryId { get; set; }

    public long StoreId { get; set; }

    public long FreightId { get; set; }

    public int Sort { get; set; }

    /// <summary>The name, normalised.</summary>
    public required string SearchName { get; set; }

    /// <summary>The tags, normalised.</summary>
    public required string SearchTags { get; set; }

    public required string BarCode { get; set; }

    public bool Recommended { get; set; }

    public bool Hidden { get; set; }

    public bool Bargain { get; set; }

    public bool GroupBuy { get; set; }

    public bool FlashSale { get; set; }

    public bool Published { get; set; }

    /// <summary>Goes off sale with its last piece.</summary>
    public bool OffSaleWhenEmpty { get; set; }

    public long PriceCents { get; set; }

    public long OriginalCents { get; set; }

    public long Points { get; set; }

    public long GroupCents { get; set; }

    public long BargainCents { get; set; }

    /// <summary>The properties of its combinations, with commas; empty without any.</summary>
    public required string PropertyIds { get; set; }

    public int Version { get; set; }

    public required string Terms { get; set; }

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; set; }
}

/// <summary>What only the page of goods shows: the API's own message as JSON.</summary>
internal sealed class PartsRow
{
    public long GoodsId { get; init; }

    public required string Parts { get; set; }
}

/// <summary>What is sold: a combination, or, for goods without any, one with the id of the goods.</summary>
internal sealed class SkuRow
{
    public long Id { get; init; }

    public long GoodsId { get; init; }

    /// <summary>Pairs of property and value, each followed by a comma; empty for goods without combinations.</summary>
    public required string Pairs { get; set; }

    /// <summary>Its place among those of the goods.</summary>
    public int Sort { get; set; }

    public long PriceCents { get; set; }

    public long OriginalCents { get; set; }

    public long Points { get; set; }

    public long GroupCents { get; set; }

    public long BargainCents { get; set; }

    public string Picture { get; set; } = "";

    public string Code { get; set; } = "";

    public long WeightGrams { get; set; }
}

/// <summary>The stock of what is sold. Narrow and without further indexes, because every order writes it.</summary>
internal sealed class StockRow
{
    public long SkuId { get; init; }

    public long GoodsId { get; init; }

    public long Stock { get; set; }
}

/// <summary>A change of a stock by an operator. Append-only.</summary>
internal sealed class StockChangeRow
{
    public long Id { get; init; }

    public long GoodsId { get; init; }

    public long SkuId { get; init; }

    public long Before { get; init; }

    public long After { get; init; }

    public long OperatorId { get; init; }

    public required string Reason { get; init; }

    public long At { get; init; }
}

/// <summary>What was counted of goods, each in the transaction that caused it.</summary>
internal sealed class CountersRow
{
    public long GoodsId { get; init; }

    public long Orders { get; init; }

    public long Sold { get; init; }

    public long Favourites { get; init; }

    public long Reviews { get; init; }

    public long GoodReviews { get; init; }
}

/// <summary>Views of a page, which are counted in memory and added from time to time.</summary>
internal sealed class ViewsRow
{
    public long GoodsId { get; init; }

    public long Views { get; init; }
}

/// <summary>Goods as they are searched. The index over the tokens is each database's own, see the migrations.</summary>
internal sealed class SearchRow
{
    public long GoodsId { get; init; }

    /// <summary>The name, normalised.</summary>
    public required string Name { get; set; }

    /// <summary>Name, tags and introduction, normalised.</summary>
    public required string Text { get; set; }

    /// <summary>The tokens of the text, with blanks.</summary>
    public required string Tokens { get; set; }
}

internal sealed class PropertyRow
{
    public long Id { get; init; }

    public required string Name { get; set; }

    public required string SearchName { get; set; }

    public int Sort { get; set; }

    public long CreatedAt { get; init; }
}

internal sealed class ValueRow
{
    public long Id { get; init; }

    public long PropertyId { get; init; }

    public required string Name { get; set; }

    public int Sort { get; set; }

    public required string Remark { get; set; }
}

/// <summary>The next of a sequence of short ids.</summary>
internal sealed class SequenceRow
{
    public required string Name { get; init; }

    public long Next { get; init; }
}

/// <summary>A freight template; what it says is the API's own message as JSON.</summary>
internal sealed class FreightRow
{
    public long Id { get; init; }

    public int Version { get; set; }

    public required string Terms { get; set; }

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; set; }
}

/// <summary>A store; what is said of it is the API's own message as JSON.</summary>
internal sealed class StoreRow
{
    public long Id { get; init; }

    public int Sort { get; set; }

    public bool Open { get; set; }

    public int Version { get; set; }

    public required string Terms { get; set; }

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; set; }
}

internal sealed class LevelRow
{
    public long Id { get; init; }

    public required string Name { get; set; }

    /// <summary>In hundredths of a tenth of the price.</summary>
    public int Rebate { get; set; }

    /// <summary>How high it is, as the shop counts.</summary>
    public int Number { get; set; }

    public int Sort { get; set; }

    public int Version { get; set; }

    /// <summary>0 where it is not known.</summary>
    public long CreatedAt { get; init; }

    /// <summary>0 where it is not known.</summary>
    public long UpdatedAt { get; set; }
}

/// <summary>The level of a shopper.</summary>
internal sealed class MemberRow
{
    public long UserId { get; init; }

    public long LevelId { get; set; }

    /// <summary>0 where it is not known.</summary>
    public long Since { get; set; }

    /// <summary>Exclusive; 0 for a level that stays. A row is not deleted when it ends.</summary>
    public long ExpiresAt { get; set; }
}

/// <summary>What members of a level pay for a combination.</summary>
internal sealed class MemberPriceRow
{
    public long SkuId { get; init; }

    public long LevelId { get; init; }

    public long GoodsId { get; init; }

    public long PriceCents { get; set; }
}

/// <summary>What a shopper keeps for later.</summary>
internal sealed class FavouriteRow
{
    /// <summary>The <see cref="Type"/> of goods; only those are looked up, shown by name and counted.</summary>
    public const int OfGoods = 0;

    public long Id { get; init; }

    public long UserId { get; init; }

    /// <summary>A client's own number for what it keeps beside goods.</summary>
    public int Type { get; init; }

    /// <summary>The goods, or what a client names by it under another type.</summary>
    public long GoodsId { get; init; }

    /// <summary>A client's own JSON object, or empty.</summary>
    public string ExtraJson { get; set; } = "";

    public long At { get; init; }
}

/// <summary>A review. Goods and reviewer are as they were when it was written.</summary>
internal sealed class ReviewRow
{
    /// <summary>The line of the order.</summary>
    public long Id { get; init; }

    public long GoodsId { get; init; }

    public required string GoodsName { get; init; }

    public string Picture { get; init; } = "";

    public string Property { get; init; } = "";

    public long AmountCents { get; init; }

    public long Number { get; init; }

    public long OrderId { get; init; }

    public long Points { get; init; }

    /// <summary>1 bad, 2 so-so, 3 good.</summary>
    public int Rating { get; init; }

    public required string Remark { get; init; }

    public string Reply { get; set; } = "";

    /// <summary>Not shown to shoppers, nor counted.</summary>
    public bool Hidden { get; set; }

    /// <summary>Addresses, one a line.</summary>
    public string Pictures { get; init; } = "";

    public long UserId { get; init; }

    public string Nick { get; init; } = "";

    public string Avatar { get; init; } = "";

    public string Province { get; init; } = "";

    public string City { get; init; } = "";

    public long At { get; init; }
}

/// <summary>The module's part of the database model.</summary>
internal sealed class CatalogModel : IModuleModel
{
    public void Configure(ModelBuilder model)
    {
        Table<CategoryRow>(model, "categories").HasKey(c => c.Id);
        Goods(Table<GoodsRow>(model, "goods").HasLockRank(LockRank.Goods));
        Table<PartsRow>(model, "parts").HasKey(p => p.GoodsId);
        var sku = Table<SkuRow>(model, "skus");
        sku.HasKey(s => s.Id);
        sku.HasIndex(s => new { s.GoodsId, s.Pairs }).IsUnique();
        var stock = Table<StockRow>(model, "stocks");
        stock.ToTable(table => table.HasCheckConstraint("ck_catalog_stock", "stock >= 0"));
        stock.HasLockRank(LockRank.SkuStock);
        stock.HasKey(s => s.SkuId);
        stock.HasIndex(s => s.GoodsId);
        var change = Table<StockChangeRow>(model, "stock_changes");
        change.HasKey(c => c.Id);
        change.HasIndex(c => new { c.GoodsId, c.Id });
        change.HasIndex(c => new { c.SkuId, c.Id });
        var counters = Table<CountersRow>(model, "counters");
        counters.HasLockRank(LockRank.Goods);
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
        favourite.HasIndex(f => new { f.UserId, f.Type, f.GoodsId }).IsUnique();
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
