namespace Silo.Testing;

/// <summary>Awaits what must happen: a hang is a failure with a name instead of a run without an end.</summary>
internal static class SoonExtensions
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    public static Task Soon(this Task task) => task.WaitAsync(Bound);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Bound);
}
