using System.Net;
using Microsoft.Extensions.Configuration;

namespace Silo.Edge;

/// <summary>The limits of the edge; section <c>Silo:Edge</c>.</summary>
public sealed class EdgeOptions
{
    /// <summary><c>MaxRequestBytes</c>: largest request message, 1 KiB to 64 MiB; default 1 MiB.</summary>
    public int MaxRequestBytes { get; set; } = 1024 * 1024;

    /// <summary><c>MaxStreamsPerConnection</c>: calls under way on one HTTP/2 connection; default 256.</summary>
    public int MaxStreamsPerConnection { get; set; } = 256;

    /// <summary><c>UnaryDeadlineSeconds</c>: a unary call without a deadline, or with a longer one, gets this; default 30.</summary>
    public int UnaryDeadlineSeconds { get; set; } = 30;

    /// <summary><c>UploadDeadlineSeconds</c>: the same for a call that the caller streams to; default 900.</summary>
    public int UploadDeadlineSeconds { get; set; } = 900;

    /// <summary><c>ServerStreams</c>: what signed-in callers watch on one node; default 10,000.</summary>
    public int ServerStreams { get; set; } = 10_000;

    /// <summary><c>AnonymousStreams</c>: open streams without a token of one node; default 5,000.</summary>
    public int AnonymousStreams { get; set; } = 5000;

    /// <summary><c>UploadStreams</c>: uploads of shoppers under way on one node; default 256.</summary>
    public int UploadStreams { get; set; } = 256;

    /// <summary><c>UploadStreamsPerAddress</c>: those from one address; default 64. Off for loopback callers.</summary>
    public int UploadStreamsPerAddress { get; set; } = 64;

    /// <summary><c>OperatorStreams</c>: open streams of one rpc for operators, such as an import, on one node; default 16.</summary>
    public int OperatorStreams { get; set; } = 16;

    /// <summary>
    /// <c>ServerStreamsPerCaller</c>: open streams of one signed-in caller on one node, out of each of these; default 20.
    /// </summary>
    public int ServerStreamsPerCaller { get; set; } = 20;

    /// <summary>
    /// <c>ServerStreamsPerAddress</c>: open streams without a token from one address; default 500, since many shoppers
    /// can stand behind one address. Off for loopback callers.
    /// </summary>
    public int ServerStreamsPerAddress { get; set; } = 500;

    /// <summary><c>StreamTokenCheckSeconds</c>: how often an open stream's token is looked at again; default 2.</summary>
    public int StreamTokenCheckSeconds { get; set; } = 2;

    /// <summary><c>RateLimit:PerSecond</c>: sustained calls per second from one address; default 200, 0 for no limit.</summary>
    public int CallsPerSecond { get; set; } = 200;

    /// <summary><c>RateLimit:Burst</c>: calls that one address may make at once; default 1,000.</summary>
    public int CallBurst { get; set; } = 1000;

    /// <summary><c>RateLimit:TrackedAddresses</c>: addresses remembered at once; default 65,536.</summary>
    public int TrackedAddresses { get; set; } = 65_536;

    /// <summary><c>CorsOrigins</c>: origins of browsers that may call; a list or a comma-separated text; default any.</summary>
    public IReadOnlyList<string> CorsOrigins { get; set; } = [];

    /// <summary><c>TrustedProxies</c>: whose X-Forwarded-For is believed; addresses or CIDR; default nobody's.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; set; } = [];

    /// <summary>
    /// Full names of gRPC services that may be mapped without access options and without the edge. Set by code only: a
    /// configuration must not be able to open a service.
    /// </summary>
    public ISet<string> ExemptServices { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="InvalidOperationException">A setting is wrong; the message is one clear line.</exception>
    public static EdgeOptions From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection("Silo:Edge");
        return new EdgeOptions
        {
            MaxRequestBytes = Number(section, "MaxRequestBytes", 1024 * 1024, 1024, 64 * 1024 * 1024),
            MaxStreamsPerConnection = Number(section, "MaxStreamsPerConnection", 256, 1, 100_000),
            UnaryDeadlineSeconds = Number(section, "UnaryDeadlineSeconds", 30, 1, 3600),
            UploadDeadlineSeconds = Number(section, "UploadDeadlineSeconds", 900, 1, 86_400),
            ServerStreams = Number(section, "ServerStreams", 10_000, 1, 1_000_000),
            AnonymousStreams = Number(section, "AnonymousStreams", 5000, 1, 1_000_000),
            UploadStreams = Number(section, "UploadStreams", 256, 1, 1_000_000),
            UploadStreamsPerAddress = Number(section, "UploadStreamsPerAddress", 64, 1, 1_000_000),
            OperatorStreams = Number(section, "OperatorStreams", 16, 1, 1_000_000),
            ServerStreamsPerCaller = Number(section, "ServerStreamsPerCaller", 20, 1, 100_000),
            ServerStreamsPerAddress = Number(section, "ServerStreamsPerAddress", 500, 1, 1_000_000),
            StreamTokenCheckSeconds = Number(section, "StreamTokenCheckSeconds", 2, 1, 3600),
            CallsPerSecond = Number(section, "RateLimit:PerSecond", 200, 0, 1_000_000),
            CallBurst = Number(section, "RateLimit:Burst", 1000, 1, 10_000_000),
            TrackedAddresses = Number(section, "RateLimit:TrackedAddresses", 65_536, 16, 10_000_000),
            CorsOrigins = [.. List(section, "CorsOrigins").Where(origin => origin is not "*")],
            TrustedProxies = [.. List(section, "TrustedProxies").Select(Network)],
        };
    }

    private static int Number(IConfigurationSection section, string name, int otherwise, int min, int max)
    {
        if (section[name] is not { Length: > 0 } text)
        {
            return otherwise;
        }

        return int.TryParse(text, out var value) && value >= min && value <= max
            ? value
            : throw new InvalidOperationException($"Silo:Edge:{name} must be a number between {min} and {max}.");
    }

    private static IEnumerable<string> List(IConfigurationSection section, string name)
    {
        var list = section.GetSection(name);
        return list.Value is { } text
            ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : list.GetChildren().Select(c => c.Value).OfType<string>();
    }

    private static IPNetwork Network(string text)
    {
        if (IPNetwork.TryParse(text, out var network))
        {
            return network;
        }

        return IPAddress.TryParse(text, out var address)
            ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw new InvalidOperationException($"Silo:Edge:TrustedProxies: '{text}' is neither an address nor a CIDR network.");
    }
}
