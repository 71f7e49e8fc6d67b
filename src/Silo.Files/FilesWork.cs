using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Files;

/// <summary>The kinds of the module's work.</summary>
internal static class FilesWork
{
    public static readonly WorkKind<FileTidying.Payload> Tidy = new("files.tidy");
    public const string Expire = "files.expire";
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
