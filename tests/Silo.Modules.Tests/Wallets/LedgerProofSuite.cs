using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Testing;
using Silo.Testing.Databases;
using Silo.Wallets;
using Xunit;

namespace Silo.Modules.Tests.Wallets;

/// <summary>Faults of a ledger, each as it is planted.</summary>
public static class LedgerFaults
{
    /// <summary>
    /// What is planted, and the beginnings of all that the proof then says. {T} is the last transaction of user 5, {B}
    /// the one before it.
    /// </summary>
    public static TheoryData<string, string[]> Planted => new()
    {
        { "UPDATE wallets_entries SET amount = amount + 1 WHERE transaction_id = {T} AND user_id = 0", ["transaction {T} sums to 1 points"] },
        { "DELETE FROM wallets_entries WHERE transaction_id = {T} AND user_id = 0", ["transaction {T} sums to 40 points"] },
        {
            "UPDATE wallets_entries SET account = 1 WHERE transaction_id = {T} AND user_id > 0",
            ["transaction {T} sums to -40 points", "transaction {T} sums to 40 cents", "entry {T}/1 of user 5 says 40 and makes 70",
                "Balance of user 5 is 30 and its entries sum to 70", "Points of user 5 is 40 and its entries sum to 0", "user 5 counts 40 points received and got 0"]
        },
        {
            "DELETE FROM wallets_entries WHERE transaction_id = {T}",
            ["transaction {T} has no entries", "Points of user 5 is 40", "user 5 counts 40 points received and got 0", "user 5 counts 2 entries and has 1"]
        },
        {
            "DELETE FROM wallets_entries WHERE transaction_id = {T} AND user_id > 0",
            ["transaction {T} sums to -40 points", "Points of user 5 is 40 and its entries sum to 0", "user 5 counts 40 points received and got 0",
                "user 5 counts 2 entries and has 1"]
        },
        { "DELETE FROM wallets_transactions WHERE id = {T}", ["entry {T}/1 has no transaction", "entry {T}/2 has no transaction"] },
        { "DELETE FROM wallets_wallets WHERE user_id = 5", ["entry {B}/1 has no transaction or no wallet", "entry {T}/1 has no transaction or no wallet"] },
        // Behind the last transaction, where nothing is reached by going through transactions.
        {
            "INSERT INTO wallets_entries (transaction_id, line, user_id, account, amount) VALUES (9007199254740000, 1, 0, 100, 3)",
            ["transaction 9007199254740000 sums to 3 cents", "entry 9007199254740000/1 has no transaction"]
        },
        { "UPDATE wallets_wallets SET points = points + 1 WHERE user_id = 5", ["Points of user 5 is 41 and its entries sum to 40"] },
        { "UPDATE wallets_wallets SET points_debt = -1 WHERE user_id = 5", ["PointsDebt of user 5 is -1 and its entries sum to 0"] },
        { "UPDATE wallets_wallets SET entries = 3 WHERE user_id = 5", ["user 5 counts 3 entries and has 2"] },
        { "UPDATE wallets_entries SET sequence = 4 WHERE transaction_id = {T} AND user_id > 0", ["entry {T}/1 of user 5 has number 4 after 1"] },
        { "UPDATE wallets_entries SET balance_after = 41 WHERE transaction_id = {T} AND user_id > 0", ["entry {T}/1 of user 5 says 41 and makes 40"] },
        // Nobody's money, and a user's entry of an account that no wallet has.
        {
            "UPDATE wallets_entries SET account = 5 WHERE transaction_id = {T} AND user_id = 0",
            ["entry {T}/2 is neither a user's nor the shop's"]
        },
        {
            "UPDATE wallets_entries SET user_id = 5 WHERE transaction_id = {T} AND user_id = 0",
            ["entry {T}/2 is neither a user's nor the shop's"]
        },
        {
            "UPDATE wallets_entries SET user_id = 5, sequence = 3 WHERE transaction_id = {T} AND user_id = 0",
            ["entry {T}/2 is neither a user's nor the shop's", "user 5 counts 2 entries and has 3"]
        },
        {
            "UPDATE wallets_entries SET sequence = NULL WHERE transaction_id = {T} AND user_id > 0",
            ["entry {T}/1 is neither a user's nor the shop's", "Points of user 5 is 40 and its entries sum to 0", "user 5 counts 40 points received and got 0",
                "user 5 counts 2 entries and has 1"]
        },
        { "UPDATE wallets_wallets SET points_received = 41 WHERE user_id = 5", ["user 5 counts 41 points received and got 40"] },
        { "INSERT INTO wallets_checkpoints (account, before_id, amount) VALUES (101, {T}, 1)", ["the checkpoint of ShopPointsIssued before {T} says 1 and is"] },
    };
}

/// <summary>
/// Goal: the proof is silent about a sound ledger, also while it moves, and names every fault. Method: each fault is
/// planted by SQL, past every rule, into a ledger of several slices.
/// </summary>
public abstract class LedgerProofSuite<TDatabase> : WalletSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const long Marked = 5;

    [Theory]
    [MemberData(nameof(LedgerFaults.Planted), MemberType = typeof(LedgerFaults))]
    public async Task Run_PlantedFault_NamesItAndNothingElse(string sql, string[] expected)
    {
        await FillAsync();
        var before = (await PostAsync(Money(Marked, 30))).Value;
        var id = (await PostAsync(Points(Marked, 40))).Value;
        await FillAsync();
        Assert.Empty(await FaultsAsync());

        Assert.InRange(await Node.ExecuteAsync(Named(sql)), 1, 2);

        var faults = await FaultsAsync();
        string[] named = [.. expected.Select(Named)];
        Assert.True(
            faults.Count == named.Length && named.All(n => faults.Any(f => f.StartsWith(n, StringComparison.Ordinal))),
            $"expected:\n{string.Join('\n', named)}\nfound:\n{string.Join('\n', faults)}");

        string Named(string text) => text.Replace("{T}", $"{id}", StringComparison.Ordinal)
            .Replace("{B}", $"{before}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OneEntryIsWrongBeforeManyOthers_TellsAHundredAndGoesOn()
    {
        await Node.Units.RunAsync<bool>(
            async unit =>
            {
                for (var i = 0; i < 300; i++)
                {
                    await unit.StageAsync(stage => Wallets.Post(stage, Points(1, 1)), Cancel);
                }

                await unit.StageAsync(stage => Wallets.Post(stage, Points(9, 1)), Cancel);
                return true;
            },
            Cancel);
        await Node.ExecuteAsync("UPDATE wallets_entries SET amount = 2 WHERE user_id = 1 AND sequence = 1");
        await Node.ExecuteAsync("UPDATE wallets_wallets SET points = 2 WHERE user_id = 9");
        var slices = new List<ProofSlice>();

        await foreach (var slice in new LedgerProof(Node.Units) { WalletsOfSlice = 1 }.RunAsync(Cancel))
        {
            slices.Add(slice);
        }

        Assert.Equal([1, LedgerProof.MaxFaults, 1], slices.Select(s => s.Faults.Count).Where(count => count > 0));
    }

    [Theory]
    [InlineData("UPDATE wallets_entries SET balance_after = 0 WHERE user_id = 1 AND sequence = 9", "of user 1 says 0 and makes 9")]
    [InlineData("UPDATE wallets_entries SET sequence = 12 WHERE user_id = 1 AND sequence = 11",
        "Points of user 1 is 11 and its entries sum to 10", "user 1 counts 11 points received and got 10",
        "user 1 counts 11 entries and has 10", "user 1 counts 11 entries and has more")]
    [InlineData("UPDATE wallets_wallets SET entries = 10, points = 10, points_received = 10 WHERE user_id = 1", "user 1 counts 10 entries and has more")]
    public async Task Run_WalletOfMoreEntriesThanAStatementFollows_IsFollowedToItsEnd(string sql, params string[] expected)
    {
        for (var i = 0; i < 11; i++)
        {
            await PostAsync(Points(1, 1));
            await PostAsync(Points(2 + (i / 3), 1));
        }

        var proof = new LedgerProof(Node.Units) { WalletsOfSlice = 3, EntriesOfSlice = 4 };
        var sound = await AllAsync(proof);
        Assert.All(sound, slice => Assert.Empty(slice.Faults));
        Assert.Equal(5, sound.Sum(s => s.Wallets));
        Assert.Equal(1, await Node.ExecuteAsync(sql));

        var faults = (await AllAsync(proof)).SelectMany(s => s.Faults).ToArray();

        Assert.Equal(expected.Length, faults.Length);
        Assert.All(expected.Zip(faults), f => Assert.EndsWith(f.First, f.Second, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_WhileEverythingGrows_Ends()
    {
        await FillAsync();
        var slices = 0;

        await foreach (var slice in new LedgerProof(Node.Units) { TransactionsOfSlice = 1, WalletsOfSlice = 1 }.RunAsync(Cancel))
        {
            await PostAsync(Points(100 + slices, 1));
            Assert.Empty(slice.Faults);
            Assert.InRange(++slices, 1, 100);
        }
    }

    [Fact]
    public async Task Run_CheckpointOverSeveralSlices_IsSummed()
    {
        await FillAsync();
        await FillAsync();
        var issued = await Node.Units.ReadAsync(
            async r => (await r.Query<EntryRow>().Where(e => e.Account == LedgerAccount.ShopPointsIssued).ToListAsync(Cancel)), Cancel);
        var (before, sum) = (issued.Max(e => e.TransactionId) + 1, issued.Sum(e => e.Amount));
        Assert.InRange(issued.Count, 8, 1000);
        await Node.ExecuteAsync($"INSERT INTO wallets_checkpoints (account, before_id, amount) VALUES (101, {before}, {sum})");

        Assert.Empty(await FaultsAsync());
        await Node.ExecuteAsync("UPDATE wallets_checkpoints SET amount = amount + 1");

        Assert.EndsWith($"says {sum + 1} and is {sum}", Assert.Single(await FaultsAsync()), StringComparison.Ordinal);
    }

    private static async Task<List<ProofSlice>> AllAsync(LedgerProof proof)
    {
        List<ProofSlice> slices = [];
        await foreach (var slice in proof.RunAsync(Cancel))
        {
            slices.Add(slice);
        }

        return slices;
    }

    [Fact]
    public async Task Run_SeveralSlices_LooksAtEverythingOnce()
    {
        await FillAsync();
        var (transactions, wallets, slices) = (0, 0, 0);

        await foreach (var slice in Proof.RunAsync(Cancel))
        {
            (transactions, wallets, slices) = (transactions + slice.Transactions, wallets + slice.Wallets, slices + 1);
            Assert.InRange(slice.Transactions, 0, 7);
            Assert.InRange(slice.Wallets, 0, 3);
        }

        Assert.Equal((20, 10), (transactions, wallets));
        // Three and what may be behind them, four of wallets, the checkpoints.
        Assert.Equal(9, slices);
    }

    [Fact]
    public async Task Run_EmptyLedger_HasNoFault() => Assert.Empty(await FaultsAsync());

    [Fact]
    public async Task Run_BesideALoad_HasNoFault()
    {
        await FillAsync();
        using var proven = new CancellationTokenSource();
        var posted = 0;
        var load = Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
        {
            var operations = new Operations(worker, 10);
            while (!proven.IsCancellationRequested)
            {
                var operation = operations.Next();
                await Node.Units.RunAsync<long>(
                    unit => unit.StageAsync<long>(
                        stage =>
                        {
                            var draft = Wallets.Stage(stage, [.. operation.Users]);
                            return rows => draft.Post(Transaction(null, operation.Lines(draft.WalletOf(operation.User))), rows);
                        },
                        Cancel),
                    Cancel);
                Interlocked.Increment(ref posted);
            }
        })).ToArray();
        List<string> faults = [];

        while (Volatile.Read(ref posted) < 300)
        {
            faults.AddRange(await FaultsAsync());
            await new CheckpointHandler(Node.Units, Node.Get<ShopClock>()).RunAsync();
        }

        await proven.CancelAsync();
        await Task.WhenAll(load).Soon();
        Assert.Empty(faults);
        Assert.Empty(await FaultsAsync());
    }

    /// <summary>Twenty transactions over ten wallets, after three by three of which a slice ends.</summary>
    private Task<Silo.Kernel.Result<bool>> FillAsync() => Node.Units.RunAsync<bool>(
        async unit =>
        {
            for (var user = 1; user <= 10; user++)
            {
                // The marked one has entries of its own only.
                var other = user == Marked ? 11 : user;
                await unit.StageAsync(stage => Wallets.Post(stage, Points(other, 3)), Cancel);
                await unit.StageAsync(stage => Wallets.Post(stage, Money(other, 2)), Cancel);
            }

            return true;
        },
        Cancel);
}

public sealed class LedgerProofOnPostgres : LedgerProofSuite<PostgresDatabase>;

public sealed class LedgerProofOnSqlite : LedgerProofSuite<SqliteDatabase>;
