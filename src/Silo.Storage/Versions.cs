using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Silo.Storage;

/// <summary>
/// Tells caches when what they hold has changed. A unit touches a topic (<see cref="Unit.TouchAsync"/>), which raises a
/// version in its own transaction; every node polls the versions, and the node that wrote knows at once.
/// </summary>
/// <remarks>Topics are few and touched by operators: a touch locks the topic's row until its unit ends.</remarks>
public sealed class Versions : BackgroundService
{
    /// <summary>How often a node looks; a change elsewhere is seen within twice this time.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(400);

    /// <summary>How old the last look may be; beyond it nothing that is cached is trusted.</summary>
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Topic> topics = new(StringComparer.Ordinal);
    private readonly IStore store;
    private readonly TimeProvider time;
    private readonly ILogger<Versions> logger;
    private long lastLook;

    internal Versions(IStore store, TimeProvider time, ILogger<Versions> logger)
    {
        (this.store, this.time, this.logger) = (store, time, logger);
        lastLook = time.GetTimestamp();
    }

    /// <summary>
    /// Counts the changes of a topic that this node knows of. What was read while it had one value is up to date while
    /// it still has it. Null while the versions could not be read: then nothing may be served from memory.
    /// </summary>
    public long? EpochOf(string topic) =>
        time.GetElapsedTime(Volatile.Read(ref lastLook)) < Trust ? TopicOf(topic).Epoch : null;

    /// <summary>A unit that touched the topics is committed.</summary>
    internal void Touched(IEnumerable<string> touched)
    {
        foreach (var topic in touched)
        {
            TopicOf(topic).Raise();
        }
    }

    /// <summary>Looks at the versions once.</summary>
    internal async Task LookAsync(CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var rows = await store.ReadAsync(context => context.Set<VersionRow>().ToListAsync(cancellation), cancellation);
        foreach (var row in rows)
        {
            TopicOf(row.Topic).See(row.Version);
        }

        Volatile.Write(ref lastLook, began);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                logger.LogWarning(exception, "The versions of what is cached could not be read");
            }
        }
    }

    private Topic TopicOf(string topic) => topics.GetOrAdd(topic, _ => new Topic());

    private sealed class Topic
    {
        private readonly Lock gate = new();
        private long seen;
        private long epoch;

        public long Epoch => Volatile.Read(ref epoch);

        public void Raise()
        {
            lock (gate)
            {
                epoch++;
            }
        }

        public void See(long version)
        {
            lock (gate)
            {
                if (version != seen)
                {
                    seen = version;
                    epoch++;
                }
            }
        }
    }
}

/// <summary>A topic and how often it was touched.</summary>
internal sealed class VersionRow
{
    public required string Topic { get; init; }

    public long Version { get; set; }
}
