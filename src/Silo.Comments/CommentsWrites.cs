using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Comments.V1;
using Silo.Edge;
using Silo.Files;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Comments;

/// <summary>Writes and deletes comments.</summary>
internal sealed class CommentsWrites(
    IUnits units, IFiles files, IAttempts attempts, CommentsOptions options, CommentsReads reads)
{
    /// <summary>Writes a comment, or finds the one that the same request wrote.</summary>
    /// <param name="request">What is written.</param>
    /// <param name="hash">Of the request.</param>
    /// <param name="userId">The author; 0 for a stranger.</param>
    /// <param name="network">The stranger's address as limits see it; null where it has no limit.</param>
    /// <param name="cancellation">The caller left.</param>
    public async Task<Result<CommentRow>> AddAsync(
        AddCommentRequest request, long hash, long userId, string? network, CancellationToken cancellation)
    {
        Task<Result<CommentRow>> OnceAsync() => units.RunAsync<CommentRow>(
            unit => AddAsync(unit, request, hash, userId, network, cancellation),
            cancellation,
            // Replies to one comment hold it.
            queue: request.ParentId == 0 ? null : $"comment:{request.ParentId}");
        try
        {
            return await OnceAsync();
        }
        catch (UniqueKeyTakenException)
        {
            // Of two at once with one request id the second is rolled back, and now finds the first.
            return await OnceAsync();
        }
    }

    /// <summary>Deletes a shopper's own comment and the replies to it.</summary>
    public Task<Refusal?> DeleteAsync(long userId, long commentId, CancellationToken cancellation) => units.RunAsync(
        async unit => await DeleteAsync(
            unit, unit.Query<CommentRow>().Where(c => c.Id == commentId && c.UserId == userId), cancellation) is null
            ? CommentsRefusals.Unknown
            : null,
        cancellation);

    /// <summary>An operator approves or rejects a comment.</summary>
    public Task<Result<OperatorChange<Comment>>> ReviewAsync(
        Unit unit, ReviewCommentRequest request, CancellationToken cancellation) => ChangeAsync(
            unit,
            request.CommentId,
            row => row.Status = request.Approved ? ReviewStatus.Approved : ReviewStatus.Rejected,
            cancellation);

    /// <summary>An operator replies to a comment.</summary>
    public Task<Result<OperatorChange<Comment>>> ReplyAsync(
        Unit unit, ReplyToCommentRequest request, CancellationToken cancellation) => ChangeAsync(
            unit,
            request.CommentId,
            row =>
            {
                row.Reply = VisibleText.Plain(request.Text);
                row.RepliedAt = row.Reply.Length == 0 ? 0 : unit.NowMs;
            },
            cancellation);

    /// <summary>An operator deletes a comment and the replies to it.</summary>
    public async Task<Result<OperatorChange<Comment>>> RemoveAsync(
        Unit unit, RemoveCommentRequest request, CancellationToken cancellation) =>
        await DeleteAsync(unit, unit.Query<CommentRow>().Where(c => c.Id == request.CommentId), cancellation) is { } row
            ? new OperatorChange<Comment>($"comment:{row.Id}", Whole(new(row, null, 0)), new Comment())
            : CommentsRefusals.Unknown;

    /// <summary>Deletes a comment and the replies to it; null where it is gone already.</summary>
    private static async Task<CommentRow?> DeleteAsync(
        Unit unit, IQueryable<CommentRow> one, CancellationToken cancellation)
    {
        var row = await one.SingleOrDefaultAsync(cancellation);
        // The comment first: who replies to it holds it, so that no reply comes after the second statement.
        if (row is null || await unit.Set<CommentRow>().Where(c => c.Id == row.Id).ExecuteDeleteAsync(cancellation) == 0)
        {
            return null;
        }

        await unit.Set<CommentRow>().Where(c => c.ParentId == row.Id).ExecuteDeleteAsync(cancellation);
        await CommentsReads.InvalidateAsync(unit, cancellation);
        return row;
    }

    private async Task<Result<CommentRow>> AddAsync(
        Unit unit, AddCommentRequest request, long hash, long userId, string? network, CancellationToken cancellation)
    {
        var requestId = userId == 0 ? "" : request.RequestId;
        if (requestId.Length > 0 && await unit.Query<CommentRow>()
            .SingleOrDefaultAsync(c => c.UserId == userId && c.RequestId == requestId, cancellation) is { } first)
        {
            return first.RequestHash == hash ? first : Refusals.RequestIdReused;
        }

        if (request.ExtraJson.Length > 0 && JsonText.ReadObject(request.ExtraJson) is null)
        {
            return CommentsRefusals.ExtraInvalid;
        }

        var pictures = request.PictureUrls.Select(files.NameIn).ToList();
        var file = request.FileUrl.Length == 0 ? "" : files.NameIn(request.FileUrl);
        if (!await AreFilesAsync(unit, [.. pictures, .. file is "" ? [] : (string?[])[file]], cancellation))
        {
            return CommentsRefusals.FileUnknown;
        }

        CommentRow? parent = null;
        if (request.ParentId != 0)
        {
            parent = await ParentAsync(unit, request.ParentId, userId, cancellation);
            if (parent is null)
            {
                return CommentsRefusals.Unknown;
            }
        }

        if (!await MayWriteAsync(unit, userId, network, cancellation))
        {
            return CommentsRefusals.LimitReached;
        }

        var (id, content) = (unit.NewId(), VisibleText.Plain(request.Content));
        var row = new CommentRow
        {
            Id = id,
            Kind = parent?.Kind ?? CommentsWire.Kind(request.Type) ?? CommentKind.Message,
            Status = options.Review ? ReviewStatus.Pending : ReviewStatus.Approved,
            RefId = parent?.RefId ?? request.RefId,
            ParentId = parent?.Id ?? 0,
            UserId = userId,
            Content = content,
            SearchContent = SearchText.Normalise(content),
            Pictures = string.Join(',', pictures),
            FileName = file!,
            Mobile = VisibleText.Plain(request.Mobile),
            ExtraJson = request.ExtraJson,
            ShopId = request.ShopId,
            CreatedAt = unit.NowMs,
            RequestId = OwnRequestId.Or(requestId, id),
            RequestHash = hash,
        };
        unit.Set<CommentRow>().Add(row);
        if (CommentsRules.IsOpen(row.Kind, row.Status))
        {
            await CommentsReads.InvalidateAsync(unit, cancellation);
        }

        return row;
    }

    private async Task<bool> AreFilesAsync(Unit unit, IReadOnlyCollection<string?> names, CancellationToken cancellation)
    {
        var distinct = names.OfType<string>().Distinct().ToArray();
        return names.All(name => name is not null)
            && (await files.ExistingAsync(unit, distinct, cancellation)).Count == distinct.Length;
    }

    /// <summary>The comment below which a reply hangs, held until the unit ends; null where the caller may not see it.</summary>
    private static async Task<CommentRow?> ParentAsync(Unit unit, long id, long userId, CancellationToken cancellation)
    {
        var visible = CommentsReads.Visible(unit.Query<CommentRow>(), userId);
        var named = await visible.SingleOrDefaultAsync(c => c.Id == id, cancellation);
        var root = named is null || named.ParentId == 0 ? named
            : await visible.SingleOrDefaultAsync(c => c.Id == named.ParentId, cancellation);
        return root is not null && await unit.Set<CommentRow>().Where(c => c.Id == root.Id)
            .ExecuteUpdateAsync(c => c.SetProperty(x => x.ShopId, x => x.ShopId), cancellation) == 1 ? root : null;
    }

    private Task<bool> MayWriteAsync(Unit unit, long userId, string? network, CancellationToken cancellation) =>
        userId != 0 ? attempts.TakeAsync(unit, $"comment:u{userId}", options.PerUser, cancellation)
        : options.PerAddress == 0 ? Task.FromResult(false)
        : network is null ? Task.FromResult(true)
        : attempts.TakeAsync(unit, $"comment:{network}", options.PerAddress, cancellation);

    private async Task<Result<OperatorChange<Comment>>> ChangeAsync(
        Unit unit, long id, Action<CommentRow> change, CancellationToken cancellation)
    {
        var row = await unit.Set<CommentRow>().SingleOrDefaultAsync(c => c.Id == id, cancellation);
        if (row is null)
        {
            return CommentsRefusals.Unknown;
        }

        var full = await reads.FullAsync(unit, row, cancellation);
        var before = Whole(full);
        change(row);
        await CommentsReads.InvalidateAsync(unit, cancellation);
        return new OperatorChange<Comment>($"comment:{id}", before, Whole(full));
    }

    private Comment Whole(FullComment full) => CommentsWire.Comment(full, files, whole: true);
}
