using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Points;

/// <summary>
/// Gives points for registrations, to whoever registered and to whoever invited them, a moment later: the work row is
/// written with the account, and what it gives is given once.
/// </summary>
internal sealed class RegistrationPoints(IUnits units, IUsers users, IPoints points)
    : WorkHandler<RegistrationPoints.Payload>(Registered), IOnRegistered
{
    /// <summary>A registration; the key is the user's id.</summary>
    public static readonly WorkKind<Payload> Registered = new("points.registered");

    void IOnRegistered.Registered(Rows rows, long userId, long referrerId, long nowMs) => rows.Enqueue(
        Registered, userId.ToString(CultureInfo.InvariantCulture), nowMs, new Payload(userId, referrerId));

    protected override async Task<WorkOutcome> RunAsync(WorkItem<Payload> item, CancellationToken cancellation)
    {
        var (userId, referrerId) = (item.Payload.UserId, item.Payload.ReferrerId);
        var existing = await units.ReadAsync(
            async r => await r.Query<PointsRuleRow>().AnyAsync(
                rule => (rule.Event == PointsEvent.Registration || rule.Event == PointsEvent.Invitation) && !rule.Disabled, cancellation)
                ? await users.ExistingAsync(r, [userId, referrerId], cancellation)
                : null,
            cancellation);
        if (existing is null)
        {
            return WorkOutcome.Done;
        }

        var given = await units.StageAsync<bool>(
            stage =>
            {
                var grants = new[] { (To: userId, PointsEvent.Registration), (To: referrerId, PointsEvent.Invitation) }
                    .Where(g => existing.Contains(g.To))
                    .Select(g => points.Grant(stage, new() { UserId = g.To, Event = g.Item2, Reference = $"user:{item.Key}" }))
                    .ToArray();
                return rows =>
                {
                    foreach (var grant in grants)
                    {
                        if (grant(rows).Refusal is { } refusal && refusal != WalletsRefusals.WalletFull)
                        {
                            return refusal;
                        }
                    }

                    return true;
                };
            },
            cancellation);
        return given.IsAccepted ? WorkOutcome.Done : WorkOutcome.RetryLater;
    }

    /// <summary>Who registered, and who invited them; 0 for nobody.</summary>
    internal sealed record Payload(long UserId, long ReferrerId);
}
