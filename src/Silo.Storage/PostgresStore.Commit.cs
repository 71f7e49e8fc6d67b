using Npgsql;

namespace Silo.Storage;

/// <content>What a commit sends.</content>
internal sealed partial class PostgresStore
{
    private const string WriteStates =
        """
        WITH w AS (
            INSERT INTO orleansstorage AS s (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring,
                grainidextensionstring, serviceid, payloadbinary, modifiedon, version)
            SELECT i.h, 0, i.n1, i.th, i.t, i.ext, $7, i.payload, now() at time zone 'utc', i.version
            FROM unnest($1::integer[], $2::bigint[], $3::integer[], $4::text[], $5::text[], $6::bytea[], $8::integer[])
                AS i(h, n1, th, t, ext, payload, version)
            ON CONFLICT (serviceid, graintypestring, grainidn0, grainidn1, coalesce(grainidextensionstring, ''))
            DO UPDATE SET payloadbinary = excluded.payloadbinary, modifiedon = excluded.modifiedon,
                version = excluded.version
            WHERE s.version + 1 = excluded.version
            RETURNING s.graintypestring || '/' || coalesce(s.grainidextensionstring, s.grainidn1::text) AS k)
        SELECT silo_require((SELECT count(*) FROM w) = $9, 'state',
            CASE WHEN (SELECT count(*) FROM w) = $9 THEN NULL ELSE (SELECT string_agg(k, chr(10)) FROM w) END)
        """;

    private NpgsqlBatch CommandOf(IReadOnlyList<Batch> batches, bool asksLocks)
    {
        var command = new NpgsqlBatch();
        if (asksLocks)
        {
            foreach (var rows in batches.SelectMany(ChangedRows).GroupBy(row => (row.Table, row.Key), row => row.Id))
            {
                command.BatchCommands.Add(LocksCommand(rows.Key.Table, rows.Key.Key, [.. rows.Distinct()]));
            }
        }

        Batch[] sorted = [.. batches.Where(b => b.Key is not null)];
        if (sorted.Length > 0)
        {
            System.Array.Sort(sorted, (x, y) => StateKeyOrder.Instance.Compare(x.Key!.Value, y.Key!.Value));
            var states = new NpgsqlBatchCommand(WriteStates);
            states.Parameters.Add(Array(sorted, b => b.Key!.Value.IdHash));
            states.Parameters.Add(Array(sorted, b => b.Key!.Value.Id));
            states.Parameters.Add(Array(sorted, b => b.Key!.Value.NameHash));
            states.Parameters.Add(Array(sorted, b => b.Key!.Value.StateName));
            states.Parameters.Add(Array(sorted, b => b.Key!.Value.Text));
            states.Parameters.Add(Array(sorted, b => b.Payload));
            states.Parameters.Add(new NpgsqlParameter<string> { TypedValue = serviceId });
            states.Parameters.Add(Array(sorted, b => b.NewVersion));
            states.Parameters.Add(new NpgsqlParameter<long> { TypedValue = sorted.Length });
            command.BatchCommands.Add(states);
        }

        AddRows(command, batches);
        return command;
    }

    private void AddRows(NpgsqlBatch command, IReadOnlyList<Batch> batches)
    {
        Rows[] rows = [.. batches.Select(b => b.Rows)];
        foreach (var step in tables.Value.Writers.Merge(rows))
        {
            command.BatchCommands.Add(step.Update is { } update
                ? GuardedCommand(step.Writer.Table, update, $"{step.Batch}\n{PlaceOf(update, rows[step.Batch])}")
                : step.Writer.PostgresCommand(step.Rows));
        }

        foreach (var (sql, values) in CacheInvalidation(rows))
        {
            command.BatchCommands.Add(Command(sql, values));
        }
    }

    /// <summary>The rows of a batch that may be there already, by tables whose primary key is one number.</summary>
    private IEnumerable<(string Table, string Key, long Id)> ChangedRows(Batch batch)
    {
        foreach (var update in batch.Rows.Updates)
        {
            var writer = tables.Value.Writers.Of((update.Entity, true));
            if (writer.Key is { } key)
            {
                yield return (writer.Table, key, update.Id);
            }
        }

        foreach (var (kind, rows) in batch.Rows.Tables)
        {
            var writer = tables.Value.Writers.Of(kind);
            if (kind.Put && writer.Key is { } key)
            {
                foreach (var row in rows)
                {
                    yield return (writer.Table, key, writer.KeyOf(row));
                }
            }
        }
    }

    /// <summary>Locks rows, waits for none, and rolls back with the names of those that are locked elsewhere.</summary>
    private static NpgsqlBatchCommand LocksCommand(string table, string key, long[] ids)
    {
        return Command(
            $"""
            WITH free AS MATERIALIZED (SELECT {key} AS id FROM {table} WHERE {key} = ANY($1) FOR UPDATE SKIP LOCKED),
            held AS (SELECT t.{key} AS id FROM {table} t WHERE t.{key} = ANY($1) AND NOT EXISTS (SELECT 1 FROM free WHERE free.id = t.{key}))
            SELECT silo_require((SELECT count(*) FROM held) = 0, 'locked', $2 || chr(10) || (SELECT string_agg(id::text, chr(10)) FROM held))
            """,
            [ids, table]);
    }

    private NpgsqlBatchCommand GuardedCommand(string table, GuardedUpdate update, string place)
    {
        var text = tables.Value.Plan.TextOf(update.Statement);
        var values = tables.Value.Plan.ValuesOf(update.Statement);
        var guarded = update.IsCondition ? $"SELECT 1 FROM {table} WHERE {text} FOR SHARE" : $"{text} RETURNING 1";
        return Command(
            $"WITH w AS ({guarded}) SELECT silo_require((SELECT count(*) FROM w) = 1, 'guard', ${values.Count + 1})",
            [.. values, place]);
    }

    private static int PlaceOf(GuardedUpdate update, Rows rows)
    {
        for (var i = 0; ; i++)
        {
            if (ReferenceEquals(rows.Updates[i], update))
            {
                return i;
            }
        }
    }

    /// <summary>The rows by which other nodes hear what caches must forget; see <see cref="CacheInvalidation"/>.</summary>
    private static IEnumerable<(string Sql, object[] Values)> CacheInvalidation(Rows[] rows)
    {
        if (rows.All(r => r.Invalidations.IsEmpty))
        {
            yield break;
        }

        var tags = rows.SelectMany(r => r.Invalidations.Tags).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (tags.Length > 0)
        {
            yield return (
                """
                INSERT INTO silo_cache_tags (tag, version) SELECT tag, 1 FROM unnest($1::text[]) tag
                ON CONFLICT (tag) DO UPDATE SET version = silo_cache_tags.version + 1
                """,
                [tags]);
        }

        var keys = rows.SelectMany(r => r.Invalidations.Keys).SelectMany(k => k.Value.Select(key => (Tag: k.Key, Key: key)))
            .Distinct().ToArray();
        if (keys.Length > 0)
        {
            yield return (
                """
                INSERT INTO silo_cache_changes (transaction_id, tag, key)
                SELECT pg_current_xact_id()::text::bigint, tag, key FROM unnest($1::text[], $2::bigint[]) c(tag, key)
                ON CONFLICT DO NOTHING
                """,
                [System.Array.ConvertAll(keys, k => k.Tag), System.Array.ConvertAll(keys, k => k.Key)]);
        }
    }
}
