using System.Text.Json;
using Grpc.Core;
using Silo.Comments.V1;
using Silo.Kernel;

namespace Silo.WxApi;

/// <summary>Comments and feedback.</summary>
internal static class WxComments
{
    public static readonly IReadOnlyDictionary<string, WxHandler> Handlers = new Dictionary<string, WxHandler>
    {
        ["addComment"] = AddAsync,
        ["commentList"] = async call => WxAnswer.List((await ListAsync(call)).Comments),
        ["commentListV2"] = ListV2Async,
    };

    /// <summary>The wire's types by their numbers; the API's are one more.</summary>
    private static readonly string[] Types = ["网站留言", "意见反馈", "投诉建议", "CMS文章评论", "接口申请", "预约/活动/报名", "商城订单"];

    private static readonly string[] Statuses = ["待审核", "不通过", "通过"];

    private static async Task<WxAnswer> AddAsync(WxCall call)
    {
        var request = new AddCommentRequest
        {
            Content = call.TextOrEmpty("content"),
            Type = Type(call),
            RefId = IdOrZero(call, "refId"),
            ParentId = IdOrZero(call, "pid"),
            FileUrl = call.TextOrEmpty("file"),
            Mobile = call.TextOrEmpty("mobile"),
            ExtraJson = call.TextOrEmpty("extJsonStr"),
            ShopId = IdOrZero(call, "shopId"),
        };
        request.PictureUrls.AddRange(Pictures(call));
        var answer = await new CommentsService.CommentsServiceClient(call.AnyoneOrShopper).AddCommentAsync(request);
        return WxAnswer.Of(WxComment.Of(answer.Comment, call));
    }

    private static async Task<WxAnswer> ListV2Async(WxCall call)
    {
        var (comments, total) = await ListAsync(call);
        var size = call.Page().Size;
        return comments.Count == 0 ? WxAnswer.NoData : WxAnswer.Of(new WxCommentPage(comments, total, (total + size - 1) / size));
    }

    private static async Task<(List<WxComment> Comments, long Total)> ListAsync(WxCall call)
    {
        var request = new ListCommentsRequest
        {
            Type = Type(call),
            RefId = IdOrZero(call, "refId"),
            UserId = IdOrZero(call, "uid"),
            Status = Number(call, "status", Statuses.Length) is { } status ? (CommentStatus)(status + 1) : CommentStatus.Unspecified,
        };
        if (call.Text("pid") is not null)
        {
            request.ParentId = IdOrZero(call, "pid");
        }

        if (call.Text("isReply") is not null)
        {
            request.Replied = call.Flag("isReply");
        }

        try
        {
            return await ReadAsync(call, call.AnyoneOrShopper, request);
        }
        catch (WxFault fault) when (fault.Answer == WxAnswer.TokenInvalid)
        {
            return await ReadAsync(call, call.Anyone, request);
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.Unauthenticated)
        {
            // An old token must not hide what all may see.
            return await ReadAsync(call, call.Anyone, request);
        }
    }

    private static async Task<(List<WxComment> Comments, long Total)> ReadAsync(
        WxCall call, CallInvoker api, ListCommentsRequest request)
    {
        var client = new CommentsService.CommentsServiceClient(api);
        var (comments, total) = await call.Page().ReadAsync<Comment>(async (page, size) =>
        {
            (request.Page, request.PageSize) = (page, size);
            var answer = await client.ListCommentsAsync(request);
            return (answer.Comments, answer.TotalCount);
        });
        return (comments.ConvertAll(c => WxComment.Of(c, call)), total);
    }

    private static CommentType Type(WxCall call) =>
        Number(call, "type", Types.Length) is { } type ? (CommentType)(type + 1) : CommentType.Unspecified;

    private static int? Number(WxCall call, string name, int end) =>
        call.Int(name) is not { } number ? null
        : number >= 0 && number < end ? number
        : throw new WxFault(WxAnswer.Malformed(name));

    /// <summary>Clients send 0 for what there is not.</summary>
    private static long IdOrZero(WxCall call, string name) => call.Text(name) == "0" ? 0 : call.Id(name) ?? 0;

    /// <summary>URLs with commas, or a JSON array of them.</summary>
    private static IEnumerable<string> Pictures(WxCall call)
    {
        if (call.Text("pics") is not { } text || !text.StartsWith('['))
        {
            return call.Csv("pics") ?? [];
        }

        try
        {
            return JsonSerializer.Deserialize<List<string?>>(text)?.OfType<string>().Where(url => url.Length > 0) ?? [];
        }
        catch (JsonException)
        {
            throw new WxFault(WxAnswer.Malformed("pics"));
        }
    }

    /// <summary>The second form of lists.</summary>
    private sealed record WxCommentPage(IReadOnlyList<WxComment> Result, long TotalRow, long TotalPage);

    /// <summary>A comment as the wire has it.</summary>
    private sealed record WxComment
    {
        public required long Id { get; init; }

        public required string Content { get; init; }

        public required int Type { get; init; }

        public string TypeStr => Types[Type];

        public required int Status { get; init; }

        public string StatusStr => Statuses[Status];

        public required long? RefId { get; init; }

        public required long? Pid { get; init; }

        public required long? Uid { get; init; }

        public required long? ShopId { get; init; }

        public required WxCommentUser CommentUserInfo { get; init; }

        public required IReadOnlyList<string>? Pics { get; init; }

        public required string? File { get; init; }

        public required string? Mobile { get; init; }

        public required JsonElement? ExtJson { get; init; }

        public required string? DateAdd { get; init; }

        public required string? Reply { get; init; }

        public required string? DateReply { get; init; }

        public required long? ReplyNumber { get; init; }

        public static WxComment Of(Comment comment, WxCall call) => new()
        {
            Id = comment.Id,
            Content = comment.Content,
            Type = (int)comment.Type - 1,
            Status = (int)comment.Status - 1,
            RefId = NullIfZero(comment.RefId),
            Pid = NullIfZero(comment.ParentId),
            Uid = NullIfZero(comment.UserId),
            ShopId = NullIfZero(comment.ShopId),
            CommentUserInfo = new(
                WxScalars.NullIfEmpty(comment.UserNick) ?? (comment.UserId == 0 ? "匿名用户" : "用户"),
                WxScalars.NullIfEmpty(comment.UserAvatarUrl)),
            Pics = comment.PictureUrls.Count == 0 ? null : [.. comment.PictureUrls],
            File = WxScalars.NullIfEmpty(comment.FileUrl),
            Mobile = WxScalars.NullIfEmpty(comment.Mobile),
            ExtJson = JsonText.ReadObject(comment.ExtraJson),
            DateAdd = call.Clock.Time(comment.CreatedAt),
            Reply = WxScalars.NullIfEmpty(comment.Reply),
            DateReply = call.Clock.Time(comment.RepliedAt),
            ReplyNumber = NullIfZero(comment.ReplyCount),
        };

        private static long? NullIfZero(long number) => number == 0 ? null : number;
    }

    /// <summary>Who wrote it; clients read the nick without looking whether there is one.</summary>
    private sealed record WxCommentUser(string Nick, string? AvatarUrl);
}
