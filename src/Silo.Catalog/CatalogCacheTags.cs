namespace Silo.Catalog;

/// <summary>What the module's caches hang on.</summary>
internal static class CatalogCacheTags
{
    /// <summary>What no cache has for itself: categories, stores, templates, levels, properties. Everything hangs on it.</summary>
    public const string Whole = "catalog";

    /// <summary>Goods as operators change them, and what orders take off sale; by their ids.</summary>
    public const string Goods = "catalog.goods";

    /// <summary>Stocks and counts of goods; by the ids of the goods.</summary>
    public const string Offers = "catalog.offers";

    /// <summary>Levels of shoppers; by the ids of the shoppers.</summary>
    public const string Members = "catalog.members";

    /// <summary>What every operator's write of the module invalidates first, so that such writes follow each other.</summary>
    public const string Writes = "catalog.writes";
}
