using Google.Protobuf;
using Grpc.Core;
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

    Task<ContentState> PublishAsync(ServerCallContext context, PublishContentRequest request);

    Task<ContentOrder> SortAsync(ServerCallContext context, SortContentRequest request);

    Task<ContentState> DeleteAsync(ServerCallContext context, DeleteContentRequest request);
}

/// <summary>
/// Creates, changes and reads content of one kind for operators. Every write touches the kind's topics first: that tells
/// the caches and lets one write at a time go on, so that what it checks (keys, numbers, the tree) still holds when it
/// is committed.
/// </summary>
/// <typeparam name="TRow">The entity.</typeparam>
/// <typeparam name="TTerms">What operators say of it.</typeparam>
/// <typeparam name="T">How the API shows it.</typeparam>
internal abstract class ContentEditor<TRow, TTerms, T>(OperatorWrites writes, IUnits units) : IContentEditor
    where TRow : ContentRow, new()
    where T : class, IMessage<T>, new()
{
    public abstract ContentKind Kind { get; }

    /// <summary>What is touched by a write, in the order in which all writers take them.</summary>
    protected abstract IReadOnlyList<string> Topics { get; }

    /// <summary>Most of them in the shop.</summary>
    protected abstract int MaxRows { get; }

    private string Subject => Kind.ToString().ToLowerInvariant();

    public Task<T> CreateAsync(
        ServerCallContext context, IMessage request, TTerms given, bool draft, string reason, string requestId)
    {
        var (checkedTerms, cancellation) = (Check(given), context.CancellationToken);
        return writes.RunAsync<T>(context, request, async unit =>
        {
            await TouchAsync(unit, cancellation);
            return await AddAsync(unit, checkedTerms, draft, cancellation);
        });
    }

    public Task<T> UpdateAsync(
        ServerCallContext context, IMessage request, long id, TTerms given, int expectedVersion, string reason, string requestId)
    {
        var (checkedTerms, cancellation) = (Check(given), context.CancellationToken);
        return writes.RunAsync<T>(context, request, async unit =>
        {
            await TouchAsync(unit, cancellation);
            return await unit.Set<TRow>().SingleOrDefaultAsync(r => r.Id == id, cancellation) is { } row
                ? await ChangeAsync(unit, row, checkedTerms, expectedVersion, cancellation)
                : ContentRefusals.Unknown;
        });
    }

    /// <summary>One of them, published or not.</summary>
    public Task<T> GetAsync(long id, CancellationToken cancellation) => units.ReadAsync(
        async r => await r.Query<TRow>().SingleOrDefaultAsync(row => row.Id == id, cancellation) is { } row
            ? (await WireAsync(r, [row], texts: true, cancellation))[0]
            : throw new RefusalException(ContentRefusals.Unknown),
        cancellation);

    /// <summary>A page of a list, without texts.</summary>
    public Task<(List<T> Page, long Total)> SearchAsync(
        Func<IReads, IQueryable<TRow>, IQueryable<TRow>> choose, Publication publication, Paging paging, CancellationToken cancellation) =>
        units.ReadAsync(
            async r =>
            {
                var rows = publication switch
                {
                    Publication.Published => r.Query<TRow>().Where(row => row.Published),
                    Publication.Draft => r.Query<TRow>().Where(row => !row.Published),
                    _ => r.Query<TRow>(),
                };
                var (page, total) = await choose(r, rows).PageAsync(paging, cancellation);
                return (await WireAsync(r, page, texts: false, cancellation), total);
            },
            cancellation);

    public Task<ContentState> PublishAsync(ServerCallContext context, PublishContentRequest request) =>
        writes.RunAsync<ContentState>(context, request, async unit =>
        {
            await TouchAsync(unit, context.CancellationToken);
            if (await unit.Set<TRow>().SingleOrDefaultAsync(r => r.Id == request.Id, context.CancellationToken) is not { } row)
            {
                return ContentRefusals.Unknown;
            }

            var before = StateOf(row);
            row.Published = request.Published;
            return new OperatorChange<ContentState>($"{Subject}:{row.Id}", before, StateOf(row));
        });

    public Task<ContentOrder> SortAsync(ServerCallContext context, SortContentRequest request) =>
        writes.RunAsync<ContentOrder>(context, request, async unit =>
        {
            if (!typeof(TRow).IsSubclassOf(typeof(SortedRow)))
            {
                return ContentRefusals.NotSortable;
            }

            await TouchAsync(unit, context.CancellationToken);
            var ids = request.Ids.Distinct().ToArray();
            var rows = await unit.Set<TRow>().Where(r => ids.Contains(r.Id)).ToDictionaryAsync(r => r.Id, context.CancellationToken);
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
        });

    public Task<ContentState> DeleteAsync(ServerCallContext context, DeleteContentRequest request) =>
        writes.RunAsync<ContentState>(context, request, async unit =>
        {
            await TouchAsync(unit, context.CancellationToken);
            if (await unit.Set<TRow>().SingleOrDefaultAsync(r => r.Id == request.Id, context.CancellationToken) is not { } row)
            {
                return ContentRefusals.Unknown;
            }

            if (await ReleaseAsync(unit, row, context.CancellationToken) is { } refusal)
            {
                return refusal;
            }

            unit.Set<TRow>().Remove(row);
            await unit.Set<TextRow>().Where(t => t.Id == row.Id).ExecuteDeleteAsync(context.CancellationToken);
            return new OperatorChange<ContentState>($"{Subject}:{row.Id}", StateOf(row), StateOf(row));
        });

    /// <summary>Adds one inside a unit that has touched the topics.</summary>
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

    /// <summary>Touches the topics.</summary>
    public async Task TouchAsync(Unit unit, CancellationToken cancellation)
    {
        foreach (var topic in Topics)
        {
            await unit.TouchAsync(topic, cancellation);
        }
    }

    /// <summary>Writes checked terms into a row, or says what in the shop is against them.</summary>
    protected abstract Task<Refusal?> ApplyAsync(Unit unit, TRow row, TTerms terms, CancellationToken cancellation);

    /// <summary>Rows as the API shows them.</summary>
    protected abstract Task<List<T>> WireAsync(
        IReads reads, IReadOnlyList<TRow> rows, bool texts, CancellationToken cancellation);

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

    /// <summary>The texts of rows by their ids, where they are asked for.</summary>
    protected static async Task<Dictionary<long, string>> TextsAsync(
        IReads reads, IReadOnlyList<TRow> rows, bool texts, CancellationToken cancellation)
    {
        if (!texts)
        {
            return [];
        }

        var ids = rows.Select(r => r.Id).ToArray();
        return await reads.Query<TextRow>().Where(t => ids.Contains(t.Id)).ToDictionaryAsync(t => t.Id, t => t.Html, cancellation);
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

        var before = (await WireAsync(unit, [row], texts: true, cancellation))[0];
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
        return (await WireAsync(unit, [row], texts: true, cancellation))[0];
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
