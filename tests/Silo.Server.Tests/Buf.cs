using Silo.Server.Tests.House;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>The unmodified <c>buf</c> from npm.</summary>
internal static class Buf
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly string Modules = Path.Combine(Repository.Root, "tests", "node", "node_modules");

    /// <summary>Where npm puts it: the program itself, else the script that starts it with Node each time.</summary>
    public static string Program { get; } =
        (Directory.Exists(Path.Combine(Modules, "@bufbuild")) ? Directory.GetDirectories(Path.Combine(Modules, "@bufbuild"), "buf-*") : [])
            .Select(package => Path.Combine(package, "bin", "buf")).FirstOrDefault(File.Exists)
        ?? Path.Combine(Modules, ".bin", "buf");

    /// <summary>Skips the test where it is not installed; never in CI, where the test then fails.</summary>
    public static void SkipWhereMissing() => Assert.SkipUnless(
        File.Exists(Program) || Environment.GetEnvironmentVariable("CI") == "true",
        "buf is not installed; npm install --prefix tests/node");

    /// <summary>Runs it and returns its exit code and everything it printed.</summary>
    public static Task<(int Code, string Output)> RunAsync(params string[] arguments) =>
        Tool.RunAsync(Limit, Program, arguments);
}
