using Silo.Kernel;

namespace Silo.Catalog;

internal sealed class CatalogDemo : IDemoData
{
    public Task LoadAsync(CancellationToken cancellation) => Task.CompletedTask;
}
