using System.Collections.Concurrent;

namespace Silo.Storage;

/// <summary>
/// Gathers concurrent calls for one key into one message to its grain. While a message is under way the next one
/// gathers, so its size follows the load by itself; there is no timer.
/// </summary>
/// <typeparam name="TKey">What names the grain.</typeparam>
/// <typeparam name="TCommand">One call's command.</typeparam>
/// <typeparam name="TOutcome">One call's outcome.</typeparam>
/// <remarks>
/// A caller who leaves merely stops waiting; the command goes on. An exception of the message goes to every caller of
/// that message and to nobody else.
/// </remarks>
public sealed class Coalescer<TKey, TCommand, TOutcome>
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Line> lines = new();
    private readonly Func<TKey, TCommand[], Task<TOutcome[]>> send;
    private readonly int maxBatch;
    private readonly int maxWaiting;

    /// <summary>Makes one.</summary>
    /// <param name="send">Sends the commands of one key; answers one outcome for each, in order.</param>
    /// <param name="maxBatch">Most commands of one message.</param>
    /// <param name="maxWaiting">Most commands that wait for one key, those under way not counted.</param>
    public Coalescer(Func<TKey, TCommand[], Task<TOutcome[]>> send, int maxBatch = 512, int maxWaiting = 8192)
    {
        ArgumentNullException.ThrowIfNull(send);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBatch);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxWaiting);
        (this.send, this.maxBatch, this.maxWaiting) = (send, maxBatch, maxWaiting);
    }

    /// <summary>The keys with calls waiting or under way.</summary>
    public int Count => lines.Count;

    /// <summary>Sends a command with the key's next message.</summary>
    /// <exception cref="StorageBusyException">Too many commands wait for this key.</exception>
    public Task<TOutcome> SubmitAsync(TKey key, TCommand command)
    {
        var call = new Call(command);
        while (true)
        {
            var line = lines.GetOrAdd(key, static (k, owner) => new Line(owner, k), this);
            switch (line.TryJoin(call))
            {
                case Joined.First:
                    // Not sent from here: calls that arrive at the same moment join the first message, and neither
                    // this caller's context nor its stack carries it.
                    ThreadPool.UnsafeQueueUserWorkItem(line, preferLocal: false);
                    return call.Task;
                case Joined.Waiting:
                    return call.Task;
                case Joined.Full:
                    return Task.FromException<TOutcome>(new StorageBusyException());
                default:
                    // The line ended between the look-up and the lock; whoever comes first takes it away.
                    Remove(line);
                    break;
            }
        }
    }

    private void Remove(Line line) => lines.TryRemove(new KeyValuePair<TKey, Line>(line.Key, line));

    private enum Joined
    {
        First,
        Waiting,
        Full,
        Ended,
    }

    private sealed class Call(TCommand command)
        : TaskCompletionSource<TOutcome>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public TCommand Command { get; } = command;
    }

    /// <summary>What waits for one key. It lives only while there is something to send.</summary>
    private sealed class Line(Coalescer<TKey, TCommand, TOutcome> owner, TKey key) : IThreadPoolWorkItem
    {
        private readonly Lock gate = new();
        private List<Call> waiting = [];
        private List<Call> taken = [];
        private int sent;
        private bool running;
        private bool ended;

        public TKey Key => key;

        public Joined TryJoin(Call call)
        {
            lock (gate)
            {
                if (ended)
                {
                    return Joined.Ended;
                }

                if (waiting.Count + taken.Count - sent >= owner.maxWaiting)
                {
                    return Joined.Full;
                }

                waiting.Add(call);
                if (running)
                {
                    return Joined.Waiting;
                }

                running = true;
                return Joined.First;
            }
        }

        public void Execute() => _ = DrainAsync();

        private async Task DrainAsync()
        {
            while (true)
            {
                var (from, count) = Take();
                if (count == 0)
                {
                    owner.Remove(this);
                    return;
                }

                await SendAsync(from, count);
            }
        }

        /// <summary>The next calls, as a range of <see cref="taken"/>; none, and the line has ended.</summary>
        private (int From, int Count) Take()
        {
            lock (gate)
            {
                if (sent == taken.Count)
                {
                    taken.Clear();
                    (waiting, taken, sent) = (taken, waiting, 0);
                }

                var from = sent;
                var count = Math.Min(taken.Count - from, owner.maxBatch);
                sent += count;
                ended = count == 0;
                return (from, count);
            }
        }

        private async Task SendAsync(int from, int count)
        {
            try
            {
                var commands = new TCommand[count];
                for (var i = 0; i < count; i++)
                {
                    commands[i] = taken[from + i].Command;
                }

                var outcomes = await owner.send(key, commands);
                if (outcomes.Length != count)
                {
                    throw new InvalidOperationException($"{count} commands were sent and {outcomes.Length} outcomes came back.");
                }

                for (var i = 0; i < count; i++)
                {
                    taken[from + i].SetResult(outcomes[i]);
                }
            }
            catch (Exception exception)
            {
                for (var i = 0; i < count; i++)
                {
                    taken[from + i].TrySetException(exception);
                }
            }
        }
    }
}
