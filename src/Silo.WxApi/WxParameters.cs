using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Silo.WxApi;

/// <summary>
/// Reads the parameters of a request: the query and the fields of an urlencoded or multipart body as one set, in which
/// the body wins. Whatever else the body is, it is not read.
/// </summary>
internal static class WxParameters
{
    /// <summary>Most bytes of a body.</summary>
    public const int MostBytes = 1024 * 1024;

    /// <summary>Most characters of a field of a body; the query is bounded by the server.</summary>
    public const int MostOfField = 64 * 1024;

    private static readonly FormOptions Limits = new()
    {
        KeyLengthLimit = 200,
        ValueLengthLimit = MostOfField,
        ValueCountLimit = 200,
        // Bounded here and not by the server, which would cut the connection off and with it the answer.
        BufferBody = true,
        BufferBodyLengthLimit = MostBytes,
        MultipartBodyLengthLimit = MostBytes,
        // As large as a whole body: nothing is written to the disk.
        MemoryBufferThreshold = MostBytes,
    };

    /// <summary>The parameters that are given, by name; those that were sent empty as empty texts.</summary>
    /// <exception cref="WxFault">The body cannot be read, or is too large.</exception>
    public static Task<Dictionary<string, string>> ReadAsync(HttpRequest request, CancellationToken cancellation) =>
        ReadAsync(request, Limits, cancellation);

    /// <summary>
    /// The parameters that are given with a file, which may have <paramref name="most"/> bytes. All of it is kept in one
    /// temporary file that goes with the request.
    /// </summary>
    /// <exception cref="WxFault">The body cannot be read, or is too large.</exception>
    public static Task<Dictionary<string, string>> ReadUploadAsync(
        HttpRequest request, long most, CancellationToken cancellation)
    {
        if (request.ContentLength > most + MostBytes)
        {
            // Before any of it is read.
            throw new WxFault(WxFiles.TooLarge);
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
        {
            server.MaxRequestBodySize = null;
        }

        var limits = new FormOptions
        {
            KeyLengthLimit = Limits.KeyLengthLimit,
            ValueLengthLimit = MostOfField,
            ValueCountLimit = Limits.ValueCountLimit,
            BufferBody = true,
            BufferBodyLengthLimit = most + MostBytes,
            MultipartBodyLengthLimit = most + MostBytes,
            MemoryBufferThreshold = MostOfField,
        };
        return ReadAsync(request, limits, cancellation);
    }

    private static async Task<Dictionary<string, string>> ReadAsync(
        HttpRequest request, FormOptions limits, CancellationToken cancellation)
    {
        Dictionary<string, string> given = new(StringComparer.Ordinal);
        Add(given, request.Query);
        if (!request.HasFormContentType)
        {
            return given;
        }

        try
        {
            Add(given, await request.ReadFormAsync(limits, cancellation));
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw new WxFault(WxAnswer.Malformed("body"));
        }

        return given;
    }

    /// <summary>Scripts send the texts of absent values, so these count as absent too.</summary>
    private static bool IsGiven(string? text) => text is not (null or "" or "null" or "undefined");

    private static void Add(Dictionary<string, string> given, IEnumerable<KeyValuePair<string, StringValues>> fields)
    {
        foreach (var (name, values) in fields)
        {
            if (values.LastOrDefault(IsGiven) is { } text)
            {
                given[name] = text;
            }
            else if (values.LastOrDefault() is "")
            {
                // Not given, save where a function asks whether it was emptied.
                given.TryAdd(name, "");
            }
        }
    }
}
