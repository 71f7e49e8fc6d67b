using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;

namespace Silo.Edge;

/// <summary>
/// Ends the connections that are still open a while after the node was told to stop: whoever listens without an end, or
/// sends half a request, must not hold the stop up.
/// </summary>
internal sealed class ConnectionEnd(IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>How long calls under way have; the edge's own streams end at once.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Lazy<CancellationToken> over = new(() =>
    {
        var source = new CancellationTokenSource();
        lifetime.ApplicationStopping.UnsafeRegister(
            async _ =>
            {
                await Task.Delay(Grace, time);
                await source.CancelAsync();
            },
            null);
        return source.Token;
    });

    /// <summary>A step of a connection's pipeline.</summary>
    public ConnectionDelegate Follow(ConnectionDelegate next) => async connection =>
    {
        await using var end = over.Value.UnsafeRegister(
            static state => ((ConnectionContext)state!).Abort(new ConnectionAbortedException("The node stops.")), connection);
        await next(connection);
    };
}
