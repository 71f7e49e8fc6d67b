using Silo.Lotteries;
using Xunit;

namespace Silo.Modules.Tests.Lotteries;

/// <summary>
/// Goal: the published functions give what their description says, for ever, and no number is more likely than another.
/// Method: values that another implementation has computed, totals for which most first attempts are refused, and counts.
/// </summary>
public sealed class LotteryNumbersTests
{
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] Key = [.. Enumerable.Range(32, 32).Select(i => (byte)i)];

    [Theory]
    [InlineData(42, 1, 1, "aa", 10UL, 8UL, 0)]
    [InlineData(42, 1, 2, "aa", 10UL, 1UL, 0)]
    [InlineData(42, 2, 1, "aa", 10UL, 7UL, 0)]
    [InlineData(42, 1, 1, "ab", 1_000_003UL, 830_978UL, 0)]
    [InlineData(7, 1, 1, "aa", 9_223_372_036_854_775_809UL, 6_559_696_426_883_906_104UL, 1)]
    [InlineData(7, 1, 2, "aa", 9_223_372_036_854_775_809UL, 5_741_473_665_116_261_783UL, 2)]
    [InlineData(7, 1, 4, "aa", 9_223_372_036_854_775_809UL, 7_881_855_922_456_395_256UL, 0)]
    [InlineData(7, 1, 9, "aa", 1UL, 0UL, 0)]
    public void Number_OfKnownDraws_IsWhatTheFormulaGives(
        long lottery, int version, long position, string pseudonym, ulong total, ulong expected, int attempt)
    {
        var number = LotteryNumbers.Number(Seed, lottery, version, position, pseudonym, total);

        Assert.Equal(expected, number.Value);
        Assert.Equal($"{lottery}:{version}:{position}:{pseudonym}:{attempt}", number.Message);
    }

    [Fact]
    public void SeedHashAndPseudonym_OfKnownKeys_AreWhatTheFormulaGives()
    {
        var nonce = LotteryNumbers.Nonce(Key, 42, 1001);

        Assert.Equal("630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd", LotteryNumbers.SeedHash(Seed));
        Assert.Equal("7dec552b3785c81773b1991f012c9a452b86c4e431b0148aacea8e230b2124e5", nonce);
        Assert.Equal("d11a163b4f9ce4bb7dd78c7628815007d5de3bb246e0c3d9661f1bbd2f22abb1", LotteryNumbers.Pseudonym(1001, nonce));
    }

    /// <summary>
    /// 100,000 draws of one seed, so that nothing here is by chance: each of 7 numbers at 1/7, within four standard
    /// deviations (443 of 14,286), and none is missing.
    /// </summary>
    [Fact]
    public void Number_OfManyPositions_FillsTheIntervalEvenly()
    {
        const int draws = 100_000, total = 7;
        var counts = new int[total];

        for (var position = 1; position <= draws; position++)
        {
            counts[LotteryNumbers.Number(Seed, 1, 1, position, "aa", total).Value]++;
        }

        Assert.All(counts, count => Assert.InRange(count, (draws / total) - 443, (draws / total) + 443));
    }
}
