using Silo.Catalog;
using Silo.Storage;

namespace Silo.Modules.Tests.Catalog;

/// <summary>
/// Asked last, needs nothing, and lets something else go on while the deletion holds the goods: until that is done, or long
/// enough to see that it waits.
/// </summary>
internal sealed class Meanwhile : IGoodsUse
{
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task other = Task.CompletedTask;

    /// <summary>What begins once the deletion has asked, outside its unit.</summary>
    public Task<T> Run<T>(Func<Task<T>> begin)
    {
        var begun = BeginAsync();
        other = begun;
        return begun;

        async Task<T> BeginAsync()
        {
            await asked.Task;
            return await begin();
        }
    }

    public async Task<GoodsUses> OfAsync(Unit unit, long goodsId, CancellationToken cancellation)
    {
        asked.TrySetResult();
        await Task.WhenAny(other, Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, cancellation));
        return new(0, []);
    }
}
