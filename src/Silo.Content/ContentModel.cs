using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>What all content has.</summary>
internal abstract class ContentRow
{
    public long Id { get; init; }

    public int Version { get; set; } = 1;

    public bool Published { get; set; }

    public long CreatedAt { get; init; }

    /// <summary>When the terms were last changed.</summary>
    public long UpdatedAt { get; set; }

    /// <summary>Its title, name or key.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The name, normalised for searching.</summary>
    public string SearchName { get; private set; } = "";

    public void Rename(string name) => (Name, SearchName) = (name, SearchText.Normalise(name));
}

/// <summary>Content that operators put into an order.</summary>
internal abstract class SortedRow : ContentRow
{
    /// <summary>Its place; lower ones come first.</summary>
    public int Sort { get; set; }
}

internal sealed class BannerRow : SortedRow
{
    public string Type { get; set; } = "";

    public string PictureUrl { get; set; } = "";

    /// <summary>A number of the proto's enum.</summary>
    public int LinkType { get; set; }

    public string LinkUrl { get; set; } = "";

    public string AppId { get; set; } = "";

    public long BusinessId { get; set; }

    public long ShopId { get; set; }

    public string Remark { get; set; } = "";
}

internal sealed class NoticeRow : ContentRow
{
    public string Type { get; set; } = "";

    /// <summary>The one whom it is for; 0 for everybody.</summary>
    public long UserId { get; set; }

    public bool Remind { get; set; }
}

/// <summary>A setting; its name is its key.</summary>
internal sealed class SettingRow : ContentRow
{
    public string Value { get; set; } = "";

    public string Remark { get; set; } = "";
}

internal sealed class PartnerRow : SortedRow
{
    public string Type { get; set; } = "";

    public string LogoUrl { get; set; } = "";

    public string Url { get; set; } = "";

    public string Remark { get; set; } = "";
}

internal sealed class CategoryRow : SortedRow
{
    /// <summary>The category that it is in; 0 for none.</summary>
    public long ParentId { get; set; }

    public string Type { get; set; } = "";

    public string Key { get; set; } = "";

    public string IconUrl { get; set; } = "";

    public TreeNode Node => new(Id, ParentId, Published, Sort);
}

internal sealed class ArticleRow : SortedRow
{
    public long CategoryId { get; set; }

    public string PictureUrl { get; set; } = "";

    public string Summary { get; set; } = "";

    public string Keywords { get; set; } = "";

    /// <summary>The keywords, normalised for searching.</summary>
    public string SearchKeywords { get; set; } = "";

    public string Author { get; set; } = "";

    public string Source { get; set; } = "";

    public bool Recommended { get; set; }

    /// <summary>Written by the tally of views alone.</summary>
    public long Views { get; init; }
}

/// <summary>A tag of an article.</summary>
internal sealed class ArticleTagRow
{
    public long ArticleId { get; init; }

    public long TagId { get; init; }

    /// <summary>Its place among the article's tags.</summary>
    public int Place { get; init; }
}

internal sealed class TagRow : SortedRow;

internal sealed class PageRow : ContentRow
{
    public string Key { get; set; } = "";
}

internal sealed class VideoRow : ContentRow
{
    public string Key { get; set; } = "";

    public string CoverUrl { get; set; } = "";

    public int DurationSeconds { get; set; }

    public string FluentUrl { get; set; } = "";

    public string LowUrl { get; set; } = "";

    public string StandardUrl { get; set; } = "";

    public string HighUrl { get; set; } = "";
}

/// <summary>The cleaned text of a notice, an article or a page, apart from it, so that lists do not carry it.</summary>
internal sealed class TextRow
{
    public long Id { get; init; }

    public string Html { get; set; } = "";
}

/// <summary>The module's part of the database model.</summary>
internal sealed class ContentModel : IModuleModel
{
    public void Configure(ModelBuilder model)
    {
        Map<BannerRow>(model, "content_banners");
        Map<NoticeRow>(model, "content_notices").HasIndex(n => new { n.UserId, n.Id });
        Map<SettingRow>(model, "content_settings").HasIndex(s => s.Name).IsUnique();
        Map<PartnerRow>(model, "content_partners");
        var category = Map<CategoryRow>(model, "content_categories");
        category.Ignore(c => c.Node);
        category.HasIndex(c => c.ParentId);
        var article = Map<ArticleRow>(model, "content_articles");
        article.HasIndex(a => new { a.Sort, a.Id });
        article.HasIndex(a => a.CategoryId);
        article.HasIndex(a => a.Views);
        var tagging = Map<ArticleTagRow>(model, "content_article_tags");
        tagging.HasKey(t => new { t.ArticleId, t.TagId });
        tagging.HasIndex(t => t.TagId);
        Map<TagRow>(model, "content_tags").HasIndex(t => t.SearchName).IsUnique();
        Map<PageRow>(model, "content_pages").HasIndex(p => p.Key).IsUnique();
        Map<VideoRow>(model, "content_videos").HasIndex(v => v.Key).IsUnique();
        Map<TextRow>(model, "content_texts");
    }

    private static EntityTypeBuilder<T> Map<T>(ModelBuilder model, string table)
        where T : class => model.Entity<T>().ToTable(table);
}
