using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Silo.Files;

/// <summary>
/// Serves files over HTTP. What a name shows never changes, so it may be kept for ever; nothing is served that could be
/// taken for a page or a script.
/// </summary>
internal sealed class FileServing(
    FilesReads reads, IFileStore store, Pictures pictures, TimeProvider time, ILogger<FileServing> logger)
{
    /// <summary>Thumbnails that may wait to be made on this node.</summary>
    private const int MaxWaiting = 256;

    private readonly ConcurrentDictionary<string, Lazy<Task<byte[]>>> making = new(StringComparer.Ordinal);

    /// <summary>Serves one request: of a file's name, or of the name with the suffix of a size.</summary>
    public async Task<IResult> ServeAsync(string name, HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        headers.CacheControl = "no-store";
        if (!FilesRules.TryParse(name, out var known, out var size)
            || await reads.FindAsync(known, http.RequestAborted) is not { } row
            || (row.ExpiresAt != 0 && row.ExpiresAt <= time.GetUtcNow().ToUnixTimeMilliseconds()))
        {
            return Results.NotFound();
        }

        if (FilesRules.BoundOf(size) >= Math.Max(row.Width, row.Height))
        {
            size = PictureSize.Original;
        }

        if (await OpenAsync(row, size, http.RequestAborted) is not { } content)
        {
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        headers.CacheControl = row.ExpiresAt == 0 ? "public, max-age=31536000, immutable" : "public, max-age=600";
        return Results.Stream(
            content,
            FilesRules.ContentTypeOf(size == PictureSize.Original ? row.Kind : Pictures.ShrunkKindOf(row.Kind)),
            lastModified: DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
            // With the length, since a picture of before can have lost what is not kept any more.
            entityTag: new EntityTagHeaderValue($"\"{FilesRules.KeyOf(row.Name, size)}-{content.Length}\""),
            enableRangeProcessing: true);
    }

    /// <summary>The bytes of a size; null where they cannot be had now.</summary>
    private async Task<Stream?> OpenAsync(FileRow row, PictureSize size, CancellationToken cancellation)
    {
        try
        {
            if (await store.GetAsync(FilesRules.KeyOf(row.Name, size), cancellation) is { } stored)
            {
                return stored;
            }

            return size != PictureSize.Original && await ShrunkAsync(row, size, cancellation) is { } made
                ? new MemoryStream(made, writable: false)
                : null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            logger.LogWarning(exception, "A file could not be read");
            return null;
        }
    }

    /// <summary>Makes a thumbnail; whoever asks for the same one meanwhile gets the same.</summary>
    private async Task<byte[]?> ShrunkAsync(FileRow row, PictureSize size, CancellationToken cancellation)
    {
        if (making.Count >= MaxWaiting)
        {
            return null;
        }

        var key = FilesRules.KeyOf(row.Name, size);
        var made = making.GetOrAdd(key, _ => new(() => MakeAsync(row, size, key)));
        return await made.Value.WaitAsync(cancellation);
    }

    private async Task<byte[]> MakeAsync(FileRow row, PictureSize size, string key)
    {
        try
        {
            await using var original = await store.GetAsync(row.Name, CancellationToken.None)
                ?? throw new FileNotFoundException("A file has a row and no bytes.");
            var made = await pictures.ShrinkAsync(original, row.Kind, FilesRules.BoundOf(size), CancellationToken.None);
            await KeepAsync(row, key, made);
            return made;
        }
        finally
        {
            making.TryRemove(key, out _);
        }
    }

    private async Task KeepAsync(FileRow row, string key, byte[] made)
    {
        try
        {
            using var content = new MemoryStream(made, writable: false);
            await store.PutAsync(key, content, FilesRules.ContentTypeOf(Pictures.ShrunkKindOf(row.Kind)), CancellationToken.None);
            if (!await reads.ExistsAsync(row.Name, CancellationToken.None))
            {
                // Deleted meanwhile, perhaps together with the thumbnails that there were.
                await store.DeleteAsync(key, CancellationToken.None);
            }
        }
        catch (Exception exception)
        {
            logger.LogWarning(exception, "A thumbnail could not be stored; it is made again when it is asked for");
        }
    }
}
