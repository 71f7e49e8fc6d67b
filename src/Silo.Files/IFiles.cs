using Microsoft.EntityFrameworkCore;
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

/// <summary>Finds files by their rows.</summary>
internal sealed class FilesDoor(FilesOptions options) : IFiles
{
    public string? NameIn(string url) => FilesRules.NameIn(url);

    public string UrlOf(string name) => $"{options.PublicUrl}{FilesRules.Path}{name}";

    public async Task<IReadOnlySet<string>> ExistingAsync(
        IReads reads, IReadOnlyCollection<string> names, CancellationToken cancellation) => names.Count == 0
        ? new HashSet<string>()
        : await reads.Query<FileRow>().Where(f => names.Contains(f.Name)).Select(f => f.Name).ToHashSetAsync(cancellation);
}
