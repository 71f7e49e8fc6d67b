using Silo.Catalog;
using Silo.Kernel;
using Xunit;

namespace Silo.Modules.Tests.Catalog;

/// <summary>Goal: goods are found by what they contain, Chinese or not. Method: tables of texts and queries.</summary>
public sealed class CatalogSearchRulesTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("果", "果")]
    [InlineData("苹果", "苹 果 苹果")]
    [InlineData("红苹果", "红 苹 果 红苹 苹果")]
    [InlineData("果果", "果 果果")]
    [InlineData("tee", "t e te ee")]
    [InlineData("t恤", "t 恤 t恤")]
    [InlineData("a-b", "a b")]
    [InlineData("苹果，梨子", "苹 果 苹果 梨 子 梨子")]
    [InlineData("𠮷野家", "𠮷 野 家 𠮷野 野家")]
    [InlineData("--!", "")]
    public void TokensOf_Text_AreSinglesAndPairs(string text, string tokens) =>
        Assert.Equal(tokens, CatalogSearchRules.TokensOf(text));

    [Theory]
    [InlineData("果", "果")]
    [InlineData("苹果", "苹果")]
    [InlineData("红苹果", "红苹 苹果")]
    [InlineData("ＴＥＥ", "te ee")]
    [InlineData("t恤 x", "t恤 x")]
    [InlineData("！", "")]
    public void QueryOf_Query_IsWhatATextMustHave(string query, string tokens) =>
        Assert.Equal(tokens, string.Join(' ', CatalogSearchRules.QueryOf(SearchText.Normalise(query))));

    [Fact]
    public void QueryOf_EveryPartOfAText_IsAmongItsTokens()
    {
        const string text = "赣南脐橙 iPhone15 纯棉T恤，𠮷野家 50ML";
        var normalised = SearchText.Normalise(text);
        var tokens = CatalogSearchRules.TokensOf(normalised).Split(' ').ToHashSet();
        var words = CatalogSearchRules.WordsOf(normalised);

        Assert.Equal(["赣南脐橙", "iphone15", "纯棉t恤", "𠮷野家", "50ml"], words);
        foreach (var word in words)
        {
            var runes = word.EnumerateRunes().Select(r => r.ToString()).ToArray();
            for (var start = 0; start < runes.Length; start++)
            {
                for (var length = 1; start + length <= runes.Length; length++)
                {
                    Assert.Subset(tokens, CatalogSearchRules.QueryOf(string.Concat(runes.Skip(start).Take(length))).ToHashSet());
                }
            }
        }
    }

    [Fact]
    public void TextOf_LongText_EndsBetweenCharacters()
    {
        var text = CatalogSearchRules.TextOf("x" + string.Concat(Enumerable.Repeat("𠮷", 1_500)));

        Assert.Equal(CatalogSearchRules.MaxIndexed - 1, text.Length);
        Assert.False(char.IsHighSurrogate(text[^1]));
        Assert.Equal("a\nb", CatalogSearchRules.TextOf("A", "", "Ｂ"));
    }
}
