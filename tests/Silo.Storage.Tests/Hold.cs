namespace Silo.Storage.Tests;

/// <summary>Stops whoever comes by first until it is released; later ones pass. Counts them all.</summary>
internal sealed class Hold
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int passed;

    /// <summary>Somebody is held.</summary>
    public Task Reached => reached.Task.WaitAsync(Bound);

    public int Passed => Volatile.Read(ref passed);

    public void Release() => release.TrySetResult();

    public void Pass()
    {
        if (Interlocked.Increment(ref passed) == 1)
        {
            reached.TrySetResult();
            if (!release.Task.Wait(Bound))
            {
                throw new TimeoutException("Nobody released the hold.");
            }
        }
    }
}
