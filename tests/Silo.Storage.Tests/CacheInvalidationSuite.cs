using Microsoft.Extensions.Time.Testing;
using Silo.Kernel;

namespace Silo.Storage.Tests;

/// <summary>
/// Goal: what is cached is forgotten when it has changed, on the node that changed it at once and on others with their
/// next look. Method: two nodes over one database, looks by hand, a clock of the tests' own.
/// </summary>
public abstract class VersionSuite<TDatabase>(NodeFixture<TDatabase> fixture) : NodeSuite<TDatabase>(fixture)
    where TDatabase : TestDatabase, new()
{
    /// <summary>Every test has a tag of its own; they share the database.</summary>
    private readonly string tag = $"tests.{NewGrain()}";

    [Fact]
    public async Task Get_AfterATouchOnThisNode_ReadsAnew()
    {
        await using var node = await OtherAsync();
        var (reads, cache) = CacheOf(node);

        Assert.Equal((1, 1), (await GetAsync(cache), await GetAsync(cache)));
        await InvalidateAsync(node);

        Assert.Equal(2, await GetAsync(cache));
        Assert.Equal(2, reads());
    }

    [Fact]
    public async Task Get_AfterATouchInAHotGrainsTransaction_ReadsAnew()
    {
        await using var node = await OtherAsync();
        var (_, cache) = CacheOf(node);
        await GetAsync(cache);

        var transactions = node.Get<Transactions>();
        var ended = await transactions.RunExclusiveAsync(transactions.NewStage(isExclusive: true), () =>
        {
            var rows = new Rows();
            rows.Invalidate(tag);
            return new Batch(CounterState.KeyOf(NewGrain()), null, [1], rows);
        });

        Assert.Equal(BatchOutcome.Committed, ended);
        Assert.Equal(2, await GetAsync(cache));
    }

    [Fact]
    public async Task Get_AfterATouchElsewhere_ReadsAnewWithTheNextLook()
    {
        await using var here = await OtherAsync();
        await using var there = await OtherAsync();
        var (_, cache) = CacheOf(here);
        await here.Get<CacheInvalidation>().LookAsync(CancellationToken.None);

        Assert.Equal(1, await GetAsync(cache));
        await InvalidateAsync(there);
        await here.Get<CacheInvalidation>().LookAsync(CancellationToken.None);

        Assert.Equal(2, await GetAsync(cache));
        await here.Get<CacheInvalidation>().LookAsync(CancellationToken.None);
        Assert.Equal(2, await GetAsync(cache));
    }

    [Fact]
    public async Task Get_AfterARefusedUnitOrATouchOfAnotherTopic_StaysInMemory()
    {
        await using var node = await OtherAsync();
        var (_, cache) = CacheOf(node);
        await GetAsync(cache);

        await node.Units.RunAsync<bool>(
            async unit =>
            {
                await unit.InvalidateAsync(tag, CancellationToken.None);
                return Refusals.Busy;
            },
            CancellationToken.None);
        await InvalidateAsync(node, "tests.others");
        await node.Get<CacheInvalidation>().LookAsync(CancellationToken.None);

        Assert.Equal(1, await GetAsync(cache));
    }

    [Fact]
    public async Task Get_WhileVersionsCannotBeRead_ServesNothingFromMemory()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var node = await OtherAsync(time);
        var (_, cache) = CacheOf(node);
        Assert.Equal((1, 1), (await GetAsync(cache), await GetAsync(cache)));

        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal((2, 3), (await GetAsync(cache), await GetAsync(cache)));
        await node.Get<CacheInvalidation>().LookAsync(CancellationToken.None);
        Assert.Equal(1, await GetAsync(cache));
    }

    [Fact]
    public async Task Get_ManyAtOnce_ShareOneReadAndAFailureIsNotKept()
    {
        await using var node = await OtherAsync();
        var (begun, gate) = (0, new TaskCompletionSource<int>());
        var cache = new TaggedCache<int, int>(node.Get<CacheInvalidation>(), tag, 10, _ =>
        {
            begun++;
            return gate.Task;
        });
        var waiting = Enumerable.Range(0, 64).Select(_ => cache.GetAsync(1, CancellationToken.None)).ToArray();
        gate.SetException(new InvalidOperationException("broken"));

        foreach (var one in waiting)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => one);
        }

        gate = new();
        gate.SetResult(7);
        Assert.Equal(7, await cache.GetAsync(1, CancellationToken.None));
        Assert.Equal(2, begun);
    }

    [Fact]
    public async Task Get_AfterAKeyIsTouchedOnThisNode_ReadsThatKeyAnewAndNoOther()
    {
        await using var node = await OtherAsync(Still());
        var (reads, cache) = CacheOf(node);
        cache.ForgetsBy(Keys, key => (int)key);
        Assert.Equal((1, 2), (await GetAsync(cache), await GetAsync(cache, 2)));

        await InvalidateKeysAsync(node, 2, 3);

        Assert.Equal((1, 3), (await GetAsync(cache), await GetAsync(cache, 2)));
        await node.Units.RunAsync<bool>(
            async unit =>
            {
                await unit.InvalidateAsync(Keys, [1], CancellationToken.None);
                return Refusals.Busy;
            },
            CancellationToken.None);
        Assert.Equal((1, 3), (await GetAsync(cache), await GetAsync(cache, 2)));
        Assert.Equal(3, reads());
    }

    [Fact]
    public async Task Get_WhereNoEntryIsOfOneKey_ForgetsAllWithAnyKey()
    {
        await using var node = await OtherAsync(Still());
        var (_, cache) = CacheOf(node);
        cache.ForgetsBy(Keys, keyOf: null);
        Assert.Equal((1, 2), (await GetAsync(cache), await GetAsync(cache, 2)));

        await InvalidateKeysAsync(node, 4711);

        Assert.Equal((3, 4), (await GetAsync(cache), await GetAsync(cache, 2)));
    }

    [Fact]
    public async Task Get_OfManyKeysThatAreMadeUp_PushesOutNothingThatIsThere()
    {
        await using var node = await OtherAsync(Still());
        var reads = new List<int>();
        var cache = new TaggedCache<int, int>(node.Get<CacheInvalidation>(), tag, 10, key =>
        {
            reads.Add(key);
            return Task.FromResult(key > 100 ? 0 : key);
        }).KeepsApart(value => value == 0).ForgetsBy(Keys, key => (int)key);
        Assert.Equal((1, 2), (await GetAsync(cache), await GetAsync(cache, 2)));

        foreach (var madeUp in Enumerable.Range(101, 95))
        {
            Assert.Equal(0, await GetAsync(cache, madeUp));
        }

        // What is there is in memory still, and so is what was made up last.
        Assert.Equal((1, 2, 0, 0), (await GetAsync(cache), await GetAsync(cache, 2), await GetAsync(cache, 194), await GetAsync(cache, 195)));
        Assert.Equal(2 + 95, reads.Count);
        await InvalidateKeysAsync(node, 195);
        Assert.Equal((0, 0), (await GetAsync(cache, 194), await GetAsync(cache, 195)));
        Assert.Equal(195, reads[^1]);
        Assert.Equal(2 + 95 + 1, reads.Count);
        await InvalidateAsync(node);
        Assert.Equal((0, 1), (await GetAsync(cache, 194), await GetAsync(cache)));
        Assert.Equal(2 + 95 + 3, reads.Count);
    }

    [Fact]
    public async Task Get_OfMoreThanItMayWeigh_ForgetsAll()
    {
        await using var node = await OtherAsync(Still());
        var (reads, cache) = CacheOf(node);
        cache.KeepsAtMost(10, (key, _) => key);
        Assert.Equal((1, 2), (await GetAsync(cache, 4), await GetAsync(cache, 6)));
        Assert.Equal((1, 2), (await GetAsync(cache, 4), await GetAsync(cache, 6)));

        // Answered itself, and what comes after it begins anew.
        Assert.Equal(3, await GetAsync(cache, 1));
        Assert.Equal((4, 5, 4), (await GetAsync(cache, 4), await GetAsync(cache, 6), await GetAsync(cache, 4)));
        Assert.Equal(5, reads());
    }

    [Fact]
    public async Task Get_OfNothingThatIsMadeWhileItIsRead_ReadsItOnceMore()
    {
        await using var node = await OtherAsync(Still());
        var (begun, gate) = (0, new TaskCompletionSource<int>());
        var cache = new TaggedCache<int, int>(node.Get<CacheInvalidation>(), tag, 10, _ => ++begun == 1 ? gate.Task : Task.FromResult(8))
            .ForgetsBy(Keys, key => (int)key).KeepsApart(value => value == 0);
        var waiting = GetAsync(cache);

        await InvalidateKeysAsync(node, 1);
        gate.SetResult(0);

        Assert.Equal((0, 8), (await waiting, await GetAsync(cache)));
    }

    [Fact]
    public async Task Get_OfAKeyTouchedWhileItIsRead_ReadsItOnceMore()
    {
        await using var node = await OtherAsync(Still());
        var (begun, gate) = (0, new TaskCompletionSource<int>());
        var cache = new TaggedCache<int, int>(node.Get<CacheInvalidation>(), tag, 10, _ => ++begun == 1 ? gate.Task : Task.FromResult(8))
            .ForgetsBy(Keys, key => (int)key);
        var waiting = GetAsync(cache);

        await InvalidateKeysAsync(node, 1);
        gate.SetResult(7);

        Assert.Equal((7, 8), (await waiting, await GetAsync(cache)));
    }

    /// <summary>The tag of the keys.</summary>
    protected string Keys => tag + ".keys";

    /// <summary>A clock that stands, so that a slow machine does not make the last look an old one.</summary>
    protected static FakeTimeProvider Still() => new(DateTimeOffset.UnixEpoch.AddYears(56));

    /// <summary>A node that looks only when the test lets it.</summary>
    private protected Task<TestStore> OtherAsync(TimeProvider? time = null) => TestStore.CreateAsync(Database, time, sharing: Node);

    private protected (Func<int> Reads, TaggedCache<int, int> Cache) CacheOf(TestStore node)
    {
        var reads = 0;
        return (() => reads, new(node.Get<CacheInvalidation>(), tag, 10, _ => Task.FromResult(++reads)));
    }

    private protected static Task<int> GetAsync(TaggedCache<int, int> cache, int key = 1) => cache.GetAsync(key, CancellationToken.None);

    private protected Task InvalidateKeysAsync(TestStore node, params long[] keys) => node.Units.RunAsync<bool>(
        async unit =>
        {
            await unit.InvalidateAsync(Keys, keys, CancellationToken.None);
            return true;
        },
        CancellationToken.None);

    private Task InvalidateAsync(TestStore node, string? other = null) => node.Units.RunAsync<bool>(
        async unit =>
        {
            await unit.InvalidateAsync(other ?? tag, CancellationToken.None);
            return true;
        },
        CancellationToken.None);
}

/// <summary>
/// Goal: of keys touched on one node every other hears with its next look, whatever the order of the commits, and once.
/// Method: two nodes over one database; the embedded one has one process.
/// </summary>
public sealed class VersionsOnPostgres(NodeFixture<PostgresDatabase> fixture) : VersionSuite<PostgresDatabase>(fixture)
{
    [Fact]
    public async Task Get_AfterAKeyIsTouchedElsewhere_ReadsItAnewWithTheNextLook()
    {
        var (here, there, cache) = await PairAsync();
        await using var first = here;
        await using var second = there;
        Assert.Equal((1, 2), (await GetAsync(cache), await GetAsync(cache, 2)));

        await InvalidateKeysAsync(there, 2);
        await LookAsync(here);

        Assert.Equal((1, 3), (await GetAsync(cache), await GetAsync(cache, 2)));
    }

    [Fact]
    public async Task Look_WhileAnEarlierTransactionIsOpen_MissesNeitherAndTellsEachOnce()
    {
        var (here, there, cache) = await PairAsync();
        await using var first = here;
        await using var second = there;
        await GetAsync(cache);
        var (touched, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        var open = there.Units.RunAsync<bool>(
            async unit =>
            {
                await unit.InvalidateAsync(Keys, [1], CancellationToken.None);
                touched.SetResult();
                await gate.Task;
                return true;
            },
            CancellationToken.None);
        await touched.Task;
        await InvalidateKeysAsync(there, 2);
        Assert.Equal(2, await GetAsync(cache, 2));

        await LookAsync(here);
        Assert.Equal((1, 3), (await GetAsync(cache), await GetAsync(cache, 2)));
        await LookAsync(here);
        Assert.Equal((1, 3), (await GetAsync(cache), await GetAsync(cache, 2)));

        gate.SetResult();
        await open;
        await LookAsync(here);
        Assert.Equal((4, 3), (await GetAsync(cache), await GetAsync(cache, 2)));
        await LookAsync(here);
        Assert.Equal((4, 3), (await GetAsync(cache), await GetAsync(cache, 2)));
    }

    [Fact]
    public async Task Prune_AfterAWhile_DeletesWhatIsOldAndANodeThatWasAwayForgetsAll()
    {
        var time = Still();
        await using var here = await OtherAsync(time);
        await using var there = await OtherAsync();
        var (_, cache) = CacheOf(here);
        cache.ForgetsBy(Keys, key => (int)key);
        await LookAsync(here);
        Assert.Equal(1, await GetAsync(cache));
        await InvalidateKeysAsync(there, 2);

        // The first time it learns how far back nothing is open, in any database of the server; what was finished then is
        // deleted the next time. Other tests of the same server hold transactions open for seconds, a round takes a
        // millisecond.
        var rounds = 0;
        while (await KeptAsync(here) > 0)
        {
            Assert.True(rounds++ < 100_000);
            time.Advance(TimeSpan.FromMinutes(1.1));
            await LookAsync(here);
            await here.Get<CacheInvalidation>().PruneAsync(CancellationToken.None);
        }

        Assert.True(rounds > 1);
        Assert.Equal(2, await GetAsync(cache));
    }

    private Task<int> KeptAsync(TestStore node)
    {
        var keys = Keys;
        return node.Store.ReadAsync(
            c => Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions.CountAsync(c.Set<CacheChangeRow>(), r => r.Tag == keys),
            CancellationToken.None);
    }

    private static Task LookAsync(TestStore node) => node.Get<CacheInvalidation>().LookAsync(CancellationToken.None);

    private async Task<(TestStore Here, TestStore There, TaggedCache<int, int> Cache)> PairAsync()
    {
        var (here, there) = (await OtherAsync(Still()), await OtherAsync());
        var (_, cache) = CacheOf(here);
        cache.ForgetsBy(Keys, key => (int)key);
        await LookAsync(here);
        return (here, there, cache);
    }
}

public sealed class VersionsOnSqlite(NodeFixture<SqliteDatabase> fixture) : VersionSuite<SqliteDatabase>(fixture);
