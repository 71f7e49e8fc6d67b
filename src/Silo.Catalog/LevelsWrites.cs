using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Writes levels.</summary>
internal static class LevelsWrites
{
    private const int Max = 50;

    public static async Task<Result<OperatorChange<Level>>> CreateAsync(
        Unit unit, CreateLevelRequest request, CancellationToken cancellation)
    {
        await GoodsWrites.InvalidateAsync(unit, cancellation);
        if (await unit.Query<LevelRow>().CountAsync(cancellation) >= Max)
        {
            return CatalogRefusals.LevelsFull;
        }

        var row = new LevelRow
        {
            Id = unit.NewId(),
            Name = request.Name,
            Rebate = request.Rebate,
            Number = request.Number,
            Sort = request.Sort,
            Version = 1,
            CreatedAt = unit.NowMs,
            UpdatedAt = unit.NowMs,
        };
        unit.Set<LevelRow>().Add(row);
        return new OperatorChange<Level>($"level:{row.Id}", null, CatalogWire.Level(row));
    }

    public static async Task<Result<OperatorChange<Level>>> UpdateAsync(
        Unit unit, UpdateLevelRequest request, CancellationToken cancellation)
    {
        await GoodsWrites.InvalidateAsync(unit, cancellation);
        if (await FindAsync(unit, request.LevelId, cancellation) is not { } row)
        {
            return CatalogRefusals.LevelUnknown;
        }

        if (request.ExpectedVersion != 0 && request.ExpectedVersion != row.Version)
        {
            return CatalogRefusals.LevelVersionStale;
        }

        var before = CatalogWire.Level(row);
        (row.Name, row.Rebate, row.Number, row.Sort) = (request.Name, request.Rebate, request.Number, request.Sort);
        row.Version++;
        row.UpdatedAt = unit.NowMs;
        return new OperatorChange<Level>($"level:{row.Id}", before, CatalogWire.Level(row));
    }

    public static async Task<Result<OperatorChange<Level>>> DeleteAsync(
        Unit unit, DeleteLevelRequest request, CancellationToken cancellation)
    {
        await GoodsWrites.InvalidateAsync(unit, cancellation);
        if (await FindAsync(unit, request.LevelId, cancellation) is not { } row)
        {
            return CatalogRefusals.LevelUnknown;
        }

        var now = unit.NowMs;
        if (await unit.Query<MemberRow>().AnyAsync(
            m => m.LevelId == row.Id && (m.ExpiresAt == 0 || m.ExpiresAt > now), cancellation))
        {
            return CatalogRefusals.LevelInUse;
        }

        await unit.Set<MemberRow>().Where(m => m.LevelId == row.Id).ExecuteDeleteAsync(cancellation);
        await unit.Set<MemberPriceRow>().Where(p => p.LevelId == row.Id).ExecuteDeleteAsync(cancellation);
        unit.Set<LevelRow>().Remove(row);
        var was = CatalogWire.Level(row);
        return new OperatorChange<Level>($"level:{row.Id}", was, was);
    }

    public static Task<LevelRow?> FindAsync(Unit unit, long id, CancellationToken cancellation) =>
        unit.Set<LevelRow>().SingleOrDefaultAsync(l => l.Id == id, cancellation);
}
