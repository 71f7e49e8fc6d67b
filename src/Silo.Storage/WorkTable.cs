using Microsoft.EntityFrameworkCore;

namespace Silo.Storage;

/// <summary>The statements over the work table that both databases share.</summary>
internal static class WorkTable
{
    public const int MaxPayload = 16 * 1024;

    public static Task EnqueueAsync(
        SiloDbContext context, string kind, string key, long dueAtMs, string payload, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, MaxPayload);
        return context.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO silo_work (kind, key, due_at, attempt, lease_until, owner, parked, payload, last_error)
            VALUES ({kind}, {key}, {dueAtMs}, 0, 0, '', {false}, {payload}, '') ON CONFLICT DO NOTHING
            """,
            cancellation);
    }
}
