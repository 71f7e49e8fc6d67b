using System.Text.Json;

namespace Silo.Storage;

/// <summary>The one form in which payloads of work and of joined commands are stored: JSON, null members left out.</summary>
internal static class Payloads
{
    /// <summary>Most characters of a payload.</summary>
    public const int MaxLength = 16 * 1024;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    /// <exception cref="ArgumentException">It is longer than <see cref="MaxLength"/>.</exception>
    public static string Write<T>(T payload)
    {
        var text = JsonSerializer.Serialize(payload, Format);
        return text.Length <= MaxLength ? text
            : throw new ArgumentException($"The payload has {text.Length} characters.", nameof(payload));
    }

    /// <exception cref="JsonException">It is not a payload of this type.</exception>
    public static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text, Format)
        ?? throw new JsonException($"The payload of a {typeof(T).Name} is null.");
}
