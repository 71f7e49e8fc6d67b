namespace Silo.Kernel;

/// <summary>One module's part of the demo shop: enough for every shopper function of the module to have something to answer.</summary>
public interface IDemoData
{
    /// <summary>Loads it. What was loaded before stays as it is, so that a load can be repeated.</summary>
    Task LoadAsync(CancellationToken cancellation);
}
