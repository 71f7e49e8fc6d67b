using Silo.Storage;

namespace Silo.Accounts;

/// <summary>The door to shoppers, for modules that keep something of theirs.</summary>
public interface IUsers
{
    /// <summary>Which of the ids are shoppers whose accounts are not deleted.</summary>
    Task<IReadOnlySet<long>> ExistingAsync(IReads reads, IReadOnlyCollection<long> ids, CancellationToken cancellation);

    /// <summary>When a shopper registered, in unix milliseconds; null where there is none.</summary>
    Task<long?> RegisteredAtAsync(IReads reads, long id, CancellationToken cancellation);

    /// <summary>The shopper of the demo shop, for the demo data of other modules; null where it is not loaded.</summary>
    Task<long?> DemoUserAsync(CancellationToken cancellation);
}
