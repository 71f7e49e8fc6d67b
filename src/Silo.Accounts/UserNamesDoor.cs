using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>Reads names from the shoppers' rows.</summary>
internal sealed class UserNamesDoor : IUserNames
{
    public async Task<IReadOnlyDictionary<long, ShownUser>> ShownAsync(
        IReads reads, IReadOnlyCollection<long> ids, CancellationToken cancellation) => ids.Count == 0
        ? new Dictionary<long, ShownUser>()
        : await reads.Query<UserRow>().Where(u => ids.Contains(u.Id)).Select(u => new { u.Id, u.Nick })
            .ToDictionaryAsync(u => u.Id, u => new ShownUser(u.Nick, ""), cancellation);
}
