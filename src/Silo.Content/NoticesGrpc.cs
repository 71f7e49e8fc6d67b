using Grpc.Core;
using Silo.Content.V1;
using Silo.Edge;

namespace Silo.Content;

/// <summary>The shopper's rpcs for notices.</summary>
internal sealed class NoticesGrpc(NoticesReads reads) : NoticesService.NoticesServiceBase
{
    public override Task<ListNoticesResponse> ListNotices(ListNoticesRequest request, ServerCallContext context) =>
        reads.ListAsync(request, context.Caller().ShopperId(), context.CancellationToken);

    public override async Task<DescribeLatestNoticeResponse> DescribeLatestNotice(
        DescribeLatestNoticeRequest request, ServerCallContext context) =>
        new() { Notice = await reads.LatestAsync(request.Type, context.Caller().ShopperId(), context.CancellationToken) };

    public override async Task<DescribeNoticeResponse> DescribeNotice(DescribeNoticeRequest request, ServerCallContext context) =>
        new() { Notice = await reads.PublishedAsync(request.NoticeId, context.Caller().ShopperId(), context.CancellationToken) };
}
