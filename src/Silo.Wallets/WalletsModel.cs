using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>The accounts of one user. Its bounds are also checks of the table: to break one is a bug, and rolled back.</summary>
internal sealed class WalletRow
{
    public long UserId { get; init; }

    public long Balance { get; init; }

    public long Frozen { get; init; }

    public long Commission { get; init; }

    public long BalanceDebt { get; init; }

    public long Points { get; init; }

    public long PointsDebt { get; init; }

    public long PointsReceived { get; init; }

    public long Entries { get; init; }

    public WalletState State => new()
    {
        Balance = Balance,
        Frozen = Frozen,
        Commission = Commission,
        BalanceDebt = BalanceDebt,
        Points = Points,
        PointsDebt = PointsDebt,
        PointsReceived = PointsReceived,
        Entries = Entries,
    };

    public static WalletRow Of(long userId, WalletState state) => new()
    {
        UserId = userId,
        Balance = state.Balance,
        Frozen = state.Frozen,
        Commission = state.Commission,
        BalanceDebt = state.BalanceDebt,
        Points = state.Points,
        PointsDebt = state.PointsDebt,
        PointsReceived = state.PointsReceived,
        Entries = state.Entries,
    };
}

/// <summary>A transaction of the ledger. Append-only.</summary>
internal sealed class TransactionRow
{
    public long Id { get; init; }

    public LedgerKind Kind { get; init; }

    public required string Reference { get; init; }

    public string Remark { get; init; } = "";

    public long At { get; init; }
}

/// <summary>A line of a transaction. Append-only.</summary>
internal sealed class EntryRow
{
    public long TransactionId { get; init; }

    public int Line { get; init; }

    /// <summary>Whose account; 0 for the shop's.</summary>
    public long UserId { get; init; }

    public LedgerAccount Account { get; init; }

    public long Amount { get; init; }

    /// <summary>The account after it; null for the shop's, which has no row that could be contended.</summary>
    public long? BalanceAfter { get; init; }

    /// <summary>Its number among the entries of the user, from 1 without gaps; null for the shop's.</summary>
    public long? Sequence { get; init; }
}

/// <summary>What one of the shop's accounts held before a transaction id. The newest one saves summing from the start.</summary>
internal sealed class CheckpointRow
{
    public LedgerAccount Account { get; init; }

    /// <summary>Transactions with a lower id are in it.</summary>
    public long BeforeId { get; init; }

    public long Amount { get; init; }
}

/// <summary>The module's part of the database model.</summary>
internal sealed class WalletsModel : IModuleModel
{
    private static readonly string Bounds = string.Create(
        CultureInfo.InvariantCulture,
        $"""
        balance BETWEEN 0 AND {LedgerRules.MaxAmount} AND frozen BETWEEN 0 AND {LedgerRules.MaxAmount}
        AND commission BETWEEN 0 AND {LedgerRules.MaxAmount} AND balance_debt BETWEEN -{LedgerRules.MaxAmount} AND 0
        AND points BETWEEN 0 AND {LedgerRules.MaxAmount} AND points_debt BETWEEN -{LedgerRules.MaxAmount} AND 0
        AND points_received >= 0
        """).ReplaceLineEndings(" ");

    public void Configure(ModelBuilder model)
    {
        model.Entity<WalletRow>(wallet =>
        {
            wallet.ToTable("wallets_wallets", table => table.HasCheckConstraint("ck_wallets_bounds", Bounds));
            wallet.HasLockRank(LockRank.Wallet);
            wallet.HasKey(w => w.UserId);
            wallet.Ignore(w => w.State);
        });
        model.Entity<TransactionRow>(transaction =>
        {
            transaction.ToTable("wallets_transactions");
            transaction.HasKey(t => t.Id);
            transaction.HasIndex(t => new { t.Kind, t.Reference }).IsUnique();
        });
        model.Entity<EntryRow>(entry =>
        {
            entry.ToTable("wallets_entries");
            entry.HasKey(e => new { e.TransactionId, e.Line });
            // What was decided on a wallet that has moved since finds its numbers taken. The shop's entries have none.
            entry.HasIndex(e => new { e.UserId, e.Sequence }).IsUnique().HasFilter("sequence IS NOT NULL");
            // The statement of an account.
            entry.HasIndex(e => new { e.UserId, e.Account, e.Sequence }).HasFilter("sequence IS NOT NULL");
            // The shop's accounts are summed by account and id.
            entry.HasIndex(e => new { e.Account, e.TransactionId }).HasFilter("sequence IS NULL");
        });
        model.Entity<CheckpointRow>(checkpoint =>
        {
            checkpoint.ToTable("wallets_checkpoints");
            checkpoint.HasKey(c => new { c.Account, c.BeforeId });
        });
    }
}
