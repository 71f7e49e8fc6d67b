using System.Globalization;
using Silo.Kernel;

namespace Silo.Catalog;

/// <summary>The refusals of the module, each group in the order in which they are checked.</summary>
public static class CatalogRefusals
{
    /// <summary>No goods have the id.</summary>
    public static readonly Refusal GoodsUnknown =
        new("GOODS_UNKNOWN", RefusalKind.NotFound, "There are no such goods.");

    /// <summary>The goods are off sale.</summary>
    public static readonly Refusal GoodsOffSale =
        new("GOODS_OFF_SALE", RefusalKind.Precondition, "The goods are off sale.");

    /// <summary>The goods have combinations and none is named.</summary>
    public static readonly Refusal SkuNeeded =
        new("SKU_NEEDED", RefusalKind.Precondition, "The goods have combinations; name one of them.");

    /// <summary>The goods have no such combination.</summary>
    public static readonly Refusal SkuUnknown =
        new("SKU_UNKNOWN", RefusalKind.NotFound, "There is no such combination.");

    /// <summary>The sale has not started.</summary>
    public static readonly Refusal SaleNotStarted =
        new("SALE_NOT_STARTED", RefusalKind.Precondition, "The sale of the goods has not started.");

    /// <summary>The sale is over.</summary>
    public static readonly Refusal SaleEnded =
        new("SALE_ENDED", RefusalKind.Precondition, "The sale of the goods is over.");

    /// <summary>Less than one purchase must have.</summary>
    public static readonly Refusal NumberTooSmall =
        new("NUMBER_TOO_SMALL", RefusalKind.Precondition, "A purchase of the goods must have a larger quantity.");

    /// <summary>Less is left than is asked for.</summary>
    public static readonly Refusal StockTooLow =
        new("STOCK_TOO_LOW", RefusalKind.Exhausted, "Less is left than is asked for.");

    internal static readonly Refusal StockTooHigh =
        new("STOCK_TOO_HIGH", RefusalKind.Invalid, "A stock is at most 1,000,000,000.");

    internal static readonly Refusal GoodsVersionStale =
        new("GOODS_VERSION_STALE", RefusalKind.Precondition, "The goods were changed meanwhile; read them again.");

    internal static readonly Refusal GoodsOnSale =
        new("GOODS_ON_SALE", RefusalKind.Precondition, "Goods on sale cannot be deleted; take them off first.");

    internal static readonly Refusal GoodsWithoutWeight = new(
        "GOODS_WITHOUT_WEIGHT", RefusalKind.Precondition, "The freight template counts by weight; the goods, or all their combinations, need one.");

    internal static readonly Refusal GoodsWithoutVolume = new(
        "GOODS_WITHOUT_VOLUME", RefusalKind.Precondition, "The freight template counts by volume; the goods need one.");

    internal static readonly Refusal SaleWindowEmpty =
        new("SALE_WINDOW_EMPTY", RefusalKind.Invalid, "A sale must end after it starts, and a flash sale needs both ends.");

    internal static readonly Refusal OpeningHoursInvalid = new(
        "OPENING_HOURS_INVALID", RefusalKind.Invalid, "Opening hours are such as 09:00-21:30, several with commas between them.");

    internal static readonly Refusal SkusInvalid = new(
        "SKUS_INVALID", RefusalKind.Invalid, "Combinations must differ and have one value each of the same properties.");

    internal static readonly Refusal PropertyUnknown =
        new("PROPERTY_UNKNOWN", RefusalKind.NotFound, "There is no such property.");

    internal static readonly Refusal PropertyValueUnknown =
        new("PROPERTY_VALUE_UNKNOWN", RefusalKind.NotFound, "There is no such value of the property.");

    internal static readonly Refusal PropertyInUse =
        new("PROPERTY_IN_USE", RefusalKind.Precondition, "Goods have the property or the value.");

    internal static readonly Refusal PropertiesFull =
        new("PROPERTIES_FULL", RefusalKind.Exhausted, "There are as many properties as there may be.");

    internal static readonly Refusal CategoryUnknown =
        new("CATEGORY_UNKNOWN", RefusalKind.NotFound, "There is no such category.");

    internal static readonly Refusal CategoriesFull =
        new("CATEGORIES_FULL", RefusalKind.Exhausted, "There are as many categories as there may be.");

    internal static readonly Refusal CategoryVersionStale =
        new("CATEGORY_VERSION_STALE", RefusalKind.Precondition, "The category was changed meanwhile; read it again.");

    internal static readonly Refusal CategoryCycle =
        new("CATEGORY_CYCLE", RefusalKind.Precondition, "A category cannot be below itself.");

    internal static readonly Refusal CategoryTooDeep =
        new("CATEGORY_TOO_DEEP", RefusalKind.Precondition, "The tree of categories has at most four levels.");

    internal static readonly Refusal CategoryNotEmpty =
        new("CATEGORY_NOT_EMPTY", RefusalKind.Precondition, "The category has categories or goods.");

    internal static readonly Refusal StoreUnknown =
        new("STORE_UNKNOWN", RefusalKind.NotFound, "There is no such store.");

    internal static readonly Refusal StoresFull =
        new("STORES_FULL", RefusalKind.Exhausted, "There are as many stores as there may be.");

    internal static readonly Refusal StoreVersionStale =
        new("STORE_VERSION_STALE", RefusalKind.Precondition, "The store was changed meanwhile; read it again.");

    internal static readonly Refusal StoreNotEmpty =
        new("STORE_NOT_EMPTY", RefusalKind.Precondition, "Goods belong to the store.");

    internal static readonly Refusal FreightInvalid = new(
        "FREIGHT_INVALID", RefusalKind.Invalid, "A template is free or has rates, at most one of a carrier; a region has 12 digits and is there once.");

    internal static readonly Refusal FreightUnknown =
        new("FREIGHT_UNKNOWN", RefusalKind.NotFound, "There is no such freight template.");

    internal static readonly Refusal FreightsFull =
        new("FREIGHTS_FULL", RefusalKind.Exhausted, "There are as many freight templates as there may be.");

    internal static readonly Refusal FreightVersionStale =
        new("FREIGHT_VERSION_STALE", RefusalKind.Precondition, "The template was changed meanwhile; read it again.");

    internal static readonly Refusal FreightInUse =
        new("FREIGHT_IN_USE", RefusalKind.Precondition, "Goods have the freight template.");

    internal static readonly Refusal ReviewUnknown =
        new("REVIEW_UNKNOWN", RefusalKind.NotFound, "There is no such review.");

    internal static readonly Refusal LevelUnknown =
        new("LEVEL_UNKNOWN", RefusalKind.NotFound, "There is no such level.");

    internal static readonly Refusal LevelsFull =
        new("LEVELS_FULL", RefusalKind.Exhausted, "There are as many levels as there may be.");

    internal static readonly Refusal LevelVersionStale =
        new("LEVEL_VERSION_STALE", RefusalKind.Precondition, "The level was changed meanwhile; read it again.");

    internal static readonly Refusal LevelExpiryInvalid =
        new("LEVEL_EXPIRY_INVALID", RefusalKind.Invalid, "The end belongs to a level, and is in the future.");

    internal static readonly Refusal LevelInUse =
        new("LEVEL_IN_USE", RefusalKind.Precondition, "Somebody has the level.");

    internal static readonly Refusal FavouriteNotNamed =
        new("FAVOURITE_NOT_NAMED", RefusalKind.Invalid, "Name the favourite by its id or by the goods.");

    internal static readonly Refusal FavouriteExtraInvalid =
        new("FAVOURITE_EXTRA_INVALID", RefusalKind.Invalid, "The JSON of a favourite is an object.");

    internal static readonly Refusal FavouritesFull =
        new("FAVOURITES_FULL", RefusalKind.Exhausted, "The user has as many favourites as one user may.");

    internal static readonly Refusal ImportTooLarge =
        new("IMPORT_TOO_LARGE", RefusalKind.Exhausted, "A file has at most 5,000 lines and 8 MiB, and changes introductions of 16 million characters at most.");

    /// <summary>Ends the unit of an import with faults or of a dry run; never leaves the module.</summary>
    internal static readonly Refusal ImportWithoutEffect =
        new("IMPORT_WITHOUT_EFFECT", RefusalKind.Invalid, "Nothing is imported.");

    /// <summary>Something needs goods that were to be deleted; the first of it is named.</summary>
    internal static Refusal GoodsInUse(long count, IReadOnlyList<GoodsUser> first) => new(
        "GOODS_IN_USE", RefusalKind.Precondition, $"The goods are needed by {count}: {string.Join(", ", first.Select(Text))}.")
    {
        Metadata = new Dictionary<string, string>
        {
            ["count"] = count.ToString(CultureInfo.InvariantCulture),
            ["used_by"] = string.Join(',', first.Select(KeyOf)),
        },
    };

    /// <summary>Goods that have a template are without what it would count by; the first of them are named.</summary>
    internal static Refusal WithGoods(Refusal refusal, long count, IReadOnlyList<(long Id, string Name)> first) => refusal with
    {
        Message = $"{refusal.Message} {count} are without: {string.Join(", ", first.Select(g => $"{g.Id} ({g.Name})"))}.",
        Metadata = new Dictionary<string, string>
        {
            ["count"] = count.ToString(CultureInfo.InvariantCulture),
            ["goods"] = string.Join(',', first.Select(g => g.Id)),
        },
    };

    private static string KeyOf(GoodsUser user) => string.Create(CultureInfo.InvariantCulture, $"{user.Kind}:{user.Id}");

    private static string Text(GoodsUser user) => user.Name.Length == 0 ? KeyOf(user) : $"{KeyOf(user)} ({user.Name})";
}
