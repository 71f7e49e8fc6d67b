using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting;
using Silo.Kernel;

namespace Silo.Coupons;

/// <summary>
/// Live stocks on this node: one loop per watched coupon asks the grain, whoever watches shares it. The latest value
/// wins, so a slow reader costs one value. The loop asks by key, so it survives the grain's move.
/// </summary>
internal sealed class CouponWatch(IGrainFactory grains, ShopClock clock, IHostApplicationLifetime lifetime)
{
    /// <summary>At most so many values a second; a hot coupon commits far more often than anybody can look.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private readonly Dictionary<long, Topic> topics = [];

    /// <summary>The stock now and after every change; null, once, where there is no such coupon.</summary>
    public async IAsyncEnumerable<CouponStock?> WatchAsync(
        long couponId, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var first = await grains.GetGrain<ICouponGrain>(couponId).WatchAsync(null).WaitAsync(cancellation);
        yield return first;
        if (first is null)
        {
            yield break;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        var topic = Join(couponId);
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
            Leave(couponId, topic);
        }
    }

    private Topic Join(long couponId)
    {
        lock (gate)
        {
            if (!topics.TryGetValue(couponId, out var topic))
            {
                topics[couponId] = topic = new Topic();
                _ = FollowAsync(couponId, topic);
            }

            topic.Watchers++;
            return topic;
        }
    }

    private void Leave(long couponId, Topic topic)
    {
        lock (gate)
        {
            if (--topic.Watchers == 0)
            {
                topics.Remove(couponId);
                topic.Stop.Cancel();
            }
        }
    }

    private async Task FollowAsync(long couponId, Topic topic)
    {
        CouponStock? seen = null;
        while (!topic.Stop.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested)
        {
            var pause = Pace;
            try
            {
                var stock = await grains.GetGrain<ICouponGrain>(couponId).WatchAsync(seen).WaitAsync(topic.Stop.Token);
                if (stock is not null && stock != seen)
                {
                    seen = stock;
                    topic.Publish(stock);
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
        private CouponStock? value;
        private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Watchers { get; set; }

        public CancellationTokenSource Stop { get; } = new();

        public (CouponStock? Value, Task Next) Latest
        {
            get
            {
                lock (gate)
                {
                    return (value, next.Task);
                }
            }
        }

        public void Publish(CouponStock stock)
        {
            TaskCompletionSource reached;
            lock (gate)
            {
                value = stock;
                (reached, next) = (next, new(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            reached.SetResult();
        }
    }
}
