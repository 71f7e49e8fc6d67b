using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Silo.Server.Tests.House;
using Silo.Testing.Files;
using Xunit;
using static Silo.Server.Tests.Reasons;

namespace Silo.Server.Tests.Files;

/// <summary>
/// Goal: files live in a bucket as they do in a directory. Method: the server beside an S3-compatible server of other
/// people's making, behind a check of the signature of every request; what is in the bucket is looked at behind its back.
/// </summary>
public sealed class S3Tests
{
    private const string Bucket = "silo-files";
    private static readonly string Scripts = Path.Combine(Repository.Root, "tests", "node");

    [Fact]
    public async Task File_InABucket_IsStoredServedAndRemoved()
    {
        await using var s3 = await S3.StartAsync();
        await using var shop = await Shop.StartAsync(Database.Sqlite, s3.Settings("S3RVER"));
        await shop.SeedUsersAsync(1);
        using var http = new HttpClient { BaseAddress = shop.Server.Http };
        var picture = TestPictures.Jpeg(1200, 900);

        var file = await FilesTests.UploadAsync(shop, 1, picture);

        Assert.Equal(picture, await http.GetByteArrayAsync(file.Url));
        Assert.Equal((640, 480), TestPictures.SizeOf(await http.GetByteArrayAsync($"{file.Url}_m")));
        Assert.Equal((640, 480), TestPictures.SizeOf(await http.GetByteArrayAsync($"{file.Url}_m")));
        using var request = new HttpRequestMessage(HttpMethod.Get, file.Url);
        request.Headers.Range = new RangeHeaderValue(5000, 5999);
        using var part = await http.SendAsync(request);
        Assert.Equal(picture[5000..6000], await part.Content.ReadAsByteArrayAsync());
        Assert.Equal([file.Name, $"{file.Name}_m"], s3.Objects());
        Assert.Empty(FilesTests.StoredFiles(shop));

        await FilesTests.Client(shop).DeleteFileAsync(new() { FileId = file.Id }, FilesTests.Bearer(1));

        await FilesTests.UntilAsync(() => s3.Objects().Count == 0);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await http.GetAsync(file.Url)).StatusCode);
    }

    [Fact]
    public async Task Upload_IntoABucketThatRefuses_IsUnavailableAndLeavesNothing()
    {
        await using var s3 = await S3.StartAsync();
        await using var shop = await Shop.StartAsync(Database.Sqlite, s3.Settings("another secret"));
        await shop.SeedUsersAsync(1);

        Assert.Equal("STORAGE_UNAVAILABLE", await ReasonAsync(() => FilesTests.UploadAsync(shop, 1, TestPictures.Png(2, 2))));

        Assert.Empty(s3.Objects());
        Assert.Equal(0, await shop.CountAsync("SELECT count(*) FROM files_files"));
        Assert.DoesNotContain("another secret", await File.ReadAllTextAsync(shop.Server.LogFile), StringComparison.Ordinal);
    }

    private sealed class S3 : IAsyncDisposable
    {
        private readonly Process node;
        private readonly string directory;
        private readonly int port;

        private S3(Process node, string directory, int port) => (this.node, this.directory, this.port) = (node, directory, port);

        public static async Task<S3> StartAsync()
        {
            Assert.SkipUnless(
                Environment.GetEnvironmentVariable("CI") == "true" || Directory.Exists(Path.Combine(Scripts, "node_modules", "s3rver")),
                "Node or the package s3rver is not installed; npm install in tests/node");
            var directory = Directory.CreateTempSubdirectory("silo-s3-").FullName;
            var node = Process.Start(new ProcessStartInfo("node", ["s3.js", directory, Bucket])
            {
                WorkingDirectory = Scripts,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
            var line = await node.StandardOutput.ReadLineAsync(limit.Token);
            return new(node, directory, int.Parse(line!, CultureInfo.InvariantCulture));
        }

        public Dictionary<string, string> Settings(string secret) => new()
        {
            ["Silo__Files__S3__Bucket"] = Bucket,
            ["Silo__Files__S3__ServiceUrl"] = $"http://127.0.0.1:{port}",
            ["Silo__Files__S3__AccessKey"] = "S3RVER",
            ["Silo__Files__S3__SecretKey"] = secret,
        };

        /// <summary>The keys in the bucket.</summary>
        public List<string> Objects() =>
        [
            .. Directory.EnumerateFiles(Path.Combine(directory, Bucket), "*._S3rver_object", SearchOption.AllDirectories)
                .Select(path => Path.GetFileName(path)[..^"._S3rver_object".Length]).Order(StringComparer.Ordinal),
        ];

        public async ValueTask DisposeAsync()
        {
            node.StandardInput.Close();
            await node.WaitForExitAsync();
            node.Dispose();
            Directory.Delete(directory, recursive: true);
        }
    }
}
