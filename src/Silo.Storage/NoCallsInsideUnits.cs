namespace Silo.Storage;

/// <summary>
/// Refuses grain calls while a unit is open: a transaction that waits for a grain, which waits for a transaction, is
/// how locks are held for ever. Work that needs a grain travels into the grain's transaction instead.
/// </summary>
internal sealed class NoCallsInsideUnits : IOutgoingGrainCallFilter
{
    public Task Invoke(IOutgoingGrainCallContext context) => Transactions.IsOpen
        ? throw new InvalidOperationException("A unit is open: no grain may be called inside a transaction.")
        : context.Invoke();
}
