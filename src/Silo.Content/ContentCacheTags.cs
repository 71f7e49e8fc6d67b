namespace Silo.Content;

/// <summary>What the module's caches hang on.</summary>
internal static class ContentCacheTags
{
    public const string Banners = "content.banners";
    public const string Notices = "content.notices";
    public const string Settings = "content.settings";
    public const string Partners = "content.partners";
    public const string Pages = "content.pages";
    public const string Videos = "content.videos";

    /// <summary>What operators change of articles, categories and tags.</summary>
    public const string Cms = "content.cms";

    /// <summary>What changes with every write of views too: lists of articles, which are cheap, and not their texts.</summary>
    public const string Views = "content.views";

    /// <summary>What writes of articles, categories and tags invalidate.</summary>
    public static readonly IReadOnlyList<string> OfCms = [Cms, Views];
}
