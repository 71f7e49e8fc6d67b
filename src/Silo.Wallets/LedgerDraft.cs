using Silo.Kernel;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>
/// Wallets, and what was decided on them so far. What it books goes into <see cref="Rows"/> and stands when they are
/// committed: in the transaction that holds the locks, or, of wallets that were only read, while none of them has moved.
/// </summary>
public sealed class LedgerDraft
{
    private readonly Dictionary<long, WalletState> wallets;
    private readonly IReadOnlySet<long> absent;
    private readonly UnitWallets ofUnit;
    private readonly Func<long> newId;
    private readonly long now;

    internal LedgerDraft(
        Dictionary<long, WalletState> wallets,
        IReadOnlySet<long> absent,
        IReadOnlySet<long> heldElsewhere,
        UnitWallets ofUnit,
        Func<long> newId,
        long now)
    {
        (this.wallets, this.absent, this.ofUnit, this.newId, this.now) = (wallets, absent, ofUnit, newId, now);
        HeldElsewhere = heldElsewhere;
    }

    /// <summary>The users whose wallets another transaction holds.</summary>
    public IReadOnlySet<long> HeldElsewhere { get; }

    /// <summary>The points that a user can spend.</summary>
    public long PointsOf(long userId) => wallets[userId].Points;

    /// <summary>The money that a user can spend, in cents.</summary>
    public long BalanceOf(long userId) => wallets[userId].Balance;

    /// <summary>
    /// The lines that take points back from a user: those that are there, and the rest as a debt. They need the other
    /// side's line of the whole amount.
    /// </summary>
    public IReadOnlyList<LedgerLine> TakeBackPoints(long userId, long points) =>
        LedgerRules.TakeBack(wallets[userId], userId, points: true, points);

    /// <summary>Books a transaction; all of it, or, refused, nothing.</summary>
    /// <returns>The transaction's id, or <see cref="WalletsRefusals"/>.</returns>
    /// <exception cref="ArgumentException">It is not a transaction, or names a wallet that is not locked.</exception>
    /// <exception cref="InvalidOperationException">Another draft of the unit has booked on one of the wallets since.</exception>
    public Result<long> Post(LedgerTransaction transaction, Rows rows)
    {
        if (LedgerRules.FaultOf(transaction) is { } fault)
        {
            throw new ArgumentException($"{transaction.Kind} {transaction.Reference}: {fault}.", nameof(transaction));
        }

        foreach (var user in transaction.Lines.Where(line => line.UserId > 0).Select(line => line.UserId).Distinct())
        {
            if (!wallets.TryGetValue(user, out var wallet) || HeldElsewhere.Contains(user))
            {
                throw NotLocked(user, transaction);
            }

            ofUnit.Check(user, wallet);
        }

        var booked = LedgerRules.Book(transaction, wallets);
        if (!booked.IsAccepted)
        {
            return booked.Refusal;
        }

        var id = newId();
        rows.Append(new TransactionRow
        {
            Id = id,
            Kind = transaction.Kind,
            Reference = transaction.Reference,
            Remark = transaction.Remark,
            At = now,
        });
        for (var i = 0; i < booked.Value.Count; i++)
        {
            var (line, sequence, balanceAfter) = booked.Value[i];
            rows.Append(new EntryRow
            {
                TransactionId = id,
                Line = i + 1,
                UserId = line.UserId,
                Account = line.Account,
                Amount = line.Amount,
                BalanceAfter = balanceAfter,
                Sequence = sequence,
            });
        }

        foreach (var user in booked.Value.Where(b => b.Sequence is not null).Select(b => b.Line.UserId).Distinct())
        {
            if (absent.Contains(user))
            {
                throw NotLocked(user, transaction);
            }

            ofUnit.Booked(user, wallets[user]);
            rows.Put(WalletRow.Of(user, wallets[user]));
        }

        return id;
    }

    /// <summary>The wallet of a user as it is after what was booked.</summary>
    internal WalletState WalletOf(long userId) => wallets[userId];

    private static ArgumentException NotLocked(long user, LedgerTransaction transaction) =>
        new($"The wallet of user {user} is not locked.", nameof(transaction));
}

/// <summary>
/// The wallets of one unit, by their count of entries. Of two drafts of one wallet the later written would undo what the
/// other has booked; that is refused here.
/// </summary>
internal sealed class UnitWallets
{
    private readonly Dictionary<long, long> entries = [];

    /// <summary>A draft takes a wallet as it is stored.</summary>
    public void Take(long user, WalletState stored)
    {
        Check(user, stored);
        entries[user] = stored.Entries;
    }

    /// <summary>A draft is about to book on a wallet.</summary>
    public void Check(long user, WalletState wallet)
    {
        if (entries.TryGetValue(user, out var newest) && newest != wallet.Entries)
        {
            throw new InvalidOperationException($"Two drafts of one unit book on the wallet of user {user}.");
        }
    }

    /// <summary>A draft has booked on a wallet.</summary>
    public void Booked(long user, WalletState wallet) => entries[user] = wallet.Entries;
}
