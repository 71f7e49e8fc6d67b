namespace Silo.Kernel;

/// <summary>One module's part of the demo shop: enough for every shopper function of the module to have something to answer.</summary>
public interface IDemoData
{
    /// <summary>The id of the demo shop's lottery, so that a banner can lead to it. Ids that are made are larger.</summary>
    const long LotteryId = 1;

    /// <summary>Loads it. What was loaded before stays as it is, so that a load can be repeated.</summary>
    Task LoadAsync(CancellationToken cancellation);
}
