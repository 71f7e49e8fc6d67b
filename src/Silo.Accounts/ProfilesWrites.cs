using Microsoft.EntityFrameworkCore;
using Silo.Accounts.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>Writes what shoppers say of themselves.</summary>
internal sealed class ProfilesWrites(IUnits units, ShopClock clock)
{
    /// <summary>Changes what is given.</summary>
    public async Task<Result<UserRow>> UpdateAsync(long userId, UpdateProfileRequest request, CancellationToken cancellation)
    {
        if ((ProfilesRules.AvatarRefusal(request.AvatarUrl)
            ?? ProfilesRules.BirthdayRefusal(request.Birthday, clock.DayOf(clock.NowMs))) is { } refusal)
        {
            return refusal;
        }

        return await units.RunAsync<UserRow>(
            async unit =>
            {
                // Attributes are merged, so that writers take turns.
                await unit.LockAsync<UserRow>([userId], wait: true, cancellation);
                var user = await unit.Set<UserRow>().SingleOrDefaultAsync(u => u.Id == userId && u.DeletedAt == 0, cancellation);
                if (user is null)
                {
                    return Refusals.TokenInvalid;
                }

                var extra = ExtraRules.Merge(user.ExtraJson, request.ExtraJson);
                if (!extra.IsAccepted)
                {
                    return extra.Refusal;
                }

                user.ExtraJson = extra.Value;
                user.Nick = request.HasNick ? VisibleText.Plain(request.Nick) : user.Nick;
                user.AvatarUrl = request.HasAvatarUrl ? request.AvatarUrl : user.AvatarUrl;
                user.Gender = request.HasGender ? (int)request.Gender : user.Gender;
                user.Birthday = request.HasBirthday ? request.Birthday : user.Birthday;
                user.Province = request.HasProvince ? request.Province : user.Province;
                user.City = request.HasCity ? request.City : user.City;
                return user;
            },
            cancellation);
    }
}
