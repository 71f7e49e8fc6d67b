using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Silo.Edge;
using Silo.Files.V1;
using Silo.Storage;
using File = Silo.Files.V1.File;

namespace Silo.Files;

/// <summary>What the module holds of shoppers: their files, which go with their account.</summary>
internal sealed class FilesPersonalData(IFiles files) : IPersonalData
{
    public string Name => "files";

    public async Task<JsonNode> ExportAsync(IReads reads, long userId, CancellationToken cancellation)
    {
        var rows = await reads.Query<FileRow>().Where(f => f.UserId == userId).OrderBy(f => f.Id).ToListAsync(cancellation);
        return new JsonObject
        {
            ["files"] = new JsonArray([.. rows.Select(f => JsonNode.Parse(JsonFormatter.Default.Format(FilesWire.File(f, files))))]),
        };
    }

    public async Task EraseAsync(Unit unit, long userId, CancellationToken cancellation)
    {
        var ids = await unit.Query<FileRow>().Where(f => f.UserId == userId).OrderBy(f => f.Id).Select(f => f.Id)
            .ToListAsync(cancellation);
        foreach (var id in ids)
        {
            await FilesWrites.DeleteAsync(unit, unit.Query<FileRow>().Where(f => f.Id == id), cancellation);
        }

        await unit.Set<FileUsageRow>().Where(u => u.UserId == userId).ExecuteDeleteAsync(cancellation);
        await AuditForgetting.ForgetAsync<File>(
            unit, FilesAdminService.Descriptor.FullName, userId, file => file.ShownName = "", cancellation);
    }
}
