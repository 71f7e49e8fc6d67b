extern alias facade;

using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using facade::Silo.WxApi;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;
using Silo.Testing;
using Xunit;

namespace Silo.Modules.Tests.WxApi;

/// <summary>
/// Goal: whoever sends slowly or much takes nobody else's place. Method: bodies that do not end, of many callers from many
/// addresses, with a clock that the test moves.
/// </summary>
public sealed class WxBodiesTests
{
    private const long MaxFile = 1024 * 1024;
    private const string Field = "--x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n";
    private const string File = "--x\r\nContent-Disposition: form-data; name=\"upfile\"; filename=\"a.jpg\"\r\n\r\n";
    private readonly FakeTimeProvider time = new();
    private readonly WxBodies bodies;
    private readonly List<Task> held = [];

    public WxBodiesTests() => bodies = new(MaxFile, time);

    [Fact]
    public async Task ReceiveFile_OfAsManyStrangersAsThereMayBe_LeavesShoppersTheirPlaces()
    {
        for (var address = 1; await TryAsync(Hanging($"{File}bytes", address)); address++)
        {
            Assert.InRange(address, 1, 1000);
        }

        Assert.True(await TryAsync(Hanging($"{Field}7\r\n{File}bytes", 1)));
    }

    [Theory]
    // Strangers and shoppers from one address, shoppers from many, one shopper.
    [InlineData("", false, true, 9)]
    [InlineData("all different", false, true, 36)]
    [InlineData("all different", false, false, 128)]
    [InlineData("7", true, false, 12)]
    public async Task ReceiveFile_OfOneCallerOrAddress_TakesNoMoreThanItsPart(string caller, bool isOne, bool oneAddress, int most)
    {
        var taken = 0;
        for (var number = 1; number <= 200; number++)
        {
            var token = caller.Length == 0 ? "" : $"{Field}{(isOne ? caller : number)}\r\n";
            taken += await TryAsync(Hanging($"{token}{File}bytes", oneAddress ? 1 : number)) ? 1 : 0;
        }

        Assert.Equal(most, taken);
    }

    [Fact]
    public async Task ReceiveFile_ThatIsOver_FreesItsPlace()
    {
        for (var upload = 0; upload < 300; upload++)
        {
            var http = Request($"{Field}7\r\n{File}bytes\r\n--x--\r\n", 1, ends: true);
            Assert.Equal(0, (await bodies.ReceiveFileAsync(http, OwnerOf, _ => Task.FromResult(WxAnswer.Success))).Code);
        }
    }

    [Theory]
    [InlineData("--x\r\nContent-Disp", 15)]
    [InlineData("--x\r\n", 15)]
    [InlineData("--x\r\nContent-Disposition: form-data", 15)]
    [InlineData(Field + "7", 15)]
    [InlineData(File + "bytes", 60)]
    [InlineData(Field + "7\r\n" + File + "bytes", 300)]
    public async Task ReceiveFile_ThatDoesNotGoOn_EndsAtItsDeadline(string start, int seconds)
    {
        var http = Hanging(start, 1);
        var receiving = bodies.ReceiveFileAsync(http, OwnerOf, _ => Task.FromResult(WxAnswer.Success));

        time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
        Assert.False(receiving.IsCompleted);
        time.Advance(TimeSpan.FromTicks(1));

        var fault = await Assert.ThrowsAsync<WxFault>(() => receiving.Soon());
        Assert.Equal(WxAnswer.TooSlow, fault.Answer);
    }

    [Fact]
    public async Task ReceiveFile_WithATokenThatIsNone_ReadsNoMore()
    {
        var http = Hanging($"{Field}none\r\n{File}", 1);

        await Assert.ThrowsAsync<FormatException>(() => bodies.ReceiveFileAsync(http, OwnerOf, _ => throw new NotSupportedException()).Soon());
    }

    [Fact]
    public async Task Receive_ThatDoesNotGoOn_EndsAtItsDeadline()
    {
        var receiving = bodies.ReceiveAsync(Hanging("a=1", 1, form: true), _ => Task.FromResult(WxAnswer.Success));

        time.Advance(TimeSpan.FromSeconds(30));

        var fault = await Assert.ThrowsAsync<WxFault>(() => receiving.Soon());
        Assert.Equal(WxAnswer.TooSlow, fault.Answer);
    }

    [Theory]
    [InlineData(true, 8)]
    [InlineData(false, 64)]
    public async Task Receive_OfLargeBodies_TakesSoManyAndLeavesTheSmallTheirs(bool oneAddress, int most)
    {
        var taken = 0;
        for (var number = 1; number <= 100; number++)
        {
            var http = Hanging("a=1", oneAddress ? 1 : number, form: true);
            http.Request.ContentLength = 100_000;
            taken += await TryAsync(http, isFile: false) ? 1 : 0;
        }

        Assert.Equal(most, taken);
        var small = Request("a=1", 1, ends: true, form: true);
        small.Request.ContentLength = 3;
        Assert.Equal(0, (await bodies.ReceiveAsync(small, _ => Task.FromResult(WxAnswer.Success))).Code);
    }

    /// <summary>Begins to receive; whether there was a place.</summary>
    private async Task<bool> TryAsync(HttpContext http, bool isFile = true)
    {
        var receiving = isFile
            ? bodies.ReceiveFileAsync(http, OwnerOf, _ => throw new NotSupportedException())
            : bodies.ReceiveAsync(http, _ => throw new NotSupportedException());
        held.Add(receiving);
        // Everything that the test sends is there at once, so what waits waits for more.
        await Task.Yield();
        if (!receiving.IsCompleted)
        {
            return true;
        }

        Assert.Equal(502, (await Assert.ThrowsAsync<WxFault>(() => receiving)).Answer.Code);
        return false;
    }

    private static Task<long> OwnerOf(string token) => Task.FromResult(long.Parse(token, null));

    private static HttpContext Hanging(string start, int address, bool form = false) => Request(start, address, ends: false, form);

    private static HttpContext Request(string start, int address, bool ends, bool form = false)
    {
        var pipe = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        pipe.Writer.Write(Encoding.ASCII.GetBytes(start));
        pipe.Writer.FlushAsync().AsTask().GetAwaiter().GetResult();
        if (ends)
        {
            pipe.Writer.Complete();
        }

        var http = new DefaultHttpContext();
        http.Features.Set<IRequestBodyPipeFeature>(new BodyPipe(pipe.Reader));
        (http.Request.Method, http.Request.Body) = ("POST", pipe.Reader.AsStream());
        http.Request.ContentType = form ? "application/x-www-form-urlencoded" : "multipart/form-data; boundary=x";
        http.Connection.RemoteIpAddress = new IPAddress([203, 0, (byte)(113 + (address >> 8)), (byte)address]);
        return http;
    }

    private sealed record BodyPipe(PipeReader Reader) : IRequestBodyPipeFeature;
}
