using System.Collections.Frozen;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Silo.WxApi;

/// <summary>
/// The one table from refusals of the API to codes of the wire: a row for one function goes before a row for all.
/// </summary>
internal static class WxCodes
{
    private const string All = "*";
    private const string Busy = "系统繁忙，请稍后再试";

    private static readonly FrozenDictionary<(string Function, string Reason), WxAnswer> Rows =
        new (string Function, string Reason, int Code, string Msg)[]
        {
            // what every rpc may say
            (All, "TOKEN_INVALID", WxAnswer.TokenInvalid.Code, WxAnswer.TokenInvalid.Msg),
            // An operator's token is no shopper's login.
            (All, "ACCESS_DENIED", WxAnswer.TokenInvalid.Code, WxAnswer.TokenInvalid.Msg),
            (All, "INVALID_ARGUMENT", 300, "参数错误"),
            (All, "RATE_LIMITED", 502, "请求过于频繁，请稍后再试"),
            (All, "BUSY", 502, Busy),
            (All, "STORAGE_UNAVAILABLE", 502, Busy),

            // accounts
            (All, "USER_NAME_INVALID", 300, "用户名须为4-32位字母、数字、汉字或_-."),
            (All, "PASSWORD_INVALID", 300, "密码至少6位"),
            (All, "LOGIN_WRONG", -2, "用户名或密码错误"),
            (All, "TOO_MANY_ATTEMPTS", -99, "密码错误次数过多，请15分钟后再试"),
            (All, "ACCOUNT_DISABLED", 403, "账号已被禁用"),
            ("register_username", "USER_NAME_TAKEN", 10000, "用户名已被使用"),

            // coupons
            ("fetchCoupons", "COUPON_UNKNOWN", 700, "优惠券不存在"),
            ("fetchCoupons", "COUPON_SOLD_OUT", 20001, "来晚了，优惠券已领完"),
            ("fetchCoupons", "COUPON_NOT_OPEN", 20002, "优惠券未开始或已停止领取"),
            ("fetchCoupons", "COUPON_LIMIT_REACHED", 20003, "您已领取过该优惠券"),
            ("fetchCoupons", "COUPON_ENDED", 20004, "优惠券已过期"),

            // catalogue
            (All, "GOODS_UNKNOWN", 700, "商品不存在"),
            (All, "CATEGORY_UNKNOWN", 700, "分类不存在"),
            (All, "STORE_UNKNOWN", 700, "门店不存在"),
            (All, "FREIGHT_UNKNOWN", 700, "运费模板不存在"),
            (All, "SKU_NEEDED", 30002, "请选择商品规格"),
            (All, "SKU_UNKNOWN", 700, "商品规格不存在"),
            ("goodsFavPut", "FAVOURITES_FULL", -1, "收藏数量已达上限"),
            ("goodsFavDelete", "FAVOURITE_NOT_NAMED", 300, "缺少参数: goodsId"),
        }.ToFrozenDictionary(row => (row.Function, row.Reason), row => new WxAnswer(row.Code, row.Msg));

    /// <summary>The row of a refusal; null where there is none.</summary>
    public static WxAnswer? Find(string function, string reason) =>
        Rows.GetValueOrDefault((function, reason)) ?? Rows.GetValueOrDefault((All, reason));

    /// <summary>What a function answers to a refusal of the API.</summary>
    public static WxAnswer Of(string function, RpcException refused, ILogger logger)
    {
        var reason = refused.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason ?? "";
        if (Find(function, reason) is { } row)
        {
            return row;
        }

        switch (refused.StatusCode)
        {
            case StatusCode.NotFound:
                return WxAnswer.NoData;
            case StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.DeadlineExceeded or StatusCode.Cancelled:
                return new(502, Busy);
            default:
                // An internal error's detail has the correlation id of the edge's own log line.
                logger.LogWarning(
                    "{Function} got {Status}/{Reason}: {Detail}", function, refused.StatusCode, reason, refused.Status.Detail);
                return WxAnswer.Failure;
        }
    }
}
