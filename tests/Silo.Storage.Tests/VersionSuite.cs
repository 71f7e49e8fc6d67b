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
    /// <summary>Every test has a topic of its own; they share the database.</summary>
    private readonly string topic = $"tests.{NewGrain()}";

    [Fact]
    public async Task Get_AfterATouchOnThisNode_ReadsAnew()
    {
        await using var node = await OtherAsync();
        var (reads, cache) = CacheOf(node);

        Assert.Equal((1, 1), (await GetAsync(cache), await GetAsync(cache)));
        await TouchAsync(node);

        Assert.Equal(2, await GetAsync(cache));
        Assert.Equal(2, reads());
    }

    [Fact]
    public async Task Get_AfterATouchInAHotGrainsTransaction_ReadsAnew()
    {
        await using var node = await OtherAsync();
        var (_, cache) = CacheOf(node);
        await GetAsync(cache);

        var ended = await node.Get<HotUnits>().RunAsync(async unit =>
        {
            await unit.TouchAsync(topic, CancellationToken.None);
            return new Batch(CounterState.KeyOf(NewGrain()), null, [1], new Rows());
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
        await here.Get<Versions>().LookAsync(CancellationToken.None);

        Assert.Equal(1, await GetAsync(cache));
        await TouchAsync(there);
        await here.Get<Versions>().LookAsync(CancellationToken.None);

        Assert.Equal(2, await GetAsync(cache));
        await here.Get<Versions>().LookAsync(CancellationToken.None);
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
                await unit.TouchAsync(topic, CancellationToken.None);
                return Refusals.Busy;
            },
            CancellationToken.None);
        await TouchAsync(node, "tests.others");
        await node.Get<Versions>().LookAsync(CancellationToken.None);

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
        await node.Get<Versions>().LookAsync(CancellationToken.None);
        Assert.Equal(1, await GetAsync(cache));
    }

    [Fact]
    public async Task Get_ManyAtOnce_ShareOneReadAndAFailureIsNotKept()
    {
        await using var node = await OtherAsync();
        var (begun, gate) = (0, new TaskCompletionSource<int>());
        var cache = new VersionedCache<int, int>(node.Get<Versions>(), topic, 10, _ =>
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

    /// <summary>A node that looks only when the test lets it.</summary>
    private Task<TestStore> OtherAsync(TimeProvider? time = null) => TestStore.CreateAsync(Database, time, sharing: Node);

    private (Func<int> Reads, VersionedCache<int, int> Cache) CacheOf(TestStore node)
    {
        var reads = 0;
        return (() => reads, new(node.Get<Versions>(), topic, 10, _ => Task.FromResult(++reads)));
    }

    private static Task<int> GetAsync(VersionedCache<int, int> cache) => cache.GetAsync(1, CancellationToken.None);

    private Task TouchAsync(TestStore node, string? other = null) => node.Units.RunAsync<bool>(
        async unit =>
        {
            await unit.TouchAsync(other ?? topic, CancellationToken.None);
            return true;
        },
        CancellationToken.None);
}

public sealed class VersionsOnPostgres(NodeFixture<PostgresDatabase> fixture) : VersionSuite<PostgresDatabase>(fixture);

public sealed class VersionsOnSqlite(NodeFixture<SqliteDatabase> fixture) : VersionSuite<SqliteDatabase>(fixture);
