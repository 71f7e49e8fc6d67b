using Silo.Kernel;

namespace Silo.Storage;

/// <summary>Units without a result.</summary>
public static class UnitsExtensions
{
    /// <summary>Runs work that commits where it returns null and is rolled back where it refuses.</summary>
    /// <exception cref="StorageUnavailableException">The store did not answer, or a lock was held too long.</exception>
    /// <exception cref="UniqueKeyTakenException">A row could not be added because one of its unique keys is taken.</exception>
    public static async Task<Refusal?> RunAsync(
        this IUnits units, Func<Unit, Task<Refusal?>> work, CancellationToken cancellation, string? queue = null) =>
        (await units.RunAsync<bool>(async unit => await work(unit) is { } refusal ? refusal : true, cancellation, queue)).Refusal;

    /// <summary>Runs work that refuses nothing.</summary>
    /// <exception cref="StorageUnavailableException">The store did not answer, or a lock was held too long.</exception>
    /// <exception cref="UniqueKeyTakenException">A row could not be added because one of its unique keys is taken.</exception>
    public static Task RunAsync(this IUnits units, Func<Unit, Task> work, CancellationToken cancellation, string? queue = null) =>
        units.RunAsync<bool>(
            async unit =>
            {
                await work(unit);
                return true;
            },
            cancellation,
            queue);
}
