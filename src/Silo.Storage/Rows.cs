namespace Silo.Storage;

/// <summary>
/// The rows that one grain's batch leaves behind, committed together with the grain's state. Entity types are those of
/// the module's model; the engine merges the rows of all batches of a transaction into one statement per table.
/// </summary>
public sealed class Rows
{
    private readonly Dictionary<(Type Entity, bool Put), List<object>> tables = [];

    /// <summary>The number of rows.</summary>
    public int Count { get; private set; }

    internal IReadOnlyDictionary<(Type Entity, bool Put), List<object>> Tables => tables;

    /// <summary>
    /// A row that did not exist before. If one of its unique keys is taken, another activation has decided meanwhile:
    /// the whole batch is rolled back as stale.
    /// </summary>
    public void Append<T>(T row)
        where T : class => Add(row, put: false);

    /// <summary>A row that replaces the one with the same primary key, if any.</summary>
    public void Put<T>(T row)
        where T : class => Add(row, put: true);

    /// <summary>Work that is due later; see <see cref="Unit.EnqueueAsync"/>.</summary>
    public void Enqueue(string kind, string key, long dueAtMs, string payload)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, WorkTable.MaxPayload);
        Append(new WorkRow { Kind = kind, Key = key, DueAt = dueAtMs, Payload = payload });
    }

    private void Add<T>(T row, bool put)
        where T : class
    {
        ref var list = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
            tables, (typeof(T), put), out _);
        (list ??= []).Add(row);
        Count++;
    }
}
