using Grpc.Core;
using Silo.Content.V1;

namespace Silo.Content;

/// <summary>The operator's rpcs for content of any kind.</summary>
internal sealed class ContentAdminGrpc(IEnumerable<IContentEditor> editors) : ContentAdminService.ContentAdminServiceBase
{
    private readonly Dictionary<ContentKind, IContentEditor> byKind = editors.ToDictionary(e => e.Kind);

    public override async Task<PublishContentResponse> PublishContent(PublishContentRequest request, ServerCallContext context) =>
        new() { Content = await byKind[request.Kind].PublishAsync(context, request) };

    public override async Task<SortContentResponse> SortContent(SortContentRequest request, ServerCallContext context) =>
        new() { Order = await byKind[request.Kind].SortAsync(context, request) };

    public override async Task<DeleteContentResponse> DeleteContent(DeleteContentRequest request, ServerCallContext context) =>
        new() { Content = await byKind[request.Kind].DeleteAsync(context, request) };
}
