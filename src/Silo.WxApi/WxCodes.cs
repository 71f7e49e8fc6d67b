using System.Collections.Frozen;
using System.Globalization;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Silo.WxApi;

/// <summary>
/// The one table from refusals of the API to codes of the wire: a row for one function goes before a row for all.
/// </summary>
internal static class WxCodes
{
    /// <summary>There is no such user.</summary>
    public const string UserUnknown = "用户不存在";

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
            (All, "TOO_MANY_STREAMS", 502, Busy),

            // accounts
            (All, "USER_NAME_INVALID", 300, "用户名须为4-32位字母、数字、汉字或_-."),
            (All, "PASSWORD_INVALID", 300, "密码至少6位"),
            (All, "LOGIN_WRONG", -2, "用户名或密码错误"),
            (All, "TOO_MANY_ATTEMPTS", -99, "密码错误次数过多，请15分钟后再试"),
            (All, "ACCOUNT_DISABLED", 403, "账号已被禁用"),
            ("register_username", "USER_NAME_TAKEN", 10000, "用户名已被使用"),

            // profiles, addresses, reference data
            (All, "AVATAR_URL_INVALID", 300, "头像地址错误"),
            (All, "BIRTHDAY_INVALID", 300, "生日格式错误"),
            (All, "EXTRA_INVALID", 300, "扩展属性格式错误"),
            (All, "EXTRA_FULL", -99, "扩展属性过多"),
            (All, "ADDRESS_UNKNOWN", 700, "收货地址不存在"),
            (All, "ADDRESS_FIELD_EMPTY", 300, "联系人、电话、详细地址不能为空"),
            (All, "ADDRESS_REGION_INVALID", 300, "所在地区错误"),
            (All, "ADDRESS_POINT_INVALID", 300, "经纬度错误"),
            (All, "ADDRESS_LIMIT_REACHED", -99, "最多可保存50个收货地址"),
            (All, "REGION_UNKNOWN", WxAnswer.NoData.Code, WxAnswer.NoData.Msg),
            (All, "MOBILE_INVALID", 300, "手机号码格式错误"),
            (All, "MOBILE_UNKNOWN", WxAnswer.NoData.Code, WxAnswer.NoData.Msg),
            // content
            (All, "CONTENT_UNKNOWN", WxAnswer.NoData.Code, WxAnswer.NoData.Msg),
            // comments
            (All, "COMMENT_EXTRA_INVALID", 300, "参数错误: extJsonStr"),
            (All, "COMMENT_FILE_UNKNOWN", 300, "图片或附件不存在"),
            (All, "COMMENT_UNKNOWN", 700, "留言不存在"),
            (All, "COMMENT_LIMIT_REACHED", 502, "留言过于频繁，请稍后再试"),

            // coupons
            (All, "COUPON_UNKNOWN", 700, "优惠券不存在"),
            ("fetchCoupons", "COUPON_NOT_NAMED", 300, "缺少参数: id"),
            ("fetchCoupons", "COUPON_UNKNOWN", 700, "优惠券或优惠码不存在"),
            ("fetchCoupons", "COUPON_PASSWORD_WRONG", 30004, "优惠码错误"),
            ("fetchCoupons", "COUPON_SOLD_OUT", 20001, "来晚了，优惠券已领完"),
            ("fetchCoupons", "COUPON_NOT_OPEN", 20002, "优惠券未开始或已停止领取"),
            ("fetchCoupons", "COUPON_LIMIT_REACHED", 20003, "您已领取过该优惠券"),
            ("fetchCoupons", "COUPON_ENDED", 20004, "优惠券已过期"),
            ("fetchCoupons", "COUPON_STREAK_TOO_SHORT", 30003, "连续签到天数不足"),
            ("fetchCoupons", "COUPON_POINTS_TOO_LOW", 30001, "积分不足"),
            ("fetchCoupons", "COUPON_PAYMENT_NEEDED", 30002, "请先支付"),
            ("exchangeCoupons", "CARD_WRONG", 700, "卡号或密码错误"),
            ("exchangeCoupons", "CARD_USED", 20000, "该卡已被使用"),
            ("exchangeCoupons", "COUPON_NOT_OPEN", 20002, "优惠券未开始或已停止领取"),
            ("exchangeCoupons", "COUPON_ENDED", 20004, "优惠券已过期"),
            ("sendCoupons", "USER_COUPON_UNKNOWN", 700, "优惠券不存在"),
            ("sendCoupons", "USER_COUPON_NOT_USABLE", 20004, "优惠券已使用、已过期或已失效"),
            ("sendCoupons", "USER_UNKNOWN", 700, UserUnknown),
            ("sendCoupons", "USER_COUPON_SENT_TO_SELF", 300, "不能赠送给自己"),

            // lotteries
            (All, "LOTTERY_UNKNOWN", 700, "抽奖项目ID错误"),
            (All, "DRAW_UNKNOWN", 700, "您还没有参与抽奖"),
            ("luckyInfoJoin", "LOTTERY_NOT_OPEN", 20002, "抽奖未开始或已停止"),
            ("luckyInfoJoin", "LOTTERY_ENDED", 20004, "抽奖已结束"),
            ("luckyInfoJoin", "LOTTERY_DECK_EMPTY", 20001, "来晚了，奖品已抽完"),
            ("luckyInfoJoin", "LOTTERY_LIMIT_REACHED", 20003, "您的抽奖次数已用完"),
            ("luckyInfoJoin", "LOTTERY_POINTS_TOO_LOW", 30001, "积分不足"),
            ("luckyInfoJoin", "WALLET_FULL", -99, "账户余额已达上限"),

            // points
            ("scoreSign", "SIGNED_IN_ALREADY", 10000, "今日已签到"),
            ("scoreSign", "SIGN_IN_CLOSED", 20002, "签到未开放"),
            ("scoreSign", "WALLET_FULL", -1, "积分已达上限"),
            ("scoreSignLogs", "DAY_INVALID", 300, "参数错误"),
            ("scoreExchange", "TOO_MANY_ATTEMPTS", -99, "券号错误次数过多，请15分钟后再试"),
            ("scoreExchange", "VOUCHER_UNKNOWN", 700, "券号不正确"),
            ("scoreExchange", "VOUCHER_USED", 20000, "该券已被使用"),
            ("scoreExchange", "VOUCHER_VOID", 20001, "该券已作废"),
            ("scoreExchange", "VOUCHER_EXPIRED", 20002, "该券已过期"),
            ("scoreExchange", "WALLET_FULL", -1, "积分已达上限"),

            // files
            (All, "FILE_METADATA_NOT_FIRST", 300, "参数错误"),
            (All, "FILE_TOO_LARGE", WxFiles.TooLarge.Code, WxFiles.TooLarge.Msg),
            (All, "FILE_EMPTY", 300, "文件为空"),
            (All, "FILE_SIZE_WRONG", 300, "文件不完整"),
            (All, "FILE_TYPE_UNSUPPORTED", 300, "仅支持JPG、PNG、GIF、WebP图片"),
            (All, "PICTURE_BROKEN", 300, "图片已损坏"),
            (All, "PICTURE_TOO_LARGE", 300, "图片尺寸过大"),
            (All, "FILE_QUOTA_EXCEEDED", 702, "存储空间已用完"),

            // catalogue
            (All, "GOODS_UNKNOWN", 700, "商品不存在"),
            (All, "CATEGORY_UNKNOWN", 700, "分类不存在"),
            (All, "STORE_UNKNOWN", 700, "门店不存在"),
            (All, "FREIGHT_UNKNOWN", 700, "运费模板不存在"),
            (All, "SKU_NEEDED", 30002, "请选择商品规格"),
            (All, "SKU_UNKNOWN", 700, "商品规格不存在"),
            ("goodsFavPut", "FAVOURITE_EXTRA_INVALID", 300, "参数错误: extJsonStr"),
            ("goodsFavPut", "FAVOURITES_FULL", -1, "收藏数量已达上限"),
            ("goodsFavDelete", "FAVOURITE_NOT_NAMED", 300, "缺少参数: goodsId"),

            // bargains
            (All, "BARGAIN_CAMPAIGN_UNKNOWN", 700, "砍价活动不存在"),
            (All, "BARGAIN_UNKNOWN", 700, "砍价不存在"),
            (All, "BARGAIN_HELP_UNKNOWN", WxAnswer.NoData.Code, WxAnswer.NoData.Msg),
            (All, "BARGAIN_NOT_OPEN", -1, "砍价活动未开始或已停止"),
            (All, "BARGAIN_ENDED", -1, "砍价已结束"),
            (All, "BARGAIN_SOLD_OUT", -1, "来晚了，砍价商品已售完"),
            (All, "BARGAIN_STARTS_USED_UP", -1, "发起砍价次数已达上限"),
            (All, "BARGAIN_AT_FLOOR", -1, "已砍到底价"),
            (All, "BARGAIN_HELPS_USED_UP", -1, "帮砍次数已达上限"),
            (All, "BARGAIN_BOUGHT", -1, "该砍价已下单"),
            // group-buys
            (All, "GROUP_CAMPAIGN_UNKNOWN", 700, "该商品没有拼团活动"),
            (All, "GROUP_UNKNOWN", 700, "拼团不存在"),
            ("pingtuanOpen", "GROUP_CAMPAIGN_DISABLED", 20002, "拼团活动已停用"),
            ("pingtuanOpen", "GROUP_CAMPAIGN_ENDED", 20004, "拼团活动已结束"),
        }.ToFrozenDictionary(row => (row.Function, row.Reason), row => new WxAnswer(row.Code, row.Msg));

    /// <summary>The row of a refusal; null where there is none.</summary>
    public static WxAnswer? Find(string function, string reason) =>
        Rows.GetValueOrDefault((function, reason)) ?? Rows.GetValueOrDefault((All, reason));

    /// <summary>What a function answers to a refusal of the API.</summary>
    public static WxAnswer Of(string function, RpcException refused, ILogger logger)
    {
        var info = refused.GetRpcStatus()?.GetDetail<ErrorInfo>();
        var reason = info?.Reason ?? "";
        if (Find(function, reason) is { } row)
        {
            return row with { Data = AmountOf(info) };
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

    /// <summary>What a shopper has to pay first, in yuan; null where the refusal names no amount.</summary>
    private static object? AmountOf(ErrorInfo? info) =>
        info is not null && info.Metadata.TryGetValue("amount_cents", out var cents)
            ? WxScalars.Yuan(long.Parse(cents, CultureInfo.InvariantCulture))
            : null;
}
