using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>What operators do with content whatever its kind.</summary>
internal interface IContentEditor
{
    ContentKind Kind { get; }

    Task<Result<OperatorChange<ContentState>>> PublishAsync(
        Unit unit, PublishContentRequest request, CancellationToken cancellation);

    Task<Result<OperatorChange<ContentOrder>>> SortAsync(
        Unit unit, SortContentRequest request, CancellationToken cancellation);

    Task<Result<OperatorChange<ContentState>>> DeleteAsync(
        Unit unit, DeleteContentRequest request, CancellationToken cancellation);
}

/// <summary>
/// Creates, changes, sorts and deletes content of one kind for operators. Every write invalidates the kind's cache tags first: that tells
/// the caches and lets one write at a time go on, so that what it checks (keys, numbers, the tree) still holds when it
/// is committed.
/// </summary>
/// <typeparam name="TRow">The entity.</typeparam>
/// <typeparam name="TTerms">What operators say of it.</typeparam>
/// <typeparam name="T">How the API shows it.</typeparam>
internal abstract class ContentEditor<TRow, TTerms, T>(ContentReads<TRow, T> reads) : IContentEditor
    where TRow : ContentRow, new()
    where T : class, IMessage<T>, new()
{
    public abstract ContentKind Kind { get; }

    /// <summary>What a write invalidates, in the order in which all writers take them.</summary>
    protected abstract IReadOnlyList<string> CacheTags { get; }

    /// <summary>Most of them in the shop.</summary>
    protected abstract int MaxRows { get; }

    private string Subject => Kind.ToString().ToLowerInvariant();

    /// <summary>The write that creates one. The terms are checked here, before the unit: cleaning a text costs time.</summary>
    public Func<Unit, Task<Result<OperatorChange<T>>>> Create(TTerms given, bool draft, CancellationToken cancellation)
    {
        var checkedTerms = Check(given);
        return async unit =>
        {
            await InvalidateAsync(unit, cancellation);
            return await AddAsync(unit, checkedTerms, draft, cancellation);
        };
    }

    /// <summary>The write that changes one. The terms are checked here, before the unit.</summary>
    public Func<Unit, Task<Result<OperatorChange<T>>>> Update(
        long id, TTerms given, int expectedVersion, CancellationToken cancellation)
    {
        var checkedTerms = Check(given);
        return async unit =>
        {
            await InvalidateAsync(unit, cancellation);
            return await unit.Set<TRow>().SingleOrDefaultAsync(r => r.Id == id, cancellation) is { } row
                ? await ChangeAsync(unit, row, checkedTerms, expectedVersion, cancellation)
                : ContentRefusals.Unknown;
        };
    }

    public async Task<Result<OperatorChange<ContentState>>> PublishAsync(
        Unit unit, PublishContentRequest request, CancellationToken cancellation)
    {
        await InvalidateAsync(unit, cancellation);
        if (await unit.Set<TRow>().SingleOrDefaultAsync(r => r.Id == request.Id, cancellation) is not { } row)
        {
            return ContentRefusals.Unknown;
        }

        var before = StateOf(row);
        row.Published = request.Published;
        return new OperatorChange<ContentState>($"{Subject}:{row.Id}", before, StateOf(row));
    }

    public async Task<Result<OperatorChange<ContentOrder>>> SortAsync(
        Unit unit, SortContentRequest request, CancellationToken cancellation)
    {
        if (!typeof(TRow).IsSubclassOf(typeof(SortedRow)))
        {
            return ContentRefusals.NotSortable;
        }

        await InvalidateAsync(unit, cancellation);
        var ids = request.Ids.Distinct().ToArray();
        var rows = await unit.Set<TRow>().Where(r => ids.Contains(r.Id)).ToDictionaryAsync(r => r.Id, cancellation);
        if (rows.Count < ids.Length)
        {
            return ContentRefusals.Unknown;
        }

        var before = OrderOf(rows.Values.OfType<SortedRow>().OrderBy(r => r.Sort).ThenBy(r => r.Id).Select(r => r.Id));
        foreach (var (place, id) in ids.Index())
        {
            ((SortedRow)(ContentRow)rows[id]).Sort = place + 1;
        }

        return new OperatorChange<ContentOrder>($"{Subject}:order", before, OrderOf(ids));
    }

    public async Task<Result<OperatorChange<ContentState>>> DeleteAsync(
        Unit unit, DeleteContentRequest request, CancellationToken cancellation)
    {
        await InvalidateAsync(unit, cancellation);
        if (await unit.Set<TRow>().SingleOrDefaultAsync(r => r.Id == request.Id, cancellation) is not { } row)
        {
            return ContentRefusals.Unknown;
        }

        if (await ReleaseAsync(unit, row, cancellation) is { } refusal)
        {
            return refusal;
        }

        unit.Set<TRow>().Remove(row);
        await unit.Set<TextRow>().Where(t => t.Id == row.Id).ExecuteDeleteAsync(cancellation);
        return new OperatorChange<ContentState>($"{Subject}:{row.Id}", StateOf(row), StateOf(row));
    }

    /// <summary>Adds one inside a unit that has invalidated the cache tags.</summary>
    public async Task<Result<OperatorChange<T>>> AddAsync(
        Unit unit, Result<TTerms> checkedTerms, bool draft, CancellationToken cancellation)
    {
        var row = new TRow { Id = unit.NewId(), Published = !draft, CreatedAt = unit.NowMs, UpdatedAt = unit.NowMs };
        if (!checkedTerms.IsAccepted)
        {
            return checkedTerms.Refusal;
        }

        if (await ApplyAsync(unit, row, checkedTerms.Value, cancellation) is { } refusal)
        {
            return refusal;
        }

        if (await unit.Query<TRow>().CountAsync(cancellation) >= MaxRows)
        {
            return ContentRefusals.Full;
        }

        unit.Set<TRow>().Add(row);
        return new OperatorChange<T>($"{Subject}:{row.Id}", null, await NowAsync(unit, row, cancellation));
    }

    /// <summary>What the rules say of the terms, whatever the shop has; accepted, they are as they will be stored.</summary>
    public abstract Result<TTerms> Check(TTerms terms);

    /// <summary>Invalidates the cache tags.</summary>
    public async Task InvalidateAsync(Unit unit, CancellationToken cancellation)
    {
        foreach (var tag in CacheTags)
        {
            await unit.InvalidateAsync(tag, cancellation);
        }
    }

    /// <summary>Writes checked terms into a row, or says what in the shop is against them.</summary>
    protected abstract Task<Refusal?> ApplyAsync(Unit unit, TRow row, TTerms terms, CancellationToken cancellation);

    /// <summary>Takes away what belongs to a row before it goes, or says why it cannot go.</summary>
    protected virtual Task<Refusal?> ReleaseAsync(Unit unit, TRow row, CancellationToken cancellation) =>
        Task.FromResult<Refusal?>(null);

    /// <summary>Replaces the text of a row.</summary>
    protected static async Task WriteTextAsync(Unit unit, long id, string html, CancellationToken cancellation)
    {
        if (await unit.Set<TextRow>().SingleOrDefaultAsync(t => t.Id == id, cancellation) is { } text)
        {
            text.Html = html;
        }
        else
        {
            unit.Set<TextRow>().Add(new TextRow { Id = id, Html = html });
        }
    }

    protected async Task<Result<OperatorChange<T>>> ChangeAsync(
        Unit unit, TRow row, Result<TTerms> checkedTerms, int expectedVersion, CancellationToken cancellation)
    {
        if (expectedVersion != 0 && expectedVersion != row.Version)
        {
            return ContentRefusals.VersionStale;
        }

        if (!checkedTerms.IsAccepted)
        {
            return checkedTerms.Refusal;
        }

        var before = (await reads.WireAsync(unit, [row], texts: true, cancellation))[0];
        if (await ApplyAsync(unit, row, checkedTerms.Value, cancellation) is { } refusal)
        {
            return refusal;
        }

        (row.Version, row.UpdatedAt) = (row.Version + 1, unit.NowMs);
        return new OperatorChange<T>($"{Subject}:{row.Id}", before, await NowAsync(unit, row, cancellation));
    }

    private async Task<T> NowAsync(Unit unit, TRow row, CancellationToken cancellation)
    {
        await unit.SaveAsync(cancellation);
        return (await reads.WireAsync(unit, [row], texts: true, cancellation))[0];
    }

    private ContentState StateOf(TRow row) =>
        new() { Kind = Kind, Id = row.Id, Name = row.Name, Published = row.Published, Version = row.Version };

    private ContentOrder OrderOf(IEnumerable<long> ids)
    {
        var order = new ContentOrder { Kind = Kind };
        order.Ids.AddRange(ids);
        return order;
    }
}
