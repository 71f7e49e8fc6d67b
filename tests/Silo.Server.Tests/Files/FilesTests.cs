using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Silo.Files.V1;
using Silo.Testing.Files;
using Xunit;
using static Silo.Server.Tests.Reasons;

namespace Silo.Server.Tests.Files;

/// <summary>
/// Goal: what is uploaded is served as it is and to all, what is refused leaves nothing behind, and nobody touches what
/// is another's. Method: uploads by gRPC and by the facade against running servers on both databases, and a look at
/// their tables and directories.
/// </summary>
public sealed class FilesTests
{
    private const int Most = 1024 * 1024;

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task File_FromUploadToDeletion_IsServedWhileItIsThere(Database database)
    {
        await using var shop = await StartAsync(database);
        await shop.SeedUsersAsync(2);
        using var http = new HttpClient { BaseAddress = shop.Server.Http };
        var picture = TestPictures.Jpeg(1000, 600);

        var file = await UploadAsync(shop, 1, picture, "../../相册/照片.png");

        Assert.Equal(("照片.png", "image/jpeg", picture.Length, 1000, 600, 1),
            (file.ShownName, file.ContentType, file.Size, file.Width, file.Height, file.UserId));
        Assert.Matches(@"\A[0-9a-f]{32}\.jpg\z", file.Name);
        Assert.Equal($"/files/{file.Name}", file.Url);
        Assert.Equal(picture, await http.GetByteArrayAsync(file.Url));
        Assert.Equal((640, 384), TestPictures.SizeOf(await http.GetByteArrayAsync($"{file.Url}_m")));
        Assert.Equal((240, 144), TestPictures.SizeOf(await http.GetByteArrayAsync($"{file.Url}_s")));

        var mine = await Client(shop).ListMyFilesAsync(new(), Bearer(1));
        Assert.Equal((file, 1, picture.Length), (Assert.Single(mine.Files), mine.TotalCount, mine.UsedBytes));
        Assert.Empty((await Client(shop).ListMyFilesAsync(new(), Bearer(2))).Files);
        Assert.Equal("FILE_UNKNOWN", await ReasonAsync(() => Client(shop).DeleteFileAsync(new() { FileId = file.Id }, Bearer(2)).ResponseAsync));
        Assert.Equal(picture, await http.GetByteArrayAsync(file.Url));

        await Client(shop).DeleteFileAsync(new() { FileId = file.Id }, Bearer(1));

        foreach (var suffix in (string[])["", "_m", "_s"])
        {
            using var gone = await http.GetAsync(file.Url + suffix);
            Assert.Equal((HttpStatusCode.NotFound, "no-store"), (gone.StatusCode, gone.Headers.CacheControl?.ToString()));
        }

        Assert.Equal("FILE_UNKNOWN", await ReasonAsync(() => Client(shop).DeleteFileAsync(new() { FileId = file.Id }, Bearer(1)).ResponseAsync));
        Assert.Equal(0, (await Client(shop).ListMyFilesAsync(new(), Bearer(1))).UsedBytes);
        await UntilAsync(() => StoredFiles(shop).Count == 0);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Operators_FindAndRemoveFiles_AndUploadTheShops(Database database)
    {
        await using var shop = await StartAsync(database);
        await shop.SeedUsersAsync(1);
        var admin = new FilesAdminService.FilesAdminServiceClient(shop.Channel);
        var shoppers = await UploadAsync(shop, 1, TestPictures.Png(10, 10), "Ｐhoto.png");
        using var call = admin.UploadShopFile(shop.Owner);
        await call.RequestStream.WriteAsync(new() { Metadata = new() { Name = "banner.gif" } });
        await call.RequestStream.WriteAsync(new() { Chunk = ByteString.CopyFrom(TestPictures.Gif(20, 10)) });
        await call.RequestStream.CompleteAsync();
        var shops = (await call).File;

        Assert.Equal([shops, shoppers], (await admin.SearchFilesAsync(new(), shop.Owner)).Files);
        Assert.Equal([shoppers], (await admin.SearchFilesAsync(new() { NameContains = "PHOTO" }, shop.Owner)).Files);
        Assert.Equal([shoppers], (await admin.SearchFilesAsync(new() { UserId = 1 }, shop.Owner)).Files);
        Assert.Equal([shops], (await admin.SearchFilesAsync(new() { ShopOnly = true }, shop.Owner)).Files);
        var second = await admin.SearchFilesAsync(new() { Page = 2, PageSize = 1 }, shop.Owner);
        Assert.Equal((shoppers, 2), (Assert.Single(second.Files), second.TotalCount));

        await admin.RemoveFileAsync(new() { FileId = shoppers.Id, Reason = "abuse" }, shop.Owner);

        Assert.Equal("FILE_UNKNOWN", await ReasonAsync(() => admin.RemoveFileAsync(new() { FileId = shoppers.Id }, shop.Owner).ResponseAsync));
        var audit = await shop.AccountsAdmin.ListAuditAsync(new() { Subject = $"file:{shoppers.Id}" }, shop.Owner);
        var record = Assert.Single(audit.Records);
        Assert.Equal("abuse", record.Reason);
        Assert.Contains(shoppers.Name, record.BeforeJson, StringComparison.Ordinal);
        Assert.Single((await shop.AccountsAdmin.ListAuditAsync(new() { Subject = $"file:{shops.Id}" }, shop.Owner)).Records);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Refused_WhateverItIs_LeavesNothingBehind(Database database)
    {
        await using var shop = await StartAsync(database);
        await shop.SeedUsersAsync(1);
        foreach (var (name, bytes) in TestPictures.NoPictures)
        {
            Assert.Equal((name, "FILE_TYPE_UNSUPPORTED"), (name, await ReasonAsync(() => UploadAsync(shop, 1, bytes, $"{name}.png"))));
        }

        var cut = TestPictures.Jpeg(200, 200)[..^40];
        Assert.Equal("PICTURE_BROKEN", await ReasonAsync(() => UploadAsync(shop, 1, cut)));
        Assert.Equal("PICTURE_TOO_LARGE", await ReasonAsync(() => UploadAsync(shop, 1, TestPictures.Bomb(50_000, 50_000))));
        Assert.Equal("FILE_EMPTY", await ReasonAsync(() => UploadAsync(shop, 1, [])));
        Assert.Equal("FILE_TOO_LARGE", await ReasonAsync(() => UploadAsync(shop, 1, new byte[Most + 1])));
        Assert.Equal("FILE_SIZE_WRONG", await ReasonAsync(() => UploadAsync(shop, 1, TestPictures.Png(9, 9), size: 5)));
        Assert.Equal("FILE_METADATA_NOT_FIRST", await ReasonAsync(() => SendAsync(shop, new UploadFileRequest { Chunk = ByteString.CopyFromUtf8("x") })));
        Assert.Equal("FILE_METADATA_NOT_FIRST", await ReasonAsync(() => SendAsync(shop)));
        var metadata = new UploadFileRequest { Metadata = new() };
        Assert.Equal("FILE_METADATA_NOT_FIRST", await ReasonAsync(() => SendAsync(shop, metadata, metadata)));

        Assert.Empty(StoredFiles(shop));
        Assert.Equal(0, await shop.CountAsync("SELECT count(*) FROM files_files"));
        Assert.Equal(0, await shop.CountAsync("SELECT count(*) FROM files_usage"));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Quota_OfManyUploadsAtOnce_IsNeverExceeded(Database database)
    {
        const int fit = 3;
        var picture = TestPictures.Png(100, 100);
        await using var shop = await StartAsync(database, new() { ["Silo__Files__QuotaBytesPerUser"] = $"{(picture.Length * (fit + 1)) - 1}" });
        await shop.SeedUsersAsync(2);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => ReasonAsync(() => UploadAsync(shop, 1, picture))));

        Assert.Equal(fit, answers.Count(reason => reason == "OK"));
        Assert.All(answers, reason => Assert.True(reason is "OK" or "FILE_QUOTA_EXCEEDED", reason));
        Assert.Equal(fit, StoredFiles(shop).Count);
        Assert.Equal("OK", await ReasonAsync(() => UploadAsync(shop, 2, picture)));
        var mine = await Client(shop).ListMyFilesAsync(new(), Bearer(1));
        await Client(shop).DeleteFileAsync(new() { FileId = mine.Files[0].Id }, Bearer(1));
        Assert.Equal("OK", await ReasonAsync(() => UploadAsync(shop, 1, picture)));
        Assert.Equal("FILE_QUOTA_EXCEEDED", await ReasonAsync(() => UploadAsync(shop, 1, picture)));
    }

    [Fact]
    public async Task Upload_OfAHundredMegabytes_IsRefusedEarly()
    {
        await using var shop = await StartAsync(Database.Sqlite);
        await shop.SeedUsersAsync(1);
        const long hundred = 100L * 1024 * 1024;

        // By what is announced: nothing of it is sent.
        Assert.Equal("FILE_TOO_LARGE", await ReasonAsync(() => SendAsync(shop, new UploadFileRequest { Metadata = new() { Size = hundred } })));

        // By what arrives.
        using var call = Client(shop).UploadFile(Bearer(1));
        var sent = 0L;
        try
        {
            await call.RequestStream.WriteAsync(new() { Metadata = new() });
            var piece = new UploadFileRequest { Chunk = ByteString.CopyFrom(new byte[256 * 1024]) };
            for (; sent < hundred; sent += piece.Chunk.Length)
            {
                await call.RequestStream.WriteAsync(piece);
            }
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
        }

        Assert.Equal("FILE_TOO_LARGE", await ReasonAsync(() => call.ResponseAsync));
        Assert.InRange(sent, Most, 20 * Most);

        // By HTTP: the answer comes before the body is sent.
        using var socket = new TcpClient();
        await socket.ConnectAsync(shop.Server.Http.Host, shop.Server.Http.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /shop/dfs/upload/file?token={Shop.TokenOf(1)} HTTP/1.1\r\nHost: shop\r\nContent-Type: multipart/form-data; boundary=x\r\n"
            + $"Content-Length: {hundred}\r\n\r\n"));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        using var reader = new StreamReader(stream);
        var answer = "";
        while (!answer.EndsWith('}'))
        {
            var next = new char[1];
            Assert.Equal(1, await reader.ReadAsync(next, limit.Token));
            answer += next[0];
        }

        Assert.StartsWith("HTTP/1.1 200 OK", answer, StringComparison.Ordinal);
        Assert.Contains("文件过大", answer, StringComparison.Ordinal);
        Assert.Empty(StoredFiles(shop));
    }

    [Fact]
    public async Task Upload_ThatIsInterrupted_LeavesNothing()
    {
        var temporary = Directory.CreateTempSubdirectory("silo-uploads-").FullName;
        try
        {
            await using var shop = await StartAsync(Database.Sqlite, new() { ["ASPNETCORE_TEMP"] = temporary });
            await shop.SeedUsersAsync(1);
            using (var call = Client(shop).UploadFile(Bearer(1)))
            {
                await call.RequestStream.WriteAsync(new() { Metadata = new() { Name = "half.jpg" } });
                await call.RequestStream.WriteAsync(new() { Chunk = ByteString.CopyFrom(TestPictures.Jpeg(900, 900)[..1000]) });
            }

            using (var socket = new TcpClient())
            {
                await socket.ConnectAsync(shop.Server.Http.Host, shop.Server.Http.Port);
                await using var stream = socket.GetStream();
                await stream.WriteAsync(Encoding.ASCII.GetBytes(
                    "POST /shop/dfs/upload/file HTTP/1.1\r\nHost: shop\r\nContent-Type: multipart/form-data; boundary=x\r\n"
                    + "Content-Length: 500000\r\n\r\n--x\r\nContent-Disposition: form-data; name=\"upfile\"; filename=\"a.jpg\"\r\n\r\n"));
                await stream.WriteAsync(new byte[300_000]);
                // Received so far that it is in a file.
                await UntilAsync(() => Directory.EnumerateFiles(temporary).Any());
            }

            await UntilAsync(() => !Directory.EnumerateFiles(temporary).Any());
            Assert.Empty(StoredFiles(shop));
            Assert.Equal(0, await shop.CountAsync("SELECT count(*) FROM files_files"));
            Assert.Equal("OK", await ReasonAsync(() => UploadAsync(shop, 1, TestPictures.Jpeg(10, 10))));
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    [Theory]
    [InlineData("", "--x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nno-token\r\n")]
    [InlineData("?token=no-token", "")]
    public async Task Facade_UploadWithABadToken_IsAnsweredBeforeAnyOfTheFileIsKept(string query, string field)
    {
        var temporary = Directory.CreateTempSubdirectory("silo-uploads-").FullName;
        try
        {
            await using var shop = await StartAsync(Database.Sqlite, new() { ["ASPNETCORE_TEMP"] = temporary });
            using var watcher = new FileSystemWatcher(temporary) { EnableRaisingEvents = true };
            var kept = 0;
            watcher.Created += (_, _) => Interlocked.Increment(ref kept);
            using var socket = new TcpClient();
            await socket.ConnectAsync(shop.Server.Http.Host, shop.Server.Http.Port);
            await using var stream = socket.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"POST /shop/dfs/upload/file{query} HTTP/1.1\r\nHost: shop\r\nContent-Type: multipart/form-data; boundary=x\r\n"
                + $"Content-Length: 500000\r\n\r\n{field}--x\r\nContent-Disposition: form-data; name=\"upfile\"; filename=\"a.jpg\"\r\n\r\n"));
            await stream.WriteAsync(new byte[300_000]);

            // The rest is never sent: an answer that waited for it would not come.
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
            using var reader = new StreamReader(stream);
            var (answer, next) = ("", new char[1]);
            while (!answer.EndsWith('}') && await reader.ReadAsync(next, limit.Token) == 1)
            {
                answer += next[0];
            }

            Assert.Contains("\"code\":2000", answer, StringComparison.Ordinal);
            Assert.Equal(0, kept);
            Assert.Empty(StoredFiles(shop));
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    [Fact]
    public async Task Serving_OverHttp_HasWhatCachesAndBrowsersNeed()
    {
        await using var shop = await StartAsync(Database.Sqlite);
        await shop.SeedUsersAsync(1);
        using var http = new HttpClient { BaseAddress = shop.Server.Http };
        var picture = TestPictures.Jpeg(700, 700);
        var file = await UploadAsync(shop, 1, picture);

        using var whole = await http.GetAsync(file.Url);
        Assert.Equal("public, max-age=31536000, immutable", Header(whole, "Cache-Control"));
        Assert.Equal("nosniff", Header(whole, "X-Content-Type-Options"));
        Assert.Equal("default-src 'none'; sandbox", Header(whole, "Content-Security-Policy"));
        Assert.Equal(("image/jpeg", $"\"{file.Name}-{picture.Length}\""), (whole.Content.Headers.ContentType?.ToString(), whole.Headers.ETag?.ToString()));

        Assert.Equal(HttpStatusCode.NotModified, (await GetAsync(http, file.Url, r => r.Headers.IfNoneMatch.Add(whole.Headers.ETag!))).Status);
        var part = await GetAsync(http, file.Url, r => r.Headers.Range = new RangeHeaderValue(100, 199));
        Assert.Equal(HttpStatusCode.PartialContent, part.Status);
        Assert.Equal(picture[100..200], part.Body);
        Assert.Equal(
            HttpStatusCode.RequestedRangeNotSatisfiable, (await GetAsync(http, file.Url, r => r.Headers.Range = new RangeHeaderValue(picture.Length, null))).Status);
        var head = await GetAsync(http, file.Url, r => r.Method = HttpMethod.Head);
        Assert.Equal((HttpStatusCode.OK, 0), (head.Status, head.Body.Length));

        using var middle = await http.GetAsync($"{file.Url}_m");
        Assert.Equal($"\"{file.Name}_m-{middle.Content.Headers.ContentLength}\"", middle.Headers.ETag?.ToString());
        // Smaller than that already: the same bytes.
        var small = await UploadAsync(shop, 1, TestPictures.Gif(100, 50));
        Assert.Equal(TestPictures.Gif(100, 50), await http.GetByteArrayAsync($"{small.Url}_s"));
        // A thumbnail of a GIF is a PNG, and is made once for many.
        var large = await UploadAsync(shop, 1, TestPictures.Gif(300, 300));
        var thumbs = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => http.GetByteArrayAsync($"{large.Url}_s")));
        Assert.All(thumbs, thumb => Assert.Equal(thumbs[0], thumb));
        using var png = await http.GetAsync($"{large.Url}_s");
        Assert.Equal("image/png", png.Content.Headers.ContentType?.ToString());

        foreach (var path in (string[])["/files/incoming", "/files/..%2f..%2fsilo.db", "/files/%2e%2e%2fsilo.db", $"/files/{file.Name}_x", $"/files/{new string('0', 32)}.jpg"])
        {
            Assert.Equal((path, HttpStatusCode.NotFound), (path, (await GetAsync(http, path, _ => { })).Status));
        }

        // No list of a directory: the facade's own answer to what it does not know.
        Assert.Contains("\"code\":", await http.GetStringAsync("/files/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Facade_Uploads_AnswerInTheEnvelope()
    {
        await using var shop = await StartAsync(Database.Sqlite);
        await shop.SeedUsersAsync(1);
        using var http = new HttpClient { BaseAddress = shop.Server.Http };
        var token = Shop.TokenOf(1);
        const string path = "/shop/dfs/upload/file";

        // The file before the token, a name that is a path, and a type that it is not.
        var (code, data) = await PostAsync(http, path, Form(TestPictures.WebP(30, 20), "C:\\a\\..\\b.exe", "text/html", ("token", token)));
        Assert.Equal(0, code);
        var url = data.GetProperty("url").GetString()!;
        Assert.StartsWith($"{http.BaseAddress}files/", url, StringComparison.Ordinal);
        Assert.Equal(("b.exe", "webp", $"{TestPictures.WebP(30, 20).Length}"),
            (data.GetProperty("originalName").GetString(), data.GetProperty("type").GetString(), data.GetProperty("size").GetString()));
        using var served = await http.GetAsync(url);
        Assert.Equal("image/webp", served.Content.Headers.ContentType?.ToString());

        var picture = TestPictures.Png(5, 5);
        Assert.Equal(0, (await PostAsync(http, "/upload2", Form(picture, fields: [("token", token), ("subDomain", "shop"), ("expireHours", "2")]))).Code);
        Assert.Equal(1, await shop.CountAsync("SELECT count(*) FROM files_files WHERE expires_at = created_at + 7200000"));
        Assert.Equal(400, (await PostAsync(http, "/upload2", Form(picture, fields: [("token", token), ("subDomain", "other")]))).Code);
        Assert.Equal(300, (await PostAsync(http, "/upload2", Form(picture, fields: [("token", token)]))).Code);
        Assert.Equal(2000, (await PostAsync(http, path, Form(picture))).Code);
        Assert.Equal(2000, (await PostAsync(http, path, Form(picture, fields: [("token", "x")]))).Code);
        Assert.Equal(2000, (await PostAsync(http, path, Form(picture, fields: [("token", shop.Owner[0].Value["Bearer ".Length..])]))).Code);
        Assert.Equal(300, (await PostAsync(http, path, Form(picture, fields: [("token", token), ("expireHours", "-1")]))).Code);
        Assert.Equal(300, (await PostAsync(http, path, Form("<svg onload='alert(1)'/>"u8.ToArray(), "a.png", "image/png", ("token", token)))).Code);
        Assert.Equal(300, (await PostAsync(http, path, Form(new byte[Most + 1], fields: [("token", token)]))).Code);
        Assert.Equal(300, (await PostAsync(http, path, Form(new byte[3 * Most], fields: [("token", token)]))).Code);
        using var none = new MultipartFormDataContent { { new StringContent(token), "token" } };
        Assert.Equal(300, (await PostAsync(http, path, none)).Code);
        Assert.Equal(2, await shop.CountAsync("SELECT count(*) FROM files_files"));
        Assert.Equal(2, StoredFiles(shop).Count);
    }

    [Fact]
    public async Task PublicUrl_WhereItIsSet_BeginsEveryUrl()
    {
        await using var shop = await StartAsync(Database.Sqlite, new() { ["Silo__Files__PublicUrl"] = "https://cdn.example/shop/" });
        await shop.SeedUsersAsync(1);

        var file = await UploadAsync(shop, 1, TestPictures.Png(1, 1));

        Assert.Equal($"https://cdn.example/shop/files/{file.Name}", file.Url);
    }

    [Fact]
    public async Task File_WhoseTimeIsOver_IsNotServed()
    {
        await using var shop = await StartAsync(Database.Sqlite);
        await shop.SeedUsersAsync(1);
        using var http = new HttpClient { BaseAddress = shop.Server.Http };
        var file = await UploadAsync(shop, 1, TestPictures.Png(1, 1));
        await shop.QueryAsync("UPDATE files_files SET expires_at = 1", _ => 0);

        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(http, file.Url, _ => { })).Status);
    }

    internal static FilesService.FilesServiceClient Client(Shop shop) => new(shop.Channel);

    internal static Metadata Bearer(long user) => Shop.Bearer(Shop.TokenOf(user));

    internal static Task<Silo.Files.V1.File> UploadAsync(
        Shop shop, long user, byte[] bytes, string name = "a.jpg", long? size = null) =>
        UploadAsync(shop, Bearer(user), bytes, name, size);

    internal static async Task<Silo.Files.V1.File> UploadAsync(
        Shop shop, Metadata headers, byte[] bytes, string name, long? size = null)
    {
        using var call = Client(shop).UploadFile(headers);
        try
        {
            await call.RequestStream.WriteAsync(new() { Metadata = new() { Name = name, Size = size ?? 0 } });
            foreach (var piece in bytes.Chunk(100_000))
            {
                await call.RequestStream.WriteAsync(new() { Chunk = ByteString.CopyFrom(piece) });
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // Refused before all was sent; the answer says why.
        }

        return (await call).File;
    }

    /// <summary>Everything in the store, half written files too.</summary>
    internal static List<string> StoredFiles(Shop shop)
    {
        var directory = Path.Combine(shop.Server.DataDirectory, "files");
        return Directory.Exists(directory) ? [.. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)] : [];
    }

    internal static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (!holds())
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    internal static Task<Shop> StartAsync(Database database, Dictionary<string, string>? settings = null)
    {
        settings ??= [];
        settings["Silo__Files__MaxBytes"] = $"{Most}";
        return Shop.StartAsync(database, settings);
    }

    private static async Task<UploadFileResponse> SendAsync(Shop shop, params UploadFileRequest[] messages)
    {
        using var call = Client(shop).UploadFile(Bearer(1));
        try
        {
            foreach (var message in messages)
            {
                await call.RequestStream.WriteAsync(message);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // The answer says why.
        }

        return await call;
    }

    private static string Header(HttpResponseMessage response, string name) => string.Join(", ", response.Headers.NonValidated[name]);

    private static async Task<(HttpStatusCode Status, byte[] Body)> GetAsync(HttpClient http, string path, Action<HttpRequestMessage> change)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        change(request);
        using var response = await http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsByteArrayAsync());
    }

    internal static MultipartFormDataContent Form(
        byte[] bytes, string name = "a.png", string type = "image/png", params (string Name, string Value)[] fields)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        var form = new MultipartFormDataContent { { content, "upfile", name } };
        foreach (var (field, value) in fields)
        {
            form.Add(new StringContent(value), field);
        }

        return form;
    }

    internal static async Task<(int Code, JsonElement Data)> PostAsync(HttpClient http, string path, MultipartFormDataContent form)
    {
        using (form)
        using (var response = await http.PostAsync(path, form))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var answer = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsByteArrayAsync());
            return (answer.GetProperty("code").GetInt32(), answer.TryGetProperty("data", out var data) ? data : default);
        }
    }
}
