using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Silo.Testing;

/// <summary>Ports on loopback.</summary>
internal static class Ports
{
    /// <summary>A port that is free now.</summary>
    public static int Free()
    {
        // Below the range that the system hands out to outgoing connections, so that none of those takes the port
        // before it is used, or while a server is down between two starts.
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(15_000, 32_000);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken; try another one.
            }
        }
    }
}
