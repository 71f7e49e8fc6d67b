using Silo.Kernel;
using Silo.Storage;

namespace Silo.Edge;

/// <summary>Sends commands again that a hot grain has put off.</summary>
public static class PutOffs
{
    /// <summary>
    /// Sends a command with its key's next message, and again after growing pauses while it is put off because a row of it
    /// is locked elsewhere (<see cref="Refusals.StorageUnavailable"/>). After the last pause that is the answer.
    /// </summary>
    /// <param name="messages">Gathers the commands of a key.</param>
    /// <param name="key">What names the grain.</param>
    /// <param name="command">The command.</param>
    /// <param name="refusalOf">The refusal in an outcome, or null.</param>
    /// <param name="time">For the pauses.</param>
    /// <exception cref="StorageBusyException">Too many commands wait for this key.</exception>
    public static async Task<TOutcome> SubmitPatientlyAsync<TKey, TCommand, TOutcome>(
        this Coalescer<TKey, TCommand, TOutcome> messages,
        TKey key,
        TCommand command,
        Func<TOutcome, Refusal?> refusalOf,
        TimeProvider time)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(refusalOf);
        var outcome = await messages.SubmitAsync(key, command);
        foreach (var pause in Pauses.OfAPutOffCommand)
        {
            if (refusalOf(outcome)?.Reason != Refusals.StorageUnavailable.Reason)
            {
                break;
            }

            await Task.Delay(pause, time);
            outcome = await messages.SubmitAsync(key, command);
        }

        return outcome;
    }
}
