using Microsoft.AspNetCore.Http;
using Silo.Kernel;

namespace Silo.WxApi;

/// <summary>
/// Receives the parameters of requests. Each body has a deadline, and those that take more than a little have slots: with
/// a file they are in a temporary one, without in memory. Strangers have slots and deadlines of their own, so that they
/// use up nobody else's.
/// </summary>
/// <param name="maxFile">The most bytes of a file.</param>
/// <param name="time">Measures the deadlines.</param>
internal sealed class WxBodies(long maxFile, TimeProvider time)
{
    /// <summary>More than any parameters have that clients send today.</summary>
    private const int Small = 64 * 1024;

    private static readonly TimeSpan ForParameters = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ForToken = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ForFile = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ForFileOfStranger = TimeSpan.FromMinutes(1);

    private readonly Slots large = new(most: 64, mostOfCaller: int.MaxValue, mostOfAddress: 8);

    // Clients send the nine pictures of a review at once, and households share addresses.
    private readonly Slots filesOfShoppers = new(most: 128, mostOfCaller: 12, mostOfAddress: 36);
    private readonly Slots filesOfStrangers = new(most: 24, mostOfCaller: int.MaxValue, mostOfAddress: 9);

    /// <summary>Receives parameters, and serves them.</summary>
    /// <exception cref="WxFault">The body cannot be read, is too large or too slow, or there are too many.</exception>
    public async Task<WxAnswer> ReceiveAsync(HttpContext http, Func<Dictionary<string, string>, Task<WxAnswer>> serve)
    {
        if (!http.Request.HasFormContentType)
        {
            return await serve(await WxParameters.ReadAsync(http.Request, http.RequestAborted));
        }

        using var slot = http.Request.ContentLength is null or > Small
            ? large.TryTake(null, AddressOf(http)) ?? throw TooMany()
            : null;
        return await serve(await InTimeAsync(http, ForParameters, cancellation => WxParameters.ReadAsync(http.Request, cancellation)));
    }

    /// <summary>Receives parameters with a file, and serves them. Whose they are is asked before the file is taken.</summary>
    /// <param name="http">The request.</param>
    /// <param name="ownerOf">Whose a token is; throws where it is not valid.</param>
    /// <param name="serve">Serves them.</param>
    /// <exception cref="WxFault">The body cannot be read, is too large or too slow, or there are too many.</exception>
    public async Task<WxAnswer> ReceiveFileAsync(
        HttpContext http, Func<string, Task<long>> ownerOf, Func<Dictionary<string, string>, Task<WxAnswer>> serve)
    {
        if (http.Request.ContentLength > maxFile + WxParameters.MaxBytes)
        {
            // Before any of it is read.
            throw new WxFault(WxFiles.TooLarge);
        }

        var token = await InTimeAsync(http, ForToken, cancellation => WxParameters.EarlyTokenAsync(http.Request, cancellation));
        var owner = token is null ? null : $"{await ownerOf(token)}";
        using var slot = (owner is null ? filesOfStrangers : filesOfShoppers).TryTake(owner, AddressOf(http)) ?? throw TooMany();
        return await serve(await InTimeAsync(
            http,
            owner is null ? ForFileOfStranger : ForFile,
            cancellation => WxParameters.ReadUploadAsync(http.Request, maxFile, cancellation)));
    }

    private static string? AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.CountedNetwork();

    private static WxFault TooMany() => new(WxCodes.Find("*", "BUSY")!);

    private async Task<T> InTimeAsync<T>(HttpContext http, TimeSpan limit, Func<CancellationToken, Task<T>> read)
    {
        using var limited = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limited.Token, http.RequestAborted);
        try
        {
            return await read(both.Token);
        }
        catch (OperationCanceledException) when (limited.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            throw new WxFault(WxAnswer.TooSlow);
        }
    }
}
