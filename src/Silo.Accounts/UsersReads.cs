using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>Reads shoppers.</summary>
internal sealed class UsersReads(IUnits units)
{
    /// <summary>A shopper whose account is not deleted; null for none.</summary>
    public Task<UserRow?> FindAsync(long id, CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<UserRow>().SingleOrDefaultAsync(u => u.Id == id && u.DeletedAt == 0, cancellation), cancellation);

    /// <summary>A page of those whose name begins with a text, the newest first.</summary>
    public Task<(List<UserRow> Page, long Total)> ListAsync(string namePrefix, Paging paging, CancellationToken cancellation)
    {
        var prefix = AccountsRules.NormaliseName(namePrefix);
        return units.ReadAsync(
            r => r.Query<UserRow>().Where(u => u.DeletedAt == 0 && (prefix == "" || u.NormalisedName.StartsWith(prefix)))
                .OrderByDescending(u => u.Id).PageAsync(paging, cancellation),
            cancellation);
    }
}
