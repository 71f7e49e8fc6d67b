using Silo.Accounts;
using Xunit;

namespace Silo.Modules.Tests.Accounts;

/// <summary>The module's decisions as tables: what stands on each boundary.</summary>
public sealed class AccountRulesTests
{
    private const long Day = 24L * 60 * 60 * 1000;

    [Theory]
    // 4 to 32 characters
    [InlineData("abc", false)]
    [InlineData("abcd", true)]
    [InlineData("a2345678901234567890123456789012", true)]
    [InlineData("a23456789012345678901234567890123", false)]
    [InlineData("", false)]
    // letters, digits, '_', '-', '.'
    [InlineData("1234", true)]
    [InlineData("____", true)]
    [InlineData("a.b-c_d", true)]
    [InlineData("ABCD", true)]
    [InlineData("äöüß", true)]
    [InlineData("имя1", true)]
    [InlineData("٠١٢٣", true)]
    [InlineData("ab d", false)]
    // What nobody sees at its ends is no part of a name.
    [InlineData(" abcd", true)]
    [InlineData("abcd ", true)]
    [InlineData("abcd\t", true)]
    [InlineData("abcd\0", true)]
    [InlineData("ab@cd", false)]
    [InlineData("ab/cd", false)]
    [InlineData("#1234", false)]
    [InlineData("ab|cd", false)]
    [InlineData("abcd😀", false)]
    [InlineData("abcd\u200b", true)]
    [InlineData("abcd\u202e", true)]
    // CJK: one character is one, also beyond the first plane, with iteration and length marks
    [InlineData("小明小明", true)]
    [InlineData("小明小", false)]
    [InlineData("こんにちは", true)]
    [InlineData("안녕하세요", true)]
    [InlineData("佐々木さん", true)]
    [InlineData("サーバー", true)]
    [InlineData("𠮷野家店", true)]
    [InlineData("𠮷𠮷𠮷", false)]
    // what compatibility forms stand for counts: full width, ligatures, composed and decomposed
    [InlineData("ａｂｃｄ", true)]
    [InlineData("ａｂｃ", false)]
    [InlineData("ab\uff20cd", false)]
    [InlineData("ab\u3000cd", false)]
    [InlineData("aﬃ", true)]
    [InlineData("ﬃ", false)]
    [InlineData("abce\u0301", true)]
    [InlineData("abe\u0301", false)]
    // eighteen characters in one, two of them blanks
    [InlineData("\ufdfa", false)]
    public void NameRefusal_EachName_SaysWhetherItCanBeRegistered(string name, bool accepted) =>
        Assert.Equal(accepted ? null : "USER_NAME_INVALID", AccountsRules.NameRefusal(name)?.Reason);

    [Theory]
    [InlineData("Abcd", "aBCD", true)]
    [InlineData("abcd", "ａｂｃｄ", true)]
    [InlineData("ABCD", "ａｂｃｄ", true)]
    [InlineData("1234", "１２３４", true)]
    [InlineData("caf\u00e9", "cafe\u0301", true)]
    [InlineData("ﾊﾟﾋﾟﾌﾟﾍﾟ", "パピプペ", true)]
    [InlineData("office", "oﬃce", true)]
    [InlineData("ÄÖÜX", "äöüx", true)]
    [InlineData("abcd", "abce", false)]
    [InlineData("abcd", "ab-cd", false)]
    [InlineData("cafe", "caf\u00e9", false)]
    [InlineData("小明小明", "小明小朋", false)]
    public void NormaliseName_OfTwoNames_SaysWhetherTheyAreOne(string first, string second, bool same) =>
        Assert.Equal(same, AccountsRules.NormaliseName(first) == AccountsRules.NormaliseName(second));

    [Theory]
    [InlineData("ABCD")]
    [InlineData("ﾊﾟﾋﾟ-Oﬃce")]
    [InlineData("İstanbul")]
    [InlineData("ẞẞẞẞ")]
    public void NormaliseName_Twice_ChangesNothingMore(string name)
    {
        var once = AccountsRules.NormaliseName(name);

        Assert.Equal(once, AccountsRules.NormaliseName(once));
    }

    [Theory]
    [InlineData("12345", AccountsRules.MinUserPassword, false)]
    [InlineData("123456", AccountsRules.MinUserPassword, true)]
    [InlineData("      ", AccountsRules.MinUserPassword, true)]
    [InlineData("密码密码密码", AccountsRules.MinUserPassword, true)]
    [InlineData("", AccountsRules.MinUserPassword, false)]
    [InlineData("123456789", AccountsRules.MinOperatorPassword, false)]
    [InlineData("1234567890", AccountsRules.MinOperatorPassword, true)]
    public void PasswordRefusal_EachLength_SaysWhetherItCanBeSet(string password, int minLength, bool accepted) =>
        Assert.Equal(accepted ? null : "PASSWORD_INVALID", AccountsRules.PasswordRefusal(password, minLength)?.Reason);

    /// <summary>How long ago the life of a token was last written, and whether it is due to be written anew.</summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(Day - 1, false)]
    [InlineData(Day, false)]
    [InlineData(Day + 1, true)]
    [InlineData(30 * Day, true)]
    public void IsSlideDue_EachAge_IsDueAfterADay(long age, bool due)
    {
        const long now = 1_800_000_000_000;

        Assert.Equal(due, AccountsRules.IsSlideDue(now - age + AccountsRules.TokenLifeMs, now));
    }
}
