using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Silo.Content.V1;

namespace Silo.WxApi;

/// <summary>Categories, articles, pages and tags. The second forms wrap the same objects.</summary>
internal static class WxCms
{
    public static readonly IReadOnlyDictionary<string, WxHandler> Handlers = new Dictionary<string, WxHandler>
    {
        ["cmsCategories"] = CategoriesAsync,
        ["cmsCategoryDetail"] = async call => WxAnswer.Of(await CategoryAsync(call)),
        ["cmsCategoryInfo"] = async call => WxAnswer.Of(new WxInfo(await CategoryAsync(call))),
        ["cmsArticles"] = async call => WxAnswer.List((await ArticlesAsync(call)).Result),
        ["cmsArticlesV2"] = async call => await ArticlesAsync(call) is { Result.Count: > 0 } page ? WxAnswer.Of(page) : WxAnswer.NoData,
        ["cmsArticleDetail"] = async call => WxAnswer.Of(await ArticleAsync(call)),
        ["cmsArticleDetailV2"] = ArticleInfoAsync,
        ["cmsPage"] = async call => WxAnswer.Of(await PageAsync(call)),
        ["cmsPageV2"] = async call => WxAnswer.Of(new WxInfo(await PageAsync(call))),
        ["cmsTags"] = TagsAsync,
    };

    private static readonly Dictionary<string, ArticleOrder> Orders = new()
    {
        ["addedUp"] = ArticleOrder.AddedUp,
        ["addedDown"] = ArticleOrder.AddedDown,
        ["viewsUp"] = ArticleOrder.ViewsUp,
        ["viewsDown"] = ArticleOrder.ViewsDown,
        ["paixuUp"] = ArticleOrder.SortUp,
        ["paixuDown"] = ArticleOrder.SortDown,
    };

    private static async Task<WxAnswer> CategoriesAsync(WxCall call)
    {
        var client = new CmsService.CmsServiceClient(call.Anyone);
        var (categories, _) = await WxPage.Whole.ReadAsync<Category>(async (page, size) =>
        {
            var answer = await client.ListCategoriesAsync(new() { Page = page, PageSize = size });
            return (answer.Categories, answer.TotalCount);
        });
        return WxAnswer.List(categories.Select(c => WxCategory.Of(c, call)).ToList());
    }

    private static async Task<WxCategory> CategoryAsync(WxCall call) => WxCategory.Of(
        (await new CmsService.CmsServiceClient(call.Anyone).DescribeCategoryAsync(new() { CategoryId = call.Id("id")!.Value })).Category,
        call);

    private static async Task<WxArticles> ArticlesAsync(WxCall call)
    {
        var filter = new ArticleFilter
        {
            CategoryId = call.Id("categoryId") ?? 0,
            TitleContains = call.TextOrEmpty("titleLike"),
            KeywordsContain = call.TextOrEmpty("keywordsLike"),
            TagContains = call.TextOrEmpty("tagsLike"),
            ArticleId = call.Id("id") ?? 0,
            CreatedFrom = StartOf(call, "dateAddBegin", 0),
            CreatedUntil = StartOf(call, "dateAddEnd", 1),
            UpdatedFrom = StartOf(call, "dateUpdateBegin", 0),
            UpdatedUntil = StartOf(call, "dateUpdateEnd", 1),
        };
        if (call.Text("isRecommend") is not null)
        {
            filter.Recommended = call.Flag("isRecommend");
        }

        var order = ArticleOrder.Unspecified;
        if (call.Text("orderBy") is { } name && !Orders.TryGetValue(name, out order))
        {
            throw new WxFault(WxAnswer.Malformed("orderBy"));
        }

        var client = new ArticlesService.ArticlesServiceClient(call.Anyone);
        var page = call.Page();
        var (articles, total) = await page.ReadAsync<Article>(async (number, size) =>
        {
            var answer = await client.ListArticlesAsync(new() { Filter = filter, Order = order, Page = number, PageSize = size });
            return (answer.Articles, answer.TotalCount);
        });
        return new([.. articles.Select(a => WxArticle.Of(a, call))], total, page.TotalPages(total));
    }

    private static async Task<WxArticle> ArticleAsync(WxCall call) => WxArticle.Of(
        (await new ArticlesService.ArticlesServiceClient(call.Anyone).DescribeArticleAsync(new() { ArticleId = call.Id("id")!.Value })).Article,
        call);

    private static async Task<WxAnswer> ArticleInfoAsync(WxCall call)
    {
        var article = await ArticleAsync(call);
        return WxAnswer.Of(new WxInfo(article, await CategoryOfAsync(call, article.CategoryId)));
    }

    /// <summary>The category of an article; null where it has none, or one that is hidden.</summary>
    private static async Task<WxCategory?> CategoryOfAsync(WxCall call, long categoryId)
    {
        if (categoryId == 0)
        {
            return null;
        }

        try
        {
            var client = new CmsService.CmsServiceClient(call.Anyone);
            return WxCategory.Of((await client.DescribeCategoryAsync(new() { CategoryId = categoryId })).Category, call);
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    private static async Task<WxCmsPage> PageAsync(WxCall call) => WxCmsPage.Of(
        (await new CmsService.CmsServiceClient(call.Anyone).DescribePageAsync(new() { Key = call.TextOrEmpty("key") })).Page, call);

    private static async Task<WxAnswer> TagsAsync(WxCall call)
    {
        var client = new CmsService.CmsServiceClient(call.Anyone);
        var (tags, _) = await WxPage.Whole.ReadAsync<Tag>(async (page, size) =>
        {
            var answer = await client.ListTagsAsync(new() { Page = page, PageSize = size });
            return (answer.Tags, answer.TotalCount);
        });
        return WxAnswer.List(tags.Select(t => new WxTag(t.Id, t.Terms.Name, t.Articles, call.Clock.Time(t.CreatedAt))).ToList());
    }

    /// <summary>The start of the day of a parameter, or of a later one; null where it is not given.</summary>
    private static Timestamp? StartOf(WxCall call, string name, int days) =>
        call.Day(name) is { } day ? call.Clock.StartOf(day, days) : null;

    /// <summary>The second form of a detail; the shop keeps nothing beside the object.</summary>
    private sealed record WxInfo(object Info, WxCategory? Category = null)
    {
        public IReadOnlyDictionary<string, string> ExtJson { get; } = new Dictionary<string, string>();
    }

    /// <summary>The second form of a list.</summary>
    private sealed record WxArticles(IReadOnlyList<WxArticle> Result, long TotalRow, long TotalPage);

    /// <summary>A tag as the wire has it.</summary>
    private sealed record WxTag(long Id, string Name, long NumberUse, string? DateAdd);

    /// <summary>A category as the wire has it.</summary>
    private sealed record WxCategory
    {
        public required long Id { get; init; }

        public required string Name { get; init; }

        public required string? Icon { get; init; }

        public required string? Type { get; init; }

        public required string? Key { get; init; }

        /// <summary>What it is in; 0 for none.</summary>
        public required long Pid { get; init; }

        public required int Level { get; init; }

        public bool IsUse { get; init; } = true;

        public required int Paixu { get; init; }

        public required string? DateAdd { get; init; }

        public required string? DateUpdate { get; init; }

        public required long UserId { get; init; }

        public static WxCategory Of(Category category, WxCall call) => new()
        {
            Id = category.Id,
            Name = category.Terms.Name,
            Icon = WxScalars.NullIfEmpty(category.Terms.IconUrl),
            Type = WxScalars.NullIfEmpty(category.Terms.Type),
            Key = WxScalars.NullIfEmpty(category.Terms.Key),
            Pid = category.Terms.ParentId,
            Level = category.Level,
            Paixu = category.Terms.Sort,
            DateAdd = call.Clock.Time(category.CreatedAt),
            DateUpdate = call.Clock.Time(category.UpdatedAt),
            UserId = call.MerchantId,
        };
    }

    /// <summary>An article as the wire has it.</summary>
    private sealed record WxArticle
    {
        public required long Id { get; init; }

        public required long CategoryId { get; init; }

        public required string Title { get; init; }

        public required string? Pic { get; init; }

        /// <summary>The abstract.</summary>
        public required string? Descript { get; init; }

        /// <summary>Absent in lists.</summary>
        public required string? Content { get; init; }

        public required string? Keywords { get; init; }

        /// <summary>Separated by commas.</summary>
        public required string? Tags { get; init; }

        public required string? Author { get; init; }

        /// <summary>Where it comes from.</summary>
        public required string? Income { get; init; }

        public required bool IsRecommend { get; init; }

        public int CommentNumber { get; init; }

        public required long Views { get; init; }

        public int UsefulNumber { get; init; }

        public int UnusefulNumber { get; init; }

        public int Status { get; init; } = 2;

        public string StatusStr { get; init; } = "审核通过";

        public required int Paixu { get; init; }

        /// <summary>0: the shop itself.</summary>
        public long Uid { get; init; }

        public required string? DateAdd { get; init; }

        public required string? DateUpdate { get; init; }

        public required long UserId { get; init; }

        public static WxArticle Of(Article article, WxCall call) => new()
        {
            Id = article.Id,
            CategoryId = article.Terms.CategoryId,
            Title = article.Terms.Title,
            Pic = WxScalars.NullIfEmpty(article.Terms.PictureUrl),
            Descript = WxScalars.NullIfEmpty(article.Terms.Summary),
            Content = WxScalars.NullIfEmpty(article.Terms.Content),
            Keywords = WxScalars.NullIfEmpty(article.Terms.Keywords),
            Tags = WxScalars.NullIfEmpty(string.Join(',', article.Terms.Tags)),
            Author = WxScalars.NullIfEmpty(article.Terms.Author),
            Income = WxScalars.NullIfEmpty(article.Terms.Source),
            IsRecommend = article.Terms.Recommended,
            Views = article.Views,
            Paixu = article.Terms.Sort,
            DateAdd = call.Clock.Time(article.CreatedAt),
            DateUpdate = call.Clock.Time(article.UpdatedAt),
            UserId = call.MerchantId,
        };
    }

    /// <summary>A page as the wire has it.</summary>
    private sealed record WxCmsPage
    {
        public required long Id { get; init; }

        public required string Key { get; init; }

        public required string Title { get; init; }

        public required string Content { get; init; }

        public int Type { get; init; }

        public required string? DateAdd { get; init; }

        public required string? DateUpdate { get; init; }

        public required long UserId { get; init; }

        public static WxCmsPage Of(Page page, WxCall call) => new()
        {
            Id = page.Id,
            Key = page.Terms.Key,
            Title = page.Terms.Title,
            Content = page.Terms.Content,
            DateAdd = call.Clock.Time(page.CreatedAt),
            DateUpdate = call.Clock.Time(page.UpdatedAt),
            UserId = call.MerchantId,
        };
    }
}
