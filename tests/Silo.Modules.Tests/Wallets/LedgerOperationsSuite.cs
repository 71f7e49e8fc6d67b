using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Testing;
using Silo.Testing.Databases;
using Silo.Wallets;
using Xunit;

namespace Silo.Modules.Tests.Wallets;

/// <summary>
/// Goal: what the tables hold after any history is what was answered, and the proof finds nothing. Method: generated
/// operations in units of many, by the door of other modules and as a hot grain books, some of them rolled back; compared
/// with a small second ledger. 5,000 operations on each database; the long form sets SILO_LEDGER_OPERATIONS=100000.
/// </summary>
public abstract class LedgerOperationsSuite<TDatabase> : WalletSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const int Users = 20;
    private const int OfUnit = 50;
    private static readonly Refusal No = new("NO", RefusalKind.Precondition, "No.");

    [Fact]
    public async Task Post_GeneratedOperationsInUnits_LeavesWhatTheModelHoldsAndASoundLedger()
    {
        var (seed, count) = (TestSeed.Draw(), Operations.Count(5_000));
        TestContext.Current.TestOutputHelper?.WriteLine($"SILO_LEDGER_OPERATIONS={count}");
        var (operations, undone, model, accepted) = (new Operations(seed, Users), new Operations(seed + 1, Users), new LedgerModel(), 0);
        for (var done = 0; done < count; done += OfUnit)
        {
            var batch = Enumerable.Range(0, Math.Min(OfUnit, count - done)).Select(_ => operations.Next()).ToArray();
            var asGrain = (done / OfUnit) % 4 != 0;
            if (done / OfUnit % 5 == 0)
            {
                await RunAsync([.. Enumerable.Range(0, OfUnit).Select(_ => undone.Next())], asGrain, No);
            }

            var refusals = await RunAsync(batch, asGrain, null);
            var expected = batch.Select(model.Do).ToArray();
            Assert.True(expected.SequenceEqual(refusals), $"operations from {done}, seed {seed}");
            accepted += expected.Count(e => e is null);
        }

        for (var user = 1; user <= Users; user++)
        {
            var wallet = await WalletAsync(user) ?? default;
            Assert.Equal(
                model.WalletOf(user),
                (wallet.Balance, wallet.Frozen, wallet.BalanceDebt, wallet.Points, wallet.PointsDebt, wallet.PointsReceived));
        }

        var shop = await Node.Get<ShopAccountsReads>().ListAsync(Cancel);
        Assert.Equal(
            (model.ShopMoney, model.ShopPoints),
            (shop.Where(a => !LedgerRules.IsInPoints(a.Account)).Sum(a => a.Amount),
                shop.Where(a => LedgerRules.IsInPoints(a.Account)).Sum(a => a.Amount)));
        Assert.Equal(accepted, await CountAsync<TransactionRow>());
        List<string> faults = [];
        await foreach (var slice in new LedgerProof(Node.Units) { TransactionsOfSlice = 1 + (count / 7) }.RunAsync(Cancel))
        {
            faults.AddRange(slice.Faults);
        }

        Assert.Empty(faults);
    }

    private async Task<List<string?>> RunAsync(Operation[] operations, bool asGrain, Refusal? end)
    {
        List<string?> refusals = [];
        await Node.Units.RunAsync<bool>(
            async unit =>
            {
                long[] users = [.. Enumerable.Range(1, Users).Select(u => (long)u)];
                // All on one draft, as a grain's batch, or each by itself, as a door that is called again and again.
                foreach (var some in asGrain ? [operations] : operations.Select(o => new[] { o }))
                {
                    await unit.StageAsync<bool>(
                        stage =>
                        {
                            var draft = Wallets.Stage(stage, users);
                            return rows =>
                            {
                                refusals.AddRange(some.Select(operation => draft.Post(
                                    Transaction(null, operation.Lines(draft.WalletOf(operation.User))), rows).Refusal?.Reason));
                                return true;
                            };
                        },
                        Cancel);
                }

                return end is null ? true : end;
            },
            Cancel);
        return refusals;
    }
}

public sealed class LedgerOperationsOnPostgres : LedgerOperationsSuite<PostgresDatabase>;

public sealed class LedgerOperationsOnSqlite : LedgerOperationsSuite<SqliteDatabase>;
