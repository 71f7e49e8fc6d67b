using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Silo.Comments;

/// <summary>Settings of the module; section <c>Silo:Comments</c>.</summary>
internal sealed class CommentsOptions
{
    /// <summary><c>Review</c>: whether comments wait for an operator before others see them; default true.</summary>
    public bool Review { get; init; } = true;

    /// <summary><c>PerAddress</c>: comments without a token from one address in 15 minutes, 0 for none; default 20. Off for loopback.</summary>
    public int PerAddress { get; init; } = 20;

    /// <summary><c>PerUser</c>: comments of one shopper in 15 minutes, 1 to 10,000; default 60.</summary>
    public int PerUser { get; init; } = 60;

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="InvalidOperationException">A setting is wrong; the message is one clear line.</exception>
    public static CommentsOptions From(IConfiguration configuration)
    {
        var section = configuration.GetSection("Silo:Comments");
        return new()
        {
            Review = section["Review"] is not { Length: > 0 } text || (bool.TryParse(text, out var review) ? review
                : throw new InvalidOperationException("Silo:Comments:Review must be true or false.")),
            PerAddress = Number(section, "PerAddress", 20, 0, 1_000_000),
            PerUser = Number(section, "PerUser", 60, 1, 10_000),
        };
    }

    private static int Number(IConfigurationSection section, string name, int otherwise, int min, int max)
    {
        if (section[name] is not { Length: > 0 } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw new InvalidOperationException($"Silo:Comments:{name} must be a number between {min} and {max}.");
    }
}
