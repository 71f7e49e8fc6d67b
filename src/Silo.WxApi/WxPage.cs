namespace Silo.WxApi;

/// <summary>
/// A page of a list as clients ask for it, read from the API in pages of at most 100. Clients ask for as many as
/// 100,000; the list ends at 1,000.
/// </summary>
/// <param name="Number">From 1.</param>
/// <param name="Size">1 to <see cref="Max"/>.</param>
internal readonly record struct WxPage(int Number, int Size)
{
    public const int Default = 50;
    public const int Max = 1000;
    private const int MaxApiPageSize = 100;
    private const int LastOfApi = 1_000_000;

    /// <summary>The list of a function that has no pages.</summary>
    public static readonly WxPage Whole = new(1, Max);

    /// <summary>How many pages of this size there are.</summary>
    public long TotalPages(long total) => (total + Size - 1) / Size;

    /// <summary>Reads the page.</summary>
    /// <param name="read">Reads one page of the API, by its number and size: its items, and how many there are in all.</param>
    public async Task<(List<T> Items, long Total)> ReadAsync<T>(Func<int, int, Task<(IList<T> Items, long Total)>> read)
    {
        var size = Math.Min(Size, MaxApiPageSize);
        var first = (long)(Number - 1) * Size;
        var skip = (int)(first % size);
        var (found, total) = (new List<T>(), 0L);
        for (var number = (first / size) + 1; number <= LastOfApi && found.Count < Size; number++)
        {
            var page = await read((int)number, size);
            total = page.Total;
            found.AddRange(page.Items.Skip(skip).Take(Size - found.Count));
            skip = 0;
            if (page.Items.Count < size)
            {
                break;
            }
        }

        return (found, total);
    }
}
