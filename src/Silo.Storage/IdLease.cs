using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Silo.Kernel;

namespace Silo.Storage;

/// <summary>Leases a slot of <see cref="IdSource"/> for this node and keeps its durable horizon ahead.</summary>
internal sealed class IdLease(IStore store, IdSource ids, TimeProvider time, ILogger<IdLease> logger) : BackgroundService
{
    /// <summary>How far ahead ids may be used. A restart within it takes another slot.</summary>
    private const int AheadSeconds = 30;

    private readonly string owner = Guid.NewGuid().ToString("N");
    private int slot = -1;

    /// <summary>Takes a slot; awaited before the node serves.</summary>
    public async Task TakeAsync(CancellationToken cancellation)
    {
        var now = ids.CurrentSecond;
        var taken = await store.KeepAliveAsync(
            async context =>
            {
                for (var candidate = 0; candidate < IdSource.Slots; candidate++)
                {
                    // A slot is free when its horizon is past: its holder could not have used later seconds.
                    var count = await context.Database.ExecuteSqlAsync(
                        $"""
                        INSERT INTO silo_id_slots (slot, owner, horizon) VALUES ({candidate}, {owner}, {now + AheadSeconds})
                        ON CONFLICT (slot) DO UPDATE SET owner = excluded.owner, horizon = excluded.horizon
                        WHERE silo_id_slots.horizon < {now}
                        """,
                        cancellation);
                    if (count == 1)
                    {
                        await context.Database.CommitTransactionAsync(cancellation);
                        return candidate;
                    }
                }

                return -1;
            },
            cancellation);
        if (taken < 0)
        {
            throw new InvalidOperationException("Every id slot is in use; wait 30 seconds after fast restarts.");
        }

        slot = taken;
        ids.Take(taken, now, now + AheadSeconds);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ExtendAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                logger.LogWarning(exception, "The id slot could not be extended");
            }
        }
    }

    private async Task ExtendAsync(CancellationToken cancellation)
    {
        var horizon = Math.Max(ids.CurrentSecond, ids.LastSecond) + AheadSeconds;
        var extended = await store.KeepAliveAsync(
            async context =>
            {
                var count = await context.Database.ExecuteSqlAsync(
                    $"UPDATE silo_id_slots SET horizon = {horizon} WHERE slot = {slot} AND owner = {owner}", cancellation);
                await context.Database.CommitTransactionAsync(cancellation);
                return count == 1;
            },
            cancellation);
        if (extended)
        {
            ids.Extend(horizon);
        }
        else
        {
            // The lease ran out while this node slept, and another node took the slot.
            await TakeAsync(cancellation);
        }
    }
}
