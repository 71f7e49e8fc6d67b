using Silo.Kernel;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>The door to the ledger, through which alone money and points move.</summary>
public interface IWallets
{
    /// <summary>
    /// Books a transaction in the caller's unit: all of it, or, refused, nothing. A transaction whose kind and reference
    /// are booked already is answered as that one and moves nothing. Waits for the wallets of the users in it; a unit
    /// that books for several users one after the other takes all their wallets first, with <see cref="LockAsync"/>.
    /// </summary>
    /// <returns>The transaction's id, or <see cref="WalletsRefusals"/>.</returns>
    /// <exception cref="ArgumentException">The lines do not sum to zero, or are otherwise not a transaction.</exception>
    Task<Result<long>> PostAsync(Unit unit, LedgerTransaction transaction, CancellationToken cancellation);

    /// <summary>The points that users can spend, without a lock; those whose wallet never moved are left out.</summary>
    Task<Dictionary<long, long>> PointsAsync(IReads reads, IReadOnlyCollection<long> users, CancellationToken cancellation);

    /// <summary>Locks the wallets of the users, ascending, for the rest of the unit; waits for those held elsewhere.</summary>
    Task<LedgerDraft> LockAsync(Unit unit, IReadOnlyCollection<long> users, CancellationToken cancellation);

    /// <summary>
    /// Locks the wallets for a hot grain's batch, without waiting. A wallet that is held elsewhere is in
    /// <see cref="LedgerDraft.HeldElsewhere"/>; one that never moved is empty and can only be read.
    /// </summary>
    /// <param name="unit">The batch's transaction.</param>
    /// <param name="users">Whose wallets.</param>
    /// <param name="cancellation">Abandons the unit.</param>
    /// <param name="make">
    /// Whether wallets that never moved are made, so that something can come into them; then it is the unit's first lock.
    /// </param>
    Task<LedgerDraft> TryLockAsync(
        Unit unit, IReadOnlyCollection<long> users, CancellationToken cancellation, bool make = false);

    /// <summary>
    /// Reads a wallet for a hot grain's batch that commits together with others and so can lock nothing before it decides.
    /// Where the wallet has moved by then, the numbers of the draft's entries are taken: nothing of the batch stands, and
    /// it is decided again on what is read anew. Wallets that are read at one moment share one query.
    /// </summary>
    Task<LedgerDraft> ReadAsync(long userId);
}
