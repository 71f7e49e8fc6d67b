using Silo.Kernel;
using Xunit;

namespace Silo.Modules.Tests.Kernel;

/// <summary>Goal: what is kept as JSON can be read and written for ever. Method: texts as a table.</summary>
public sealed class JsonTextTests
{
    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"姓名":"王","file0":"x"}""", true)]
    [InlineData("""{"a":"\ud83d\ude00"}""", true)]
    [InlineData("[]", false)]
    [InlineData("1", false)]
    [InlineData("{", false)]
    [InlineData("plausible", false)]
    [InlineData("""{"a":"\ud800"}""", false)]
    [InlineData("""{"\udc00":1}""", false)]
    [InlineData("""{"a":[{"b":"\ud800x"}]}""", false)]
    public void ReadObject_Text_IsJudged(string text, bool isObject) => Assert.Equal(isObject, JsonText.ReadObject(text) is not null);

    [Fact]
    public void ReadObject_NestedTooDeep_IsNone() =>
        Assert.Null(JsonText.ReadObject("{\"a\":" + new string('[', 100) + new string(']', 100) + "}"));
}
