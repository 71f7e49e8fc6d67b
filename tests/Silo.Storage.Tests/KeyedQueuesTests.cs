using Microsoft.Extensions.Time.Testing;
using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>Goal: a few of one key are at work, the others wait in turn and in nobody's way. Method: works that end when told.</summary>
public sealed class KeyedQueuesTests
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider time = new();
    private readonly List<string> begun = [];
    private readonly KeyedQueues<int> queues;

    public KeyedQueuesTests() => queues = new(2, 3, LongestWait, time);

    [Fact]
    public async Task Run_MoreThanAtOnce_WaitInTurnAndTheirKeyLeavesNothing()
    {
        var works = "abcde".Select(name => Begin(name.ToString(), 1)).ToArray();
        Assert.Equal(["a", "b"], begun);

        for (var i = 0; i < works.Length; i++)
        {
            works[i].End.SetResult();
            await works[i].Done.Soon();
            await works[Math.Min(i + 2, works.Length - 1)].Begun.Task.Soon();
        }

        Assert.Equal(["a", "b", "c", "d", "e"], begun);
        Assert.Equal(0, queues.Count);
    }

    [Fact]
    public async Task Run_OfAnotherKey_WaitsForNobody()
    {
        Work[] full = [Begin("a", 1), Begin("b", 1), Begin("c", 1)];

        var other = Begin("other", 2);

        Assert.Contains("other", begun);
        await EndAsync([.. full, other]);
    }

    [Fact]
    public async Task Run_WithSeveralKeys_WaitsForEachAndGivesAllBack()
    {
        Work[] full = [Begin("a", 2), Begin("b", 2)];
        var both = Begin("both", 1, 2);
        var first = Begin("first", 1);
        var second = Begin("second", 1);
        Assert.Equal(["a", "b", "first"], begun);

        full[0].End.SetResult();
        await full[0].Done.Soon();

        await EndAsync(full[1], both, first, second);
        Assert.Equal(0, queues.Count);
    }

    [Fact]
    public async Task Run_WhenTooManyWait_IsRefusedAtOnce()
    {
        var works = "abcde".Select(name => Begin(name.ToString(), 1)).ToArray();

        await Assert.ThrowsAsync<StorageBusyException>(() => Begin("f", 1).Done);

        await EndAsync(works);
        Assert.DoesNotContain("f", begun);
    }

    [Fact]
    public async Task Run_WhoseTurnDoesNotCome_IsRefusedAndNeverBegun()
    {
        Work[] full = [Begin("a", 1), Begin("b", 1)];
        var late = Begin("late", 3, 1);

        time.Advance(LongestWait - TimeSpan.FromMilliseconds(1));
        Assert.False(late.Done.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        await Assert.ThrowsAsync<StorageBusyException>(() => late.Done.Soon());
        await EndAsync(full);
        Assert.Equal(["a", "b"], begun);
        Assert.Equal(0, queues.Count);
    }

    [Fact]
    public async Task Run_OfAWorkThatThrows_GivesItsPlaceBack()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => queues.RunAsync<int>([1], () => throw new InvalidOperationException()));

        Assert.Equal(0, queues.Count);
    }

    private static async Task EndAsync(params Work[] works)
    {
        foreach (var work in works)
        {
            work.End.TrySetResult();
        }

        await Task.WhenAll(works.Select(work => work.Done)).Soon();
    }

    private Work Begin(string name, params int[] keys)
    {
        var (start, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        return new(start, end, queues.RunAsync(keys, async () =>
        {
            lock (begun)
            {
                begun.Add(name);
            }

            start.SetResult();
            await end.Task;
            return name;
        }));
    }

    private sealed record Work(TaskCompletionSource Begun, TaskCompletionSource End, Task Done);
}
