using Silo.Content.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Reads notices.</summary>
internal sealed class NoticesReads : ContentReads<NoticeRow, Notice>
{
    private readonly TaggedCache<(ListNoticesRequest Request, long UserId), ListNoticesResponse> lists;
    private readonly TaggedCache<long, Notice> notices;

    public NoticesReads(IUnits units, CacheInvalidation invalidation)
        : base(units)
    {
        lists = new TaggedCache<(ListNoticesRequest Request, long UserId), ListNoticesResponse>(
            invalidation, ContentCacheTags.Notices, 1_000, ListAsync)
            .KeepsAtMost(MostOfLists, (key, list) => key.Request.CalculateSize() + list.CalculateSize());
        notices = new(invalidation, ContentCacheTags.Notices, 100, id => PublishedAsync(id, notice => notice.Published));
    }

    /// <summary>A page of the published notices to all and to one shopper, from memory; with 0 those to all.</summary>
    public Task<ListNoticesResponse> ListAsync(ListNoticesRequest request, long userId, CancellationToken cancellation) =>
        lists.GetAsync((request, userId), cancellation);

    /// <summary>A published notice, from memory; refused where it is to another shopper.</summary>
    public async Task<Notice> PublishedAsync(long id, long userId, CancellationToken cancellation)
    {
        var notice = await notices.GetAsync(id, cancellation);
        return notice.Terms.UserId == 0 || notice.Terms.UserId == userId
            ? notice
            : throw new RefusalException(ContentRefusals.Unknown);
    }

    /// <summary>The newest notice of a type to all and to one shopper.</summary>
    public async Task<Notice> LatestAsync(string type, long userId, CancellationToken cancellation)
    {
        var newest = new ListNoticesRequest { Type = type, Page = 1, PageSize = 1 };
        var found = await ListAsync(newest, userId, cancellation);
        return found.Notices.Count == 0
            ? throw new RefusalException(ContentRefusals.Unknown)
            : await notices.GetAsync(found.Notices[0].Id, cancellation);
    }

    /// <summary>A page of what operators look for.</summary>
    public Task<(List<Notice> Page, long Total)> SearchAsync(SearchNoticesRequest request, CancellationToken cancellation)
    {
        var title = SearchText.Normalise(request.TitleContains);
        return SearchAsync(
            (_, rows) => rows.Where(n => (title == "" || n.SearchName.Contains(title))
                && (request.Type == "" || n.Type == request.Type)).OrderByDescending(n => n.Id),
            request.Publication,
            new Paging(request.Page, request.PageSize),
            cancellation);
    }

    public override async Task<List<Notice>> WireAsync(
        IReads reads, IReadOnlyList<NoticeRow> rows, bool texts, CancellationToken cancellation)
    {
        var htmls = await TextsAsync(reads, rows, texts, cancellation);
        return [.. rows.Select(r => ContentWire.Notice(r, htmls.GetValueOrDefault(r.Id, "")))];
    }

    private async Task<ListNoticesResponse> ListAsync((ListNoticesRequest Request, long UserId) key)
    {
        var (request, userId) = key;
        var (page, total) = await SearchAsync(
            (_, rows) => rows.Where(n => (n.UserId == 0 || n.UserId == userId) && (request.Type == "" || n.Type == request.Type))
                .OrderByDescending(n => n.Id),
            Publication.Published,
            new Paging(request.Page, request.PageSize),
            CancellationToken.None);
        var response = new ListNoticesResponse { TotalCount = total };
        response.Notices.AddRange(page);
        return response;
    }
}
