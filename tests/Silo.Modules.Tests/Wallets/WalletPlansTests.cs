using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Silo.Kernel;
using Silo.Storage;
using Silo.Testing.Databases;
using Silo.Wallets;
using Xunit;

namespace Silo.Modules.Tests.Wallets;

/// <summary>
/// Goal: no query of the module walks through all entries or transactions. Method: every statement that its reads send is
/// asked for its plan on the embedded database, whose plans do not depend on how full the tables are.
/// </summary>
public sealed partial class WalletPlansTests : WalletSuite<SqliteDatabase>, IDisposable
{
    private readonly Statements statements;

    /// <summary>Listens before the node's first statement: EF Core remembers for a while that nobody listens.</summary>
    public WalletPlansTests() => statements = new(Database.File);

    private static readonly EntryQuery Everything = new(LedgerAccount.Balance, true, true, [], null, null);

    /// <summary>Each read, by its name.</summary>
    public static TheoryData<string> Reads => ["wallet", "statement", "statement by kind and time", "shop accounts", "checkpoint", "post", "proof"];

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task Plan_OfEachRead_WalksThroughNoGrowingTable(string read)
    {
        await PostAsync(Money(1, 5));
        statements.Taken.Clear();

        await RunAsync(read);

        var sent = statements.Taken.Where(s => s.Sql.Contains("wallets_", StringComparison.Ordinal)
            && !s.Sql.StartsWith("INSERT", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(sent);
        Assert.True(read != "proof" || sent.Length >= 10, "The proof sent less than it does.");
        foreach (var (sql, parameters) in sent)
        {
            var plan = await PlanAsync(sql, parameters);
            string[] growing =
            [
                .. Growing().Matches(sql).Select(m => $"SCAN {m.Groups["alias"]}"),
                "SCAN wallets_entries",
                "SCAN wallets_transactions",
                "SCAN wallets_wallets",
            ];
            Assert.True(
                // Sorting what a page was taken from means that all of it was read.
                !plan.Any(step => step.Contains("AUTOMATIC", StringComparison.Ordinal) || growing.Any(g => step == g || step.StartsWith($"{g} ", StringComparison.Ordinal))
                    || (read.StartsWith("statement", StringComparison.Ordinal) && step.Contains("TEMP B-TREE", StringComparison.Ordinal)))
                    // What stands beside a line is looked for from the line on, and not from the newest.
                    && (!plan.Any(step => step.StartsWith("CORRELATED", StringComparison.Ordinal)) || !read.StartsWith("statement", StringComparison.Ordinal)
                        || plan.Any(step => step.Contains("sequence<?", StringComparison.Ordinal))),
                $"{sql}\n{string.Join('\n', plan)}");
        }
    }

    [GeneratedRegex("\"wallets_(entries|transactions|wallets)\" AS \"(?<alias>\\w+)\"")]
    private static partial Regex Growing();

    public void Dispose() => statements.Dispose();

    /// <summary>What a staged command reads does not go through EF Core; its statements are the plan's.</summary>
    private void NameStaged(Action<Stage> name)
    {
        var stage = Node.Get<Transactions>().NewStage(isExclusive: false);
        name(stage);
        using var context = Node.Get<IDbContextFactory<SqliteContext>>().CreateDbContext();
        foreach (var statement in new StagePlan(context.Model, isPostgres: false).StatementsOf(stage, new LockOrder()))
        {
            statements.Taken.Enqueue((statement.Sql, [.. statement.Values.Select((value, i) => ($"$p{i + 1}", (object?)value))]));
        }
    }

    private async Task RunAsync(string read)
    {
        var reads = Node.Get<WalletsReads>();
        switch (read)
        {
            case "wallet":
                await reads.WalletAsync(1, Cancel);
                return;
            case "statement":
                await reads.StatementAsync(1, Everything, new(2, 10), Cancel);
                return;
            case "statement by kind and time":
                await reads.StatementAsync(1, Everything with { Kinds = [LedgerKind.Adjustment], Since = 0, Until = 1 }, new(1, 10), Cancel);
                return;
            case "shop accounts":
                await Node.Get<ShopAccountsReads>().ListAsync(Cancel);
                return;
            case "checkpoint":
                await new CheckpointHandler(Node.Units, Node.Get<ShopClock>()).RunAsync();
                return;
            case "post":
                NameStaged(stage => Wallets.Post(stage, Money(1, 5, "staged")));
                return;
            default:
                Assert.Empty(await FaultsAsync());
                return;
        }
    }

    private async Task<List<string>> PlanAsync(string sql, (string Name, object? Value)[] parameters)
    {
        await using var connection = await Node.OpenOwnAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"EXPLAIN QUERY PLAN {sql}";
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        await using var reader = await command.ExecuteReaderAsync(Cancel);
        List<string> plan = [];
        while (await reader.ReadAsync(Cancel))
        {
            plan.Add(reader.GetString(3));
        }

        return plan;
    }

    /// <summary>What EF Core sends to one file.</summary>
    private sealed class Statements : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly string file;
        private readonly ConcurrentBag<IDisposable> subscriptions = [];

        public Statements(string file)
        {
            this.file = file;
            subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
        }

        public ConcurrentQueue<(string Sql, (string Name, object? Value)[] Parameters)> Taken { get; } = [];

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == DbLoggerCategory.Name)
            {
                subscriptions.Add(value.Subscribe(this));
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Key == RelationalEventId.CommandExecuting.Name && value.Value is CommandEventData { Command: var command }
                && command.Connection?.DataSource == file)
            {
                Taken.Enqueue((command.CommandText, [.. command.Parameters.Cast<DbParameter>().Select(p => (p.ParameterName, p.Value))]));
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void Dispose()
        {
            foreach (var subscription in subscriptions)
            {
                subscription.Dispose();
            }
        }
    }
}
