using System.Net;
using Microsoft.Extensions.Time.Testing;
using Silo.Edge;
using Xunit;

namespace Silo.Modules.Tests.Edge;

/// <summary>The bucket of each address, and the bound on how many addresses have one.</summary>
public sealed class AddressLimiterTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void TryTake_BeyondTheBurst_RefillsAtTheRate()
    {
        var limiter = Limiter(perSecond: 2, burst: 3);

        Assert.Equal(3, Taken(limiter, "203.0.113.1", 5));
        time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Equal(0, Taken(limiter, "203.0.113.1", 1));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, Taken(limiter, "203.0.113.1", 2));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3, Taken(limiter, "203.0.113.1", 5));
    }

    [Theory]
    [InlineData("203.0.113.1", "203.0.113.2", false)]
    [InlineData("203.0.113.1", "203.0.113.1", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    // The number of an IPv4 address is not that of a network of IPv6.
    [InlineData("0.0.0.1", "0:0:0:1::", false)]
    public void TryTake_OfTwoAddresses_ShareABucketWithinOneHousehold(string first, string second, bool shared)
    {
        var limiter = Limiter(perSecond: 1, burst: 1);
        Assert.Equal(1, Taken(limiter, first, 2));

        Assert.Equal(shared ? 0 : 1, Taken(limiter, second, 1));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.8.8")]
    [InlineData("::1")]
    public void TryTake_FromLoopback_IsNeverRefused(string address) =>
        Assert.Equal(100, Taken(Limiter(perSecond: 1, burst: 1), address, 100));

    [Fact]
    public void TryTake_WithoutARate_IsNeverRefused() =>
        Assert.Equal(100, Taken(Limiter(perSecond: 0, burst: 1), "203.0.113.1", 100));

    [Fact]
    public void TryTake_MoreAddressesThanAreTracked_ShareOneBucket()
    {
        var limiter = Limiter(perSecond: 1, burst: 2, tracked: 16);
        for (var i = 0; i < 16; i++)
        {
            Assert.Equal(2, Taken(limiter, $"203.0.113.{i}", 3));
        }

        Assert.Equal(1, Taken(limiter, "198.51.100.1", 1));
        Assert.Equal(1, Taken(limiter, "198.51.100.2", 1));
        Assert.Equal(0, Taken(limiter, "198.51.100.3", 1));
        Assert.Equal(0, Taken(limiter, "198.51.100.1", 1));
        // Those that are tracked keep their own.
        Assert.Equal(0, Taken(limiter, "203.0.113.1", 1));
    }

    [Fact]
    public void TryTake_TrackedAddressesFallIdle_AreForgottenForNewOnes()
    {
        var limiter = Limiter(perSecond: 1, burst: 2, tracked: 16);
        for (var i = 0; i < 16; i++)
        {
            Assert.Equal(2, Taken(limiter, $"203.0.113.{i}", 2));
        }

        Assert.Equal(2, Taken(limiter, "198.51.100.1", 3));
        time.Advance(TimeSpan.FromSeconds(2));

        // Buckets of their own again, each with the whole burst.
        Assert.Equal(2, Taken(limiter, "198.51.100.2", 3));
        Assert.Equal(2, Taken(limiter, "198.51.100.3", 3));
    }

    private AddressLimiter Limiter(int perSecond, int burst, int tracked = 16) => new(
        new EdgeOptions { CallsPerSecond = perSecond, CallBurst = burst, TrackedAddresses = tracked }, time);

    private static int Taken(AddressLimiter limiter, string address, int calls) =>
        Enumerable.Range(0, calls).Count(_ => limiter.TryTake(IPAddress.Parse(address)));
}
