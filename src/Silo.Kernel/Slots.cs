namespace Silo.Kernel;

/// <summary>Counts what is under way: how much there may be in all, of one caller and from one address.</summary>
/// <param name="most">In all.</param>
/// <param name="mostOfCaller">Of one caller.</param>
/// <param name="mostOfAddress">From one address.</param>
public sealed class Slots(int most, int mostOfCaller, int mostOfAddress)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(bool IsCaller, string Name), int> taken = [];
    private int total;

    /// <summary>Takes a slot, which is free again when it is disposed; null where there is none.</summary>
    /// <param name="caller">Whose it is; null for nobody known.</param>
    /// <param name="address">Where it comes from; null where that is not counted.</param>
    public IDisposable? TryTake(string? caller, string? address)
    {
        lock (gate)
        {
            if (total >= most || Count(true, caller) >= mostOfCaller || Count(false, address) >= mostOfAddress)
            {
                return null;
            }

            total++;
            Add(true, caller, 1);
            Add(false, address, 1);
            return new Slot(this, caller, address);
        }
    }

    private int Count(bool isCaller, string? name) => name is null ? 0 : taken.GetValueOrDefault((isCaller, name));

    private void Add(bool isCaller, string? name, int number)
    {
        if (name is null)
        {
            return;
        }

        var count = Count(isCaller, name) + number;
        if (count == 0)
        {
            taken.Remove((isCaller, name));
        }
        else
        {
            taken[(isCaller, name)] = count;
        }
    }

    private void Free(string? caller, string? address)
    {
        lock (gate)
        {
            total--;
            Add(true, caller, -1);
            Add(false, address, -1);
        }
    }

    private sealed class Slot(Slots slots, string? caller, string? address) : IDisposable
    {
        private Slots? held = slots;

        public void Dispose() => Interlocked.Exchange(ref held, null)?.Free(caller, address);
    }
}
