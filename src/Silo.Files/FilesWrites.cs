using Microsoft.EntityFrameworkCore;
using Silo.Edge;
using Silo.Files.V1;
using Silo.Kernel;
using Silo.Storage;
using File = Silo.Files.V1.File;

namespace Silo.Files;

/// <summary>Writes files' rows. Their objects follow: an upload's is stored before, a deleted one's is removed by work.</summary>
internal sealed class FilesWrites(IUnits units, IFiles files, Uploads uploads)
{
    /// <summary>Adds a shopper's file, where it fits into their quota.</summary>
    public Task<Result<FileRow>> AddAsync(Func<Unit, FileRow> make, CancellationToken cancellation) => units.RunAsync<FileRow>(
        async unit =>
        {
            var made = make(unit);
            if (await uploads.ChargeAsync(unit, made, cancellation) is { } refusal)
            {
                return refusal;
            }

            unit.Set<FileRow>().Add(made);
            return made;
        },
        cancellation);

    /// <summary>Deletes a shopper's own file.</summary>
    public Task<Refusal?> DeleteAsync(long userId, long fileId, CancellationToken cancellation) => units.RunAsync(
        async unit => await DeleteAsync(
            unit, unit.Query<FileRow>().Where(f => f.Id == fileId && f.UserId == userId), cancellation) is null
            ? FilesRefusals.Unknown
            : null,
        cancellation);

    /// <summary>An operator adds one of the shop's own files.</summary>
    public Result<OperatorChange<File>> AddOfShop(Unit unit, Func<Unit, FileRow> make)
    {
        var made = make(unit);
        unit.Set<FileRow>().Add(made);
        return new OperatorChange<File>($"file:{made.Id}", null, FilesWire.File(made, files));
    }

    /// <summary>An operator deletes a file.</summary>
    public async Task<Result<OperatorChange<File>>> RemoveAsync(
        Unit unit, RemoveFileRequest request, CancellationToken cancellation) =>
        await DeleteAsync(unit, unit.Query<FileRow>().Where(f => f.Id == request.FileId), cancellation) is { } row
            ? new OperatorChange<File>($"file:{row.Id}", FilesWire.File(row, files), new File())
            : FilesRefusals.Unknown;

    /// <summary>Books that a file takes more or less than it did; nothing where it is gone, or booked already.</summary>
    public static async Task ResizeAsync(Unit unit, FileRow row, long size, CancellationToken cancellation)
    {
        if (await unit.Set<FileRow>().Where(f => f.Id == row.Id && f.Size == row.Size)
            .ExecuteUpdateAsync(f => f.SetProperty(x => x.Size, size), cancellation) == 1)
        {
            await unit.Set<FileUsageRow>().Where(u => u.UserId == row.UserId)
                .ExecuteUpdateAsync(u => u.SetProperty(x => x.Bytes, x => x.Bytes - row.Size + size), cancellation);
            await FilesReads.InvalidateAsync(unit, cancellation);
        }
    }

    /// <summary>Deletes one; null where it is gone already.</summary>
    public static async Task<FileRow?> DeleteAsync(Unit unit, IQueryable<FileRow> one, CancellationToken cancellation)
    {
        var row = await one.SingleOrDefaultAsync(cancellation);
        if (row is null || await unit.Set<FileRow>().Where(f => f.Id == row.Id).ExecuteDeleteAsync(cancellation) == 0)
        {
            return null;
        }

        await unit.Set<FileUsageRow>().Where(u => u.UserId == row.UserId)
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.Bytes, x => x.Bytes - row.Size), cancellation);
        await FileTidying.EnqueueAsync(unit, $"{row.Name}:gone", row.Name, unit.NowMs, cancellation);
        await FilesReads.InvalidateAsync(unit, cancellation);
        return row;
    }
}
