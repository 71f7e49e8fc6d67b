using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace Silo.Server.Tests.House;

/// <summary>
/// The compiler itself keeps rules pure (src/BannedSymbols.Rules.txt, .editorconfig). Here it is shown to: the
/// checkout's own settings, copied beside planted code, must fail the build in exactly the planted rules.
/// </summary>
public sealed partial class PureRulesTests
{
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
        </Project>
        """;

    // Stands for the packages, so that the build needs none of them.
    private const string Packages = """
        namespace Orleans { internal static class Impure { public static int Touch() => 1; } }
        namespace Grpc.Core { internal static class Impure { public static int Touch() => 1; } }
        namespace Microsoft.EntityFrameworkCore { internal static class Impure { public static int Touch() => 1; } }
        namespace Npgsql { internal static class Impure { public static int Touch() => 1; } }
        """;

    private static readonly string[] Settings =
    [
        ".editorconfig", "BannedSymbols.txt", "Directory.Build.props", "Directory.Packages.props", "global.json",
        "src/Directory.Build.props", "src/BannedSymbols.Rules.txt",
    ];

    /// <summary>One violation each.</summary>
    private static readonly string[] Violations =
    [
        "Orleans.Impure.Touch()",
        "Grpc.Core.Impure.Touch()",
        "Microsoft.EntityFrameworkCore.Impure.Touch()",
        "Npgsql.Impure.Touch()",
        "System.Data.ConnectionState.Open",
        "System.TimeProvider.System",
        "System.DateTime.UtcNow",
        "System.DateTimeOffset.UtcNow",
        "System.Guid.NewGuid()",
        "System.Random.Shared",
        "System.Security.Cryptography.RandomNumberGenerator.GetInt32(6)",
    ];

    [Fact]
    public async Task PlantedViolations_FailTheBuildInRulesAndOnlyThere()
    {
        var root = Directory.CreateTempSubdirectory("silo-planted-");
        try
        {
            foreach (var file in Settings)
            {
                var copy = Path.Combine(root.FullName, file);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(Path.Combine(Repository.Root, file), copy);
            }

            var module = root.CreateSubdirectory("src/Silo.Planted").FullName;
            await File.WriteAllTextAsync(Path.Combine(module, "Silo.Planted.csproj"), Project);
            await File.WriteAllTextAsync(Path.Combine(module, "Packages.cs"), Packages);
            await File.WriteAllTextAsync(Path.Combine(module, "PlantedRules.cs"), Source("PlantedRules"));
            await File.WriteAllTextAsync(Path.Combine(module, "PlantedGrain.cs"), Source("PlantedGrain"));

            var (code, output) = await BuildAsync(module);

            Assert.True(code != 0, output);
            var found = Error().Matches(output).Select(m => (m.Groups["file"].Value, int.Parse(m.Groups["line"].Value, null))).Distinct();
            // Line n + 1 holds violation n: every one, and nothing in the grain.
            Assert.Equal(
                Violations.Select((_, index) => ("PlantedRules.cs", index + 3)),
                found.Order());
            Assert.All(Errors().Matches(output), error => Assert.Equal("RS0030", error.Groups["id"].Value));
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static string Source(string type) =>
        $"internal static class {type}\n{{\n"
        + string.Concat(Violations.Select((violation, index) => $"    public static object V{index}() => {violation};\n"))
        + "}\n";

    private static async Task<(int Code, string Output)> BuildAsync(string directory)
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["build", "--tl:off", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-p:SiloChecks=true"])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The build that started this test run must not steer the one inside it.
        foreach (var inherited in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(inherited);
        }

        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3), TimeProvider.System);
        var errors = process.StandardError.ReadToEndAsync(deadline.Token);
        var output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, output + await errors);
    }

    [GeneratedRegex(@"(?<file>[^/\\\s(]+)\((?<line>\d+),\d+\): error RS0030")]
    private static partial Regex Error();

    [GeneratedRegex(@"error (?<id>[A-Z]+\d+)")]
    private static partial Regex Errors();
}
