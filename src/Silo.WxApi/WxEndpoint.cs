using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Silo.Accounts.V1;
using Silo.Kernel;

namespace Silo.WxApi;

/// <summary>Serves every path of the facade: finds the function, reads its parameters, calls it, and answers with 200.</summary>
internal sealed class WxEndpoint(
    WxRoutes routes, WxMerchant merchant, WxBodies bodies, InProcessApi api, ShopClock clock, ILogger<WxEndpoint> logger)
{
    /// <summary>Serves one request.</summary>
    public async Task ServeAsync(HttpContext http)
    {
        var origin = $"{http.Request.Scheme}://{http.Request.Host.ToUriComponent()}";
        var body = WxFileUrls.MakeAbsolute(await AnswerAsync(http), origin);
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = body.Length;
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    private async Task<byte[]> AnswerAsync(HttpContext http)
    {
        var (route, fault) = routes.Find(http.Request.Path.Value ?? "");
        if (route is null)
        {
            return fault!.ToUtf8();
        }

        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsPost(http.Request.Method))
        {
            return WxAnswer.MethodWrong.ToUtf8();
        }

        try
        {
            return (await CallAsync(route, http)).ToUtf8();
        }
        catch (WxFault early)
        {
            return early.Answer.ToUtf8();
        }
        catch (RpcException refused)
        {
            return WxCodes.Of(route.Function.Function, refused, logger).ToUtf8();
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody reads it.
            return [];
        }
        catch (Exception exception)
        {
            logger.LogError(exception, "{Function} failed", route.Function.Function);
            return WxAnswer.Failure.ToUtf8();
        }
    }

    private async Task<WxAnswer> CallAsync(WxRoute route, HttpContext http)
    {
        if (route.Handler is null)
        {
            return WxAnswer.NotOpened;
        }

        return route.Function.TakesFile
            ? await bodies.ReceiveFileAsync(http, OwnerOfAsync, given => CallAsync(route, http, given))
            : await bodies.ReceiveAsync(http, given => CallAsync(route, http, given));

        async Task<long> OwnerOfAsync(string token)
        {
            var call = new WxCall(route.Function, new Dictionary<string, string> { [WxParameters.Token] = token }, api, http, clock);
            return (await new AccountsService.AccountsServiceClient(call.Shopper).CheckTokenAsync(new())).UserId;
        }
    }

    private async Task<WxAnswer> CallAsync(WxRoute route, HttpContext http, IReadOnlyDictionary<string, string> given)
    {
        var call = new WxCall(route.Function, given, api, http, clock) { MerchantId = merchant.Id };
        return call.MissingOne() ?? routes.TenantFault(route.Function, given) ?? await route.Handler!(call);
    }
}
