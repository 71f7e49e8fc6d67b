namespace Silo.Catalog;

/// <summary>
/// The index over the tokens of goods, which is each database's own and kept in step in the transaction that writes
/// them; for the migrations.
/// </summary>
internal static class CatalogSearchSchema
{
    /// <summary>An inverted index over the set of tokens.</summary>
    public const string PostgreSql =
        "CREATE INDEX ix_catalog_search_tokens ON catalog_search USING gin (string_to_array(tokens, ' '))";

    /// <summary>
    /// FTS5 over the table of tokens, kept in step by triggers. The tokenizer is the one that leaves alone what is not
    /// ASCII: the server has made the tokens already.
    /// </summary>
    public const string Sqlite =
        """
        CREATE VIRTUAL TABLE catalog_search_fts USING fts5(
            tokens, content='catalog_search', content_rowid='goods_id', tokenize='ascii');
        CREATE TRIGGER catalog_search_added AFTER INSERT ON catalog_search BEGIN
            INSERT INTO catalog_search_fts(rowid, tokens) VALUES (new.goods_id, new.tokens);
        END;
        CREATE TRIGGER catalog_search_removed AFTER DELETE ON catalog_search BEGIN
            INSERT INTO catalog_search_fts(catalog_search_fts, rowid, tokens) VALUES ('delete', old.goods_id, old.tokens);
        END;
        CREATE TRIGGER catalog_search_changed AFTER UPDATE ON catalog_search BEGIN
            INSERT INTO catalog_search_fts(catalog_search_fts, rowid, tokens) VALUES ('delete', old.goods_id, old.tokens);
            INSERT INTO catalog_search_fts(rowid, tokens) VALUES (new.goods_id, new.tokens);
        END;
        """;
}
