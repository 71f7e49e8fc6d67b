using System.Diagnostics.CodeAnalysis;
using Silo.Kernel;

namespace Silo.Edge;

/// <summary>Carries a refusal from a service to the edge, which answers it with the status of its kind.</summary>
public sealed class RefusalException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="refusal">What is refused, and why.</param>
    /// <param name="retryAfter">When a retry can succeed, where that is known.</param>
    public RefusalException(Refusal refusal, TimeSpan? retryAfter = null)
        : base(refusal.Reason) => (Refusal, RetryAfter) = (refusal, retryAfter);

    /// <summary>What is refused, and why.</summary>
    public Refusal Refusal { get; }

    /// <summary>When a retry can succeed, where that is known.</summary>
    public TimeSpan? RetryAfter { get; }
}

/// <summary>From outcomes to answers, in services.</summary>
public static class RefusalExtensions
{
    /// <summary>The accepted value; a refusal ends the call.</summary>
    public static T OrRefuse<T>(this Result<T> result)
    {
        if (!result.IsAccepted)
        {
            result.Refusal.Throw();
        }

        return result.Value;
    }

    /// <summary>Ends the call with this refusal. An expression throws a <see cref="RefusalException"/> instead.</summary>
    [DoesNotReturn]
    public static void Throw(this Refusal refusal, TimeSpan? retryAfter = null) =>
        throw new RefusalException(refusal, retryAfter);
}
