using Silo.Kernel;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>
/// Locked wallets, and what was decided on them so far. What it books goes into <see cref="Rows"/> and stands when they
/// are committed in the transaction that holds the locks.
/// </summary>
public sealed class LedgerDraft
{
    private readonly Dictionary<long, WalletState> wallets;
    private readonly IReadOnlySet<long> absent;
    private readonly Func<long> newId;
    private readonly long now;

    internal LedgerDraft(
        Dictionary<long, WalletState> wallets, IReadOnlySet<long> absent, IReadOnlySet<long> heldElsewhere, Func<long> newId, long now)
    {
        (this.wallets, this.absent, this.newId, this.now) = (wallets, absent, newId, now);
        HeldElsewhere = heldElsewhere;
    }

    /// <summary>The users whose wallets another transaction holds.</summary>
    public IReadOnlySet<long> HeldElsewhere { get; }

    /// <summary>The points that a user can spend.</summary>
    public long PointsOf(long userId) => wallets[userId].Points;

    /// <summary>The money that a user can spend, in cents.</summary>
    public long BalanceOf(long userId) => wallets[userId].Balance;

    /// <summary>Books a transaction; all of it, or, refused, nothing.</summary>
    /// <returns>The transaction's id, or <see cref="WalletRefusals"/>.</returns>
    /// <exception cref="ArgumentException">It is not a transaction, or names a wallet that is not locked.</exception>
    public Result<long> Post(LedgerTransaction transaction, Rows rows)
    {
        if (LedgerRules.FaultOf(transaction) is { } fault)
        {
            throw new ArgumentException($"{transaction.Kind} {transaction.Reference}: {fault}.", nameof(transaction));
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
                throw new ArgumentException($"The wallet of user {user} is not locked.", nameof(transaction));
            }

            rows.Put(WalletRow.Of(user, wallets[user]));
        }

        return id;
    }

    /// <summary>The wallet of a user as it is after what was booked.</summary>
    internal WalletState WalletOf(long userId) => wallets[userId];
}
