using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Silo.Storage;

/// <summary>
/// Counts in memory what may lose some seconds when a node dies, such as views, and writes the sums every few seconds
/// and when the node stops. What several nodes counted adds up. Nothing else may be counted so.
/// </summary>
public abstract class WriteBehindCounter(TimeProvider time, ILogger logger) : BackgroundService
{
    /// <summary>Most things that are counted between two writes; what comes beyond them is not counted.</summary>
    public const int MaxCounted = 10_000;

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(5);
    private readonly Lock gate = new();
    private Dictionary<long, int> counts = [];

    /// <summary>Counts one of a thing.</summary>
    public void Count(long id) => Add(id, 1);

    /// <summary>Writes what was counted since the last time. What was certainly not written is counted on.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        Dictionary<long, int> taken;
        lock (gate)
        {
            (taken, counts) = (counts, []);
        }

        if (taken.Count == 0)
        {
            return;
        }

        try
        {
            await WriteAsync(taken, cancellation);
        }
        catch (Exception exception) when (exception is not StorageUnavailableException { OutcomeUnknown: true })
        {
            foreach (var (id, count) in taken)
            {
                Add(id, count);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryFlushAsync(cancellationToken);
    }

    /// <summary>Adds the sums to what is stored, in one unit.</summary>
    protected abstract Task WriteAsync(IReadOnlyDictionary<long, int> sums, CancellationToken cancellation);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryFlushAsync(stoppingToken);
        }
    }

    private async Task TryFlushAsync(CancellationToken cancellation)
    {
        try
        {
            await FlushAsync(cancellation);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            logger.LogWarning(exception, "What was counted could not be written");
        }
    }

    private void Add(long id, int count)
    {
        lock (gate)
        {
            if (counts.Count < MaxCounted || counts.ContainsKey(id))
            {
                counts[id] = counts.GetValueOrDefault(id) + count;
            }
        }
    }
}
