namespace Silo.Storage;

/// <summary>
/// Bounds how many are under way at once; the others wait in turn, in a bounded number and for a bounded time.
/// </summary>
/// <param name="atOnce">Most under way at once.</param>
/// <param name="maxWaiting">Most who wait.</param>
/// <param name="longestWait">How long one waits.</param>
/// <param name="time">For the wait.</param>
internal sealed class Turns(int atOnce, int maxWaiting, TimeSpan longestWait, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim turns = new(atOnce);
    private int waiting;

    public void Dispose() => turns.Dispose();

    /// <exception cref="StorageBusyException">Too many wait, or it had no turn in time; nothing was begun.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        await WaitAsync();
        try
        {
            return await work();
        }
        finally
        {
            turns.Release();
        }
    }

    private async Task WaitAsync()
    {
        if (turns.Wait(0))
        {
            return;
        }

        try
        {
            if (Interlocked.Increment(ref waiting) > maxWaiting)
            {
                throw new StorageBusyException();
            }

            using var limit = new CancellationTokenSource(longestWait, time);
            await turns.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new StorageBusyException();
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }
}
