using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Edge;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Reads content of one kind.</summary>
/// <typeparam name="TRow">The entity.</typeparam>
/// <typeparam name="T">How the API shows it.</typeparam>
internal abstract class ContentReads<TRow, T>(IUnits units)
    where TRow : ContentRow
    where T : class, IMessage<T>, new()
{
    /// <summary>What lists that are kept in memory may take together, in bytes: their requests are of whoever asks.</summary>
    protected const long MostOfLists = 32 << 20;

    protected IUnits Units { get; } = units;

    /// <summary>One of them, published or not.</summary>
    public Task<T> GetAsync(long id, CancellationToken cancellation) => Units.ReadAsync(
        async r => await r.Query<TRow>().SingleOrDefaultAsync(row => row.Id == id, cancellation) is { } row
            ? (await WireAsync(r, [row], texts: true, cancellation))[0]
            : throw new RefusalException(ContentRefusals.Unknown),
        cancellation);

    /// <summary>Rows as the API shows them.</summary>
    public abstract Task<List<T>> WireAsync(
        IReads reads, IReadOnlyList<TRow> rows, bool texts, CancellationToken cancellation);

    /// <summary>The published one with this id.</summary>
    protected async Task<T> PublishedAsync(long id, Func<T, bool> isPublished)
    {
        var one = await GetAsync(id, CancellationToken.None);
        return isPublished(one) ? one : throw new RefusalException(ContentRefusals.Unknown);
    }

    /// <summary>A page of a list, without texts.</summary>
    protected Task<(List<T> Page, long Total)> SearchAsync(
        Func<IReads, IQueryable<TRow>, IQueryable<TRow>> choose, Publication publication, Paging paging, CancellationToken cancellation) =>
        Units.ReadAsync(
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
}
