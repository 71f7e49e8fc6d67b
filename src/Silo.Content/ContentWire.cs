using Silo.Content.V1;
using Silo.Edge;
using Silo.Storage;
using static Silo.Edge.WireTime;

namespace Silo.Content;

/// <summary>Between the module's types and the wire's.</summary>
internal static class ContentWire
{
    /// <summary>The shopper who calls; 0 for anybody else.</summary>
    public static long ShopperId(this Caller caller) => caller.Kind == CallerKind.User ? caller.Id : 0;

    /// <summary>A page of a list that is in memory.</summary>
    public static IEnumerable<T> Page<T>(this IEnumerable<T> list, int page, int pageSize)
    {
        var paging = new Paging(page, pageSize);
        return list.Skip(paging.Skip).Take(paging.Take);
    }

    public static Banner Banner(BannerRow row) => new()
    {
        Id = row.Id,
        Terms = new BannerTerms
        {
            Title = row.Name,
            Type = row.Type,
            PictureUrl = row.PictureUrl,
            LinkType = (BannerLink)row.LinkType,
            LinkUrl = row.LinkUrl,
            AppId = row.AppId,
            BusinessId = row.BusinessId,
            ShopId = row.ShopId,
            Remark = row.Remark,
            Sort = row.Sort,
        },
        Version = row.Version,
        Published = row.Published,
        CreatedAt = Instant(row.CreatedAt),
        UpdatedAt = Instant(row.UpdatedAt),
    };

    public static Notice Notice(NoticeRow row, string html) => new()
    {
        Id = row.Id,
        Terms = new NoticeTerms { Title = row.Name, Content = html, Type = row.Type, UserId = row.UserId, Remind = row.Remind },
        Version = row.Version,
        Published = row.Published,
        CreatedAt = Instant(row.CreatedAt),
        UpdatedAt = Instant(row.UpdatedAt),
    };

    public static Setting Setting(SettingRow row) => new()
    {
        Id = row.Id,
        Key = row.Name,
        Value = row.Value,
        Remark = row.Remark,
        Version = row.Version,
        Published = row.Published,
        CreatedAt = Instant(row.CreatedAt),
        UpdatedAt = Instant(row.UpdatedAt),
    };

    public static Partner Partner(PartnerRow row) => new()
    {
        Id = row.Id,
        Terms = new PartnerTerms
        {
            Name = row.Name,
            Type = row.Type,
            LogoUrl = row.LogoUrl,
            Url = row.Url,
            Remark = row.Remark,
            Sort = row.Sort,
        },
        Version = row.Version,
        Published = row.Published,
        CreatedAt = Instant(row.CreatedAt),
        UpdatedAt = Instant(row.UpdatedAt),
    };

    public static Category Category(CategoryRow row, int level) => new()
    {
        Id = row.Id,
        Terms = new CategoryTerms
        {
            Name = row.Name,
            ParentId = row.ParentId,
            Type = row.Type,
            Key = row.Key,
            IconUrl = row.IconUrl,
            Sort = row.Sort,
        },
        Level = level,
        Version = row.Version,
        Published = row.Published,
        CreatedAt = Instant(row.CreatedAt),
        UpdatedAt = Instant(row.UpdatedAt),
    };

    public static Article Article(ArticleRow row, IEnumerable<string> tags, string html)
    {
        var terms = new ArticleTerms
        {
            Title = row.Name,
            CategoryId = row.CategoryId,
            PictureUrl = row.PictureUrl,
            Summary = row.Summary,
            Content = html,
            Keywords = row.Keywords,
            Author = row.Author,
            Source = row.Source,
            Recommended = row.Recommended,
            Sort = row.Sort,
        };
        terms.Tags.AddRange(tags);
        return new()
        {
            Id = row.Id,
            Terms = terms,
            Views = row.Views,
            Version = row.Version,
            Published = row.Published,
            CreatedAt = Instant(row.CreatedAt),
            UpdatedAt = Instant(row.UpdatedAt),
        };
    }

    public static Tag Tag(TagRow row, long articles) => new()
    {
        Id = row.Id,
        Terms = new TagTerms { Name = row.Name, Sort = row.Sort },
        Articles = articles,
        Version = row.Version,
        Published = row.Published,
        CreatedAt = Instant(row.CreatedAt),
        UpdatedAt = Instant(row.UpdatedAt),
    };

    public static Page Page(PageRow row, string html) => new()
    {
        Id = row.Id,
        Terms = new PageTerms { Key = row.Key, Title = row.Name, Content = html },
        Version = row.Version,
        Published = row.Published,
        CreatedAt = Instant(row.CreatedAt),
        UpdatedAt = Instant(row.UpdatedAt),
    };

    public static Video Video(VideoRow row) => new()
    {
        Id = row.Id,
        Terms = new VideoTerms
        {
            Key = row.Key,
            Title = row.Name,
            CoverUrl = row.CoverUrl,
            DurationSeconds = row.DurationSeconds,
            FluentUrl = row.FluentUrl,
            LowUrl = row.LowUrl,
            StandardUrl = row.StandardUrl,
            HighUrl = row.HighUrl,
        },
        Version = row.Version,
        Published = row.Published,
        CreatedAt = Instant(row.CreatedAt),
        UpdatedAt = Instant(row.UpdatedAt),
    };
}
