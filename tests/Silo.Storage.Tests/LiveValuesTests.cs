using Microsoft.Extensions.Hosting;
using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>
/// Goal: whoever watches sees values in their order, however his joining falls between the grain's changes and the loop's
/// questions. Method: a grain of the tests' own, which answers a question for a change only when it is told to.
/// </summary>
public sealed class LiveValuesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watch_WhoJoinsWhileTheLoopHasNotHeardOfAChange_SeesNothingOlderAfterIt()
    {
        using var grain = new HeldGrain { Value = "1" };
        var values = grain.Live();
        await using var early = values.WatchAsync("key", Cancel).GetAsyncEnumerator(Cancel);
        Assert.Equal("1", await NextAsync(early));
        var later = NextAsync(early);
        await grain.AskedForAChange.Soon();

        // The change is durable, and its news is held up on its way to the loop.
        grain.Value = "2";
        await using var late = values.WatchAsync("key", Cancel).GetAsyncEnumerator(Cancel);
        Assert.Equal("2", await NextAsync(late));
        var next = NextAsync(late);
        grain.Value = "3";
        grain.Release();

        Assert.Equal("3", await next);
        Assert.Contains(await later, (string?[])["2", "3"]);
    }

    [Fact]
    public async Task Watch_ManyWhoJoinAtOnce_ShareAFewQuestions()
    {
        using var grain = new HeldGrain { Value = "1" };
        var values = grain.Live();
        await using var early = values.WatchAsync("key", Cancel).GetAsyncEnumerator(Cancel);
        Assert.Equal("1", await NextAsync(early));
        var later = NextAsync(early);
        await grain.AskedForAChange.Soon();

        var late = Enumerable.Range(0, 100).Select(_ => values.WatchAsync("key", Cancel).GetAsyncEnumerator(Cancel)).ToList();
        var seen = await Task.WhenAll(late.Select(NextAsync));

        Assert.All(seen, value => Assert.Equal("1", value));
        Assert.InRange(grain.Questions, 2, 20);
        grain.Value = "2";
        grain.Release();
        Assert.Equal("2", await later);
        foreach (var watcher in late)
        {
            await watcher.DisposeAsync();
        }
    }

    [Fact]
    public async Task Watch_WhatIsNotThere_IsToldOnceAndEnds()
    {
        using var grain = new HeldGrain();
        await using var values = grain.Live().WatchAsync("key", Cancel).GetAsyncEnumerator(Cancel);

        Assert.Null(await NextAsync(values));
        Assert.False(await values.MoveNextAsync().AsTask().Soon());
    }

    [Fact]
    public async Task Watch_TheFirstQuestionFails_IsTold()
    {
        using var grain = new HeldGrain { Failure = new InvalidOperationException("away") };
        await using var values = grain.Live().WatchAsync("key", Cancel).GetAsyncEnumerator(Cancel);

        await Assert.ThrowsAsync<InvalidOperationException>(() => NextAsync(values));
    }

    private static async Task<string?> NextAsync(IAsyncEnumerator<string?> values)
    {
        Assert.True(await values.MoveNextAsync().AsTask().Soon());
        return values.Current;
    }

    private sealed class HeldGrain : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource stopping = new();
        private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int questions;

        public string? Value { get; set; }

        public Exception? Failure { get; init; }

        public int Questions => questions;

        /// <summary>The loop waits for a change.</summary>
        public Task AskedForAChange => asked.Task;

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public LiveValues<string, string> Live() => new((_, seen) => AnswerAsync(seen), TimeProvider.System, this);

        /// <summary>Answers those who wait for a change.</summary>
        public void Release() => held.TrySetResult();

        public void StopApplication() => stopping.Cancel();

        public void Dispose()
        {
            stopping.Cancel();
            stopping.Dispose();
        }

        private async Task<string?> AnswerAsync(string? seen)
        {
            Interlocked.Increment(ref questions);
            if (Failure is not null)
            {
                throw Failure;
            }

            if (seen is not null)
            {
                asked.TrySetResult();
                await held.Task;
            }

            return Value;
        }
    }
}
