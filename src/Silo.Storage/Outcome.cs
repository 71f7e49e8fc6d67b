using Silo.Kernel;

namespace Silo.Storage;

/// <summary>What a hot grain answers to one command.</summary>
/// <typeparam name="TSelf">The outcome itself.</typeparam>
public interface IOutcome<TSelf>
    where TSelf : class, IOutcome<TSelf>
{
    /// <summary>Why nothing was changed, or null.</summary>
    Refusal? Refusal { get; }

    /// <summary>What another module's joined work sees of the decision; of the type that the door declares.</summary>
    object? Decision => this;

    /// <summary>An outcome that is a refusal.</summary>
    static abstract TSelf Refused(Refusal refusal);
}

/// <summary>
/// "Locked elsewhere, try again": what a hot grain answers to a command that needs a row which another transaction holds.
/// Nothing was decided. It is answered at once, so that its neighbours do not wait for it, and sent again after a pause.
/// </summary>
public static class Deferral
{
    /// <summary>The refusal that says so, between a grain and <see cref="RetryAsync"/>; no caller sees it.</summary>
    public static readonly Refusal Refusal =
        new("LOCKED_ELSEWHERE", RefusalKind.Unavailable, "A row that the command needs is locked elsewhere.");

    /// <summary>Before each further try, doubling from 10 ms: 1.3 s together.</summary>
    public static readonly IReadOnlyList<TimeSpan> Pauses =
        [.. Enumerable.Range(0, 7).Select(i => TimeSpan.FromMilliseconds(10 << i))];

    /// <summary>Whether an outcome says so.</summary>
    public static bool IsDeferred<TOutcome>(this TOutcome outcome)
        where TOutcome : class, IOutcome<TOutcome> => outcome.Refusal?.Reason == Refusal.Reason;

    /// <summary>Sends a command, and again after each pause while it is deferred.</summary>
    /// <exception cref="StorageUnavailableException">It was still deferred after the last pause.</exception>
    public static async Task<T> RetryAsync<T, TOutcome>(Func<Task<T>> send, Func<T, TOutcome> outcomeOf, TimeProvider time)
        where TOutcome : class, IOutcome<TOutcome>
    {
        ArgumentNullException.ThrowIfNull(send);
        ArgumentNullException.ThrowIfNull(outcomeOf);
        return await AgainAsync(await send(), send, outcomeOf, time);
    }

    /// <summary>Sends a command again after each pause while its answer is that it is deferred.</summary>
    /// <exception cref="StorageUnavailableException">It was still deferred after the last pause.</exception>
    internal static async Task<T> AgainAsync<T, TOutcome>(
        T answer, Func<Task<T>> send, Func<T, TOutcome> outcomeOf, TimeProvider time)
        where TOutcome : class, IOutcome<TOutcome>
    {
        foreach (var pause in Pauses)
        {
            if (!outcomeOf(answer).IsDeferred())
            {
                return answer;
            }

            await Task.Delay(pause, time);
            answer = await send();
        }

        return outcomeOf(answer).IsDeferred()
            ? throw new StorageUnavailableException("A row that the command needs stayed locked elsewhere.")
            : answer;
    }
}
