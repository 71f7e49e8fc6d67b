using Grpc.Core;
using Silo.Content.V1;
using Silo.Edge;

namespace Silo.Content;

/// <summary>The operator's rpcs for notices.</summary>
internal sealed class NoticesAdminGrpc(OperatorWrites writes, NoticesWrites notices, NoticesReads reads)
    : NoticesAdminService.NoticesAdminServiceBase
{
    public override async Task<CreateNoticeResponse> CreateNotice(CreateNoticeRequest request, ServerCallContext context) => new()
    {
        Notice = await writes.RunAsync(
            context, request, notices.Create(request.Terms, request.Draft, context.CancellationToken)),
    };

    public override async Task<UpdateNoticeResponse> UpdateNotice(UpdateNoticeRequest request, ServerCallContext context) => new()
    {
        Notice = await writes.RunAsync(
            context,
            request,
            notices.Update(request.NoticeId, request.Terms, request.ExpectedVersion, context.CancellationToken)),
    };

    public override async Task<GetNoticeResponse> GetNotice(GetNoticeRequest request, ServerCallContext context) =>
        new() { Notice = await reads.GetAsync(request.NoticeId, context.CancellationToken) };

    public override async Task<SearchNoticesResponse> SearchNotices(SearchNoticesRequest request, ServerCallContext context)
    {
        var (page, total) = await reads.SearchAsync(request, context.CancellationToken);
        var response = new SearchNoticesResponse { TotalCount = total };
        response.Notices.AddRange(page);
        return response;
    }
}
