using Grpc.Core;
using Silo.Edge;
using Silo.Files.V1;
using Silo.Storage;

namespace Silo.Files;

/// <summary>The operator's rpcs.</summary>
internal sealed class FilesAdminGrpc(
    IFiles files, Uploads uploads, FilesReads reads, FilesWrites rows, OperatorWrites writes)
    : FilesAdminService.FilesAdminServiceBase
{
    private const long Shop = 0;

    public override async Task<UploadShopFileResponse> UploadShopFile(
        IAsyncStreamReader<UploadShopFileRequest> requestStream, ServerCallContext context) => new()
        {
            File = await uploads.TakeAsync(
                requestStream,
                FilesWire.Part,
                Shop,
                (metadata, make) => writes.RunAsync(context, metadata, unit => Task.FromResult(rows.AddOfShop(unit, make))),
                context.CancellationToken),
        };

    public override async Task<SearchFilesResponse> SearchFiles(SearchFilesRequest request, ServerCallContext context)
    {
        var (page, total) = await reads.ListAsync(
            request.ShopOnly ? Shop : request.UserId == 0 ? null : request.UserId,
            request.NameContains,
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new SearchFilesResponse { TotalCount = total };
        response.Files.AddRange(page.Select(f => FilesWire.File(f, files)));
        return response;
    }

    public override async Task<RemoveFileResponse> RemoveFile(RemoveFileRequest request, ServerCallContext context)
    {
        await writes.RunAsync(context, request, rows.RemoveAsync);
        return new();
    }
}
