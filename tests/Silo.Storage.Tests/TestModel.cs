using Microsoft.EntityFrameworkCore;

namespace Silo.Storage.Tests;

/// <summary>One accepted command of a <see cref="CounterGrain"/>.</summary>
internal sealed class EntryRow
{
    public long Id { get; init; }

    public long GrainId { get; init; }

    public required string RequestId { get; init; }

    public long Amount { get; init; }

    public long TotalAfter { get; init; }

    public required string Note { get; init; }

    /// <summary>Unique over all grains where it is set: how a test makes one batch fail.</summary>
    public long? Mark { get; init; }
}

/// <summary>A guarded row: never below zero.</summary>
internal sealed class BalanceRow
{
    public long Id { get; init; }

    public long Balance { get; set; }
}

/// <summary>What goods are up to.</summary>
internal enum GoodsState : short
{
    Draft,
    OnSale,
    Sold,
}

/// <summary>Goods whose stock is a guarded number.</summary>
internal sealed class GoodsRow
{
    public long Id { get; init; }

    public required string Name { get; init; }

    public GoodsState State { get; init; }

    public long Stock { get; init; }

    public long? Owner { get; init; }
}

/// <summary>What joined work leaves behind.</summary>
internal sealed class JoinedRow
{
    public long Id { get; init; }

    public required string Text { get; init; }
}

/// <summary>A row of every type that a batch can hold.</summary>
internal sealed class AllTypesRow
{
    public long Id { get; init; }

    public int Number { get; init; }

    public short Small { get; init; }

    public bool Flag { get; init; }

    public required string Text { get; init; }

    public required byte[] Bytes { get; init; }

    public int? NoNumber { get; init; }

    public string? NoText { get; init; }

    public byte[]? NoBytes { get; init; }
}

internal sealed class TestModel : IModuleModel
{
    public void Configure(ModelBuilder model)
    {
        model.Entity<EntryRow>(entry =>
        {
            entry.ToTable("test_entries");
            entry.HasKey(e => e.Id);
            entry.HasIndex(e => new { e.GrainId, e.RequestId }).IsUnique();
            entry.HasIndex(e => e.Mark).IsUnique();
        });
        model.Entity<BalanceRow>(balance =>
        {
            balance.ToTable("test_balances", table => table.HasCheckConstraint("ck_test_balances", "balance >= 0"));
            balance.HasLockRank(LockRank.Wallet);
            balance.HasKey(b => b.Id);
        });
        model.Entity<GoodsRow>(goods =>
        {
            goods.ToTable("test_goods");
            goods.HasLockRank(LockRank.SkuStock);
            goods.HasKey(g => g.Id);
            goods.Property(g => g.Id).HasColumnName("id").ValueGeneratedNever();
            goods.Property(g => g.Name).HasColumnName("name");
            goods.Property(g => g.State).HasColumnName("state");
            goods.Property(g => g.Stock).HasColumnName("stock");
            goods.Property(g => g.Owner).HasColumnName("owner");
            goods.HasIndex(g => g.Name).IsUnique();
        });
        model.Entity<JoinedRow>(joined =>
        {
            joined.ToTable("test_joined");
            joined.HasKey(j => j.Id);
        });
        model.Entity<AllTypesRow>(all =>
        {
            all.ToTable("test_all_types");
            all.HasKey(a => a.Id);
        });
    }
}
