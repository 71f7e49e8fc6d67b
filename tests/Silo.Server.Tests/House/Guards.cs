using System.Text.RegularExpressions;

namespace Silo.Server.Tests.House;

/// <summary>
/// The house's rules about its own files, as pure functions from files to complaints. Each complaint names the file.
/// </summary>
public static partial class Guards
{
    /// <summary>The most lines that a file of source may have.</summary>
    public const int MaxLines = 500;

    /// <summary>Every project under <c>src</c> explains itself.</summary>
    public static IEnumerable<string> ProjectsWithoutReadme(IReadOnlyCollection<string> paths) =>
        from path in paths
        where path.EndsWith(".csproj", StringComparison.Ordinal) && path.StartsWith("src/", StringComparison.Ordinal)
        let readme = $"{Folder(path)}/README.md"
        where !paths.Contains(readme)
        select $"{readme} is missing.";

    /// <summary>Projects live under <c>src</c> and <c>tests</c>, one in a folder of its own name.</summary>
    public static IEnumerable<string> ProjectsOutOfPlace(IEnumerable<string> paths) =>
        from path in paths
        where path.EndsWith(".csproj", StringComparison.Ordinal) && !ProjectPlace().IsMatch(path)
        select $"{path}: a project is src/<Name>/<Name>.csproj or tests/<Name>/<Name>.csproj.";

    /// <summary>Every project is in the solution: what is not is neither built nor tested.</summary>
    public static IEnumerable<string> ProjectsNotInSolution(IEnumerable<string> paths, string solution) =>
        from path in paths
        where path.EndsWith(".csproj", StringComparison.Ordinal)
        where !solution.Replace('\\', '/').Contains($"\"{path}\"", StringComparison.Ordinal)
        select $"{path} is not in the solution.";

    /// <summary>A file fits in a head. What a tool wrote (migrations) is not read.</summary>
    public static IEnumerable<string> LongFiles(IEnumerable<SourceFile> files) =>
        from file in files
        where !file.Path.Contains("/Migrations/", StringComparison.Ordinal)
        let lines = file.Text.AsSpan().TrimEnd().Count('\n') + 1
        where lines > MaxLines
        select $"{file.Path} has {lines} lines; the most is {MaxLines}.";

    /// <summary>Nothing is left for later in the source.</summary>
    public static IEnumerable<string> BannedWords(IEnumerable<SourceFile> files) =>
        from file in files
        from line in file.Text.Split('\n').Select((text, index) => (Text: text, Number: index + 1))
        from Match word in BannedWord().Matches(line.Text)
        select $"{file.Path}({line.Number}): {word.Value}";

    /// <summary>A proto's package is its path: <c>protos/silo/edge/v1/edge.proto</c> is in <c>silo.edge.v1</c>.</summary>
    public static IEnumerable<string> ProtosOutOfPlace(IEnumerable<SourceFile> files) =>
        from file in files
        let expected = Folder(file.Path)["protos/".Length..].Replace('/', '.')
        let package = Package().Match(file.Text).Groups["name"].Value
        where package != expected || !PackageName().IsMatch(expected)
        select $"{file.Path}: package '{package}' should be '{expected}', a silo.<area>.v<n>.";

    private static string Folder(string path) => path[..path.LastIndexOf('/')];

    [GeneratedRegex(@"^(src|tests)/(?<name>[^/]+)/\k<name>\.csproj$")]
    private static partial Regex ProjectPlace();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|NotImplementedException)\b|\bThread\s*\.\s*Sleep\b")]
    private static partial Regex BannedWord();

    [GeneratedRegex(@"^\s*package\s+(?<name>[\w.]+)\s*;", RegexOptions.Multiline)]
    private static partial Regex Package();

    [GeneratedRegex(@"^silo\.[a-z][a-z0-9_]*\.v[1-9][0-9]*$")]
    private static partial Regex PackageName();
}
