using System.Net;
using System.Net.Sockets;

namespace Silo.Kernel;

/// <summary>Addresses as limits by address see them.</summary>
public static class Networks
{
    /// <summary>IPv4 as it is, IPv6 by its first 64 bits, which one household has.</summary>
    public static string Network(this IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
        {
            return address.ToString();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes).ToString() + "/64";
    }

    /// <summary>The network whose calls are counted; null for callers on this machine, whose calls are not.</summary>
    public static string? CountedNetwork(this IPAddress address) => IPAddress.IsLoopback(address) ? null : address.Network();
}
