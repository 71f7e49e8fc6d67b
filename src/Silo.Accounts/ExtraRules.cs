using System.Text.Encodings.Web;
using System.Text.Json;
using Silo.Kernel;

namespace Silo.Accounts;

/// <summary>Extended attributes: texts by free keys, kept as the text of a JSON object. Pure.</summary>
internal static class ExtraRules
{
    public const int MaxKeys = 50;
    public const int MaxKeyLength = 64;
    public const int MaxCharacters = 2000;

    /// <summary>Chinese stays readable, and counts as the characters that it has.</summary>
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What is kept, in its one form; empty where there is nothing, or nothing that can be read.</summary>
    public static string Canonical(string kept) => Write(Read(kept) ?? []);

    /// <summary>Sets the attributes that are given: a null or an empty text removes its key, others stay.</summary>
    /// <param name="kept">What is there; what cannot be read counts as nothing.</param>
    /// <param name="given">The text of a JSON object, or empty for no change.</param>
    public static Result<string> Merge(string kept, string given)
    {
        if (given.Length == 0)
        {
            return kept;
        }

        if (Read(given) is not { } changes || changes.Keys.Any(key => key.Length is 0 or > MaxKeyLength))
        {
            return AccountsRefusals.ExtraInvalid;
        }

        var merged = Read(kept) ?? [];
        foreach (var (key, value) in changes)
        {
            merged[key] = value;
        }

        var text = Write(merged);
        return merged.Values.Count(value => value.Length > 0) <= MaxKeys && text.Length <= MaxCharacters
            ? text
            : AccountsRefusals.ExtraFull;
    }

    private static string Write(OrderedDictionary<string, string> attributes)
    {
        var present = attributes.Where(pair => pair.Value.Length > 0).ToDictionary();
        return present.Count == 0 ? "" : JsonSerializer.Serialize(present, Json);
    }

    private static OrderedDictionary<string, string>? Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            OrderedDictionary<string, string> attributes = [];
            foreach (var member in document.RootElement.EnumerateObject())
            {
                attributes[member.Name] = member.Value.ValueKind switch
                {
                    JsonValueKind.String => member.Value.GetString()!,
                    JsonValueKind.Null => "",
                    _ => member.Value.GetRawText(),
                };
            }

            return attributes;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second: an escape that is no character.
            return null;
        }
    }
}
