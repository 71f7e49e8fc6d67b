using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Silo.Files;

/// <summary>Settings of the module; section <c>Silo:Files</c>.</summary>
internal sealed class FilesOptions
{
    /// <summary><c>MaxBytes</c>: the largest file, 1 KiB to 100 MiB; default 10 MiB.</summary>
    public long MaxBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary><c>MaxPixels</c>: the most pixels of a picture, 1 to 200,000,000; default 40,000,000. Decoding takes 4 bytes each.</summary>
    public long MaxPixels { get; init; } = 40_000_000;

    /// <summary><c>QuotaBytesPerUser</c>: what all files of one user may take, to 1 TiB; default 200 MiB.</summary>
    public long QuotaBytesPerUser { get; init; } = 200 * 1024 * 1024;

    /// <summary><c>PublicUrl</c>: what URLs begin with, without a slash at the end; empty for paths on the server's own address.</summary>
    public string PublicUrl { get; init; } = "";

    /// <summary><c>Directory</c>: where files are kept; default <c>files</c> under the data directory.</summary>
    public string Directory { get; init; } = "";

    /// <summary><c>S3</c>: the bucket that takes the place of the directory; null where none is set.</summary>
    public S3Options? S3 { get; init; }

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="InvalidOperationException">A setting is wrong; the message is one clear line.</exception>
    public static FilesOptions From(IConfiguration configuration)
    {
        var section = configuration.GetSection("Silo:Files");
        var data = configuration["Silo:DataDirectory"] is { Length: > 0 } set ? set : "data";
        return new()
        {
            MaxBytes = Number(section, "MaxBytes", 10 * 1024 * 1024, 1024, 100 * 1024 * 1024),
            MaxPixels = Number(section, "MaxPixels", 40_000_000, 1, 200_000_000),
            QuotaBytesPerUser = Number(section, "QuotaBytesPerUser", 200 * 1024 * 1024, 0, 1L << 40),
            PublicUrl = Url(section, "PublicUrl").TrimEnd('/'),
            Directory = Path.GetFullPath(
                section["Directory"] is { Length: > 0 } directory ? directory : Path.Combine(data, "files")),
            S3 = S3Options.From(section.GetSection("S3")),
        };
    }

    internal static string Url(IConfigurationSection section, string name) =>
        section[name] is not { Length: > 0 } text ? ""
        : Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Query.Length == 0 ? text
        : throw new InvalidOperationException($"{section.Path}:{name} must be an http or https URL.");

    private static long Number(IConfigurationSection section, string name, long otherwise, long min, long max)
    {
        if (section[name] is not { Length: > 0 } text)
        {
            return otherwise;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw new InvalidOperationException($"Silo:Files:{name} must be a number between {min} and {max}.");
    }
}

/// <summary>A bucket of an S3-compatible store; section <c>Silo:Files:S3</c>.</summary>
/// <param name="Bucket"><c>Bucket</c>: its name; it exists.</param>
/// <param name="ServiceUrl"><c>ServiceUrl</c>: where the store is.</param>
/// <param name="Region"><c>Region</c>: what requests are signed for; default us-east-1.</param>
/// <param name="AccessKey"><c>AccessKey</c>.</param>
/// <param name="SecretKey"><c>SecretKey</c>.</param>
internal sealed record S3Options(string Bucket, string ServiceUrl, string Region, string AccessKey, string SecretKey)
{
    public static S3Options? From(IConfigurationSection section) => section["Bucket"] is not { Length: > 0 } bucket ? null : new(
        bucket,
        FilesOptions.Url(section, "ServiceUrl") is { Length: > 0 } url ? url : throw Missing("ServiceUrl"),
        section["Region"] is { Length: > 0 } region ? region : "us-east-1",
        section["AccessKey"] is { Length: > 0 } access ? access : throw Missing("AccessKey"),
        section["SecretKey"] is { Length: > 0 } secret ? secret : throw Missing("SecretKey"));

    /// <summary>The bucket; never the keys.</summary>
    public override string ToString() => $"{ServiceUrl} {Bucket}";

    private static InvalidOperationException Missing(string name) =>
        new($"Silo:Files:S3:{name} is required when Silo:Files:S3:Bucket is set.");
}
