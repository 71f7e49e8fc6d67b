using Microsoft.EntityFrameworkCore;
using Silo.Coupons;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Points;

/// <summary>
/// Tells coupons how many days in a row a user has signed in for, today's included, whatever the cycle of the rewards.
/// It comes from the days, so that made-up ones count.
/// </summary>
internal sealed class SignInStreaksDoor(ShopClock clock) : ISignInStreaks
{
    public async Task<IReadOnlyDictionary<long, int>> StreaksAsync(
        IReads reads, IReadOnlyCollection<long> users, long nowMs, CancellationToken cancellation)
    {
        var today = clock.DayOf(nowMs).DayNumber;
        var days = reads.Query<SignInRow>();
        var firsts = await days.Where(d => d.Day == today && users.Contains(d.UserId))
            .Select(d => new
            {
                d.UserId,
                // Backwards from today to the first day that has none before it.
                First = days.Where(f => f.UserId == d.UserId && f.Day <= today
                        && !days.Any(before => before.UserId == f.UserId && before.Day == f.Day - 1))
                    .OrderByDescending(f => f.Day).Select(f => f.Day).First(),
            })
            .ToListAsync(cancellation);
        return firsts.ToDictionary(f => f.UserId, f => today - f.First + 1);
    }
}
