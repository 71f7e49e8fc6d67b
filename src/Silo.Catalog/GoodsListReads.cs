using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Which goods a list has and in which order; what is alike is read once.</summary>
internal sealed record GoodsQuery
{
    /// <summary>With commas; empty for all.</summary>
    public string CategoryIds { get; init; } = "";

    /// <summary>Normalised.</summary>
    public string Name { get; init; } = "";

    /// <summary>Normalised.</summary>
    public string Words { get; init; } = "";

    /// <summary>Normalised.</summary>
    public string Tags { get; init; } = "";

    public string BarCode { get; init; } = "";

    public bool? Recommended { get; init; }

    public bool Bargain { get; init; }

    public bool GroupBuy { get; init; }

    public bool FlashSale { get; init; }

    public long PriceFrom { get; init; }

    public long? PriceTo { get; init; }

    /// <summary>Null for any.</summary>
    public bool? Hidden { get; init; }

    /// <summary>Null for any.</summary>
    public bool? Published { get; init; }

    /// <summary>Whether goods of categories that are not shown are left out.</summary>
    public bool OnlyShown { get; init; }

    /// <summary>With commas; empty for all.</summary>
    public string StoreIds { get; init; } = "";

    /// <summary>With commas; empty for all.</summary>
    public string GoodsIds { get; init; } = "";

    public GoodsOrder Order { get; init; }

    /// <summary>Where the order changes with orders, the minute: so old such a list may be.</summary>
    public long Minute { get; init; }

    /// <summary>The query of a filter; operators see hidden goods and those off sale too, unless they ask otherwise.</summary>
    public static GoodsQuery Of(GoodsFilter? given, GoodsOrder order, bool forOperator, long nowMs)
    {
        var filter = given ?? new();
        return new()
        {
            CategoryIds = filter.CategoryIds.Contains(0) ? ""
                : string.Join(',', filter.CategoryIds.Append(filter.CategoryId).Where(id => id != 0).Distinct().Order()),
            Name = SearchText.Normalise(filter.NameContains),
            Words = SearchText.Normalise(filter.Words),
            Tags = SearchText.Normalise(filter.TagsContain),
            BarCode = filter.BarCode.Trim(),
            Recommended = filter.HasRecommended ? filter.Recommended : null,
            Bargain = filter.Bargain,
            GroupBuy = filter.GroupBuy,
            FlashSale = filter.FlashSale,
            PriceFrom = filter.PriceFromCents,
            PriceTo = filter.HasPriceToCents ? filter.PriceToCents : null,
            Hidden = filter.Hidden ? true : forOperator ? null : false,
            Published = filter.State switch
            {
                GoodsState.OnSale => true,
                GoodsState.OffSale => false,
                GoodsState.Any => null,
                _ => forOperator ? null : true,
            },
            // Who names goods of any state has them already, in a bargain or a group.
            OnlyShown = !forOperator && !(filter.State == GoodsState.Any && filter.GoodsIds.Count > 0),
            StoreIds = string.Join(',', filter.StoreIds.Distinct().Order()),
            GoodsIds = string.Join(',', filter.GoodsIds.Distinct().Order()),
            Order = order,
            Minute = order is GoodsOrder.OrdersUp or GoodsOrder.OrdersDown ? nowMs / 60_000 : 0,
        };
    }
}

/// <summary>
/// Lists of goods. The ids of a list are read once, up to the number that is counted exactly, so that a deep page costs
/// what the first one does; what they show is in <see cref="OffersReads"/>, which all lists share.
/// </summary>
internal sealed class GoodsListReads
{
    /// <summary>So many goods of a list are counted exactly.</summary>
    public const int MaxCounted = 10_000;

    private const int MaxLists = 300;
    private readonly IUnits units;
    private readonly CatalogReads caches;
    private readonly bool isPostgreSql;
    private readonly TaggedCache<GoodsQuery, long[]> ids;

    public GoodsListReads(IUnits units, CacheInvalidation invalidation, CatalogReads caches, DatabaseOptions database)
    {
        (this.units, this.caches) = (units, caches);
        isPostgreSql = database.Provider == DatabaseProvider.PostgreSql;
        ids = new TaggedCache<GoodsQuery, long[]>(
            invalidation, CatalogCacheTags.Whole, MaxLists, query => IdsAsync(query, 0, MaxCounted + 1, CancellationToken.None))
            .ForgetsBy(CatalogCacheTags.Goods, keyOf: null);
    }

    /// <summary>The ids of a page, how many goods there are, and whether there are more.</summary>
    public async Task<(long[] Page, long Total, bool IsCapped)> PageAsync(
        GoodsQuery query, Paging paging, CancellationToken cancellation)
    {
        var all = await ids.GetAsync(query, cancellation);
        var isCapped = all.Length > MaxCounted;
        var page = !isCapped || (long)paging.Skip + paging.Take <= MaxCounted
            ? all.Skip(paging.Skip).Take(paging.Take).ToArray()
            : await IdsAsync(query, paging.Skip, paging.Take, cancellation);
        return (page, Math.Min(all.Length, MaxCounted), isCapped);
    }

    /// <summary>The ids of a list, from the database.</summary>
    internal async Task<long[]> IdsAsync(GoodsQuery query, int skip, int take, CancellationToken cancellation)
    {
        var tree = await caches.CategoriesAsync(cancellation);
        long[] hidden = query.OnlyShown ? [.. tree.Hidden] : [];
        long[]? categories = query.CategoryIds.Length == 0 ? null
            : [.. Parse(query.CategoryIds).SelectMany(tree.WithDescendants).Distinct().Except(hidden)];
        if (categories is [] || (query.Name.Length > 0 && CatalogSearchRules.QueryOf(query.Name).Length == 0)
            || (query.Words.Length > 0 && CatalogSearchRules.QueryOf(query.Words).Length == 0))
        {
            return [];
        }

        return await units.ReadAsync(
            async r => (await Ordered(r, Filtered(r, query, categories, hidden), query.Order).Skip(skip).Take(take)
                .ToListAsync(cancellation)).ToArray(),
            cancellation);
    }

    private static IQueryable<long> Ordered(IReads reads, IQueryable<GoodsRow> goods, GoodsOrder order) => order switch
    {
        GoodsOrder.PriceUp => goods.OrderBy(g => g.PriceCents).ThenBy(g => g.Id).Select(g => g.Id),
        GoodsOrder.PriceDown => goods.OrderByDescending(g => g.PriceCents).ThenByDescending(g => g.Id).Select(g => g.Id),
        GoodsOrder.OrdersUp => goods.Join(reads.Query<CountersRow>(), g => g.Id, c => c.GoodsId, (g, c) => c)
            .OrderBy(c => c.Orders).ThenBy(c => c.GoodsId).Select(c => c.GoodsId),
        GoodsOrder.OrdersDown => goods.Join(reads.Query<CountersRow>(), g => g.Id, c => c.GoodsId, (g, c) => c)
            .OrderByDescending(c => c.Orders).ThenByDescending(c => c.GoodsId).Select(c => c.GoodsId),
        GoodsOrder.AddedUp => goods.OrderBy(g => g.Id).Select(g => g.Id),
        GoodsOrder.AddedDown => goods.OrderByDescending(g => g.Id).Select(g => g.Id),
        GoodsOrder.NameUp => goods.OrderBy(g => g.SearchName).ThenBy(g => g.Id).Select(g => g.Id),
        _ => goods.OrderBy(g => g.Sort).ThenByDescending(g => g.Id).Select(g => g.Id),
    };

    private static long[] Parse(string list) =>
        [.. list.Split(',').Select(id => long.Parse(id, System.Globalization.CultureInfo.InvariantCulture))];

    private IQueryable<GoodsRow> Filtered(IReads reads, GoodsQuery query, long[]? categories, long[] hidden)
    {
        var goods = reads.Query<GoodsRow>();
        goods = query.Published is { } published ? goods.Where(g => g.Published == published) : goods;
        goods = query.Hidden is { } isHidden ? goods.Where(g => g.Hidden == isHidden) : goods;
        if (categories is [var only])
        {
            goods = goods.Where(g => g.CategoryId == only);
        }
        else if (categories is not null)
        {
            goods = goods.Where(g => categories.Contains(g.CategoryId));
        }
        else if (hidden.Length > 0)
        {
            goods = goods.Where(g => !hidden.Contains(g.CategoryId));
        }

        if (query.StoreIds.Length > 0)
        {
            var stores = Parse(query.StoreIds);
            goods = goods.Where(g => stores.Contains(g.StoreId));
        }

        if (query.GoodsIds.Length > 0)
        {
            var named = Parse(query.GoodsIds);
            goods = goods.Where(g => named.Contains(g.Id));
        }

        goods = query.Recommended is { } recommended ? goods.Where(g => g.Recommended == recommended) : goods;
        goods = query.Bargain ? goods.Where(g => g.Bargain) : goods;
        goods = query.GroupBuy ? goods.Where(g => g.GroupBuy) : goods;
        goods = query.FlashSale ? goods.Where(g => g.FlashSale) : goods;
        goods = query.PriceFrom > 0 ? goods.Where(g => g.PriceCents >= query.PriceFrom) : goods;
        goods = query.PriceTo is { } max ? goods.Where(g => g.PriceCents <= max) : goods;
        goods = query.BarCode.Length > 0 ? goods.Where(g => g.BarCode == query.BarCode && g.BarCode != "") : goods;
        goods = query.Tags.Length > 0 ? goods.Where(g => g.SearchTags.Contains(query.Tags)) : goods;
        if (query.Name.Length > 0 || query.Words.Length > 0)
        {
            var hits = reads.Numbers(Search(query));
            goods = goods.Where(g => hits.Contains(g.Id));
        }

        return goods;
    }

    /// <summary>
    /// Goods that have all tokens, by the index, and of these the ones that really contain the text: two tokens of three
    /// characters may stand apart.
    /// </summary>
    private FormattableString Search(GoodsQuery query)
    {
        string[] tokens = [.. CatalogSearchRules.QueryOf(query.Name).Concat(CatalogSearchRules.QueryOf(query.Words)).Distinct()];
        List<object> arguments = [isPostgreSql ? tokens : string.Join(' ', tokens.Select(t => $"\"{t}\""))];
        var (found, position) = isPostgreSql
            ? ("string_to_array(tokens, ' ') @> {0}", "strpos")
            : ("goods_id IN (SELECT rowid FROM catalog_search_fts WHERE catalog_search_fts MATCH {0})", "instr");
        var sql = $"SELECT goods_id AS \"Value\" FROM catalog_search WHERE {found}";
        if (query.Name.Length > 0)
        {
            sql += $" AND {position}(name, {Hole(query.Name)}) > 0";
        }

        foreach (var word in CatalogSearchRules.WordsOf(query.Words))
        {
            sql += $" AND {position}(text, {Hole(word)}) > 0";
        }

        return FormattableStringFactory.Create(sql, [.. arguments]);

        string Hole(string argument)
        {
            arguments.Add(argument);
            return $"{{{arguments.Count - 1}}}";
        }
    }
}
