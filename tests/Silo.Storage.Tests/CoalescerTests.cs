using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>Calls of one moment for one key become one message; each caller gets its own outcome.</summary>
public sealed class CoalescerTests
{
    [Fact]
    public async Task SubmitAsync_ManyAtOnce_AnswersEachOnceInOrderWithOneMessageUnderWay()
    {
        const int calls = 100_000;
        var (underWay, most, largest) = (0, 0, 0);
        var sent = new List<int>();
        var coalescer = new Coalescer<int, int, int>(
            async (_, commands) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref underWay));
                largest = Math.Max(largest, commands.Length);
                sent.AddRange(commands);
                await Task.Yield();
                Interlocked.Decrement(ref underWay);
                return Array.ConvertAll(commands, command => -command);
            },
            maxBatch: 100,
            maxWaiting: calls);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, calls).AsParallel().AsOrdered().Select(i => coalescer.SubmitAsync(1, i))).Soon();

        Assert.Equal(Enumerable.Range(0, calls).Select(i => -i), answers);
        Assert.Equal(Enumerable.Range(0, calls), sent.Order());
        Assert.Equal(1, most);
        Assert.InRange(largest, 2, 100);
    }

    [Fact]
    public async Task SubmitAsync_WhileAMessageIsUnderWay_GathersTheNextInOrder()
    {
        var grain = new Grain();
        var coalescer = grain.Coalescer(maxBatch: 3);
        var first = coalescer.SubmitAsync("a", 1);
        var message = await grain.NextAsync();
        var later = Enumerable.Range(2, 5).Select(i => coalescer.SubmitAsync("a", i)).ToArray();

        // Another key does not wait for it.
        var other = coalescer.SubmitAsync("b", 9);
        (await grain.NextAsync()).Answer();
        Assert.Equal(90, await other.Soon());
        Assert.False(first.IsCompleted);

        message.Answer();
        Assert.Equal(10, await first.Soon());
        var second = await grain.NextAsync();
        Assert.Equal([2, 3, 4], second.Commands);
        second.Answer();
        var third = await grain.NextAsync();
        Assert.Equal([5, 6], third.Commands);
        third.Answer();
        var answers = await Task.WhenAll(later).Soon();
        Assert.Equal([20, 30, 40, 50, 60], answers);
    }

    [Fact]
    public async Task SubmitAsync_BeyondTheBound_IsRefusedForThatKey()
    {
        var grain = new Grain();
        var coalescer = grain.Coalescer(maxWaiting: 2);
        var first = coalescer.SubmitAsync("a", 1);
        var message = await grain.NextAsync();
        var (second, third) = (coalescer.SubmitAsync("a", 2), coalescer.SubmitAsync("a", 3));

        await Assert.ThrowsAsync<StorageBusyException>(() => coalescer.SubmitAsync("a", 4));

        var other = coalescer.SubmitAsync("b", 5);
        (await grain.NextAsync()).Answer();
        Assert.Equal(50, await other.Soon());
        message.Answer();
        (await grain.NextAsync()).Answer();
        var answers = await Task.WhenAll(first, second, third).Soon();
        Assert.Equal([10, 20, 30], answers);
        // There is room again.
        var next = coalescer.SubmitAsync("a", 6);
        (await grain.NextAsync()).Answer();
        Assert.Equal(60, await next.Soon());
    }

    [Fact]
    public async Task SubmitAsync_MessageFails_FailsItsCallersOnly()
    {
        var grain = new Grain();
        var coalescer = grain.Coalescer();
        var first = coalescer.SubmitAsync("a", 1);
        var message = await grain.NextAsync();
        var (second, third) = (coalescer.SubmitAsync("a", 2), coalescer.SubmitAsync("a", 3));

        message.Fail(new StorageUnavailableException("first"));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => first.Soon());
        var next = await grain.NextAsync();
        Assert.False(second.IsCompleted);
        next.Fail(new InvalidDataException("second"));
        await Assert.ThrowsAsync<InvalidDataException>(() => second.Soon());
        await Assert.ThrowsAsync<InvalidDataException>(() => third.Soon());
        var last = coalescer.SubmitAsync("a", 4);
        (await grain.NextAsync()).Answer();

        Assert.Equal(40, await last.Soon());
    }

    [Fact]
    public async Task SubmitAsync_SendingThrowsAtOnce_FailsTheCaller()
    {
        var coalescer = new Coalescer<int, int, int>((_, _) => throw new InvalidDataException());

        await Assert.ThrowsAsync<InvalidDataException>(() => coalescer.SubmitAsync(1, 1).Soon());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task SubmitAsync_WrongCountOfOutcomes_FailsTheMessage(int outcomes)
    {
        var grain = new Grain();
        var coalescer = grain.Coalescer();
        var first = coalescer.SubmitAsync("a", 1);
        var message = await grain.NextAsync();
        var (second, third) = (coalescer.SubmitAsync("a", 2), coalescer.SubmitAsync("a", 3));
        message.Answer();
        await first.Soon();

        (await grain.NextAsync()).Answer(new int[outcomes]);

        // Which outcome is whose cannot be known; nobody gets another's.
        await Assert.ThrowsAsync<InvalidOperationException>(() => second.Soon());
        await Assert.ThrowsAsync<InvalidOperationException>(() => third.Soon());
    }

    [Fact]
    public async Task Count_KeysFallIdle_AreForgotten()
    {
        var grain = new Grain();
        var coalescer = grain.Coalescer();
        var calls = Enumerable.Range(0, 100).Select(i => coalescer.SubmitAsync($"{i}", i)).ToArray();
        Assert.Equal(100, coalescer.Count);
        for (var i = 0; i < calls.Length; i++)
        {
            (await grain.NextAsync()).Answer();
        }

        await Task.WhenAll(calls).Soon();

        // A key goes just after its last caller was answered.
        Assert.True(SpinWait.SpinUntil(() => coalescer.Count == 0, TimeSpan.FromSeconds(30)));
    }

    /// <summary>Receives messages and answers each when the test says so, with ten times the command.</summary>
    private sealed class Grain
    {
        private readonly System.Threading.Channels.Channel<Message> messages =
            System.Threading.Channels.Channel.CreateUnbounded<Message>();

        public Coalescer<string, int, int> Coalescer(int maxBatch = 100, int maxWaiting = 100) => new(
            (_, commands) =>
            {
                var message = new Message(commands);
                messages.Writer.TryWrite(message);
                return message.Outcomes;
            },
            maxBatch,
            maxWaiting);

        public Task<Message> NextAsync() => messages.Reader.ReadAsync().AsTask().Soon();
    }

    private sealed class Message(int[] commands)
    {
        private readonly TaskCompletionSource<int[]> outcomes = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int[] Commands => commands;

        public Task<int[]> Outcomes => outcomes.Task;

        public void Answer(int[]? others = null) =>
            outcomes.SetResult(others ?? Array.ConvertAll(commands, command => command * 10));

        public void Fail(Exception exception) => outcomes.SetException(exception);
    }
}
