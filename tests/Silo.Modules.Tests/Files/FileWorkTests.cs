using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Serialization;
using Silo.Edge;
using Silo.Files;
using Silo.Files.V1;
using Silo.Kernel;
using Silo.Storage;
using Silo.Testing.Files;
using Xunit;
using File = System.IO.File;

namespace Silo.Modules.Tests.Files;

/// <summary>
/// Goal: an object without a row is removed, and one with a row never, whatever fails between the two. Method: the
/// module over an embedded database and a directory, with a clock that the test moves and a booking that fails.
/// </summary>
public sealed class FileWorkTests : IAsyncLifetime
{
    private readonly string directory = Directory.CreateTempSubdirectory("silo-files-").FullName;
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private ServiceProvider services = null!;

    private IUnits Units => services.GetRequiredService<IUnits>();

    private Uploads Uploads => services.GetRequiredService<Uploads>();

    [Fact]
    public async Task Upload_WhoseBookingIsRefused_LeavesNoObject()
    {
        await Assert.ThrowsAsync<RefusalException>(() => TakeAsync(_ => throw new RefusalException(FilesRefusals.QuotaExceeded)));

        Assert.Empty(Stored());
    }

    [Fact]
    public async Task Upload_WhoseBookingFailed_IsRemovedAnHourLater()
    {
        await Assert.ThrowsAsync<StorageUnavailableException>(() => TakeAsync(_ => throw new StorageUnavailableException("planted")));
        Assert.Single(Stored());

        await RunWorkAsync(TimeSpan.FromMinutes(59));
        Assert.Single(Stored());

        await RunWorkAsync(TimeSpan.FromMinutes(2));
        Assert.Empty(Stored());
    }

    [Fact]
    public async Task Upload_WhoseBookingWasCommittedAndNotAnswered_Stays()
    {
        await Assert.ThrowsAsync<StorageUnavailableException>(() => TakeAsync(async make =>
        {
            await BookAsync(make);
            throw new StorageUnavailableException("planted", outcomeUnknown: true);
        }));

        await RunWorkAsync(TimeSpan.FromHours(2));

        Assert.Single(Stored());
    }

    [Fact]
    public async Task Upload_ThatTheStoreRefuses_IsUnavailableAndLeavesNothing()
    {
        // A directory where the objects' directories should be made.
        Directory.CreateDirectory(Path.Combine(directory, "files"));
        foreach (var first in Enumerable.Range(0, 256))
        {
            await File.WriteAllTextAsync(Path.Combine(directory, "files", first.ToString("x2", null)), "in the way");
        }

        await Assert.ThrowsAsync<StorageUnavailableException>(() => TakeAsync(BookAsync));

        Assert.Empty(await Units.ReadAsync(r => r.Query<FileRow>().ToListAsync(), CancellationToken.None));
    }

    [Fact]
    public async Task File_WhoseTimeIsOver_IsDeletedWithItsThumbnails()
    {
        // Stored pictures are gone over before, which makes thumbnails go.
        await RunWorkAsync(TimeSpan.Zero);
        var kept = await TakeAsync(BookAsync);
        var over = await TakeAsync(BookAsync, hours: 2);
        await File.WriteAllTextAsync(PathOf(over.Name) + "_m", "thumbnail");
        await File.WriteAllTextAsync(PathOf(over.Name) + ".part", "interrupted");

        await RunWorkAsync(TimeSpan.FromMinutes(119));
        Assert.Equal(4, Stored().Count);

        // It is looked at every ten minutes.
        await RunWorkAsync(TimeSpan.FromMinutes(11));
        await RunWorkAsync(TimeSpan.FromSeconds(1));

        Assert.Equal([kept.Name], Stored());
        Assert.Equal([kept.Id], await Units.ReadAsync(r => r.Query<FileRow>().Select(f => f.Id).ToListAsync(), CancellationToken.None));
    }

    [Fact]
    public async Task StoredPictures_OfBefore_LoseWhatTheyTellAndCountForLess()
    {
        // More than a page of them, of two shoppers and of the shop.
        const int count = 123;
        await PlantAsync(Enumerable.Range(1, count), id => TestMetadata.Of(Extension(id)));

        await RunWorkAsync(TimeSpan.Zero);

        var rows = await RowsAsync();
        Assert.Equal(count, rows.Count);
        Assert.All(rows, row =>
        {
            var stored = File.ReadAllBytes(PathOf(row.Name));
            Assert.DoesNotContain(TestMetadata.Secret, System.Text.Encoding.Latin1.GetString(stored), StringComparison.Ordinal);
            Assert.Equal(stored.Length, row.Size);
        });
        // Thumbnails are made anew when they are asked for.
        Assert.Equal(rows.Select(r => r.Name).Order(), Stored().Order());
        Assert.Equal(
            rows.Where(r => r.UserId != 0).GroupBy(r => r.UserId).Select(u => (u.Key, u.Sum(r => r.Size))).Order(),
            (await UsageAsync()).Order());
        await RunWorkAsync(TimeSpan.FromHours(2));
        Assert.Equal(count, Stored().Count);
    }

    [Fact]
    public async Task StoredPictures_WhoseCleaningWasInterrupted_AreBookedAsTheyAreStored()
    {
        await PlantAsync([1], _ => TestMetadata.Of("jpg"));
        await RunWorkAsync(TimeSpan.Zero);
        var clean = Assert.Single(await RowsAsync());

        // Stored, and not booked; what was begun before is begun again.
        await Units.RunAsync(
            unit => unit.ExecuteAsync($"UPDATE files_files SET size = size + 100", CancellationToken.None), CancellationToken.None);
        await Units.RunAsync(
            unit => unit.ExecuteAsync($"UPDATE files_usage SET bytes = bytes + 100", CancellationToken.None), CancellationToken.None);
        await Units.RunAsync(unit => FileCleaning.EnqueueAsync(unit, new(0, clean.Id), CancellationToken.None), CancellationToken.None);
        await RunWorkAsync(TimeSpan.Zero);

        Assert.Equal(clean.Size, Assert.Single(await RowsAsync()).Size);
        Assert.Equal((1, clean.Size), Assert.Single(await UsageAsync()));
    }

    [Fact]
    public async Task StoredPictures_OfWhichSomeAreBrokenOrGoneOrCannotBeRead_AreCleanedAllTheSame()
    {
        byte[] broken = [0xFF, 0xD8, 0xFF, 0xE1];
        await PlantAsync([1, 2, 3, 5], id => id == 1 ? broken : TestMetadata.Of("jpg"));
        File.Delete(PathOf(NameOf(2)));
        File.Delete(PathOf(NameOf(3)));
        Directory.CreateDirectory(PathOf(NameOf(3)));

        await RunWorkAsync(TimeSpan.Zero);

        var rows = await RowsAsync();
        Assert.Equal(broken, await File.ReadAllBytesAsync(PathOf(NameOf(1))));
        var before = TestMetadata.Of("jpg").Length;
        Assert.Equal([broken.Length, before, before], rows.Take(3).Select(r => (int)r.Size));
        Assert.True(rows[3].Size < before);
    }

    [Fact]
    public async Task StoredPictures_OnceTheyAreClean_AreNotLookedAtAgain()
    {
        await RunWorkAsync(TimeSpan.Zero);
        await PlantAsync([1], _ => TestMetadata.Of("jpg"));

        // A later start finds that it was done.
        await services.GetRequiredService<WorkRunner>().EnqueueRecurringAsync(CancellationToken.None);
        await RunWorkAsync(TimeSpan.FromDays(400));

        Assert.Equal(TestMetadata.Of("jpg"), await File.ReadAllBytesAsync(PathOf(NameOf(1))));
    }

    public async ValueTask InitializeAsync()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Silo:DataDirectory", directory)]).Build();
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddSerializer();
        collection.AddSingleton<TimeProvider>(time);
        collection.AddSingleton(new ShopClock(time, TimeZoneInfo.Utc));
        collection.AddSiloStorage(configuration);
        collection.AddFiles(configuration);
        services = collection.BuildServiceProvider();
        await using var context = await services.GetRequiredService<IDbContextFactory<SqliteContext>>().CreateDbContextAsync();
        await context.Database.EnsureCreatedAsync();
        await services.GetRequiredService<IdLease>().TakeAsync(CancellationToken.None);
        await services.GetRequiredService<WorkRunner>().EnqueueRecurringAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    private static string Extension(long id) => (id % 4) switch { 0 => "jpg", 1 => "png", 2 => "gif", _ => "webp" };

    private static string NameOf(long id) => FilesRules.NameOf(
        id.ToString("x32", null), (id % 4) switch { 0 => PictureKind.Jpeg, 1 => PictureKind.Png, 2 => PictureKind.Gif, _ => PictureKind.WebP });

    /// <summary>Files with thumbnails, as they were stored before; every third is the shop's.</summary>
    private async Task PlantAsync(IEnumerable<int> ids, Func<int, byte[]> bytes)
    {
        foreach (var id in ids)
        {
            var (name, user, picture) = (NameOf(id), (long)(id % 3), bytes(id));
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
            await File.WriteAllBytesAsync(PathOf(name), picture);
            await File.WriteAllTextAsync(PathOf(name) + "_m", "thumbnail");
            await File.WriteAllTextAsync(PathOf(name) + "_s", "thumbnail");
            await Units.RunAsync(
                async unit =>
                {
                    unit.Set<FileRow>().Add(new() { Id = id, Name = name, UserId = user, ShownName = "", SearchName = "", Size = picture.Length });
                    if (user != 0)
                    {
                        await unit.ExecuteAsync(
                            $"""
                            INSERT INTO files_usage (user_id, bytes) VALUES ({user}, {picture.Length})
                            ON CONFLICT (user_id) DO UPDATE SET bytes = files_usage.bytes + {picture.Length}
                            """,
                            CancellationToken.None);
                    }
                },
                CancellationToken.None);
        }
    }

    private Task<List<FileRow>> RowsAsync() =>
        Units.ReadAsync(r => r.Query<FileRow>().OrderBy(f => f.Id).ToListAsync(), CancellationToken.None);

    private async Task<List<(long User, long Bytes)>> UsageAsync() =>
    [
        .. (await Units.ReadAsync(r => r.Query<FileUsageRow>().ToListAsync(), CancellationToken.None)).Select(u => (u.UserId, u.Bytes)),
    ];

    private Task<FileRow> TakeAsync(Func<Func<Unit, FileRow>, Task<FileRow>> book, int hours = 0) => Uploads.TakeAsync(
        new Messages(new() { Metadata = new() { Name = "a.png", ExpireHours = hours } }, new() { Chunk = ByteString.CopyFrom(TestPictures.Png(4, 4)) }),
        FilesWire.Part,
        1,
        (_, make) => book(make),
        CancellationToken.None);

    private async Task<FileRow> BookAsync(Func<Unit, FileRow> make) => (await Units.RunAsync<FileRow>(
        unit =>
        {
            var row = make(unit);
            unit.Set<FileRow>().Add(row);
            return Task.FromResult<Result<FileRow>>(row);
        },
        CancellationToken.None)).Value!;

    private async Task RunWorkAsync(TimeSpan later)
    {
        time.Advance(later);
        await services.GetRequiredService<IdLease>().TakeAsync(CancellationToken.None);
        while (await services.GetRequiredService<WorkRunner>().RunDueAsync(CancellationToken.None) > 0)
        {
        }
    }

    private string PathOf(string name) => Path.Combine(directory, "files", name[..2], name);

    private List<string> Stored() =>
        [.. Directory.EnumerateFiles(Path.Combine(directory, "files"), "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path))];

    private sealed class Messages(params UploadFileRequest[] messages) : IAsyncStreamReader<UploadFileRequest>
    {
        private int next;

        public UploadFileRequest Current => messages[next - 1];

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromResult(next++ < messages.Length);
    }
}
