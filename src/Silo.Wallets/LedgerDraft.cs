using Silo.Kernel;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>
/// The wallets of one command, and what was decided on them so far. What it books goes into <see cref="Rows"/> and stands
/// when they are committed: under the locks of the command's own transaction, or, of wallets that were only read, while
/// none of them has moved.
/// </summary>
/// <remarks>
/// A wallet that never moved has no row, and nothing to lock: of two commands that both make it the second finds the
/// number of its first entry taken.
/// </remarks>
public sealed class LedgerDraft : IStageDraft
{
    private readonly List<(long[] Users, StagedRows<WalletRow> Held, StagedRows<WalletRow>? Stored)> named = [];
    private readonly Func<long> newId;
    private readonly long now;
    private Dictionary<long, WalletState>? wallets;
    private HashSet<long> heldElsewhere = [];

    internal LedgerDraft(Func<long> newId, long now, Dictionary<long, WalletState>? wallets = null)
    {
        (this.newId, this.now, this.wallets) = (newId, now, wallets);
    }

    /// <summary>The users whose wallets another transaction holds.</summary>
    public IReadOnlySet<long> HeldElsewhere
    {
        get
        {
            _ = Wallets;
            return heldElsewhere;
        }
    }

    private Dictionary<long, WalletState> Wallets => wallets ??= Read();

    /// <summary>The points that a user can spend.</summary>
    public long PointsOf(long userId) => WalletOf(userId).Points;

    /// <summary>The money that a user can spend, in cents.</summary>
    public long BalanceOf(long userId) => WalletOf(userId).Balance;

    /// <summary>
    /// The lines that take points back from a user: those that are there, and the rest as a debt. They need the other
    /// side's line of the whole amount.
    /// </summary>
    public IReadOnlyList<LedgerLine> TakeBackPoints(long userId, long points) =>
        LedgerRules.TakeBack(WalletOf(userId), userId, points: true, points);

    /// <summary>Books a transaction; all of it, or, refused, nothing.</summary>
    /// <returns>The transaction's id, or <see cref="WalletsRefusals"/>.</returns>
    /// <exception cref="ArgumentException">
    /// It is not a transaction, or names a wallet that the command has not named or that is held elsewhere.
    /// </exception>
    public Result<long> Post(LedgerTransaction transaction, Rows rows)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(rows);
        if (LedgerRules.FaultOf(transaction) is { } fault)
        {
            throw new ArgumentException($"{transaction.Kind} {transaction.Reference}: {fault}.", nameof(transaction));
        }

        foreach (var line in transaction.Lines.Where(line => line.UserId > 0))
        {
            if (HeldElsewhere.Contains(line.UserId))
            {
                throw new ArgumentException($"The wallet of user {line.UserId} is held elsewhere.", nameof(transaction));
            }

            WalletOf(line.UserId);
        }

        var booked = LedgerRules.Book(transaction, Wallets);
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
            rows.Put(WalletRow.Of(user, Wallets[user]));
        }

        return id;
    }

    Action IStageDraft.Save()
    {
        var saved = new Dictionary<long, WalletState>(Wallets);
        return () => wallets = new(saved);
    }

    /// <summary>Names wallets; a command does so before its first read.</summary>
    internal void Name(Stage stage, IReadOnlyCollection<long> users, RowLock how) => named.Add((
        [.. users],
        stage.Lock<WalletRow>(users, how),
        how == RowLock.SkipLocked && stage.IsExclusive ? stage.Read<WalletRow>(users) : null));

    /// <summary>The wallet of a user as it is after what was booked.</summary>
    /// <exception cref="ArgumentException">The command has not named it.</exception>
    internal WalletState WalletOf(long userId) => Wallets.TryGetValue(userId, out var wallet) ? wallet
        : throw new ArgumentException($"The wallet of user {userId} is not named.", nameof(userId));

    private Dictionary<long, WalletState> Read()
    {
        Dictionary<long, WalletState> read = [];
        foreach (var (users, held, stored) in named)
        {
            foreach (var user in users)
            {
                read.TryAdd(user, default);
            }

            foreach (var row in held.All)
            {
                read[row.UserId] = row.State;
            }

            if (stored is not null)
            {
                var own = held.All.Select(row => row.UserId).ToHashSet();
                heldElsewhere.UnionWith(stored.All.Select(row => row.UserId).Where(user => !own.Contains(user)));
            }
        }

        return read;
    }
}
