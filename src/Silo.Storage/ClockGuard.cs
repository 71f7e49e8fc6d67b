using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Silo.Storage;

/// <summary>Compares the node's clock with the database's and closes the write gate while they differ by more than 2 s.</summary>
internal sealed class ClockGuard(IStore store, WriteGate gate, TimeProvider time, ILogger<ClockGuard> logger)
    : BackgroundService
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    public async Task CheckAsync(CancellationToken cancellation)
    {
        if ((await store.ReadClockAsync(cancellation)).Skew(Tolerance) is not { } skew)
        {
            return;
        }

        if (skew.Duration() <= Tolerance)
        {
            gate.Open();
        }
        else
        {
            var why = $"the clock is {skew.TotalSeconds:F1} s off the database's";
            logger.LogError("No writes: {Why}", why);
            gate.Close(why);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(3), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CheckAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // A store that does not answer refuses writes by itself; the gate is about clocks.
                logger.LogWarning(exception, "The database's clock could not be read");
            }
        }
    }
}

/// <summary>Ready while the store answers and writes are taken.</summary>
internal sealed class StorageHealth(IStore store, WriteGate gate) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (gate.Reason is { } reason)
        {
            return HealthCheckResult.Unhealthy(reason);
        }

        try
        {
            await store.ReadClockAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("The store does not answer.");
        }
    }
}
