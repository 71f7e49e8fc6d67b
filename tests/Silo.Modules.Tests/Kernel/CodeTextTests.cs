using Silo.Kernel;
using Xunit;

namespace Silo.Modules.Tests.Kernel;

/// <summary>Goal: a code is the same however it is typed. Method: codes as a table.</summary>
public sealed class CodeTextTests
{
    [Theory]
    [InlineData("SUMMER ")]
    [InlineData("summer")]
    [InlineData("\u3000Summer\u200B")]
    [InlineData("ＳＵＭＭＥＲ")]
    public void Normalise_HoweverItIsTyped_IsOne(string code) => Assert.Equal("SUMMER", CodeText.Normalise(code));

    [Theory]
    [InlineData("夏日 特惠", "夏日 特惠")]
    [InlineData("a-b", "A-B")]
    [InlineData(" \u3000", "")]
    public void Normalise_OfOthers_KeepsWhatTellsThemApart(string code, string expected) =>
        Assert.Equal(expected, CodeText.Normalise(code));
}
