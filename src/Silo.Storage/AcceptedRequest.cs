using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;

namespace Silo.Storage;

/// <summary>
/// The request id of an accepted command that appended no row of its own, because it answered what was there already or
/// removed something. Its repeat gets the same answer, whatever has happened since. Read only where the state does not
/// answer the repeat.
/// </summary>
public sealed class AcceptedRequest
{
    /// <summary>How long it is kept at least, in milliseconds: seven days.</summary>
    public const long KeptMs = 7L * 24 * 60 * 60 * 1000;

    /// <summary>
    /// Most that are kept of one caller and scope: who asks again and again under new ids for what is there gets it, and no
    /// row more.
    /// </summary>
    public const int MostOfCaller = 1_000;

    /// <summary>The command and, of a hot grain, its key: <c>bargains.help kj:1:2</c>.</summary>
    public required string Scope { get; init; }

    /// <summary>Whose request it is.</summary>
    public long CallerId { get; init; }

    /// <summary>The caller's request id.</summary>
    public required string RequestId { get; init; }

    /// <summary>Hash of the request without its request id.</summary>
    public long RequestHash { get; init; }

    /// <summary>The id of what was answered.</summary>
    public long Answer { get; init; }

    /// <summary>When, in unix milliseconds.</summary>
    public long At { get; init; }
}

/// <summary>Removes accepted requests whose time is over, a bounded number at once.</summary>
internal sealed class AcceptedRequestPurge(IUnits units, ShopClock clock)
    : RecurringWork("storage.purge_requests", TimeSpan.FromHours(1))
{
    private const int AtOnce = 10_000;

    protected override async Task<WorkOutcome> RunAsync(WorkItem<NoPayload> item, CancellationToken cancellation)
    {
        var over = clock.NowMs - AcceptedRequest.KeptMs;
        var last = await units.ReadAsync(
            r => r.Query<AcceptedRequest>().Where(a => a.At <= over).OrderBy(a => a.At).Skip(AtOnce).Select(a => (long?)a.At)
                .FirstOrDefaultAsync(cancellation),
            cancellation);
        var until = last ?? over;
        await units.RunAsync(
            unit => unit.Set<AcceptedRequest>().Where(a => a.At <= until).ExecuteDeleteAsync(cancellation), cancellation);
        return last is null ? WorkOutcome.Done : WorkOutcome.RunAgain;
    }
}

/// <summary>The accepted requests of a shopper, which go with the account.</summary>
internal sealed class AcceptedRequestPersonalData : IPersonalData
{
    public string Name => "requests";

    public async Task<JsonNode> ExportAsync(IReads reads, long userId, CancellationToken cancellation)
    {
        var requests = await reads.Query<AcceptedRequest>().Where(r => r.CallerId == userId).OrderBy(r => r.At).ToListAsync(cancellation);
        return new JsonArray([.. requests.Select(r => new JsonObject { ["scope"] = r.Scope, ["request_id"] = r.RequestId, ["at"] = r.At })]);
    }

    public Task EraseAsync(Unit unit, long userId, CancellationToken cancellation) =>
        unit.Set<AcceptedRequest>().Where(r => r.CallerId == userId).ExecuteDeleteAsync(cancellation);
}
