using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.Extensions.DependencyInjection;
using Silo.Storage;

namespace Silo.Testing.Databases;

/// <summary>The schema without migrations, which are the server's and tested there.</summary>
internal static class TestSchema
{
    /// <summary>Makes the tables of the models and the engine that are registered, where they are not there yet.</summary>
    public static async Task EnsureAsync(IServiceProvider services)
    {
        var postgres = services.GetRequiredService<DatabaseOptions>().Provider == DatabaseProvider.PostgreSql;
        await using var context = postgres
            ? (SiloDbContext)await services.GetRequiredService<PostgresContexts>().Writes.CreateDbContextAsync()
            : await services.GetRequiredService<IDbContextFactory<SqliteContext>>().CreateDbContextAsync();
        if (!await context.Database.EnsureCreatedAsync())
        {
            return;
        }

        await using var command = context.Database.GetDbConnection().CreateCommand();
        await context.Database.OpenConnectionAsync();
        // What no model describes is the first statement of the server's migrations.
        Migration initial = postgres ? new Server.Migrations.PostgreSql.Initial() : new Server.Migrations.Sqlite.Initial();
        command.CommandText = initial.UpOperations.OfType<SqlOperation>().First().Sql;
        await command.ExecuteNonQueryAsync();
    }
}
