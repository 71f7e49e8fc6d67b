using Grpc.Core;
using Silo.Comments.V1;
using Silo.Server.Tests.Files;
using Silo.Testing.Files;
using Xunit;
using static Silo.Server.Tests.Reasons;

namespace Silo.Server.Tests;

public sealed class CommentsOnSqlite(ShopOnSqlite shared) : CommentsSuite(shared);

public sealed class CommentsOnPostgres(ShopOnPostgres shared) : CommentsSuite(shared);

/// <summary>
/// Goal: everybody sees what is approved and open, an author all of his own, and nobody else's phone. Method: a running
/// server, once over each database; each test comments on a thing of its own.
/// </summary>
public abstract class CommentsSuite(SharedShop shared) : ShopSuite(shared)
{
    [Fact]
    public async Task Comment_FromWritingToDeletion_IsSeenByWhomItMay()
    {
        var users = await Shop.NewUsersAsync(2);
        var (author, other) = (users[0], users[1]);
        // There is no such article, so nobody else comments on it.
        var article = author;
        var (client, admin) = Clients(Shop);
        var picture = await FilesTests.UploadAsync(Shop, author, TestPictures.Png(3, 3));

        var written = (await client.AddCommentAsync(
            new()
            {
                Content = "很好 <b>!</b>",
                Type = CommentType.Article,
                RefId = article,
                PictureUrls = { $"https://elsewhere.example{picture.Url}_m" },
                FileUrl = picture.Name,
                Mobile = "13800138000",
                ExtraJson = """{"姓名":"王"}""",
            },
            FilesTests.Bearer(author))).Comment;

        Assert.Equal(("很好 ＜b>!＜/b>", CommentStatus.Pending, author, "13800138000"),
            (written.Content, written.Status, written.UserId, written.Mobile));
        Assert.Equal([picture.Url], written.PictureUrls);
        Assert.Equal(picture.Url, written.FileUrl);
        Assert.Equal([], await IdsAsync(client, null, new() { RefId = article }));
        Assert.Equal([], await IdsAsync(client, other, new() { RefId = article }));
        Assert.Equal([written.Id], await IdsAsync(client, author, new() { RefId = article }));
        Assert.Equal("COMMENT_UNKNOWN", await ReasonAsync(() => client.AddCommentAsync(
            new() { Content = "x", ParentId = written.Id }, FilesTests.Bearer(other)).ResponseAsync));

        var reviewed = (await admin.ReviewCommentAsync(new() { CommentId = written.Id, Approved = true }, Shop.Owner)).Comment;
        await admin.ReplyToCommentAsync(new() { CommentId = written.Id, Text = "谢谢" }, Shop.Owner);

        Assert.Equal(CommentStatus.Approved, reviewed.Status);
        var shown = Assert.Single((await client.ListCommentsAsync(new() { RefId = article, Replied = true })).Comments);
        Assert.Equal(("谢谢", "", "", ""), (shown.Reply, shown.Mobile, shown.ExtraJson, shown.FileUrl));
        Assert.Equal("13800138000", Assert.Single((await client.ListCommentsAsync(new() { RefId = article }, FilesTests.Bearer(author))).Comments).Mobile);

        // A reply to a reply hangs below the same comment.
        var reply = (await client.AddCommentAsync(new() { Content = "同意", ParentId = written.Id, RefId = 9 }, FilesTests.Bearer(other))).Comment;
        Assert.Equal((CommentType.Article, article, written.Id), (reply.Type, reply.RefId, reply.ParentId));
        await admin.ReviewCommentAsync(new() { CommentId = reply.Id, Approved = true }, Shop.Owner);
        var second = (await client.AddCommentAsync(new() { Content = "我也是", ParentId = reply.Id })).Comment;
        Assert.Equal((written.Id, 0), (second.ParentId, second.UserId));
        Assert.Equal([reply.Id], (await client.ListCommentsAsync(new() { ParentId = written.Id })).Comments.Select(c => c.Id));
        var root = Assert.Single((await client.ListCommentsAsync(new() { RefId = article, ParentId = 0 })).Comments);
        Assert.Equal((written.Id, 1), (root.Id, root.ReplyCount));

        // Another's comment is like none; the author's deletion takes the replies with it.
        Assert.Equal("COMMENT_UNKNOWN", await ReasonAsync(
            () => client.DeleteCommentAsync(new() { CommentId = written.Id }, FilesTests.Bearer(other)).ResponseAsync));
        await client.DeleteCommentAsync(new() { CommentId = written.Id }, FilesTests.Bearer(author));
        Assert.Equal([], await IdsAsync(client, null, new() { RefId = article }));
        Assert.Equal(0, await Shop.CountAsync(
            $"SELECT count(*) FROM comments_comments WHERE ref_id = {article} OR id IN ({written.Id}, {reply.Id}, {second.Id})"));
    }

    [Fact]
    public async Task Repeat_WithOneRequestId_WritesOnce()
    {
        var users = await Shop.NewUsersAsync(2);
        var (client, admin) = Clients(Shop);
        var (once, twice) = ($"once {users[0]}", $"twice {users[0]}");
        var request = new AddCommentRequest { Content = once, RequestId = "r1" };

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            async _ => (await client.AddCommentAsync(request, FilesTests.Bearer(users[0]))).Comment.Id));

        Assert.Single(answers.Distinct());
        Assert.Equal("REQUEST_ID_REUSED", await ReasonAsync(() => client.AddCommentAsync(
            new() { Content = twice, RequestId = "r1" }, FilesTests.Bearer(users[0])).ResponseAsync));
        Assert.NotEqual(answers[0], (await client.AddCommentAsync(request, FilesTests.Bearer(users[1]))).Comment.Id);
        // Strangers share no request ids.
        Assert.NotEqual((await client.AddCommentAsync(request)).Comment.Id, (await client.AddCommentAsync(request)).Comment.Id);
        Assert.Equal(4, await Shop.CountAsync($"SELECT count(*) FROM comments_comments WHERE content IN ('{once}', '{twice}')"));
        var review = new ReviewCommentRequest { CommentId = answers[0], Approved = true, RequestId = $"r2-{answers[0]}" };
        var first = await admin.ReviewCommentAsync(review, Shop.Owner);
        await admin.ReviewCommentAsync(new() { CommentId = answers[0], Approved = false }, Shop.Owner);
        Assert.Equal(first, await admin.ReviewCommentAsync(review, Shop.Owner));
    }

    internal static (CommentsService.CommentsServiceClient Client, CommentsAdminService.CommentsAdminServiceClient Admin) Clients(Shop shop) =>
        (new(shop.Channel), new(shop.Channel));

    internal static async Task<IReadOnlyList<long>> IdsAsync(
        CommentsService.CommentsServiceClient client, long? user, ListCommentsRequest? request = null) =>
        [.. (await client.ListCommentsAsync(request ?? new(), user is { } id ? FilesTests.Bearer(id) : [])).Comments.Select(c => c.Id)];
}

/// <summary>
/// Goal: what the settings of comments say is done: shown unseen by an operator, strangers that cannot flood the shop.
/// Method: running servers with these settings.
/// </summary>
public sealed class CommentsSettingsTests
{
    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Lists_ByEveryFilter_HaveWhatTheyShould(Database database)
    {
        await using var shop = await Shop.StartAsync(database, new() { ["Silo__Comments__Review"] = "false" });
        await shop.SeedUsersAsync(2);
        var (client, admin) = CommentsSuite.Clients(shop);
        var ids = new Dictionary<CommentType, long>();
        foreach (var type in Enum.GetValues<CommentType>().Skip(1))
        {
            var comment = (await client.AddCommentAsync(new() { Content = $"Ｎote {type}", Type = type, RefId = (int)type }, FilesTests.Bearer(1))).Comment;
            Assert.Equal((type, CommentStatus.Approved), (comment.Type, comment.Status));
            ids[type] = comment.Id;
        }

        CommentType[] open = [CommentType.Order, CommentType.Article, CommentType.Message];
        Assert.Equal(open.Select(type => ids[type]), await CommentsSuite.IdsAsync(client, null));
        Assert.Equal(open.Select(type => ids[type]), await CommentsSuite.IdsAsync(client, 2));
        Assert.Equal(ids.Values.OrderDescending(), await CommentsSuite.IdsAsync(client, 1));
        Assert.Equal([ids[CommentType.Article]], await CommentsSuite.IdsAsync(client, null, new() { Type = CommentType.Article }));
        Assert.Equal([], await CommentsSuite.IdsAsync(client, null, new() { Type = CommentType.Feedback }));
        Assert.Equal([ids[CommentType.Article]], await CommentsSuite.IdsAsync(client, null, new() { RefId = (int)CommentType.Article }));
        Assert.Equal([], await CommentsSuite.IdsAsync(client, null, new() { UserId = 2 }));
        Assert.Equal([], await CommentsSuite.IdsAsync(client, null, new() { Status = CommentStatus.Pending }));
        Assert.Equal([], await CommentsSuite.IdsAsync(client, null, new() { Replied = true }));
        Assert.Equal([ids[CommentType.Article]], await CommentsSuite.IdsAsync(client, null, new() { Page = 2, PageSize = 1 }));
        Assert.Equal(3, (await client.ListCommentsAsync(new() { PageSize = 1 })).TotalCount);

        await admin.ReviewCommentAsync(new() { CommentId = ids[CommentType.Order], Approved = false, Reason = "spam" }, shop.Owner);
        Assert.Equal([ids[CommentType.Article], ids[CommentType.Message]], await CommentsSuite.IdsAsync(client, null));
        Assert.Equal([ids[CommentType.Order]], await CommentsSuite.IdsAsync(client, 1, new() { Status = CommentStatus.Rejected }));

        async Task<IReadOnlyList<long>> FoundAsync(SearchCommentsRequest request) =>
            [.. (await admin.SearchCommentsAsync(request, shop.Owner)).Comments.Select(c => c.Id)];
        Assert.Equal(7, (await FoundAsync(new())).Count);
        Assert.Equal([ids[CommentType.Booking]], await FoundAsync(new() { TextContains = "note BOOK" }));
        Assert.Equal([ids[CommentType.Order]], await FoundAsync(new() { Status = CommentStatus.Rejected, UserId = 1 }));
        await admin.RemoveCommentAsync(new() { CommentId = ids[CommentType.Message], Reason = "spam" }, shop.Owner);
        Assert.Equal([ids[CommentType.Article]], await CommentsSuite.IdsAsync(client, null));
        var audit = await shop.AccountsAdmin.ListAuditAsync(new() { Subject = $"comment:{ids[CommentType.Message]}" }, shop.Owner);
        Assert.Contains("Ｎote Message", Assert.Single(audit.Records).BeforeJson, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_InTheirOrder_ChangeNothing()
    {
        await using var shop = await Shop.StartAsync(Database.Sqlite, new()
        {
            ["Silo__Comments__PerAddress"] = "2",
            ["Silo__Comments__PerUser"] = "3",
            ["Silo__Edge__TrustedProxies"] = "127.0.0.1",
        });
        await shop.SeedUsersAsync(1);
        var (client, _) = CommentsSuite.Clients(shop);
        var bad = new AddCommentRequest { Content = "x", ExtraJson = "[1]", FileUrl = "https://elsewhere.example/a.exe", ParentId = 5 };

        Task<string> AddAsync(AddCommentRequest request, Metadata headers) =>
            ReasonAsync(() => client.AddCommentAsync(request, headers).ResponseAsync);
        Assert.Equal("COMMENT_EXTRA_INVALID", await AddAsync(bad, []));
        bad.ExtraJson = "";
        Assert.Equal("COMMENT_FILE_UNKNOWN", await AddAsync(bad, []));
        bad.FileUrl = $"/files/{new string('0', 32)}.jpg";
        Assert.Equal("COMMENT_FILE_UNKNOWN", await AddAsync(bad, []));
        bad.FileUrl = "";
        Assert.Equal("COMMENT_UNKNOWN", await AddAsync(bad, []));
        Assert.Equal("INVALID_ARGUMENT", await AddAsync(new() { Content = new string('x', 2001) }, []));
        Assert.Equal(0, await shop.CountAsync("SELECT count(*) FROM comments_comments"));

        var good = new AddCommentRequest { Content = "x" };
        string[] limited = ["OK", "OK", "COMMENT_LIMIT_REACHED", "COMMENT_LIMIT_REACHED"];
        foreach (var address in (string[])["203.0.113.7", "2001:db8::1"])
        {
            Metadata from = [new("x-forwarded-for", address)];
            foreach (var expected in limited)
            {
                Assert.Equal(expected, await AddAsync(good, from));
            }
        }

        // One household; and here, where nobody stands behind an address.
        Assert.Equal("COMMENT_LIMIT_REACHED", await AddAsync(good, [new("x-forwarded-for", "2001:db8::2")]));
        foreach (var expected in (string[])["OK", "OK", "OK"])
        {
            Assert.Equal(expected, await AddAsync(good, []));
        }

        foreach (var expected in (string[])["OK", "OK", "OK", "COMMENT_LIMIT_REACHED"])
        {
            Assert.Equal(expected, await AddAsync(good, FilesTests.Bearer(1)));
        }

        Assert.Equal(10, await shop.CountAsync("SELECT count(*) FROM comments_comments"));
    }
}
