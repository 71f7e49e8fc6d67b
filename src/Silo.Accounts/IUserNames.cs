using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>A shopper as others see him beside what he wrote.</summary>
/// <param name="Nick">His nick; empty where he has none.</param>
/// <param name="AvatarUrl">His picture; empty where he has none.</param>
public sealed record ShownUser(string Nick, string AvatarUrl);

/// <summary>How shoppers are shown to others, for modules that show what shoppers wrote.</summary>
public interface IUserNames
{
    /// <summary>The shoppers of the ids; who does not exist is left out.</summary>
    Task<IReadOnlyDictionary<long, ShownUser>> ShownAsync(
        IReads reads, IReadOnlyCollection<long> ids, CancellationToken cancellation);
}

/// <summary>Reads them from the shoppers' rows.</summary>
internal sealed class UserNamesDoor : IUserNames
{
    public async Task<IReadOnlyDictionary<long, ShownUser>> ShownAsync(
        IReads reads, IReadOnlyCollection<long> ids, CancellationToken cancellation) => ids.Count == 0
        ? new Dictionary<long, ShownUser>()
        : await reads.Query<UserRow>().Where(u => ids.Contains(u.Id)).Select(u => new { u.Id, u.Nick })
            .ToDictionaryAsync(u => u.Id, u => new ShownUser(u.Nick, ""), cancellation);
}
