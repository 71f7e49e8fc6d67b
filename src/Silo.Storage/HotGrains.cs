using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Silo.Kernel;

namespace Silo.Storage;

/// <summary>
/// The one entry to the hot grains of a kind: calls for one key are gathered into messages, what is locked elsewhere is sent
/// again, and live values are shared by those who watch.
/// </summary>
/// <typeparam name="TKey">What names a grain.</typeparam>
/// <typeparam name="TCommand">What callers ask.</typeparam>
/// <typeparam name="TOutcome">What they are told.</typeparam>
public sealed class HotGrains<TKey, TCommand, TOutcome>
    where TKey : notnull
    where TOutcome : class, IOutcome<TOutcome>
{
    private readonly Func<TKey, IHotGrain<TCommand, TOutcome>> grainOf;
    private readonly Coalescer<TKey, TCommand, TOutcome> messages;
    private readonly TimeProvider time;

    /// <summary>Makes one.</summary>
    /// <param name="grainOf">The grain of a key.</param>
    /// <param name="time">For the pauses.</param>
    public HotGrains(Func<TKey, IHotGrain<TCommand, TOutcome>> grainOf, TimeProvider time)
    {
        (this.grainOf, this.time) = (grainOf, time);
        messages = new((key, commands) => grainOf(key).RunAsync(commands));
    }

    /// <summary>Sends a command with its key's next message.</summary>
    /// <remarks>
    /// Not cut off by the caller's token: the message to the grain has its own limit, and a timer a call costs as much as
    /// a decision.
    /// </remarks>
    /// <exception cref="StorageBusyException">Too many commands wait for this key.</exception>
    /// <exception cref="StorageUnavailableException">It could not be committed, or that is not known.</exception>
    public async Task<TOutcome> RunAsync(TKey key, TCommand command)
    {
        var outcome = await messages.SubmitAsync(key, command);
        return !outcome.IsDeferred()
            ? outcome
            : await Deferral.AgainAsync(outcome, () => messages.SubmitAsync(key, command), static o => o, time);
    }

    /// <summary>Runs a command together with another module's work.</summary>
    /// <exception cref="StorageBusyException">Too many commands wait for this key.</exception>
    /// <exception cref="StorageUnavailableException">It could not be committed, or that is not known.</exception>
    public Task<JoinedOutcome<TOutcome>> RunJoinedAsync(TKey key, TCommand command, JoinedCommand joined) =>
        Deferral.RetryAsync(() => grainOf(key).RunJoinedAsync(command, joined), static o => o.Outcome, time);
}

/// <summary>Registers hot grains.</summary>
public static class HotGrainRegistration
{
    /// <summary>Adds the entry to the grains of a kind.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="grainOf">The grain of a key.</param>
    public static IServiceCollection AddHotGrain<TKey, TCommand, TOutcome>(
        this IServiceCollection services, Func<IGrainFactory, TKey, IHotGrain<TCommand, TOutcome>> grainOf)
        where TKey : notnull
        where TOutcome : class, IOutcome<TOutcome> => services.AddSingleton(provider =>
        {
            var grains = provider.GetRequiredService<IGrainFactory>();
            return new HotGrains<TKey, TCommand, TOutcome>(
                key => grainOf(grains, key), provider.GetRequiredService<ShopClock>().Time);
        });

    /// <summary>Adds the entry to the grains of a kind, and their live values.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="grainOf">The grain of a key; it is an <see cref="IWatchedGrain{TView}"/> too.</param>
    public static IServiceCollection AddHotGrain<TKey, TCommand, TOutcome, TView>(
        this IServiceCollection services, Func<IGrainFactory, TKey, IHotGrain<TCommand, TOutcome>> grainOf)
        where TKey : notnull
        where TOutcome : class, IOutcome<TOutcome>
        where TView : class => services.AddHotGrain(grainOf).AddSingleton(provider =>
        {
            var grains = provider.GetRequiredService<IGrainFactory>();
            return new LiveValues<TKey, TView>(
                (key, seen) => ((IWatchedGrain<TView>)grainOf(grains, key)).WatchAsync(seen),
                provider.GetRequiredService<ShopClock>().Time,
                provider.GetRequiredService<IHostApplicationLifetime>());
        });
}
