using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Silo.Edge;
using Silo.Files.V1;
using Silo.Kernel;
using Silo.Storage;
using File = System.IO.File;

namespace Silo.Files;

/// <summary>A message of an upload: metadata or bytes.</summary>
internal readonly record struct UploadPart(FileMetadata? Metadata, ByteString? Chunk);

/// <summary>A JPEG that the server has made itself.</summary>
internal sealed record OwnPicture(string ShownName, byte[] Bytes, int Width, int Height);

/// <summary>
/// Takes uploads: receives them into a file without a name, judges it, stores it, and then books it. An object without
/// a row is never left: the work that removes it is enqueued before it is stored.
/// </summary>
internal sealed class Uploads(
    IUnits units, IFileStore store, Pictures pictures, FilesOptions options, TimeProvider time, ILogger<Uploads> logger)
{
    /// <summary>How long an upload may take from its first byte on.</summary>
    private static readonly TimeSpan ReceiveLimit = TimeSpan.FromMinutes(5);

    /// <summary>How long storing may take.</summary>
    private static readonly TimeSpan StoreLimit = TimeSpan.FromMinutes(5);

    /// <summary>When an object without a row is taken for lost; longer than any upload takes to be booked.</summary>
    private static readonly TimeSpan LostAfter = TimeSpan.FromHours(1);

    /// <summary>Receives, judges and stores what a stream brings, and has it booked.</summary>
    /// <param name="stream">The messages.</param>
    /// <param name="read">Reads one.</param>
    /// <param name="userId">Whose it will be; 0 for the shop's own.</param>
    /// <param name="book">Adds the row, made for the given unit's id, in a unit; a refusal leaves nothing stored.</param>
    /// <param name="cancellation">The client left.</param>
    /// <exception cref="RefusalException">It is refused.</exception>
    public async Task<T> TakeAsync<T, TMessage>(
        IAsyncStreamReader<TMessage> stream,
        Func<TMessage, UploadPart> read,
        long userId,
        Func<FileMetadata, Func<Unit, FileRow>, Task<T>> book,
        CancellationToken cancellation)
    {
        await using var file = OpenUnnamed();
        FileMetadata metadata;
        using (var limited = new CancellationTokenSource(ReceiveLimit, time))
        using (var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limited.Token))
        {
            metadata = await ReceiveAsync(stream, read, file, both.Token);
        }

        file.Position = 0;
        var judged = (await pictures.JudgeAsync(file, cancellation)).OrRefuse();
        var name = await StoreAsync(file, judged.Kind, cancellation);
        try
        {
            return await book(metadata, unit => Row(unit, name, userId, metadata, judged));
        }
        catch (RefusalException)
        {
            // For certain not booked. After any other failure it may be, and the work enqueued before will see.
            await DropAsync(name);
            throw;
        }
    }

    /// <summary>Keeps pictures that the server has made, as the shop's own: all of them or, if it fails, none.</summary>
    public async Task<IReadOnlyList<FileRow>> KeepAsync(IReadOnlyList<OwnPicture> made, CancellationToken cancellation)
    {
        if (made.Count == 0)
        {
            return [];
        }

        var names = made.Select(_ => NewName(PictureKind.Jpeg)).ToList();
        await EnqueueRemovalAsync(names, cancellation);
        foreach (var (name, picture) in names.Zip(made))
        {
            using var bytes = new MemoryStream(picture.Bytes, writable: false);
            await store.PutAsync(name, bytes, FilesRules.ContentTypeOf(PictureKind.Jpeg), cancellation);
        }

        return (await units.RunAsync<IReadOnlyList<FileRow>>(
            unit =>
            {
                List<FileRow> rows = [.. names.Zip(made, (name, picture) => Row(
                    unit,
                    name,
                    0,
                    new() { Name = picture.ShownName },
                    new(PictureKind.Jpeg, picture.Bytes.Length, picture.Width, picture.Height)))];
                unit.Set<FileRow>().AddRange(rows);
                return Task.FromResult(Result.Of<IReadOnlyList<FileRow>>(rows));
            },
            cancellation)).OrRefuse();
    }

    /// <summary>Books a file on its owner's quota.</summary>
    public async Task<Refusal?> ChargeAsync(Unit unit, FileRow row, CancellationToken cancellation)
    {
        var max = options.QuotaBytesPerUser - row.Size;
        return max >= 0 && await unit.ExecuteAsync(
            $"""
            INSERT INTO files_usage (user_id, bytes) VALUES ({row.UserId}, {row.Size})
            ON CONFLICT (user_id) DO UPDATE SET bytes = files_usage.bytes + {row.Size} WHERE files_usage.bytes <= {max}
            """,
            cancellation) == 1 ? null : FilesRefusals.QuotaExceeded;
    }

    private static FileRow Row(Unit unit, string name, long userId, FileMetadata metadata, JudgedPicture judged)
    {
        var shown = VisibleText.Plain(FilesRules.ShownName(metadata.Name));
        return new()
        {
            Id = unit.NewId(),
            Name = name,
            UserId = userId,
            ShownName = shown,
            SearchName = SearchText.Normalise(shown),
            Kind = judged.Kind,
            Size = judged.Length,
            Width = judged.Width,
            Height = judged.Height,
            CreatedAt = unit.NowMs,
            ExpiresAt = metadata.ExpireHours == 0
                ? 0 : unit.NowMs + (long)TimeSpan.FromHours(metadata.ExpireHours).TotalMilliseconds,
        };
    }

    private async Task<FileMetadata> ReceiveAsync<TMessage>(
        IAsyncStreamReader<TMessage> stream, Func<TMessage, UploadPart> read, FileStream file, CancellationToken cancellation)
    {
        FileMetadata? metadata = null;
        while (await stream.MoveNext(cancellation))
        {
            var part = read(stream.Current);
            if (metadata is null)
            {
                metadata = part.Metadata;
                if (metadata is null)
                {
                    FilesRefusals.MetadataNotFirst.Throw();
                }

                if (metadata.Size > options.MaxBytes)
                {
                    FilesRefusals.TooLarge.Throw();
                }

                continue;
            }

            if (part.Metadata is not null)
            {
                FilesRefusals.MetadataNotFirst.Throw();
            }

            if (part.Chunk is { } chunk)
            {
                if (file.Length + chunk.Length > options.MaxBytes)
                {
                    FilesRefusals.TooLarge.Throw();
                }

                await file.WriteAsync(chunk.Memory, cancellation);
            }
        }

        if (metadata is null)
        {
            FilesRefusals.MetadataNotFirst.Throw();
        }

        await file.FlushAsync(cancellation);
        if (file.Length == 0)
        {
            FilesRefusals.Empty.Throw();
        }

        if (metadata.Size != 0 && metadata.Size != file.Length)
        {
            FilesRefusals.SizeWrong.Throw();
        }

        return metadata;
    }

    private async Task<string> StoreAsync(FileStream file, PictureKind kind, CancellationToken cancellation)
    {
        var name = NewName(kind);
        await EnqueueRemovalAsync([name], cancellation);
        using var limited = new CancellationTokenSource(StoreLimit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limited.Token);
        try
        {
            await store.PutAsync(name, file, FilesRules.ContentTypeOf(kind), both.Token);
            return name;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            logger.LogWarning(exception, "A file could not be stored");
            throw new StorageUnavailableException("The file store did not take the file.");
        }
    }

    private static string NewName(PictureKind kind) =>
        FilesRules.NameOf(RandomNumberGenerator.GetHexString(FilesRules.RandomPart, lowercase: true), kind);

    /// <summary>Has objects removed that have no row by the time an upload is lost.</summary>
    private Task EnqueueRemovalAsync(IReadOnlyList<string> names, CancellationToken cancellation) => units.RunAsync(
        async unit =>
        {
            foreach (var name in names)
            {
                await FileTidying.EnqueueAsync(unit, name, name, unit.NowMs + (long)LostAfter.TotalMilliseconds, cancellation);
            }
        },
        cancellation);

    private async Task DropAsync(string name)
    {
        try
        {
            await store.DeleteAsync(name, CancellationToken.None);
        }
        catch (Exception exception)
        {
            logger.LogWarning(exception, "A refused file could not be removed; it is tried again later");
        }
    }

    /// <summary>A file that is gone with its handle, also when the process is killed.</summary>
    private FileStream OpenUnnamed()
    {
        var directory = Path.Combine(options.Directory, "incoming");
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, RandomNumberGenerator.GetHexString(32, lowercase: true));
        var file = new FileStream(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }

        return file;
    }
}
