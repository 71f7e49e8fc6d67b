using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Silo.Comments.V1;
using Silo.Edge;
using Silo.Storage;

namespace Silo.Comments;

/// <summary>What the module holds of shoppers: what they wrote, which goes with their account and takes its replies along.</summary>
internal sealed class CommentsPersonalData : IPersonalData
{
    public string Name => "comments";

    public async Task<JsonNode> ExportAsync(IReads reads, long userId, CancellationToken cancellation)
    {
        var rows = await reads.Query<CommentRow>().Where(c => c.UserId == userId).OrderBy(c => c.Id).ToListAsync(cancellation);
        return new JsonObject
        {
            ["comments"] = new JsonArray([.. rows.Select(c => new JsonObject
            {
                ["id"] = c.Id,
                ["content"] = c.Content,
                ["mobile"] = c.Mobile,
                ["pictures"] = c.Pictures,
                ["file"] = c.FileName,
                ["extraJson"] = c.ExtraJson,
                ["createdAt"] = c.CreatedAt,
                ["reply"] = c.Reply,
            })]),
        };
    }

    public async Task EraseAsync(Unit unit, long userId, CancellationToken cancellation)
    {
        var mine = unit.Set<CommentRow>().Where(c => c.UserId == userId);
        await unit.Set<CommentRow>().Where(c => c.ParentId > 0 && mine.Any(m => m.Id == c.ParentId)).ExecuteDeleteAsync(cancellation);
        if (await mine.ExecuteDeleteAsync(cancellation) > 0)
        {
            await CommentsReads.InvalidateAsync(unit, cancellation);
        }

        await AuditForgetting.ForgetAsync<Comment>(unit, CommentsAdminService.Descriptor.FullName, userId, Forget, cancellation);
    }

    private static void Forget(Comment comment)
    {
        (comment.UserNick, comment.UserAvatarUrl, comment.Content, comment.FileUrl) = ("", "", "", "");
        (comment.Mobile, comment.ExtraJson) = ("", "");
        comment.PictureUrls.Clear();
    }
}
