using Google.Protobuf;
using Grpc.Core;
using Silo.Files.V1;

namespace Silo.WxApi;

/// <summary>Uploads of pictures.</summary>
internal static class WxFiles
{
    /// <summary>More bytes than a file may have.</summary>
    public static readonly WxAnswer TooLarge = new(300, "文件过大");

    private const string File = "upfile";
    private const int ChunkSize = 64 * 1024;
    private const int MaxHours = 87_600;
    private const int MaxNameLength = 255;

    public static readonly IReadOnlyDictionary<string, WxHandler> Handlers = new Dictionary<string, WxHandler>
    {
        ["uploadFile"] = UploadAsync,
        ["uploadFileV2"] = UploadAsync,
    };

    private static async Task<WxAnswer> UploadAsync(WxCall call)
    {
        var shopper = call.Shopper;
        if (call.File(File) is not { } file)
        {
            return WxAnswer.Missing(File);
        }

        var hours = call.Int("expireHours") ?? 0;
        if (hours is < 0 or > MaxHours)
        {
            return WxAnswer.Malformed("expireHours");
        }

        // A client may send its whole path; the end of it is the name.
        var name = file.FileName.Length <= MaxNameLength ? file.FileName : file.FileName[^MaxNameLength..];
        await using var content = file.OpenReadStream();
        using var upload = new FilesService.FilesServiceClient(shopper).UploadFile();
        await SendAsync(upload.RequestStream, new() { Name = name, Size = file.Length, ExpireHours = hours }, content, call.Cancellation);
        return WxAnswer.Of(WxFile.Of((await upload).File));
    }

    private static async Task SendAsync(
        IClientStreamWriter<UploadFileRequest> stream, FileMetadata metadata, Stream content, CancellationToken cancellation)
    {
        try
        {
            await stream.WriteAsync(new() { Metadata = metadata }, cancellation);
            var chunk = new byte[ChunkSize];
            while (await content.ReadAsync(chunk, cancellation) is > 0 and var read)
            {
                await stream.WriteAsync(new() { Chunk = ByteString.CopyFrom(chunk, 0, read) }, cancellation);
            }

            await stream.CompleteAsync();
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // Refused before all was sent; the answer, which is awaited next, says why.
        }
    }

    /// <summary>A file as the wire has it.</summary>
    private sealed record WxFile
    {
        public required long Id { get; init; }

        public required string Name { get; init; }

        public required string OriginalName { get; init; }

        /// <summary>In bytes; a text on this wire.</summary>
        public required string Size { get; init; }

        /// <summary>The extension.</summary>
        public required string Type { get; init; }

        public required string Url { get; init; }

        public static WxFile Of(Files.V1.File file) => new()
        {
            Id = file.Id,
            Name = file.Name,
            OriginalName = file.ShownName,
            Size = $"{file.Size}",
            Type = file.Name[(file.Name.LastIndexOf('.') + 1)..],
            Url = file.Url,
        };
    }
}
