using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Silo.WxApi;

/// <summary>The envelope in which every function answers.</summary>
/// <param name="Code">0 for success, else one of the codes of the wire.</param>
/// <param name="Msg">For people; clients show it.</param>
/// <param name="Data">What the function returns; absent when there is nothing.</param>
internal sealed record WxAnswer(int Code, string Msg, object? Data = null)
{
    /// <summary>Success with nothing to return.</summary>
    public static readonly WxAnswer Success = new(0, "success");

    /// <summary>Nothing was found: clients rely on this code where others would send an empty list.</summary>
    public static readonly WxAnswer NoData = new(700, "暂无数据");

    /// <summary>Not logged in: clients log in again.</summary>
    public static readonly WxAnswer TokenInvalid = new(2000, "当前登录token无效，请重新登录");

    /// <summary>The shop's name in the path is wrong.</summary>
    public static readonly WxAnswer TenantUnknown = new(400, "域名错误");

    /// <summary>No function has this path.</summary>
    public static readonly WxAnswer FunctionUnknown = new(404, "接口不存在");

    /// <summary>Neither GET nor POST.</summary>
    public static readonly WxAnswer MethodWrong = new(405, "请求方式错误");

    /// <summary>The public API has this function, and this server has not.</summary>
    public static readonly WxAnswer NotOpened = new(701, "功能未开通");

    /// <summary>The parameters did not arrive in time.</summary>
    public static readonly WxAnswer TooSlow = new(300, "请求超时");

    /// <summary>An unexpected failure; it tells nothing of its cause.</summary>
    public static readonly WxAnswer Failure = new(-1, "服务器异常");

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // The answer is JSON and never part of a page; Chinese stays readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Success with something to return.</summary>
    public static WxAnswer Of(object data) => new(0, Success.Msg, data);

    /// <summary>A list, or <see cref="NoData"/> where it is empty.</summary>
    public static WxAnswer List<T>(IReadOnlyCollection<T> items) => items.Count == 0 ? NoData : Of(items);

    /// <summary>A page of a list with how many there are in all, or <see cref="NoData"/> where the page is empty.</summary>
    public static WxAnswer Page<T>(IReadOnlyCollection<T> items, long total, int size) => items.Count == 0 ? NoData
        : Of(new { Result = items, TotalRow = total, TotalPage = (total + size - 1) / size });

    /// <summary>A parameter that the function needs was not given.</summary>
    public static WxAnswer Missing(string parameter) => new(300, $"缺少参数: {parameter}");

    /// <summary>A parameter was given and cannot be read.</summary>
    public static WxAnswer Malformed(string parameter) => new(300, $"参数错误: {parameter}");

    /// <summary>The answer as it is sent.</summary>
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, Json);
}

/// <summary>Ends a function early with an answer.</summary>
internal sealed class WxFault(WxAnswer answer) : Exception(answer.Msg)
{
    public WxAnswer Answer { get; } = answer;
}
