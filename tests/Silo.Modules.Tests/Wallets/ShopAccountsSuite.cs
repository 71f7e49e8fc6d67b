using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Silo.Kernel;
using Silo.Storage;
using Silo.Testing;
using Silo.Testing.Databases;
using Silo.Wallets;
using Xunit;

namespace Silo.Modules.Tests.Wallets;

/// <summary>The shop's accounts and their checkpoints, which change no sum.</summary>
public abstract class ShopAccountsSuite<TDatabase> : WalletSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    private protected override TimeProvider Time => time;

    private ShopAccountsReads Shop => Node.Get<ShopAccountsReads>();

    [Fact]
    public async Task List_NothingBooked_IsZeros() => Assert.Equal((0, 0, 0), await AmountsAsync());

    [Fact]
    public async Task Run_Again_KeepsEverySumAndWritesOnlyWhatIsNew()
    {
        await PostAsync(Points(1, 50));
        await PostAsync(Money(1, 20));
        await PostAsync(Spend(1, 8));
        Assert.Equal((-20, -50, 8), await AmountsAsync());

        // Younger than ten minutes: a transaction under way could still come before it.
        await AdvanceAsync(TimeSpan.FromMinutes(10));
        await RunAsync();
        Assert.Empty(await CheckpointsAsync());

        await AdvanceAsync(TimeSpan.FromSeconds(1));
        await RunAsync();
        Assert.Equal([(100, -20), (101, -50), (102, 8)], await CheckpointsAsync());
        Assert.Equal((-20, -50, 8), await AmountsAsync());

        await PostAsync(Points(1, 5));
        await RunAsync();
        await AdvanceAsync(TimeSpan.FromHours(1));
        await RunAsync();
        await RunAsync();
        // What moved since has another one, which adds to the one before and takes its place.
        Assert.Equal([(100, -20), (101, -55), (102, 8)], await CheckpointsAsync());
        Assert.Equal((-20, -55, 8), await AmountsAsync());
        Assert.Empty(await FaultsAsync());
    }

    [Fact]
    public async Task Run_SeveralNodesAtOnce_WriteOneEach()
    {
        await PostAsync(Points(1, 50));
        await AdvanceAsync(TimeSpan.FromHours(1));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(RunAsync))).Soon();

        Assert.Equal([(101, -50)], await CheckpointsAsync());
        Assert.Equal((0, -50, 0), await AmountsAsync());
    }

    [Fact]
    public async Task List_EntryCommitsAfterACheckpointWithAnOlderId_IsCounted()
    {
        await PostAsync(Points(1, 50));
        await AdvanceAsync(TimeSpan.FromHours(1));
        var late = IdSource.FirstOf(time.GetUtcNow());
        await AdvanceAsync(TimeSpan.FromMinutes(9));
        await RunAsync();
        Assert.Equal([(101, -50)], await CheckpointsAsync());

        await PostLateAsync(late, Points(1, 7));

        Assert.Equal((0, -57, 0), await AmountsAsync());
        await AdvanceAsync(TimeSpan.FromHours(1));
        await RunAsync();
        Assert.Equal((0, -57, 0), await AmountsAsync());
        Assert.Empty(await FaultsAsync());
    }

    [Fact]
    public async Task Run_EntryCommitsLaterThanAnyMay_IsNamedByTheProof()
    {
        await PostAsync(Points(1, 50));
        await AdvanceAsync(TimeSpan.FromHours(1));
        var late = IdSource.FirstOf(time.GetUtcNow());
        await AdvanceAsync(TimeSpan.FromMinutes(11));
        await RunAsync();

        await PostLateAsync(late, Points(1, 7));

        Assert.StartsWith("the checkpoint of ShopPointsIssued before", Assert.Single(await FaultsAsync()), StringComparison.Ordinal);
    }

    private static LedgerTransaction Spend(long user, long amount) => Transaction(
        null, new(user, LedgerAccount.Points, -amount), new(0, LedgerAccount.ShopPointsRedeemed, amount));

    private async Task AdvanceAsync(TimeSpan by)
    {
        time.Advance(by);
        await Node.LeaseIdsAsync();
    }

    private async Task RunAsync() =>
        Assert.Equal(WorkOutcome.Done, await new CheckpointHandler(Node.Units, Node.Get<ShopClock>()).RunAsync());

    /// <summary>Books with an id that was made long before.</summary>
    private async Task PostLateAsync(long id, LedgerTransaction transaction)
    {
        var user = transaction.Lines[0].UserId;
        var draft = new LedgerDraft(() => id, Node.Get<ShopClock>().NowMs, new() { [user] = await WalletAsync(user) ?? default });
        await Node.Units.RunAsync<bool>(
            async unit =>
            {
                var rows = new Rows();
                Assert.True(draft.Post(transaction, rows).IsAccepted);
                await unit.WriteAsync(rows);
                return true;
            },
            Cancel);
    }

    private async Task<(long Adjusted, long Issued, long Redeemed)> AmountsAsync()
    {
        var amounts = (await Shop.ListAsync(Cancel)).ToDictionary(a => a.Account, a => a.Amount);
        Assert.Equal((4, 0), (amounts.Count, amounts[LedgerAccount.ShopPromotions]));
        return (amounts[LedgerAccount.ShopAdjustments], amounts[LedgerAccount.ShopPointsIssued], amounts[LedgerAccount.ShopPointsRedeemed]);
    }

    private Task<(int, long)[]> CheckpointsAsync() => Node.Units.ReadAsync(
        async r => (await r.Query<CheckpointRow>().OrderBy(c => c.Account).ThenBy(c => c.BeforeId).ToListAsync(Cancel))
            .Select(c => ((int)c.Account, c.Amount)).ToArray(),
        Cancel);
}

public sealed class ShopAccountsOnPostgres : ShopAccountsSuite<PostgresDatabase>;

public sealed class ShopAccountsOnSqlite : ShopAccountsSuite<SqliteDatabase>;
