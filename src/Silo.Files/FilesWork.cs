using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Silo.Storage;

namespace Silo.Files;

/// <summary>The kinds of the module's work.</summary>
internal static class FilesWork
{
    public static readonly WorkKind<FileTidying.Payload> Tidy = new("files.tidy");
    public static readonly WorkKind<FileCleaning.Payload> Clean = new("files.clean");
    public const string Expire = "files.expire";
    public const string BeginCleaning = "files.begin-cleaning";
}

/// <summary>
/// Removes the objects of a name that has no row: of an upload that was never booked, and of a file that is deleted.
/// </summary>
internal sealed class FileTidying(IUnits units, IFileStore store) : WorkHandler<FileTidying.Payload>(FilesWork.Tidy)
{
    /// <summary>Enqueues the removal; it does nothing where the name has a row by then.</summary>
    public static Task EnqueueAsync(Unit unit, string key, string name, long dueAtMs, CancellationToken cancellation) =>
        unit.EnqueueAsync(FilesWork.Tidy, key, dueAtMs, new Payload(name), cancellation);

    protected override async Task<WorkOutcome> RunAsync(WorkItem<Payload> item, CancellationToken cancellation)
    {
        var name = item.Payload.Name;
        if (!await units.ReadAsync(r => r.Query<FileRow>().AnyAsync(f => f.Name == name, cancellation), cancellation))
        {
            foreach (var size in Enum.GetValues<PictureSize>())
            {
                await store.DeleteAsync(FilesRules.KeyOf(name, size), cancellation);
            }
        }

        return WorkOutcome.Done;
    }

    /// <summary>The name of the file.</summary>
    internal sealed record Payload(string Name);
}

/// <summary>Deletes the files whose time is over.</summary>
internal sealed class FileExpiry(IUnits units, TimeProvider time)
    : RecurringWork(FilesWork.Expire, TimeSpan.FromMinutes(10))
{
    private const int Batch = 50;

    protected override async Task<WorkOutcome> RunAsync(WorkItem<NoPayload> item, CancellationToken cancellation)
    {
        while (await ExpireAsync(cancellation) == Batch)
        {
        }

        return WorkOutcome.Done;
    }

    private async Task<int> ExpireAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return (await units.RunAsync<int>(
            async unit =>
            {
                // In one order, since deletions of one user's files meet at what they take.
                var due = await unit.Query<FileRow>().Where(f => f.ExpiresAt > 0 && f.ExpiresAt <= now)
                    .OrderBy(f => f.UserId).ThenBy(f => f.Id).Select(f => f.Id).Take(Batch).ToListAsync(cancellation);
                foreach (var id in due)
                {
                    await FilesWrites.DeleteAsync(unit, unit.Query<FileRow>().Where(f => f.Id == id), cancellation);
                }

                return due.Count;
            },
            cancellation)).Value;
    }
}

/// <summary>
/// Begins, once in the life of a database, to go over the files that are stored: those of before have what is not kept of
/// new ones.
/// </summary>
internal sealed class FileCleaningStart(IUnits units) : RecurringWork(FilesWork.BeginCleaning, Never)
{
    /// <summary>When it would run again. Its item stays, and says that it was run.</summary>
    private static readonly TimeSpan Never = TimeSpan.FromDays(365_000);

    protected override async Task<WorkOutcome> RunAsync(WorkItem<NoPayload> item, CancellationToken cancellation)
    {
        await units.RunAsync(
            async unit =>
            {
                if (await unit.Query<FileRow>().MaxAsync(f => (long?)f.Id, cancellation) is { } last)
                {
                    await FileCleaning.EnqueueAsync(unit, new(0, last), cancellation);
                }
            },
            cancellation);
        return WorkOutcome.Done;
    }
}

/// <summary>
/// Takes out of stored pictures what is not kept of new ones, a page at a time, and has them shown smaller anew. What
/// was interrupted is done again: of a picture that is clean there is nothing to take out.
/// </summary>
internal sealed class FileCleaning(
    IUnits units, IFileStore store, Pictures pictures, TimeProvider time, ILogger<FileCleaning> logger)
    : WorkHandler<FileCleaning.Payload>(FilesWork.Clean)
{
    private const int Page = 50;

    /// <summary>After so long the rest of a page is left to the next; less than an item may run.</summary>
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(15);

    /// <summary>When an object that was stored again is looked at, in case its file was deleted meanwhile.</summary>
    private static readonly TimeSpan LostAfter = TimeSpan.FromHours(1);

    public static Task EnqueueAsync(Unit unit, Payload payload, CancellationToken cancellation) =>
        unit.EnqueueAsync(FilesWork.Clean, $"{payload.After}", unit.NowMs, payload, cancellation);

    protected override async Task<WorkOutcome> RunAsync(WorkItem<Payload> item, CancellationToken cancellation)
    {
        var (started, (after, last)) = (time.GetTimestamp(), item.Payload);
        var page = await units.ReadAsync(
            r => r.Query<FileRow>().Where(f => f.Id > after && f.Id <= last).OrderBy(f => f.Id).Take(Page).ToListAsync(cancellation),
            cancellation);
        foreach (var row in page)
        {
            try
            {
                await CleanAsync(row, cancellation);
            }
            catch (Exception exception) when (exception is not OperationCanceledException and not StorageUnavailableException)
            {
                // One that cannot be read keeps no other from it.
                logger.LogWarning(exception, "File {Id} stays as it was stored", row.Id);
            }

            after = row.Id;
            if (time.GetElapsedTime(started) > Enough)
            {
                break;
            }
        }

        if (page.Count > 0)
        {
            await units.RunAsync(unit => EnqueueAsync(unit, new(after, last), cancellation), cancellation);
        }

        return WorkOutcome.Done;
    }

    private async Task CleanAsync(FileRow row, CancellationToken cancellation)
    {
        if (await store.GetAsync(row.Name, cancellation) is not { } stored)
        {
            return;
        }

        long size;
        await using (stored)
        {
            size = stored.Length;
            var judged = await pictures.KeepAsync(stored, cancellation);
            if (!judged.IsAccepted)
            {
                logger.LogWarning("File {Id} stays as it was stored: {Reason}", row.Id, judged.Refusal.Reason);
                return;
            }

            if (judged.Value is { } kept)
            {
                await StoreAsync(row, kept, cancellation);
                size = kept.Length;
            }
        }

        // They were made without the picture's colour profile.
        await store.DeleteAsync(FilesRules.KeyOf(row.Name, PictureSize.Middle), cancellation);
        await store.DeleteAsync(FilesRules.KeyOf(row.Name, PictureSize.Small), cancellation);
        if (size != row.Size)
        {
            await units.RunAsync(unit => FilesWrites.ResizeAsync(unit, row, size, cancellation), cancellation);
        }
    }

    private async Task StoreAsync(FileRow row, byte[] kept, CancellationToken cancellation)
    {
        await units.RunAsync(
            unit => FileTidying.EnqueueAsync(
                unit, $"{row.Name}:clean", row.Name, unit.NowMs + (long)LostAfter.TotalMilliseconds, cancellation),
            cancellation);
        using var content = new MemoryStream(kept, writable: false);
        await store.PutAsync(row.Name, content, FilesRules.ContentTypeOf(row.Kind), cancellation);
    }

    /// <summary>Which files are left: ids behind the one, up to the other.</summary>
    internal sealed record Payload(long After, long Last);
}
