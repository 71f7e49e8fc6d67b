using System.Net.Sockets;
using System.Text;
using Silo.Testing.Files;
using Xunit;
using static Silo.Server.Tests.Files.FilesTests;
using static Silo.Server.Tests.Reasons;

namespace Silo.Server.Tests.Files;

/// <summary>
/// Goal: a picture tells strangers no more than it shows, and nobody uses uploads up for others. Method: pictures with
/// something planted in them, bombs and slow senders against running servers, by gRPC and by the facade.
/// </summary>
public sealed class FilesAbuseTests
{
    [Fact]
    public async Task Facade_StrangersWithManySlowUploads_KeepNoShopperOut()
    {
        await using var shop = await StartAsync(Database.Sqlite);
        await shop.SeedUsersAsync(1);
        using var http = new HttpClient { BaseAddress = shop.Server.Http };
        List<TcpClient> strangers = [];
        try
        {
            for (var stranger = 0; stranger < 100; stranger++)
            {
                var socket = new TcpClient();
                strangers.Add(socket);
                await socket.ConnectAsync(shop.Server.Http.Host, shop.Server.Http.Port);
                await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                    "POST /shop/dfs/upload/file HTTP/1.1\r\nHost: shop\r\nContent-Type: multipart/form-data; boundary=x\r\n"
                    + "Content-Length: 500000\r\n\r\n--x\r\nContent-Disposition: form-data; name=\"upfile\"; filename=\"a.jpg\"\r\n\r\n"));
            }

            // One too many is answered; so all that have a place have it by now.
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
            await Task.WhenAny(strangers.Select(s => s.GetStream().ReadAsync(new byte[1], limit.Token).AsTask())).Unwrap();

            using var form = new MultipartFormDataContent
            {
                { new StringContent(Shop.TokenOf(1)), "token" },
                { new ByteArrayContent(TestPictures.Png(5, 5)), "upfile", "a.png" },
            };
            Assert.Equal(0, (await PostAsync(http, "/shop/dfs/upload/file", form)).Code);
        }
        finally
        {
            strangers.ForEach(s => s.Dispose());
        }
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("png")]
    [InlineData("gif")]
    [InlineData("webp")]
    public async Task Picture_ThatTellsMore_IsServedWithoutItAndCountsForLess(string extension)
    {
        await using var shop = await StartAsync(Database.Sqlite);
        await shop.SeedUsersAsync(1);
        using var http = new HttpClient { BaseAddress = shop.Server.Http };
        var told = TestMetadata.Of(extension);

        var file = await UploadAsync(shop, 1, told);
        var (code, data) = await PostAsync(http, "/shop/dfs/upload/file", Form(told, fields: [("token", Shop.TokenOf(1))]));

        Assert.Equal((0, $"{file.Size}"), (code, data.GetProperty("size").GetString()));
        foreach (var url in (string[])[file.Url, data.GetProperty("url").GetString()!])
        {
            var served = await http.GetByteArrayAsync(url);
            Assert.Equal(file.Size, served.Length);
            Assert.DoesNotContain(TestMetadata.Secret, Encoding.Latin1.GetString(served), StringComparison.Ordinal);
        }

        Assert.Equal(2 * file.Size, (await Client(shop).ListMyFilesAsync(new(), Bearer(1))).UsedBytes);
    }

    [Fact]
    public async Task Bombs_OfEveryKind_AreRefusedOnBothWays()
    {
        await using var shop = await StartAsync(Database.Sqlite);
        await shop.SeedUsersAsync(1);
        using var http = new HttpClient { BaseAddress = shop.Server.Http };
        foreach (var (name, (bomb, reason)) in TestBombs.All)
        {
            Assert.Equal((name, reason), (name, await ReasonAsync(() => UploadAsync(shop, 1, bomb))));
            Assert.Equal((name, 300), (name, (await PostAsync(http, "/shop/dfs/upload/file", Form(bomb, fields: [("token", Shop.TokenOf(1))]))).Code));
        }

        Assert.Empty(StoredFiles(shop));
        var texts = TestBombs.Texts(256 * 1024 * 1024);
        Assert.True((await UploadAsync(shop, 1, texts)).Size < 1000);
        Assert.Equal(0, (await PostAsync(http, "/shop/dfs/upload/file", Form(texts, fields: [("token", Shop.TokenOf(1))]))).Code);
    }
}
