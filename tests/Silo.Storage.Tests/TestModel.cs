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
            balance.HasKey(b => b.Id);
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
