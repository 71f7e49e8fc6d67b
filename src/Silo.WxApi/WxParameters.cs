using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Silo.WxApi;

/// <summary>
/// Reads the parameters of a request: the query and the fields of an urlencoded or multipart body as one set, in which
/// the body wins. A body of another type is not read.
/// </summary>
internal static class WxParameters
{
    /// <summary>Most bytes of a body.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The parameter that says who calls.</summary>
    public const string Token = "token";

    /// <summary>What is looked at of an upload before it is received: the fields before the file are in it.</summary>
    private const int LookedAt = 16 * 1024;

    /// <summary>Most characters of a field of a body; the query is bounded by the server.</summary>
    public const int MaxFieldLength = 64 * 1024;

    private static readonly FormOptions Limits = new()
    {
        KeyLengthLimit = 200,
        ValueLengthLimit = MaxFieldLength,
        ValueCountLimit = 200,
        // Bounded here and not by the server, which would cut the connection off and with it the answer.
        BufferBody = true,
        BufferBodyLengthLimit = MaxBytes,
        MultipartBodyLengthLimit = MaxBytes,
        // As large as a whole body: nothing is written to the disk.
        MemoryBufferThreshold = MaxBytes,
    };

    /// <summary>The parameters that are given, by name; those that were sent empty as empty texts.</summary>
    /// <exception cref="WxFault">The body cannot be read, or is too large.</exception>
    public static Task<Dictionary<string, string>> ReadAsync(HttpRequest request, CancellationToken cancellation) =>
        ReadAsync(request, Limits, cancellation);

    /// <summary>
    /// The parameters that are given with a file, which may have <paramref name="max"/> bytes. All of it is kept in one
    /// temporary file that goes with the request; a token that comes before the file is checked before anything is kept.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="max">The most bytes of a file.</param>
    /// <param name="check">Throws where a token is not valid.</param>
    /// <param name="cancellation">Cancelled when the client disconnects.</param>
    /// <exception cref="WxFault">The body cannot be read, or is too large.</exception>
    public static async Task<Dictionary<string, string>> ReadUploadAsync(
        HttpRequest request, long max, Func<string, Task> check, CancellationToken cancellation)
    {
        if (request.ContentLength > max + MaxBytes)
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
            ValueLengthLimit = MaxFieldLength,
            ValueCountLimit = Limits.ValueCountLimit,
            BufferBody = true,
            BufferBodyLengthLimit = max + MaxBytes,
            MultipartBodyLengthLimit = max + MaxBytes,
            MemoryBufferThreshold = MaxFieldLength,
        };
        if (await EarlyTokenAsync(request, cancellation) is { } token)
        {
            await check(token);
        }

        return await ReadAsync(request, limits, cancellation);
    }

    /// <summary>The token in the fields before the file, else in the query; null where it comes later or never.</summary>
    private static async Task<string?> EarlyTokenAsync(HttpRequest request, CancellationToken cancellation)
    {
        var token = request.Query[Token].LastOrDefault(IsGiven);
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= 200 } boundary)
        {
            return token;
        }

        var start = await request.BodyReader.ReadAtLeastAsync(LookedAt, cancellation);
        try
        {
            var bytes = start.Buffer.Slice(0, Math.Min(start.Buffer.Length, LookedAt)).ToArray();
            var sections = new MultipartReader(boundary.ToString(), new MemoryStream(bytes));
            while (await sections.ReadNextSectionAsync(cancellation) is { } section && section.AsFormDataSection() is { } field)
            {
                if (field.Name == Token && await field.GetValueAsync(cancellation) is var given && IsGiven(given))
                {
                    token = given;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            // Where what was looked at ends, or is no form; the reading that follows tells the latter.
        }
        finally
        {
            // Nothing of it is taken.
            request.BodyReader.AdvanceTo(start.Buffer.Start);
        }

        return token;
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
                // Not given, except where a function asks whether it was emptied.
                given.TryAdd(name, "");
            }
        }
    }
}
