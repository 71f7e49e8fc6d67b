using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting;
using Silo.Kernel;

namespace Silo.GroupBuys;

/// <summary>
/// Live groups on this node: one loop per watched group asks the grain, whoever watches shares it. The latest value
/// wins, so a slow reader costs one value. The loop asks by key, so it survives the grain's move.
/// </summary>
internal sealed class GroupWatch(IGrainFactory grains, ShopClock clock, IHostApplicationLifetime lifetime)
{
    /// <summary>At most so many values a second; a hot group commits more often than anybody can look.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private readonly Dictionary<long, Topic> topics = [];

    /// <summary>The group now and after every change; null, once, where there is no such group.</summary>
    public async IAsyncEnumerable<GroupProgress?> WatchAsync(
        long groupId, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var first = await grains.GetGroup(groupId).WatchAsync(null).WaitAsync(cancellation);
        yield return first;
        if (first is null)
        {
            yield break;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        var topic = Join(groupId);
        try
        {
            var seen = first;
            while (true)
            {
                var (value, next) = topic.Latest;
                if (value is not null && value != seen)
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
            Leave(groupId, topic);
        }
    }

    private Topic Join(long groupId)
    {
        lock (gate)
        {
            if (!topics.TryGetValue(groupId, out var topic))
            {
                topics[groupId] = topic = new Topic();
                _ = FollowAsync(groupId, topic);
            }

            topic.Watchers++;
            return topic;
        }
    }

    private void Leave(long groupId, Topic topic)
    {
        lock (gate)
        {
            if (--topic.Watchers == 0)
            {
                topics.Remove(groupId);
                topic.Stop.Cancel();
            }
        }
    }

    private async Task FollowAsync(long groupId, Topic topic)
    {
        GroupProgress? seen = null;
        while (!topic.Stop.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested)
        {
            var pause = Pace;
            try
            {
                var progress = await grains.GetGroup(groupId).WatchAsync(seen).WaitAsync(topic.Stop.Token);
                if (progress is not null && progress != seen)
                {
                    seen = progress;
                    topic.Publish(progress);
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

            await Task.Delay(pause, clock.Time).WaitAsync(topic.Stop.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private sealed class Topic
    {
        private readonly Lock gate = new();
        private GroupProgress? value;
        private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Watchers { get; set; }

        public CancellationTokenSource Stop { get; } = new();

        public (GroupProgress? Value, Task Next) Latest
        {
            get
            {
                lock (gate)
                {
                    return (value, next.Task);
                }
            }
        }

        public void Publish(GroupProgress progress)
        {
            TaskCompletionSource reached;
            lock (gate)
            {
                value = progress;
                (reached, next) = (next, new(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            reached.SetResult();
        }
    }
}
