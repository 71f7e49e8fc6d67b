using Microsoft.EntityFrameworkCore;

namespace Silo.Storage;

/// <summary>A page of a list, with the defaults of the API.</summary>
/// <param name="Page">From 1; 0 means 1.</param>
/// <param name="PageSize">Elements of a page; 0 means 20.</param>
public readonly record struct Paging(int Page, int PageSize)
{
    /// <summary>How many elements to take.</summary>
    public int Take => PageSize == 0 ? 20 : PageSize;

    /// <summary>How many elements to skip.</summary>
    public int Skip => (int)Math.Min(int.MaxValue, (long)(Math.Max(1, Page) - 1) * Take);
}

/// <summary>Pages of queries.</summary>
public static class PagingExtensions
{
    /// <summary>One page of an ordered query, and the number of rows on all pages.</summary>
    public static async Task<(List<T> Page, long Total)> PageAsync<T>(
        this IQueryable<T> rows, Paging paging, CancellationToken cancellation) =>
        (await rows.Skip(paging.Skip).Take(paging.Take).ToListAsync(cancellation), await rows.LongCountAsync(cancellation));
}
