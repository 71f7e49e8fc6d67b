using System.Globalization;

namespace Silo.Testing;

/// <summary>
/// The seed of this run: what tests draw, and the order that they run in, come from it. It is drawn, and written into the
/// output of each test that draws, which is shown when the test fails; the environment gives one back.
/// </summary>
internal static class TestSeed
{
    /// <summary>The variable that repeats a run.</summary>
    public const string Variable = "SILO_TEST_SEED";

    /// <summary>The seed that the environment gives, or null.</summary>
    public static int? Given { get; } = int.TryParse(
        Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : null;

    /// <summary>The seed, for what is drawn outside a test and has it in its name.</summary>
    public static int Value { get; } = Given ?? Random.Shared.Next();

    /// <summary>The seed, told in the output of the test that draws.</summary>
    public static int Draw()
    {
        Xunit.TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Variable}={Value}"));
        return Value;
    }
}
