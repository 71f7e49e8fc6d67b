using Silo.Files.V1;
using static Silo.Edge.WireTime;
using File = Silo.Files.V1.File;

namespace Silo.Files;

/// <summary>Between the module's types and the wire's.</summary>
internal static class FilesWire
{
    public static File File(FileRow row, IFiles files) => new()
    {
        Id = row.Id,
        Name = row.Name,
        Url = files.UrlOf(row.Name),
        ShownName = row.ShownName,
        ContentType = FilesRules.ContentTypeOf(row.Kind),
        Size = row.Size,
        Width = row.Width,
        Height = row.Height,
        UserId = row.UserId,
        CreatedAt = Instant(row.CreatedAt),
        ExpiresAt = InstantOrNull(row.ExpiresAt),
    };

    public static UploadPart Part(UploadFileRequest message) => new(
        message.Metadata, message.PartCase == UploadFileRequest.PartOneofCase.Chunk ? message.Chunk : null);

    public static UploadPart Part(UploadShopFileRequest message) => new(
        message.Metadata, message.PartCase == UploadShopFileRequest.PartOneofCase.Chunk ? message.Chunk : null);
}
