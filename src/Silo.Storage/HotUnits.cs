using Microsoft.Extensions.Logging;
using Silo.Kernel;

namespace Silo.Storage;

/// <summary>
/// Transactions that one hot grain has for itself, because they begin by locking rows or carry another room's work.
/// </summary>
internal sealed class HotUnits(
    IStore store,
    IEnumerable<IJoinedWork> works,
    IdSource ids,
    ShopClock clock,
    WriteGate gate,
    CommitFaults faults,
    Versions versions,
    ILogger<HotUnits> logger)
{
    private readonly Dictionary<string, IJoinedWork> byKind = works.ToDictionary(w => w.Kind, StringComparer.Ordinal);

    public IJoinedWork WorkOf(string kind) => byKind.TryGetValue(kind, out var work)
        ? work
        : throw new InvalidOperationException($"No joined work is registered for {kind}.");

    /// <summary>Runs a transaction and commits the batch that it ends with; null, and nothing stands.</summary>
    public async Task<BatchOutcome?> RunAsync(Func<Unit, Task<Batch?>> decide)
    {
        if (!gate.IsOpen)
        {
            return BatchOutcome.Failed;
        }

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
