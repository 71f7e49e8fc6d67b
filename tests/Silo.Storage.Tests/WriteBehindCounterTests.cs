using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>
/// Goal: what is counted is written once, also at the end and after a failure, and never twice where the outcome is not
/// known; memory has a bound. Method: a tally that writes into a list, with a clock of the tests' own.
/// </summary>
public sealed class WriteBehindCounterTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task Flush_OfWhatWasCounted_WritesTheSumsOnce()
    {
        using var tally = new Listed(time);
        tally.Count(1);
        tally.Count(2);
        tally.Count(1);

        await tally.FlushAsync(CancellationToken.None);
        await tally.FlushAsync(CancellationToken.None);

        Assert.Equal([(1, 2), (2, 1)], Assert.Single(tally.Written).Select(s => (s.Key, s.Value)).Order());
    }

    [Fact]
    public async Task Flush_ThatCertainlyFailed_IsCountedOn()
    {
        using var tally = new Listed(time) { Fault = new StorageUnavailableException("away") };
        tally.Count(1);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => tally.FlushAsync(CancellationToken.None));
        tally.Count(1);
        tally.Fault = null;

        await tally.FlushAsync(CancellationToken.None);

        Assert.Equal(2, Assert.Single(tally.Written)[1]);
    }

    [Fact]
    public async Task Flush_OfUnknownOutcome_IsNotRepeated()
    {
        using var tally = new Listed(time) { Fault = new StorageUnavailableException("sent and not answered", true) };
        tally.Count(1);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => tally.FlushAsync(CancellationToken.None));
        tally.Fault = null;

        await tally.FlushAsync(CancellationToken.None);

        Assert.Empty(tally.Written);
    }

    [Fact]
    public async Task Count_BeyondTheBound_KeepsWhatIsThere()
    {
        using var tally = new Listed(time);
        for (var id = 0; id < WriteBehindCounter.MaxCounted + 5; id++)
        {
            tally.Count(id);
        }

        tally.Count(0);
        await tally.FlushAsync(CancellationToken.None);

        var sums = Assert.Single(tally.Written);
        Assert.Equal((WriteBehindCounter.MaxCounted, 2), (sums.Count, sums[0]));
    }

    [Fact]
    public async Task Run_OfTheLoop_WritesAsTimePassesAndAtTheEnd()
    {
        var armed = new ArmedTime();
        using var tally = new Listed(armed);
        await tally.StartAsync(CancellationToken.None);
        await armed.Armed.Soon();
        tally.Count(1);
        var first = tally.NextAsync();
        armed.Advance(TimeSpan.FromSeconds(5));
        await first.Soon();
        tally.Count(2);

        await tally.StopAsync(CancellationToken.None).Soon();

        Assert.Equal([1L, 2L], tally.Written.Select(sums => sums.Keys.Single()));
    }

    /// <summary>Tells when the loop waits.</summary>
    private sealed class ArmedTime : FakeTimeProvider
    {
        private readonly TaskCompletionSource armed = new();

        public Task Armed => armed.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            armed.TrySetResult();
            return timer;
        }
    }

    private sealed class Listed(TimeProvider time) : WriteBehindCounter(time, NullLogger.Instance)
    {
        private TaskCompletionSource next = new();

        public List<IReadOnlyDictionary<long, int>> Written { get; } = [];

        public Exception? Fault { get; set; }

        public Task NextAsync()
        {
            next = new();
            return next.Task;
        }

        protected override Task WriteAsync(IReadOnlyDictionary<long, int> sums, CancellationToken cancellation)
        {
            if (Fault is not null)
            {
                return Task.FromException(Fault);
            }

            Written.Add(sums);
            next.TrySetResult();
            return Task.CompletedTask;
        }
    }
}
