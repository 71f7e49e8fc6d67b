using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Accounts;

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
