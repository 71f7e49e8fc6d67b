using Silo.Storage;

namespace Silo.Files;

/// <summary>
/// The door to files, for modules whose things have pictures: they keep names, and show URLs, so that the shop can move
/// its files.
/// </summary>
public interface IFiles
{
    /// <summary>The name of a file in one of its URLs, on whatever host, or by itself; null for anything else.</summary>
    string? NameIn(string url);

    /// <summary>Where a file is served: absolute where <c>Silo:Files:PublicUrl</c> is set, else a path.</summary>
    string UrlOf(string name);

    /// <summary>Which of the names are files.</summary>
    Task<IReadOnlySet<string>> ExistingAsync(IReads reads, IReadOnlyCollection<string> names, CancellationToken cancellation);
}
