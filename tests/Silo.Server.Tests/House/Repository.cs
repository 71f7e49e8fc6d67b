using System.Reflection;

namespace Silo.Server.Tests.House;

/// <summary>A file of the repository: its path from the root, with slashes, and its text.</summary>
public sealed record SourceFile(string Path, string Text);

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = ["bin", "obj", "node_modules", "artifacts", ".git"];

    /// <summary>The root directory.</summary>
    public static string Root { get; } = Metadata("SiloRepository");

    /// <summary>The directory with the built server and every module's assembly.</summary>
    public static string ServerOutput { get; } = Metadata("SiloServerOutput");

    /// <summary>The paths of all files below a directory, without what is built or installed.</summary>
    public static IReadOnlyList<string> Paths(string below = "") => [.. Below(Path.Combine(Root, below)).Order(StringComparer.Ordinal)];

    /// <summary>The files below a directory with one extension.</summary>
    public static IReadOnlyList<SourceFile> Files(string below, string extension) =>
        [.. Paths(below).Where(path => path.EndsWith(extension, StringComparison.Ordinal))
            .Select(path => new SourceFile(path, File.ReadAllText(Path.Combine(Root, path))))];

    private static IEnumerable<string> Below(string directory) =>
        Directory.EnumerateFiles(directory).Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Concat(Directory.EnumerateDirectories(directory)
                .Where(child => !NotOurs.Contains(Path.GetFileName(child)))
                .SelectMany(Below));

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(m => m.Key == key).Value!;
}
