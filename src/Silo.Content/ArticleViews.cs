using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Counts views of articles.</summary>
internal sealed class ArticleViews(IUnits units, TimeProvider time, ILogger<ArticleViews> logger) : WriteBehindCounter(time, logger)
{
    protected override Task WriteAsync(IReadOnlyDictionary<long, int> sums, CancellationToken cancellation) => units.RunAsync(
        async unit =>
        {
            // Before the articles, as every writer of articles does: of two of them one waits, and neither for ever.
            await unit.InvalidateAsync(ContentCacheTags.Views, cancellation);
            foreach (var alike in sums.GroupBy(s => s.Value, s => s.Key))
            {
                var ids = alike.ToArray();
                await unit.Set<ArticleRow>().Where(a => ids.Contains(a.Id))
                    .ExecuteUpdateAsync(set => set.SetProperty(a => a.Views, a => a.Views + alike.Key), cancellation);
            }
        },
        cancellation);
}
