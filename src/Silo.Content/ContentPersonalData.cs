using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Content;

/// <summary>What the module holds of shoppers: notices to one of them, which go with their account.</summary>
internal sealed class ContentPersonalData(NoticesWrites notices) : IPersonalData
{
    public string Name => "content";

    public async Task<JsonNode> ExportAsync(IReads reads, long userId, CancellationToken cancellation)
    {
        var rows = await reads.Query<NoticeRow>().Where(n => n.UserId == userId)
            .Join(reads.Query<TextRow>(), n => n.Id, t => t.Id, (n, t) => new { n.Id, n.Name, t.Html })
            .OrderBy(n => n.Id).ToListAsync(cancellation);
        return new JsonObject
        {
            ["notices"] = new JsonArray([.. rows.Select(n => new JsonObject { ["id"] = n.Id, ["title"] = n.Name, ["content"] = n.Html })]),
        };
    }

    public async Task EraseAsync(Unit unit, long userId, CancellationToken cancellation)
    {
        if (await unit.Query<NoticeRow>().AnyAsync(n => n.UserId == userId, cancellation))
        {
            await notices.InvalidateAsync(unit, cancellation);
            var mine = unit.Set<NoticeRow>().Where(n => n.UserId == userId);
            await unit.Set<TextRow>().Where(t => mine.Any(n => n.Id == t.Id)).ExecuteDeleteAsync(cancellation);
            await mine.ExecuteDeleteAsync(cancellation);
        }
    }
}
