using Silo.Storage;

namespace Silo.Accounts;

/// <summary>A shopper as others see them, beside what they wrote.</summary>
/// <param name="Nick">Their nick; empty where they have none.</param>
/// <param name="AvatarUrl">Their picture; empty where they have none.</param>
public sealed record ShownUser(string Nick, string AvatarUrl);

/// <summary>How shoppers are shown to others, for modules that show what shoppers wrote.</summary>
public interface IUserNames
{
    /// <summary>The shoppers of the ids; who does not exist is left out.</summary>
    Task<IReadOnlyDictionary<long, ShownUser>> ShownAsync(
        IReads reads, IReadOnlyCollection<long> ids, CancellationToken cancellation);
}
