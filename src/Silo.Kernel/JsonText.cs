using System.Text.Json;

namespace Silo.Kernel;

/// <summary>JSON texts that clients give to be kept.</summary>
public static class JsonText
{
    /// <summary>
    /// The object that a text is, detached; null where it is none, is nested deeper than 64, or has a text with half a
    /// surrogate pair, which no writer can write.
    /// </summary>
    public static JsonElement? ReadObject(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            ReadTexts(document.RootElement);
            return document.RootElement.Clone();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <exception cref="InvalidOperationException">A text has half a surrogate pair.</exception>
    private static void ReadTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    ReadTexts(member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    ReadTexts(item);
                }

                break;
        }
    }
}
