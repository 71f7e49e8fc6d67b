using Microsoft.Extensions.Logging;
using Silo.Kernel;

namespace Silo.Storage;

/// <summary>
/// Transactions that one hot grain has for itself, because they begin by locking rows or carry another module's work. Each
/// holds a connection also while it waits for a lock, so only some are under way at once: what waits for one row must not
/// take the connections of everybody else.
/// </summary>
internal sealed class HotUnits(
    IStore store,
    IEnumerable<IJoinedWork> works,
    IdSource ids,
    ShopClock clock,
    WriteGate gate,
    CommitFaults faults,
    Versions versions,
    DatabaseOptions options,
    ILogger<HotUnits> logger) : IDisposable
{
    /// <summary>Most transactions that wait for their turn.</summary>
    public const int MaxWaiting = 4096;

    /// <summary>How long one waits for its turn, as long as others wait for a connection.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim turns = new(options.MaxHotUnits);
    private int waiting;
    private readonly Dictionary<string, IJoinedWork> byKind = works.ToDictionary(w => w.Kind, StringComparer.Ordinal);

    public IJoinedWork WorkOf(string kind) => byKind.TryGetValue(kind, out var work)
        ? work
        : throw new InvalidOperationException($"No joined work is registered for {kind}.");

    public void Dispose() => turns.Dispose();

    /// <summary>Runs a transaction and commits the batch that it ends with; null, and nothing stands.</summary>
    /// <exception cref="StorageBusyException">Too many wait, or it had no turn in time; nothing was begun.</exception>
    public async Task<BatchOutcome?> RunAsync(Func<Unit, Task<Batch?>> decide)
    {
        if (!gate.IsOpen)
        {
            return BatchOutcome.Failed;
        }

        await WaitForTurnAsync();
        try
        {
            return await RunNowAsync(decide);
        }
        finally
        {
            turns.Release();
        }
    }

    private async Task WaitForTurnAsync()
    {
        if (turns.Wait(0))
        {
            return;
        }

        try
        {
            if (Interlocked.Increment(ref waiting) > MaxWaiting)
            {
                throw new StorageBusyException();
            }

            using var limit = new CancellationTokenSource(LongestWait, clock.Time);
            await turns.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new StorageBusyException();
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    private async Task<BatchOutcome?> RunNowAsync(Func<Unit, Task<Batch?>> decide)
    {
        var committing = false;
        Unit? begun = null;
        try
        {
            return await store.WriteAsync<BatchOutcome?>(
                async context =>
                {
                    var unit = begun = new Unit(store, context, ids, clock.NowMs);
                    using (Units.Mark(unit))
                    {
                        if (await decide(unit) is not { } batch)
                        {
                            return null;
                        }

                        await unit.SaveAsync(CancellationToken.None);
                        await store.WriteInsideAsync(context, batch);
                        faults.BeforeSend?.Invoke();
                        committing = true;
                        await context.Database.CommitTransactionAsync(CancellationToken.None);
                        faults.AfterCommit?.Invoke();
                        return BatchOutcome.Committed;
                    }
                },
                CancellationToken.None);
        }
        catch (StaleBatchException)
        {
            return BatchOutcome.Stale;
        }
        catch (Exception exception) when (committing)
        {
            logger.LogWarning(exception, "A commit was sent and not answered");
            return BatchOutcome.Unknown;
        }
        catch (Exception exception) when (store.IsUnavailable(Units.DriversOwn(exception)))
        {
            logger.LogWarning(exception, "A transaction was rolled back");
            return BatchOutcome.Failed;
        }
        finally
        {
            if (committing)
            {
                versions.Touched(begun!);
            }
        }
    }
}
