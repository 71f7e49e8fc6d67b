namespace Silo.Storage;

/// <summary>
/// The tables and queries of Microsoft.Orleans.Persistence.AdoNet, whose package ships no scripts, with one addition:
/// the key is unique. The stock table has a plain index, and two activations without a row could both write a first.
/// </summary>
public static class OrleansSchema
{
    /// <summary>For PostgreSQL; includes the guard that rolls a group commit back from inside its one round trip.</summary>
    public const string PostgreSql =
        """
        CREATE TABLE orleansquery (
            querykey varchar(64) NOT NULL PRIMARY KEY,
            querytext text NOT NULL
        );
        CREATE TABLE orleansstorage (
            grainidhash integer NOT NULL,
            grainidn0 bigint NOT NULL,
            grainidn1 bigint NOT NULL,
            graintypehash integer NOT NULL,
            graintypestring varchar(512) NOT NULL,
            grainidextensionstring varchar(512),
            serviceid varchar(150) NOT NULL,
            payloadbinary bytea,
            modifiedon timestamp without time zone NOT NULL,
            version integer
        ) WITH (fillfactor = 50);
        CREATE INDEX ix_orleansstorage ON orleansstorage (grainidhash, graintypehash);
        CREATE UNIQUE INDEX ux_orleansstorage ON orleansstorage
            (serviceid, graintypestring, grainidn0, grainidn1, coalesce(grainidextensionstring, ''));
        INSERT INTO orleansquery (querykey, querytext) VALUES ('WriteToStorageKey', '
            WITH written AS (
                INSERT INTO orleansstorage AS s (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring,
                    grainidextensionstring, serviceid, payloadbinary, modifiedon, version)
                VALUES (@GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString,
                    @GrainIdExtensionString, @ServiceId, @PayloadBinary, now() at time zone ''utc'',
                    coalesce(@GrainStateVersion::integer, 0) + 1)
                ON CONFLICT (serviceid, graintypestring, grainidn0, grainidn1, coalesce(grainidextensionstring, ''''))
                DO UPDATE SET payloadbinary = excluded.payloadbinary, modifiedon = excluded.modifiedon,
                    version = excluded.version
                WHERE s.version + 1 = excluded.version
                RETURNING s.version)
            SELECT coalesce((SELECT version FROM written), @GrainStateVersion::integer) AS newgrainstateversion');
        INSERT INTO orleansquery (querykey, querytext) VALUES ('ReadFromStorageKey', '
            SELECT payloadbinary, now() at time zone ''utc'' AS modifiedon, version
            FROM orleansstorage
            WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash
                AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1 AND graintypestring = @GrainTypeString
                AND coalesce(grainidextensionstring, '''') = coalesce(@GrainIdExtensionString::varchar, '''')
                AND serviceid = @ServiceId');
        INSERT INTO orleansquery (querykey, querytext) VALUES ('ClearStorageKey', '
            UPDATE orleansstorage SET payloadbinary = NULL, version = version + 1
            WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash
                AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1 AND graintypestring = @GrainTypeString
                AND coalesce(grainidextensionstring, '''') = coalesce(@GrainIdExtensionString::varchar, '''')
                AND serviceid = @ServiceId AND version = @GrainStateVersion
            RETURNING version AS newgrainstateversion');
        CREATE FUNCTION silo_require(holds boolean, what text, written text) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT coalesce(holds, false) THEN
                RAISE EXCEPTION USING ERRCODE = 'SL001', MESSAGE = what || chr(10) || coalesce(written, '');
            END IF;
        END $$;
        """;

    /// <summary>For SQLite.</summary>
    public const string Sqlite =
        """
        CREATE TABLE OrleansQuery (
            QueryKey TEXT NOT NULL PRIMARY KEY,
            QueryText TEXT NOT NULL
        );
        CREATE TABLE OrleansStorage (
            GrainIdHash INT NOT NULL,
            GrainIdN0 BIGINT NOT NULL,
            GrainIdN1 BIGINT NOT NULL,
            GrainTypeHash INT NOT NULL,
            GrainTypeString NVARCHAR(512) NOT NULL,
            GrainIdExtensionString NVARCHAR(512) NULL,
            ServiceId NVARCHAR(150) NOT NULL,
            PayloadBinary BLOB NULL,
            ModifiedOn DATETIME NOT NULL,
            Version INT NULL
        );
        CREATE INDEX IX_OrleansStorage ON OrleansStorage (GrainIdHash, GrainTypeHash);
        CREATE UNIQUE INDEX UX_OrleansStorage ON OrleansStorage
            (ServiceId, GrainTypeString, GrainIdN0, GrainIdN1, coalesce(GrainIdExtensionString, ''));
        INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('WriteToStorageKey', '
            INSERT INTO OrleansStorage (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString,
                GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version)
            VALUES (@GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString,
                @GrainIdExtensionString, @ServiceId, @PayloadBinary, datetime(''now''),
                coalesce(@GrainStateVersion, 0) + 1)
            ON CONFLICT (ServiceId, GrainTypeString, GrainIdN0, GrainIdN1, coalesce(GrainIdExtensionString, ''''))
            DO UPDATE SET PayloadBinary = excluded.PayloadBinary, ModifiedOn = excluded.ModifiedOn,
                Version = excluded.Version
            WHERE Version + 1 = excluded.Version;
            SELECT CASE WHEN changes() > 0 THEN coalesce(@GrainStateVersion, 0) + 1 ELSE @GrainStateVersion END
                AS NewGrainStateVersion');
        INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ReadFromStorageKey', '
            SELECT PayloadBinary, Version
            FROM OrleansStorage
            WHERE GrainIdHash = @GrainIdHash AND GrainTypeHash = @GrainTypeHash
                AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1 AND GrainTypeString = @GrainTypeString
                AND coalesce(GrainIdExtensionString, '''') = coalesce(@GrainIdExtensionString, '''')
                AND ServiceId = @ServiceId');
        INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ClearStorageKey', '
            UPDATE OrleansStorage SET PayloadBinary = NULL, Version = Version + 1
            WHERE GrainIdHash = @GrainIdHash AND GrainTypeHash = @GrainTypeHash
                AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1 AND GrainTypeString = @GrainTypeString
                AND coalesce(GrainIdExtensionString, '''') = coalesce(@GrainIdExtensionString, '''')
                AND ServiceId = @ServiceId AND Version = @GrainStateVersion;
            SELECT @GrainStateVersion + 1 AS NewGrainStateVersion WHERE changes() > 0;
            SELECT @GrainStateVersion AS NewGrainStateVersion WHERE changes() = 0');
        """;
}
