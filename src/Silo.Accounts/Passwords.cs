using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Silo.Kernel;

namespace Silo.Accounts;

/// <summary>
/// Hashes and verifies passwords with ASP.NET Core's hasher. That costs tens of milliseconds on purpose, so only as
/// many run at once as there are processors, and a short queue is all that waits.
/// </summary>
internal sealed class Passwords(AccountsOptions options) : IDisposable
{
    private const int MaxWaiting = 64;
    private readonly PasswordHasher<object> hasher = new(Options.Create(
        new PasswordHasherOptions { IterationCount = options.PasswordIterations }));

    private readonly SemaphoreSlim gate = new(Environment.ProcessorCount);
    private readonly Lazy<string> nobody = new(() => new PasswordHasher<object>(Options.Create(
        new PasswordHasherOptions { IterationCount = options.PasswordIterations })).HashPassword(new(), "nobody"));

    private int waiting;

    public Task<Result<string>> HashAsync(string password, CancellationToken cancellation) =>
        RunAsync(() => hasher.HashPassword(this, password), cancellation);

    /// <summary>Whether the password is right. An unknown account (null) takes as long as a known one.</summary>
    public Task<Result<bool>> VerifyAsync(string? hash, string password, CancellationToken cancellation) => RunAsync(
        () => hasher.VerifyHashedPassword(this, hash ?? nobody.Value, password) != PasswordVerificationResult.Failed
            && hash is not null,
        cancellation);

    public void Dispose() => gate.Dispose();

    private async Task<Result<T>> RunAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref waiting);
            return Refusals.Busy;
        }

        try
        {
            await gate.WaitAsync(cancellation);
            try
            {
                return await Task.Run(work, cancellation);
            }
            finally
            {
                gate.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }
}
