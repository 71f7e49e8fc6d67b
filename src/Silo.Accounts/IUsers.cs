using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
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

/// <summary>The refusals that other modules give of shoppers.</summary>
public static class UsersRefusals
{
    /// <summary>There is no such shopper.</summary>
    public static readonly Refusal Unknown = new("USER_UNKNOWN", RefusalKind.NotFound, "There is no such user.");
}

/// <summary>Finds shoppers by their rows.</summary>
internal sealed class UsersDoor(IUnits units) : IUsers
{
    public async Task<IReadOnlySet<long>> ExistingAsync(
        IReads reads, IReadOnlyCollection<long> ids, CancellationToken cancellation) =>
        await reads.Query<UserRow>().Where(u => ids.Contains(u.Id) && u.DeletedAt == 0).Select(u => u.Id).ToHashSetAsync(cancellation);

    public Task<long?> RegisteredAtAsync(IReads reads, long id, CancellationToken cancellation) =>
        reads.Query<UserRow>().Where(u => u.Id == id && u.DeletedAt == 0).Select(u => (long?)u.CreatedAt)
            .SingleOrDefaultAsync(cancellation);

    public Task<long?> DemoUserAsync(CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<UserRow>().Where(u => u.NormalisedName == AccountsDemo.UserName).Select(u => (long?)u.Id)
            .SingleOrDefaultAsync(cancellation),
        cancellation);
}
