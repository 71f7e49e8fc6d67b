using Microsoft.Extensions.Configuration;
using Silo.Edge;
using Xunit;

namespace Silo.Modules.Tests.Edge;

/// <summary>Settings of the edge: defaults, the bounds of each, and errors that name the setting.</summary>
public sealed class EdgeOptionsTests
{
    /// <summary>A setting, its least and its largest value, its default, and how it is read.</summary>
    public static TheoryData<string, int, int, int, Func<EdgeOptions, int>> Numbers => new()
    {
        { "MaxRequestBytes", 1024, 64 * 1024 * 1024, 1024 * 1024, o => o.MaxRequestBytes },
        { "MaxStreamsPerConnection", 1, 100_000, 256, o => o.MaxStreamsPerConnection },
        { "UnaryDeadlineSeconds", 1, 3600, 30, o => o.UnaryDeadlineSeconds },
        { "ServerStreams", 1, 1_000_000, 10_000, o => o.ServerStreams },
        { "UploadDeadlineSeconds", 1, 86_400, 900, o => o.UploadDeadlineSeconds },
        { "AnonymousStreams", 1, 1_000_000, 5000, o => o.AnonymousStreams },
        { "UploadStreams", 1, 1_000_000, 256, o => o.UploadStreams },
        { "UploadStreamsPerAddress", 1, 1_000_000, 64, o => o.UploadStreamsPerAddress },
        { "OperatorStreams", 1, 1_000_000, 16, o => o.OperatorStreams },
        { "ServerStreamsPerCaller", 1, 100_000, 20, o => o.ServerStreamsPerCaller },
        { "ServerStreamsPerAddress", 1, 1_000_000, 500, o => o.ServerStreamsPerAddress },
        { "StreamTokenCheckSeconds", 1, 3600, 2, o => o.StreamTokenCheckSeconds },
        { "RateLimit:PerSecond", 0, 1_000_000, 200, o => o.CallsPerSecond },
        { "RateLimit:Burst", 1, 10_000_000, 1000, o => o.CallBurst },
        { "RateLimit:TrackedAddresses", 16, 10_000_000, 65_536, o => o.TrackedAddresses },
    };

    [Theory]
    [MemberData(nameof(Numbers))]
    public void From_ANumber_IsReadWithinItsBounds(string name, int min, int max, int otherwise, Func<EdgeOptions, int> read)
    {
        Assert.Equal(otherwise, read(From()));
        Assert.Equal(otherwise, read(From((name, ""))));
        Assert.Equal(min, read(From((name, $"{min}"))));
        Assert.Equal(max, read(From((name, $"{max}"))));
        foreach (var wrong in new[] { $"{min - 1}", $"{max + 1}", "many", "1.5", "99999999999" })
        {
            var exception = Assert.Throws<InvalidOperationException>(() => From((name, wrong)));
            Assert.Equal($"Silo:Edge:{name} must be a number between {min} and {max}.", exception.Message);
        }
    }

    /// <summary>Settings, and the origins that come of them.</summary>
    public static TheoryData<(string, string)[], string[]> Origins => new()
    {
        { [], [] },
        { [("CorsOrigins", "")], [] },
        { [("CorsOrigins", "*")], [] },
        { [("CorsOrigins", "https://a.example")], ["https://a.example"] },
        { [("CorsOrigins", " https://a.example , https://b.example,")], ["https://a.example", "https://b.example"] },
        { [("CorsOrigins:0", "https://a.example"), ("CorsOrigins:1", "https://b.example")], ["https://a.example", "https://b.example"] },
    };

    [Theory]
    [MemberData(nameof(Origins))]
    public void From_Origins_AreReadFromAListOrAText((string, string)[] settings, string[] expected) =>
        Assert.Equal(expected, From(settings).CorsOrigins);

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1/32")]
    [InlineData("10.0.0.0/8, 192.168.1.1", "10.0.0.0/8 192.168.1.1/32")]
    [InlineData("2001:db8::1", "2001:db8::1/128")]
    [InlineData("2001:db8::/32", "2001:db8::/32")]
    [InlineData("", "")]
    public void From_TrustedProxies_AreAddressesOrNetworks(string setting, string expected) =>
        Assert.Equal(expected, string.Join(' ', From(("TrustedProxies", setting)).TrustedProxies));

    [Theory]
    [InlineData("proxy.example")]
    [InlineData("10.0.0.0/33")]
    [InlineData("*")]
    [InlineData("10.0.0.256")]
    public void From_AWrongProxy_IsNamed(string wrong)
    {
        var exception = Assert.Throws<InvalidOperationException>(() => From(("TrustedProxies", $"10.0.0.1,{wrong}")));

        Assert.Equal($"Silo:Edge:TrustedProxies: '{wrong}' is neither an address nor a CIDR network.", exception.Message);
    }

    private static EdgeOptions From(params (string Name, string Value)[] settings) => EdgeOptions.From(
        new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(s => KeyValuePair.Create($"Silo:Edge:{s.Name}", (string?)s.Value))).Build());
}
