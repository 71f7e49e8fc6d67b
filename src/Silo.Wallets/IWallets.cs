using Silo.Kernel;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>The door to the ledger, through which alone money and points move.</summary>
public interface IWallets
{
    /// <summary>
    /// Names the wallets of users on which a command may book, before its first read. All that is named of one command is
    /// one draft: what one door has booked, the next one sees.
    /// </summary>
    /// <param name="stage">The command.</param>
    /// <param name="users">Whose wallets.</param>
    /// <param name="how">
    /// How they are locked, where the command has its transaction for itself. With <see cref="RowLock.SkipLocked"/> those
    /// that are held elsewhere are in <see cref="LedgerDraft.HeldElsewhere"/>.
    /// </param>
    /// <returns>The command's draft. In a plain command its bookings stand only while no wallet in them has moved.</returns>
    LedgerDraft Stage(Stage stage, IReadOnlyCollection<long> users, RowLock how = RowLock.Wait);

    /// <summary>
    /// Books one transaction: all of it, or, refused, nothing. A transaction whose kind and reference are booked already is
    /// answered as that one and moves nothing.
    /// </summary>
    /// <returns>Decides, and answers the transaction's id, or <see cref="WalletsRefusals"/>.</returns>
    /// <exception cref="ArgumentException">The lines do not sum to zero, or are otherwise not a transaction.</exception>
    Func<Rows, Result<long>> Post(Stage stage, LedgerTransaction transaction);

    /// <summary>The points that users can spend, without a lock; those whose wallet never moved are left out.</summary>
    Task<Dictionary<long, long>> PointsAsync(IReads reads, IReadOnlyCollection<long> users, CancellationToken cancellation);

    /// <summary>
    /// Reads a wallet for a hot grain's batch that commits together with others and so can lock nothing before it decides.
    /// Where the wallet has moved by then, the numbers of the draft's entries are taken: nothing of the batch stands, and
    /// it is decided again on what is read anew. Wallets that are read at one moment share one query.
    /// </summary>
    Task<LedgerDraft> ReadAsync(long userId);
}
