using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Silo.Lotteries;

/// <summary>
/// The published functions of a lottery. They are written down in the module's README and recomputed by programs that share
/// no code with this one, so they never change for a lottery that exists.
/// </summary>
internal static class LotteryNumbers
{
    /// <summary>Length of seeds and keys.</summary>
    public const int KeyBytes = 32;

    /// <summary>The hash by which a seed is committed to.</summary>
    public static string SeedHash(byte[] seed) => Convert.ToHexStringLower(SHA256.HashData(seed));

    /// <summary>What binds the pseudonym of a user to them; told to nobody else.</summary>
    public static string Nonce(byte[] pseudonymKey, long lotteryId, long userId) => Convert.ToHexStringLower(
        HMACSHA256.HashData(pseudonymKey, Ascii(string.Create(CultureInfo.InvariantCulture, $"{lotteryId}:{userId}"))));

    /// <summary>The name under which a user's draws are revealed.</summary>
    public static string Pseudonym(long userId, string nonce) => Convert.ToHexStringLower(
        SHA256.HashData(Ascii(string.Create(CultureInfo.InvariantCulture, $"{userId}:{nonce}"))));

    /// <summary>The text of the attempt-th try to draw a number, from 0.</summary>
    public static string Message(long lotteryId, int ruleVersion, long position, string pseudonym, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{lotteryId}:{ruleVersion}:{position}:{pseudonym}:{attempt}");

    /// <summary>
    /// A number from 0 to <paramref name="total"/> - 1, each equally likely: the first eight bytes of the HMAC modulo the
    /// total, where they are below the largest multiple of the total; else the next attempt.
    /// </summary>
    public static DrawnNumber Number(
        byte[] seed, long lotteryId, int ruleVersion, long position, string pseudonym, ulong total)
    {
        // 2^64 modulo the total: so many numbers at the end would make the first ones more likely.
        var excess = (ulong.MaxValue % total) + 1;
        var limit = excess == total ? 0 : ulong.MaxValue - excess + 1;
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        for (var attempt = 0; ; attempt++)
        {
            var message = Message(lotteryId, ruleVersion, position, pseudonym, attempt);
            HMACSHA256.HashData(seed, Ascii(message), digest);
            var drawn = BinaryPrimitives.ReadUInt64BigEndian(digest);
            if (limit == 0 || drawn < limit)
            {
                return new(drawn % total, message, Convert.ToHexStringLower(digest));
            }
        }
    }

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}

/// <summary>A drawn number, and what it was drawn from.</summary>
/// <param name="Value">The number.</param>
/// <param name="Message">The text of the HMAC.</param>
/// <param name="Digest">The HMAC in hexadecimal.</param>
internal readonly record struct DrawnNumber(ulong Value, string Message, string Digest);
