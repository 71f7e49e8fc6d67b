using Grpc.Core;
using Silo.Accounts;
using Silo.Content.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Notices for operators.</summary>
internal sealed class NoticeEditor(OperatorWrites writes, IUnits units, IUsers users)
    : ContentEditor<NoticeRow, NoticeTerms, Notice>(writes, units)
{
    public const string Topic = "content.notices";

    public override ContentKind Kind => ContentKind.Notice;

    protected override IReadOnlyList<string> Topics => [Topic];

    protected override int MaxRows => 100_000;

    public override Result<NoticeTerms> Check(NoticeTerms terms)
    {
        var html = ContentHtml.Clean(terms.Content);
        return html.IsAccepted ? new NoticeTerms(terms) { Content = html.Value } : html.Refusal;
    }

    protected override async Task<Refusal?> ApplyAsync(Unit unit, NoticeRow row, NoticeTerms terms, CancellationToken cancellation)
    {
        if (terms.UserId != 0 && (await users.ExistingAsync(unit, [terms.UserId], cancellation)).Count == 0)
        {
            return UsersRefusals.Unknown;
        }

        row.Rename(terms.Title);
        (row.Type, row.UserId, row.Remind) = (terms.Type, terms.UserId, terms.Remind);
        await WriteTextAsync(unit, row.Id, terms.Content, cancellation);
        return null;
    }

    protected override async Task<List<Notice>> WireAsync(
        IReads reads, IReadOnlyList<NoticeRow> rows, bool texts, CancellationToken cancellation)
    {
        var htmls = await TextsAsync(reads, rows, texts, cancellation);
        return [.. rows.Select(r => ContentWire.Notice(r, htmls.GetValueOrDefault(r.Id, "")))];
    }
}

/// <summary>The shopper's rpcs for notices.</summary>
internal sealed class NoticesGrpc : NoticesService.NoticesServiceBase
{
    private readonly NoticeEditor editor;
    private readonly VersionedCache<(ListNoticesRequest Request, long UserId), ListNoticesResponse> lists;
    private readonly VersionedCache<long, Notice> notices;

    public NoticesGrpc(NoticeEditor editor, Versions versions)
    {
        this.editor = editor;
        lists = new(versions, NoticeEditor.Topic, 1_000, ListAsync);
        notices = new(versions, NoticeEditor.Topic, 100, ReadAsync);
    }

    public override Task<ListNoticesResponse> ListNotices(ListNoticesRequest request, ServerCallContext context) =>
        lists.GetAsync((request, context.Caller().ShopperId()), context.CancellationToken);

    public override async Task<DescribeLatestNoticeResponse> DescribeLatestNotice(
        DescribeLatestNoticeRequest request, ServerCallContext context)
    {
        var newest = new ListNoticesRequest { Type = request.Type, Page = 1, PageSize = 1 };
        var found = await lists.GetAsync((newest, context.Caller().ShopperId()), context.CancellationToken);
        if (found.Notices.Count == 0)
        {
            ContentRefusals.Unknown.Throw();
        }

        return new() { Notice = await notices.GetAsync(found.Notices[0].Id, context.CancellationToken) };
    }

    public override async Task<DescribeNoticeResponse> DescribeNotice(DescribeNoticeRequest request, ServerCallContext context)
    {
        var notice = await notices.GetAsync(request.NoticeId, context.CancellationToken);
        if (notice.Terms.UserId != 0 && notice.Terms.UserId != context.Caller().ShopperId())
        {
            ContentRefusals.Unknown.Throw();
        }

        return new() { Notice = notice };
    }

    private async Task<ListNoticesResponse> ListAsync((ListNoticesRequest Request, long UserId) key)
    {
        var (request, userId) = key;
        var (page, total) = await editor.SearchAsync(
            (_, rows) => rows.Where(n => (n.UserId == 0 || n.UserId == userId) && (request.Type == "" || n.Type == request.Type))
                .OrderByDescending(n => n.Id),
            Publication.Published,
            new Paging(request.Page, request.PageSize),
            CancellationToken.None);
        var response = new ListNoticesResponse { TotalCount = total };
        response.Notices.AddRange(page);
        return response;
    }

    private async Task<Notice> ReadAsync(long id)
    {
        var notice = await editor.GetAsync(id, CancellationToken.None);
        return notice.Published ? notice : throw new RefusalException(ContentRefusals.Unknown);
    }
}

/// <summary>The operator's rpcs for notices.</summary>
internal sealed class NoticesAdminGrpc(NoticeEditor editor) : NoticesAdminService.NoticesAdminServiceBase
{
    public override async Task<CreateNoticeResponse> CreateNotice(CreateNoticeRequest request, ServerCallContext context) => new()
    {
        Notice = await editor.CreateAsync(context, request, request.Terms, request.Draft, request.Reason, request.RequestId),
    };

    public override async Task<UpdateNoticeResponse> UpdateNotice(UpdateNoticeRequest request, ServerCallContext context) => new()
    {
        Notice = await editor.UpdateAsync(
            context, request, request.NoticeId, request.Terms, request.ExpectedVersion, request.Reason, request.RequestId),
    };

    public override async Task<GetNoticeResponse> GetNotice(GetNoticeRequest request, ServerCallContext context) =>
        new() { Notice = await editor.GetAsync(request.NoticeId, context.CancellationToken) };

    public override async Task<SearchNoticesResponse> SearchNotices(SearchNoticesRequest request, ServerCallContext context)
    {
        var title = SearchText.Normalise(request.TitleContains);
        var (page, total) = await editor.SearchAsync(
            (_, rows) => rows.Where(n => (title == "" || n.SearchName.Contains(title))
                && (request.Type == "" || n.Type == request.Type)).OrderByDescending(n => n.Id),
            request.Publication,
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new SearchNoticesResponse { TotalCount = total };
        response.Notices.AddRange(page);
        return response;
    }
}
