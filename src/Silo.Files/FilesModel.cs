using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Files;

/// <summary>A file.</summary>
internal sealed class FileRow
{
    public long Id { get; init; }

    /// <summary>The random name under which it is stored and served.</summary>
    public required string Name { get; init; }

    /// <summary>Whose it is; 0 for the shop's own.</summary>
    public long UserId { get; init; }

    public required string ShownName { get; init; }

    public required string SearchName { get; init; }

    public PictureKind Kind { get; init; }

    public long Size { get; init; }

    public int Width { get; init; }

    public int Height { get; init; }

    public long CreatedAt { get; init; }

    /// <summary>When it is deleted; 0 where it stays.</summary>
    public long ExpiresAt { get; init; }
}

/// <summary>What all files of a user take.</summary>
internal sealed class FileUsageRow
{
    public long UserId { get; init; }

    public long Bytes { get; init; }
}

/// <summary>The module's part of the database model.</summary>
internal sealed class FilesModel : IModuleModel
{
    public void Configure(ModelBuilder model)
    {
        model.Entity<FileRow>(file =>
        {
            file.ToTable("files_files");
            file.HasKey(f => f.Id);
            file.HasIndex(f => f.Name).IsUnique();
            file.HasIndex(f => new { f.UserId, f.Id });
            file.HasIndex(f => f.ExpiresAt);
        });
        model.Entity<FileUsageRow>(usage =>
        {
            usage.ToTable("files_usage");
            usage.HasKey(u => u.UserId);
        });
    }
}
