using Grpc.Core;
using Silo.Edge;
using Silo.Files.V1;
using Silo.Storage;

namespace Silo.Files;

/// <summary>The shopper's rpcs.</summary>
internal sealed class FilesGrpc(
    IFiles files, Uploads uploads, FilesReads reads, FilesWrites writes, FilesOptions options)
    : FilesService.FilesServiceBase
{
    public override async Task<UploadFileResponse> UploadFile(
        IAsyncStreamReader<UploadFileRequest> requestStream, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        var row = await uploads.TakeAsync(
            requestStream,
            FilesWire.Part,
            context.Caller().Id,
            async (_, make) => (await writes.AddAsync(make, cancellation)).OrRefuse(),
            cancellation);
        return new() { File = FilesWire.File(row, files) };
    }

    public override async Task<ListMyFilesResponse> ListMyFiles(ListMyFilesRequest request, ServerCallContext context)
    {
        var (userId, cancellation) = (context.Caller().Id, context.CancellationToken);
        var (page, total) = await reads.ListAsync(userId, "", new Paging(request.Page, request.PageSize), cancellation);
        var response = new ListMyFilesResponse
        {
            TotalCount = total,
            UsedBytes = await reads.UsedAsync(userId, cancellation),
            QuotaBytes = options.QuotaBytesPerUser,
        };
        response.Files.AddRange(page.Select(f => FilesWire.File(f, files)));
        return response;
    }

    public override async Task<DeleteFileResponse> DeleteFile(DeleteFileRequest request, ServerCallContext context) =>
        await writes.DeleteAsync(context.Caller().Id, request.FileId, context.CancellationToken) is { } refusal
            ? throw new RefusalException(refusal)
            : new();
}
