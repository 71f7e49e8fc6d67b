using System.Buffers;
using System.IO.Pipelines;
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
    /// temporary file that goes with the request.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="max">The most bytes of a file.</param>
    /// <param name="cancellation">Cancelled when the client disconnects, or takes too long.</param>
    /// <exception cref="WxFault">The body cannot be read, or is too large.</exception>
    public static Task<Dictionary<string, string>> ReadUploadAsync(HttpRequest request, long max, CancellationToken cancellation)
    {
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
        return ReadAsync(request, limits, cancellation);
    }

    /// <summary>The token in the fields before the file, else in the query; null where it comes later or never.</summary>
    /// <remarks>No more is waited for than it takes to see it, and nothing of the body is taken.</remarks>
    public static async Task<string?> EarlyTokenAsync(HttpRequest request, CancellationToken cancellation)
    {
        // Before any of it is taken; what reads the file has a limit of its own.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
        {
            server.MaxRequestBodySize = null;
        }

        var inQuery = request.Query[Token].LastOrDefault(IsGiven);
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= 200 } boundary)
        {
            return inQuery;
        }

        while (true)
        {
            var start = await ReadAsync(request.BodyReader, cancellation);
            var bytes = start.Buffer.Slice(0, Math.Min(start.Buffer.Length, LookedAt)).ToArray();
            var (token, isAll) = await TokenInAsync(bytes, boundary.ToString(), cancellation);
            if (token is not null || isAll || start.IsCompleted || bytes.Length == LookedAt)
            {
                request.BodyReader.AdvanceTo(start.Buffer.Start);
                return token ?? inQuery;
            }

            request.BodyReader.AdvanceTo(start.Buffer.Start, start.Buffer.End);
        }
    }

    /// <exception cref="WxFault">The body ends before it should, or comes too slowly.</exception>
    private static async Task<ReadResult> ReadAsync(PipeReader body, CancellationToken cancellation)
    {
        try
        {
            return await body.ReadAsync(cancellation);
        }
        catch (IOException)
        {
            throw new WxFault(WxAnswer.Malformed("body"));
        }
    }

    /// <summary>The token in the beginning of a body, and whether the fields before the file are all in it.</summary>
    private static async Task<(string? Token, bool IsAll)> TokenInAsync(byte[] bytes, string boundary, CancellationToken cancellation)
    {
        try
        {
            var sections = new MultipartReader(boundary, new MemoryStream(bytes));
            while (await sections.ReadNextSectionAsync(cancellation) is { } section)
            {
                if (section.AsFormDataSection() is not { } field)
                {
                    // The file; or headers of which not all have come, which are read as they are.
                    return (null, section.GetContentDispositionHeader()?.IsFileDisposition() == true);
                }

                if (field.Name == Token && await field.GetValueAsync(cancellation) is var given && IsGiven(given))
                {
                    return (given, true);
                }
            }

            return (null, true);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            // Where what was looked at ends, or is no form; the reading that follows tells the latter.
            return (null, false);
        }
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
