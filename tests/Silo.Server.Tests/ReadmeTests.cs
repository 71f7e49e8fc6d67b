using System.Text;
using System.Text.RegularExpressions;
using Silo.Server.Tests.House;
using Silo.Testing;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: the session in the README can be typed as it stands. Method: its commands run in a shell beside a running
/// server, which is killed and started again between two blocks of them. Ids, tokens and instants of the answers differ from
/// run to run, so each is remembered with the one printed in the README, and later commands get the real one; everything
/// else must be what the README prints.
/// </summary>
public sealed partial class ReadmeTests
{
    private const string Elision = "...";

    [Fact]
    public async Task Session_OfTheReadme_AnswersAsPrinted()
    {
        Buf.SkipWhereMissing();
        var blocks = Blocks(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md")));
        await using var server = await ServerProcess.StartAsync([]);

        Assert.True(blocks.Count == 2 && blocks.Sum(steps => steps.Count) >= 5, "The README's session was not found.");
        await PlayAsync(server, blocks);
    }

    [Theory]
    [InlineData("\"enabled\": true", "\"enabled\": false")]
    [InlineData("\"enabled\": true", "\"usable\": true")]
    [InlineData("\"enabled\": true", "\"enabled\": true\n\"more\": 1")]
    public void Compare_WithAnotherAnswer_Fails(string printed, string real) =>
        Assert.NotNull(Difference(printed.Split('\n'), real.Split('\n'), []));

    [Fact]
    public void Compare_WithAnotherId_RemembersIt()
    {
        Dictionary<string, string> real = [];

        Assert.Null(Difference(
            ["{", "  \"id\": \"912899404988417\",", Elision], ["{", "  \"id\": \"912957252829184\",", "more"], real));
        Assert.Equal("912957252829184", real["912899404988417"]);
    }

    private static async Task PlayAsync(ServerProcess server, List<List<Step>> blocks)
    {
        Dictionary<string, string> real = new()
        {
            ["npx --yes @bufbuild/buf"] = Buf.Program,
            ["http://localhost:5081"] = server.Grpc.ToString().TrimEnd('/'),
        };
        // A shell of its own for each command, so what the earlier ones defined comes first.
        var definitions = new StringBuilder($"cd '{server.HomeDirectory}'\n");
        foreach (var steps in blocks)
        {
            if (steps != blocks[0])
            {
                await server.KillAsync();
                await server.RestartAsync();
            }

            foreach (var step in steps)
            {
                var command = real.Aggregate(step.Command, (text, pair) => text.Replace(pair.Key, pair.Value, StringComparison.Ordinal));
                if (step.Answer.Length == 0)
                {
                    definitions.AppendLine(command);
                    continue;
                }

                var (code, output) = await Tool.RunAsync(TimeSpan.FromSeconds(60), "bash", "-c", $"{definitions}{command}");
                Assert.True(code == 0, $"{step.Command}: {code}\n{output}");
                var difference = Difference(step.Answer, output.Split('\n'), real);
                Assert.True(difference is null, $"{step.Command}: {difference}\n{output}");
            }
        }
    }

    /// <summary>Compares line by line, up to an elision; null where both are the same but for what varies.</summary>
    private static string? Difference(string[] printed, string[] answer, Dictionary<string, string> real)
    {
        for (var i = 0; i < printed.Length; i++)
        {
            var line = printed[i].Trim();
            if (line == Elision)
            {
                return null;
            }

            var actual = i < answer.Length ? answer[i].Trim() : "";
            if (Varying().Replace(line, "*") != Varying().Replace(actual, "*"))
            {
                return $"'{line}' is printed, '{actual}' was answered";
            }

            foreach (var (theirs, ours) in Varying().Matches(line).Zip(Varying().Matches(actual)))
            {
                real[theirs.Value] = ours.Value;
            }
        }

        return answer.Length == printed.Length ? null : $"{answer.Length} lines were answered, {printed.Length} are printed";
    }

    /// <summary>The commands of each block, each with the JSON object that is printed after it, if any.</summary>
    private static List<List<Step>> Blocks(string readme) => [.. Console().Matches(readme).Select(block => Steps(block.Groups[1].Value))];

    private static List<Step> Steps(string block) => [.. Prompt().Split(block).Skip(1)
        .Select(text => text.TrimEnd().Split('\n'))
        .Select(lines => (Lines: lines, Command: lines.TakeWhile(line => line != "{").Count()))
        .Select(step => new Step(string.Join('\n', step.Lines[..step.Command]), step.Lines[step.Command..]))];

    [GeneratedRegex(@"```console\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Console();

    [GeneratedRegex(@"^\$ ", RegexOptions.Multiline)]
    private static partial Regex Prompt();

    /// <summary>Ids, tokens, and instants of the server's clock, which alone have fractions of a second.</summary>
    [GeneratedRegex(@"\b(\d{12,16}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\d-]{10}T[\d:]{8}\.\d+Z)\b")]
    private static partial Regex Varying();

    private sealed record Step(string Command, string[] Answer);
}
