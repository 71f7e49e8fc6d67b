using System.Security.Cryptography;
using System.Text;
using Silo.Coupons;
using Xunit;

namespace Silo.Modules.Tests.Coupons;

/// <summary>
/// Goal: a card's password is known from its hash to nobody, and by its hash only with its own number. Method: a table, and
/// the function itself against what it is documented to be, so that hashes that are stored stay good.
/// </summary>
public sealed class CardHashTests
{
    [Theory]
    [InlineData("C1", "secret", true)]
    // However they are typed.
    [InlineData("C1", "Secret", true)]
    [InlineData("C1", "secret ", true)]
    [InlineData("c1", "ｓｅｃｒｅｔ", true)]
    [InlineData("C1", "wrong", false)]
    [InlineData("C1", "", false)]
    // The number is the salt.
    [InlineData("C2", "secret", false)]
    [InlineData("", "secret", false)]
    // The two do not run together.
    [InlineData("C1s", "ecret", false)]
    public void IsHashOf_EachPasswordAndCard_IsTrueForTheOneAlone(string number, string password, bool expected) =>
        Assert.Equal(expected, CouponsWrites.IsHashOf(CouponsWrites.HashOf("C1", "secret"), number, password));

    [Fact]
    public void IsHashOf_AnotherLengthOrNothing_IsFalse()
    {
        var hash = CouponsWrites.HashOf("C1", "secret");

        Assert.False(CouponsWrites.IsHashOf(hash[..31], "C1", "secret"));
        Assert.False(CouponsWrites.IsHashOf([], "C1", ""));
    }

    [Fact]
    public void HashOf_ACard_IsSlowAndSaltedAsThoseThatAreStored() => Assert.Equal(
        Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes("SECRET"), Encoding.UTF8.GetBytes("silo.coupons.card\nC1"), 10_000, HashAlgorithmName.SHA256, 32),
        CouponsWrites.HashOf("C1", "secret"));

    [Fact]
    public void HashOf_OnePasswordOnTwoCards_IsNotTheSame() =>
        Assert.NotEqual(CouponsWrites.HashOf("C1", "secret"), CouponsWrites.HashOf("C2", "secret"));
}
