using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Points;

/// <summary>
/// Gives points for registrations, to who registered and to who invited him, a moment later: the work row is written with
/// the account, and what it gives is given once.
/// </summary>
internal sealed class RegistrationPoints(IUnits units, IUsers users, IWallets wallets, IPoints points) : IOnRegistered, IWorkHandler
{
    public string Kind => "points.registered";

    public Task RegisteredAsync(Unit unit, long userId, long referrerId, CancellationToken cancellation) =>
        unit.EnqueueAsync(Kind, Text(userId), unit.NowMs, Text(referrerId), cancellation);

    public async Task<WorkOutcome> RunAsync(WorkItem item, CancellationToken cancellation)
    {
        var (userId, referrerId) = (Number(item.Key), Number(item.Payload));
        var given = await units.RunAsync<bool>(
            async unit =>
            {
                if (!await unit.Query<PointsRuleRow>().AnyAsync(
                    r => (r.Event == PointsEvent.Registration || r.Event == PointsEvent.Invitation) && !r.Disabled, cancellation))
                {
                    return true;
                }

                var existing = await users.ExistingAsync(unit, [userId, referrerId], cancellation);
                await wallets.LockAsync(unit, [.. existing], cancellation);
                foreach (var (to, happened) in new[] { (userId, PointsEvent.Registration), (referrerId, PointsEvent.Invitation) })
                {
                    if (existing.Contains(to) && (await points.GrantAsync(
                        unit,
                        new PointsGrant { UserId = to, Event = happened, Reference = $"user:{item.Key}" },
                        cancellation)).Refusal is { } refusal && refusal != WalletsRefusals.WalletFull)
                    {
                        return refusal;
                    }
                }

                return true;
            },
            cancellation);
        return given.IsAccepted ? WorkOutcome.Done : WorkOutcome.RetryLater;
    }

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
