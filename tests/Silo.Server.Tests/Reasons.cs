using Google.Rpc;
using Grpc.Core;

namespace Silo.Server.Tests;

/// <summary>What calls are refused with.</summary>
internal static class Reasons
{
    /// <summary>OK, or the reason of the refusal; its status where it has none.</summary>
    public static Task<string> ReasonAsync<T>(AsyncUnaryCall<T> call) => ReasonAsync(() => call.ResponseAsync);

    /// <inheritdoc cref="ReasonAsync{T}(AsyncUnaryCall{T})"/>
    public static async Task<string> ReasonAsync(Func<Task> call)
    {
        try
        {
            await call();
            return "OK";
        }
        catch (RpcException exception)
        {
            return exception.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason ?? $"{exception.StatusCode}";
        }
    }
}
