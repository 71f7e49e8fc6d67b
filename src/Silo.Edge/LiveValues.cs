using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting;

namespace Silo.Edge;

/// <summary>
/// Live values on this node: one loop per watched key asks its grain, whoever watches shares it. The latest value wins,
/// so a slow reader costs one value. The loop asks by key, so it survives the grain's move.
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
    private readonly Dictionary<TKey, Topic> topics = [];

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

    /// <summary>The value now and after every change; null, once, where there is none.</summary>
    public async IAsyncEnumerable<TValue?> WatchAsync(TKey key, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var first = await ask(key, null).WaitAsync(cancellation);
        yield return first;
        if (first is null)
        {
            yield break;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stopping);
        var topic = Join(key);
        try
        {
            var seen = first;
            while (true)
            {
                var (value, next) = topic.Latest;
                if (value is not null && !value.Equals(seen))
                {
                    seen = value;
                    yield return value;
                }

                try
                {
                    await next.WaitAsync(stop.Token);
                }
                catch (OperationCanceledException)
                {
                    yield break;
                }
            }
        }
        finally
        {
            Leave(key, topic);
        }
    }

    private Topic Join(TKey key)
    {
        lock (gate)
        {
            if (!topics.TryGetValue(key, out var topic))
            {
                topics[key] = topic = new Topic();
                _ = FollowAsync(key, topic);
            }

            topic.Watchers++;
            return topic;
        }
    }

    private void Leave(TKey key, Topic topic)
    {
        lock (gate)
        {
            if (--topic.Watchers == 0)
            {
                topics.Remove(key);
                topic.Stop.Cancel();
            }
        }
    }

    private async Task FollowAsync(TKey key, Topic topic)
    {
        TValue? seen = null;
        while (!topic.Stop.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            var pause = Pace;
            try
            {
                var value = await ask(key, seen).WaitAsync(topic.Stop.Token);
                if (value is not null && !value.Equals(seen))
                {
                    seen = value;
                    topic.Publish(value);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception)
            {
                // The grain is between two nodes or the store is away: ask again.
                pause = RetryPause;
            }

            await Task.Delay(pause, time).WaitAsync(topic.Stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private sealed class Topic
    {
        private readonly Lock gate = new();
        private TValue? value;
        private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

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

        public void Publish(TValue latest)
        {
            TaskCompletionSource reached;
            lock (gate)
            {
                value = latest;
                (reached, next) = (next, new(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            reached.SetResult();
        }
    }
}
