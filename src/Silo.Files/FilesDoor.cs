using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Files;

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
