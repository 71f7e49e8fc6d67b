using Microsoft.EntityFrameworkCore;

namespace Silo.Storage;

/// <summary>The engine's own tables.</summary>
internal static class StorageModel
{
    public static void Configure(ModelBuilder model)
    {
        model.Entity<AuditEntry>(audit =>
        {
            audit.ToTable("silo_audit");
            audit.HasKey(a => a.Id);
            audit.HasIndex(a => new { a.OperatorId, a.Rpc, a.RequestId }).IsUnique();
            audit.HasIndex(a => new { a.Subject, a.Id });
        });
        model.Entity<AcceptedRequest>(request =>
        {
            request.ToTable("silo_requests");
            request.HasKey(r => new { r.Scope, r.CallerId, r.RequestId });
            request.HasIndex(r => r.At);
        });
        model.Entity<WorkRow>(work =>
        {
            work.ToTable("silo_work");
            work.HasKey(w => new { w.Kind, w.Key });
            work.HasIndex(w => new { w.Parked, w.Kind, w.DueAt });
        });
        model.Entity<CacheTagRow>(version =>
        {
            version.ToTable("silo_cache_tags");
            version.HasKey(v => v.Tag);
        });
        model.Entity<CacheChangeRow>(change =>
        {
            change.ToTable("silo_cache_changes");
            change.HasKey(c => new { c.Transaction, c.Tag, c.Key });
            change.Property(c => c.Transaction).HasColumnName("transaction_id");
        });
        model.Entity<IdSlotRow>(slot =>
        {
            slot.ToTable("silo_id_slots");
            slot.HasKey(s => s.Slot);
        });
    }
}

/// <summary>A row of work; see <see cref="WorkItem"/>.</summary>
internal sealed class WorkRow
{
    public required string Kind { get; init; }

    public required string Key { get; init; }

    public long DueAt { get; set; }

    public int Attempt { get; set; }

    public long LeaseUntil { get; set; }

    public string Owner { get; set; } = "";

    public bool Parked { get; set; }

    public string Payload { get; set; } = "";

    public string LastError { get; set; } = "";

    public static WorkRow Of(string kind, string key, long dueAtMs, string payload)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        ArgumentException.ThrowIfNullOrEmpty(key);
        return new() { Kind = kind, Key = key, DueAt = dueAtMs, Payload = payload };
    }
}

/// <summary>A slot of <see cref="Silo.Kernel.IdSource"/> and the last second whose ids may have been used.</summary>
internal sealed class IdSlotRow
{
    public int Slot { get; init; }

    public string Owner { get; set; } = "";

    public long Horizon { get; set; }
}
