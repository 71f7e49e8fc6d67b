using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;

namespace Silo.Storage;

/// <summary>Opens units and reads over the store.</summary>
internal sealed class Units(IStore store, IdSource ids, ShopClock clock, WriteGate gate, Versions versions) : IUnits
{
    private static readonly AsyncLocal<Unit?> Open = new();

    /// <summary>Whether the current flow has a unit open; calls to grains and HTTP services are refused then.</summary>
    public static bool IsOpen => Open.Value is not null;

    public async Task<Result<T>> RunAsync<T>(Func<Unit, Task<Result<T>>> work, CancellationToken cancellation)
    {
        if (IsOpen)
        {
            throw new InvalidOperationException("A unit is open already; join it instead of waiting for another one.");
        }

        if (!gate.IsOpen)
        {
            throw new StorageUnavailableException($"This node takes no writes: {gate.Reason}.");
        }

        var committing = false;
        Unit? begun = null;
        try
        {
            return await store.WriteAsync(
                async context =>
                {
                    var unit = begun = new Unit(store, context, ids, clock.NowMs);
                    using (Mark(unit))
                    {
                        var result = await work(unit);
                        if (!result.IsAccepted)
                        {
                            return result;
                        }

                        await unit.SaveAsync(cancellation);
                        committing = true;
                        // A caller who leaves must not turn a commit under way into an unknown one.
                        await context.Database.CommitTransactionAsync(CancellationToken.None);
                        return result;
                    }
                },
                cancellation);
        }
        catch (Exception exception) when (store.IsUniqueViolation(DriversOwn(exception)))
        {
            throw new UniqueKeyTakenException(exception);
        }
        catch (Exception exception) when (store.IsUnavailable(DriversOwn(exception)))
        {
            throw new StorageUnavailableException("The store did not take the unit.", committing, exception);
        }
        finally
        {
            // Also after a commit that was not answered: it may stand.
            if (committing)
            {
                versions.Touched(begun!);
            }
        }
    }

    public async Task<T> ReadAsync<T>(Func<IReads, Task<T>> query, CancellationToken cancellation)
    {
        try
        {
            return await store.ReadAsync(context => query(new Reads(context)), cancellation);
        }
        catch (Exception exception) when (store.IsUnavailable(DriversOwn(exception)))
        {
            throw new StorageUnavailableException("The store did not answer.", inner: exception);
        }
    }

    /// <summary>Marks the current flow as inside a unit, until disposed.</summary>
    public static IDisposable Mark(Unit unit)
    {
        Open.Value = unit;
        return new Marked();
    }

    /// <summary>The driver's exception inside what EF Core wraps around it (an update, a suspected transient fault).</summary>
    public static Exception DriversOwn(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is DbException)
            {
                return inner;
            }
        }

        return exception;
    }

    private sealed class Marked : IDisposable
    {
        public void Dispose() => Open.Value = null;
    }

    private sealed class Reads(SiloDbContext context) : IReads
    {
        public IQueryable<T> Query<T>()
            where T : class => context.Set<T>();

        public IQueryable<long> Numbers(FormattableString sql) => context.Database.SqlQuery<long>(sql);
    }
}
