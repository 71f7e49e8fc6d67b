using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Xunit;

namespace Silo.Server.Tests;

public sealed class FloodedShop() : SharedShop(Database.Sqlite);

/// <summary>
/// Goal: whoever floods a port with frames that ask for nothing harms nobody else. Method: HTTP/2 frames over a bare
/// connection to each port of a running server, until it ends the connection or a bounded number of them is sent; meanwhile
/// and afterwards others are served, and the server's memory has not grown with what was sent.
/// </summary>
public sealed class FloodTests(FloodedShop shared) : ShopSuite(shared), IClassFixture<FloodedShop>
{
    private const byte Headers = 1;
    private const byte Reset = 3;
    private const byte Settings = 4;
    private const byte Continuation = 9;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;
    private const int MostGrowth = 200 << 20;

    private static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    /// <summary>POST, http, a path and an authority, as literals that no table keeps.</summary>
    private static readonly byte[] Request =
        [0x83, 0x86, .. Literal(4, "/silo.accounts.v1.AccountsService/CheckToken"), .. Literal(1, "localhost")];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RapidReset_OfManyStreams_HarmsNobody(bool grpc) => await FloodAsync(grpc, 50_000, n =>
    {
        var stream = (2 * n) + 1;
        return [.. Frame(Headers, EndHeaders | EndStream, stream, Request), .. Frame(Reset, 0, stream, [0, 0, 0, 8])];
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Headers_WithoutAnEnd_HarmNobody(bool grpc)
    {
        var more = Literal(0, "x-filler", new string('x', 8_000));
        var ended = await FloodAsync(grpc, 5_000, n => n == 0 ? Frame(Headers, 0, 1, Request) : Frame(Continuation, 0, 1, more));

        Assert.True(ended, "The server went on reading.");
    }

    [Fact]
    public async Task Metadata_OfAThousandEntries_IsRefusedAndTheNextCallIsServed()
    {
        Metadata headers = [.. Shop.Owner];
        for (var i = 0; i < 1_000; i++)
        {
            headers.Add($"x-entry-{i}", "value");
        }

        await Assert.ThrowsAsync<RpcException>(() => Shop.AccountsAdmin.ListOperatorsAsync(new(), headers).ResponseAsync);

        Assert.Single((await Shop.AccountsAdmin.ListOperatorsAsync(new(), Shop.Owner)).Operators);
    }

    private static byte[] Literal(byte nameIndex, string value) => [nameIndex, .. Text(value)];

    private static byte[] Literal(byte nameIndex, string name, string value) => [nameIndex, .. Text(name), .. Text(value)];

    /// <summary>A string of HPACK, not packed: its length with a prefix of seven bits, and its bytes.</summary>
    private static byte[] Text(string value)
    {
        var bytes = Encoding.ASCII.GetBytes(value);
        if (bytes.Length < 127)
        {
            return [(byte)bytes.Length, .. bytes];
        }

        var rest = bytes.Length - 127;
        return rest < 128 ? [127, (byte)rest, .. bytes] : [127, (byte)((rest & 127) | 128), (byte)(rest >> 7), .. bytes];
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        (frame[0], frame[1], frame[2]) = ((byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    /// <summary>Sends frames until the server ends the connection (true) or all are sent.</summary>
    private async Task<bool> FloodAsync(bool grpc, int most, Func<int, byte[]> frames)
    {
        await IsServedAsync();
        var before = Memory();
        var port = (grpc ? Shop.Server.Grpc : Shop.Server.Http).Port;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port);
        // What the server says is read, so that it never waits for that.
        var reading = Task.Run(async () =>
        {
            var buffer = new byte[65_536];
            try
            {
                while (await socket.ReceiveAsync(buffer) > 0)
                {
                }
            }
            catch (SocketException)
            {
                // It has cut the connection.
            }
        });
        var ended = false;
        try
        {
            await SendAsync((byte[])[.. Preface, .. Frame(Settings, 0, 0, [])]);
            for (var n = 0; n < most && !reading.IsCompleted; n++)
            {
                await SendAsync(frames(n));
                if (n % 1_000 == 0)
                {
                    await IsServedAsync();
                }
            }

            ended = reading.IsCompleted;
        }
        catch (SocketException)
        {
            ended = true;
        }

        await IsServedAsync();
        Assert.True(Memory() - before < MostGrowth, $"{(Memory() - before) >> 20} MB more than before.");
        socket.Close();
        await reading.WaitAsync(TimeSpan.FromSeconds(30));
        return ended;

        async Task SendAsync(ReadOnlyMemory<byte> bytes)
        {
            while (bytes.Length > 0)
            {
                bytes = bytes[await socket.SendAsync(bytes)..];
            }
        }
    }

    private long Memory()
    {
        using var process = Process.GetProcessById(Shop.Server.ProcessId);
        return process.WorkingSet64;
    }

    private async Task IsServedAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        Assert.True((await http.GetAsync(new Uri(Shop.Server.Http, "health/live"))).IsSuccessStatusCode);
        // The owner is no shopper, which the server says once it has looked.
        var refused = await Assert.ThrowsAsync<RpcException>(() => Shop.Accounts.CheckTokenAsync(new(), Shop.Owner).ResponseAsync)
            .WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(refused.StatusCode is StatusCode.Unauthenticated or StatusCode.PermissionDenied, refused.ToString());
    }
}
