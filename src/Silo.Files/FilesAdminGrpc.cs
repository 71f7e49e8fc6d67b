using Grpc.Core;
using Silo.Edge;
using Silo.Files.V1;
using Silo.Storage;
using File = Silo.Files.V1.File;

namespace Silo.Files;

/// <summary>The operator's rpcs.</summary>
internal sealed class FilesAdminGrpc(
    IFiles files, Uploads uploads, FilesReads reads, OperatorWrites writes)
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
            (metadata, make) => writes.RunAsync<File>(context, metadata, unit =>
            {
                var made = make(unit);
                unit.Set<FileRow>().Add(made);
                return Task.FromResult<Kernel.Result<OperatorChange<File>>>(
                    new OperatorChange<File>($"file:{made.Id}", null, FilesWire.File(made, files)));
            }),
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
        var cancellation = context.CancellationToken;
        await writes.RunAsync<File>(context, request, async unit =>
            await FileDeletion.DeleteAsync(unit, unit.Query<FileRow>().Where(f => f.Id == request.FileId), cancellation) is { } row
                ? new OperatorChange<File>($"file:{row.Id}", FilesWire.File(row, files), new File())
                : FilesRefusals.Unknown);
        return new();
    }
}
