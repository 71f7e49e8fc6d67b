using Silo.Storage;

namespace Silo.Coupons;

/// <summary>Says for how many days in a row users have signed in; the module that owns sign-ins implements it.</summary>
public interface ISignInStreaks
{
    /// <summary>The streaks that are alive at an instant; a user without one is left out.</summary>
    Task<IReadOnlyDictionary<long, int>> StreaksAsync(
        IReads reads, IReadOnlyCollection<long> users, long nowMs, CancellationToken cancellation);
}
