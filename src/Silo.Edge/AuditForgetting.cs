using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Edge;

/// <summary>Removes from the audit log what operators' writes showed of a shopper whose account is deleted.</summary>
public static class AuditForgetting
{
    /// <summary>
    /// Changes what entries show, before and after. Their reasons are removed entirely: an operator may have quoted the
    /// shopper.
    /// </summary>
    /// <typeparam name="T">What the entries hold, with the shopper's id in a field <c>user_id</c>, at any depth.</typeparam>
    /// <param name="unit">The unit of the deletion.</param>
    /// <param name="service">The full name of the service whose writes they are.</param>
    /// <param name="userId">The shopper.</param>
    /// <param name="forget">Empties what is personal.</param>
    /// <param name="cancellation">Ends the reads.</param>
    public static async Task ForgetAsync<T>(Unit unit, string service, long userId, Action<T> forget, CancellationToken cancellation)
        where T : class, IMessage<T>, new()
    {
        // As the formatter writes it.
        var (rpcs, named) = ($"{service}/", $"\"userId\": \"{userId}\"");
        var entries = await unit.Query<AuditEntry>()
            .Where(a => a.Rpc.StartsWith(rpcs) && (a.After.Contains(named) || (a.Before != null && a.Before.Contains(named))))
            .Select(a => new { a.Id, a.Before, a.After }).ToListAsync(cancellation);
        foreach (var entry in entries)
        {
            var (before, after) = (Forget(entry.Before, forget), Forget(entry.After, forget)!);
            await unit.Set<AuditEntry>().Where(a => a.Id == entry.Id).ExecuteUpdateAsync(
                a => a.SetProperty(x => x.Before, before).SetProperty(x => x.After, after).SetProperty(x => x.Reason, ""), cancellation);
        }
    }

    private static string? Forget<T>(string? json, Action<T> forget)
        where T : class, IMessage<T>, new()
    {
        if (json is null)
        {
            return null;
        }

        var message = JsonParser.Default.Parse<T>(json);
        forget(message);
        return JsonFormatter.Default.Format(message);
    }
}
