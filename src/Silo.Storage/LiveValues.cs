using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting;

namespace Silo.Storage;

/// <summary>
/// Live values on this node: one loop per watched key asks its grain, and all who watch the key share it. Only the latest
/// value is kept, so a slow reader costs one value. The loop asks by key, so it survives the grain's move. A reader who
/// joins gets what the loop reads next, at once or after the pace, together with all who join until then.
/// </summary>
/// <typeparam name="TKey">What names the grain.</typeparam>
/// <typeparam name="TValue">What is watched; compared by value.</typeparam>
public sealed class LiveValues<TKey, TValue>
    where TKey : notnull
    where TValue : class
{
    /// <summary>At most so many values a second; a hot grain commits far more often than anybody can look.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
    private readonly Func<TKey, TValue?, Task<TValue?>> ask;
    private readonly TimeProvider time;
    private readonly CancellationToken stopping;
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, Broadcast> broadcasts = [];

    /// <summary>Makes one.</summary>
    /// <param name="ask">
    /// Asks the grain for its value, which answers once it differs from the one given or some seconds have passed; null
    /// where there is none.
    /// </param>
    /// <param name="time">For the pauses.</param>
    /// <param name="lifetime">Ends all streams when the node stops.</param>
    public LiveValues(Func<TKey, TValue?, Task<TValue?>> ask, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        ArgumentNullException.ThrowIfNull(lifetime);
        (this.ask, this.time, stopping) = (ask, time, lifetime.ApplicationStopping);
    }

    /// <summary>The value now and after every change, never an older one after a newer; null, once, where there is none.</summary>
    /// <exception cref="OperationCanceledException">The reader leaves, or the node stops.</exception>
    public async IAsyncEnumerable<TValue?> WatchAsync(TKey key, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stopping);
        // Joined before the value is read, and read by the one loop: what two loops have read has no order.
        var broadcast = Join(key, out var first);
        try
        {
            var seen = await first.WaitAsync(stop.Token);
            yield return seen;
            while (seen is not null)
            {
                var (value, next) = broadcast.Latest;
                if (value is not null && !value.Equals(seen))
                {
                    seen = value;
                    yield return value;
                }

                await next.WaitAsync(stop.Token);
            }
        }
        finally
        {
            Leave(key, broadcast);
        }
    }

    /// <summary>Joins a key's loop.</summary>
    /// <param name="key">The key.</param>
    /// <param name="first">The value as it is at some moment after the call.</param>
    private Broadcast Join(TKey key, out Task<TValue?> first)
    {
        lock (gate)
        {
            if (!broadcasts.TryGetValue(key, out var broadcast))
            {
                broadcasts[key] = broadcast = new Broadcast();
                first = broadcast.JoinAsync();
                _ = FollowAsync(key, broadcast);
            }
            else
            {
                first = broadcast.JoinAsync();
            }

            broadcast.Watchers++;
            return broadcast;
        }
    }

    private void Leave(TKey key, Broadcast broadcast)
    {
        lock (gate)
        {
            if (--broadcast.Watchers == 0)
            {
                broadcasts.Remove(key);
                broadcast.Stop.Cancel();
            }
        }
    }

    private async Task FollowAsync(TKey key, Broadcast broadcast)
    {
        TValue? seen = null;
        Task<TValue?>? change = null;
        while (!broadcast.Stop.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            var (joined, joining) = broadcast.TakeJoined();
            var pause = Pace;
            try
            {
                var asked = joined is null ? change ??= ask(key, seen) : ask(key, null);
                if (joined is null && await Task.WhenAny(asked, joining).WaitAsync(broadcast.Stop.Token) == joining)
                {
                    // A reader who joins does not wait for a change.
                    continue;
                }

                var value = await asked.WaitAsync(broadcast.Stop.Token);
                if (value is not null && !value.Equals(seen))
                {
                    // The answer to the question for this change may be on its way, and is then old.
                    (seen, change) = (value, null);
                    broadcast.Publish(value);
                }
                else if (joined is null)
                {
                    change = null;
                }

                joined?.SetResult(value);
            }
            catch (OperationCanceledException) when (broadcast.Stop.IsCancellationRequested)
            {
                joined?.SetCanceled();
                return;
            }
            catch (Exception exception)
            {
                // The grain is between two nodes or the store is away: ask again. Readers who have joined are told.
                joined?.SetException(exception);
                (change, pause) = (null, RetryPause);
            }

            await Task.Delay(pause, time).WaitAsync(broadcast.Stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What the readers of one key share.</summary>
    private sealed class Broadcast
    {
        private readonly Lock gate = new();
        private TValue? value;
        private TaskCompletionSource next = NewSignal();
        private TaskCompletionSource joining = NewSignal();
        private TaskCompletionSource<TValue?>? joined;

        public int Watchers { get; set; }

        public CancellationTokenSource Stop { get; } = new();

        public (TValue? Value, Task Next) Latest
        {
            get
            {
                lock (gate)
                {
                    return (value, next.Task);
                }
            }
        }

        /// <summary>The value that is asked for next; one for all who join before that.</summary>
        public Task<TValue?> JoinAsync()
        {
            lock (gate)
            {
                joined ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                joining.TrySetResult();
                return joined.Task;
            }
        }

        /// <summary>Who has joined and waits for a value, null for nobody; and what ends when somebody joins after.</summary>
        public (TaskCompletionSource<TValue?>? Joined, Task Joining) TakeJoined()
        {
            lock (gate)
            {
                var taken = joined;
                if (taken is not null)
                {
                    (joined, joining) = (null, NewSignal());
                }

                return (taken, joining.Task);
            }
        }

        public void Publish(TValue latest)
        {
            TaskCompletionSource reached;
            lock (gate)
            {
                value = latest;
                (reached, next) = (next, NewSignal());
            }

            reached.SetResult();
        }

        private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
