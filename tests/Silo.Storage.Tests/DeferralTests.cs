using Microsoft.Extensions.Time.Testing;
using Silo.Kernel;
using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>
/// Goal: a command that is deferred is sent again after growing pauses, and not for ever; nobody else waits for it. Method:
/// a grain that defers so many times, a clock of the test's own.
/// </summary>
public sealed class DeferralTests
{
    private static readonly Refusal No = new("NO", RefusalKind.Precondition, "No.");

    public static TheoryData<int, bool> Times => [(0, false), (1, false), (7, false), (0, true), (1, true), (7, true)];

    [Theory]
    [MemberData(nameof(Times))]
    public async Task Run_DeferredSomeTimes_IsAnsweredWhenItIsDecided(int times, bool joined)
    {
        var grain = new DeferringGrain(_ => times);

        var (outcome, waited) = await RunAsync(grain, joined);

        Assert.Equal((5, 1 + times), (outcome.Total, grain.Sent.Count));
        Assert.True(waited >= TimeSpan.FromMilliseconds(10 * ((1 << times) - 1)), $"{waited}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_DeferredAlways_EndsAsUnavailable(bool joined)
    {
        var grain = new DeferringGrain(_ => int.MaxValue);

        var failure = await Assert.ThrowsAsync<StorageUnavailableException>(() => RunAsync(grain, joined));

        Assert.False(failure.OutcomeUnknown);
        Assert.Equal(8, grain.Sent.Count);
        Assert.Equal(TimeSpan.FromMilliseconds(1270), new TimeSpan(Deferral.Pauses.Sum(pause => pause.Ticks)));
    }

    [Fact]
    public async Task Run_AnotherRefusal_IsTheAnswer()
    {
        var grain = new DeferringGrain(_ => 0) { Answer = CounterOutcome.Refused(No) };

        Assert.Equal(No, (await RunAsync(grain, joined: false)).Outcome.Refusal);
        Assert.Single(grain.Sent);
    }

    [Fact]
    public async Task Run_NeighboursOfADeferredCommand_AreAnsweredWithoutAPause()
    {
        var grain = new DeferringGrain(request => request == "held" ? int.MaxValue : 0);
        var entry = new HotGrains<long, CounterCommand, CounterOutcome>(_ => grain, new FakeTimeProvider());

        var held = entry.RunAsync(1, new() { RequestId = "held" });
        var neighbours = Enumerable.Range(0, 20).Select(i => entry.RunAsync(1, new() { RequestId = $"{i}" })).ToArray();

        Assert.All(await Task.WhenAll(neighbours).Soon(), outcome => Assert.Equal(5, outcome.Total));
        Assert.False(held.IsCompleted);
    }

    private static async Task<(CounterOutcome Outcome, TimeSpan Waited)> RunAsync(DeferringGrain grain, bool joined)
    {
        var time = new FakeTimeProvider();
        var start = time.GetUtcNow();
        var entry = new HotGrains<long, CounterCommand, CounterOutcome>(_ => grain, time);
        var command = new CounterCommand { RequestId = "a" };
        var run = joined ? JoinedAsync() : entry.RunAsync(1, command);
        while (!run.IsCompleted)
        {
            await Task.Yield();
            time.Advance(TimeSpan.FromMilliseconds(10));
        }

        return (await run, time.GetUtcNow() - start);

        async Task<CounterOutcome> JoinedAsync() =>
            (await entry.RunJoinedAsync(1, command, TestWork.Command(TestWork.Keep, 1))).Outcome;
    }

    /// <summary>Defers each request as often as it is told to.</summary>
    private sealed class DeferringGrain(Func<string, int> times) : IHotGrain<CounterCommand, CounterOutcome>
    {
        private readonly Dictionary<string, int> tries = [];

        public CounterOutcome Answer { get; init; } = new() { RequestId = "", Total = 5 };

        public List<string> Sent { get; } = [];

        public Task<CounterOutcome[]> RunAsync(CounterCommand[] commands) => Task.FromResult(Array.ConvertAll(commands, OutcomeOf));

        public Task<JoinedOutcome<CounterOutcome>> RunJoinedAsync(CounterCommand command, JoinedCommand joined) =>
            Task.FromResult(new JoinedOutcome<CounterOutcome> { Outcome = OutcomeOf(command) });

        private CounterOutcome OutcomeOf(CounterCommand command)
        {
            lock (tries)
            {
                Sent.Add(command.RequestId);
                tries[command.RequestId] = tries.GetValueOrDefault(command.RequestId) + 1;
                return tries[command.RequestId] <= times(command.RequestId) ? CounterOutcome.Refused(Deferral.Refusal) : Answer;
            }
        }
    }
}
