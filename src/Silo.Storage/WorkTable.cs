using Microsoft.EntityFrameworkCore;

namespace Silo.Storage;

/// <summary>The statements over the work table that both databases share.</summary>
internal static class WorkTable
{
    public static Task EnqueueAsync(SiloDbContext context, WorkRow row, CancellationToken cancellation) =>
        context.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO silo_work (kind, key, due_at, attempt, lease_until, owner, parked, payload, last_error)
            VALUES ({row.Kind}, {row.Key}, {row.DueAt}, 0, 0, '', {false}, {row.Payload}, '') ON CONFLICT DO NOTHING
            """,
            cancellation);
}
