using Grpc.Core;
using Silo.Content.V1;
using Silo.Edge;

namespace Silo.Content;

/// <summary>The operator's rpcs for content of any kind.</summary>
internal sealed class ContentAdminGrpc(OperatorWrites writes, IEnumerable<IContentEditor> editors)
    : ContentAdminService.ContentAdminServiceBase
{
    private readonly Dictionary<ContentKind, IContentEditor> byKind = editors.ToDictionary(e => e.Kind);

    public override async Task<PublishContentResponse> PublishContent(PublishContentRequest request, ServerCallContext context) =>
        new() { Content = await writes.RunAsync(context, request, byKind[request.Kind].PublishAsync) };

    public override async Task<SortContentResponse> SortContent(SortContentRequest request, ServerCallContext context) =>
        new() { Order = await writes.RunAsync(context, request, byKind[request.Kind].SortAsync) };

    public override async Task<DeleteContentResponse> DeleteContent(DeleteContentRequest request, ServerCallContext context) =>
        new() { Content = await writes.RunAsync(context, request, byKind[request.Kind].DeleteAsync) };
}
