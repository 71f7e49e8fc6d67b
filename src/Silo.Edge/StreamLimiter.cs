using System.Net;
using Silo.Kernel;

namespace Silo.Edge;

/// <summary>Counts the open streams of this node: all of them, each caller's, and those of nobody known by address.</summary>
internal sealed class StreamLimiter(EdgeOptions options)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(CallerKind Kind, UInt128 Id), int> open = [];
    private int total;

    /// <summary>Counts a stream in, or refuses it. What was counted in must be let <see cref="Leave"/>.</summary>
    public Refusal? TryEnter(Caller caller, IPAddress address)
    {
        var limit = caller.Kind != CallerKind.Anonymous ? options.ServerStreamsPerCaller
            : IPAddress.IsLoopback(address) ? int.MaxValue
            : options.ServerStreamsPerAddress;
        lock (gate)
        {
            var key = KeyOf(caller, address);
            var mine = open.GetValueOrDefault(key);
            if (total >= options.ServerStreams || mine >= limit)
            {
                return EdgeRefusals.TooManyStreams;
            }

            open[key] = mine + 1;
            total++;
            return null;
        }
    }

    /// <summary>Counts a stream out.</summary>
    public void Leave(Caller caller, IPAddress address)
    {
        lock (gate)
        {
            var key = KeyOf(caller, address);
            var left = open[key] - 1;
            total--;
            if (left == 0)
            {
                open.Remove(key);
            }
            else
            {
                open[key] = left;
            }
        }
    }

    private static (CallerKind Kind, UInt128 Id) KeyOf(Caller caller, IPAddress address) =>
        caller.Kind == CallerKind.Anonymous
            ? (caller.Kind, AddressLimiter.KeyOf(address))
            : (caller.Kind, (ulong)caller.Id);
}
