using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>The shopper's rpcs for what is known of him.</summary>
internal sealed class ProfilesGrpc(IUnits units, PersonalData personal, Tokens tokens, ShopClock clock)
    : ProfilesService.ProfilesServiceBase
{
    public override async Task<GetProfileResponse> GetProfile(GetProfileRequest request, ServerCallContext context)
    {
        var userId = context.Caller().Id;
        var row = await units.ReadAsync(
            r => r.Query<UserRow>().SingleOrDefaultAsync(u => u.Id == userId && u.DeletedAt == 0, context.CancellationToken),
            context.CancellationToken);
        return new() { Profile = Wire(row ?? throw new RefusalException(Refusals.TokenInvalid)) };
    }

    public override async Task<UpdateProfileResponse> UpdateProfile(UpdateProfileRequest request, ServerCallContext context)
    {
        (ProfileRules.AvatarRefusal(request.AvatarUrl)
            ?? ProfileRules.BirthdayRefusal(request.Birthday, clock.DayOf(clock.NowMs)))?.Throw();
        var userId = context.Caller().Id;
        var cancellation = context.CancellationToken;
        var row = await units.RunAsync<UserRow>(
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
                user.Nick = request.HasNick ? request.Nick : user.Nick;
                user.AvatarUrl = request.HasAvatarUrl ? request.AvatarUrl : user.AvatarUrl;
                user.Gender = request.HasGender ? (int)request.Gender : user.Gender;
                user.Birthday = request.HasBirthday ? request.Birthday : user.Birthday;
                user.Province = request.HasProvince ? request.Province : user.Province;
                user.City = request.HasCity ? request.City : user.City;
                return user;
            },
            cancellation);
        return new() { Profile = Wire(row.OrRefuse()) };
    }

    public override async Task<ExportMyDataResponse> ExportMyData(ExportMyDataRequest request, ServerCallContext context) => new()
    {
        Json = await personal.ExportAsync(context.Caller().Id, context.CancellationToken)
            ?? throw new RefusalException(Refusals.TokenInvalid),
    };

    public override async Task<DeleteMyAccountResponse> DeleteMyAccount(
        DeleteMyAccountRequest request, ServerCallContext context)
    {
        var userId = context.Caller().Id;
        await units.RunAsync<bool>(
            async unit =>
            {
                await personal.EraseAsync(unit, userId, context.CancellationToken);
                return true;
            },
            context.CancellationToken);
        tokens.Forget(OwnerKind.User, userId);
        return new();
    }

    public static Profile Wire(UserRow row) => new()
    {
        UserId = row.Id,
        Username = row.UserName,
        Nick = row.Nick,
        AvatarUrl = row.AvatarUrl,
        Gender = (Gender)row.Gender,
        Birthday = row.Birthday,
        Province = row.Province,
        City = row.City,
        ExtraJson = ExtraRules.Canonical(row.ExtraJson),
        ReferrerUserId = row.ReferrerId,
        HasPassword = row.PasswordHash.Length > 0,
        RegisteredAt = WireTime.Instant(row.CreatedAt),
        RegisteredAddress = row.RegisteredAddress,
        LastLoginAt = WireTime.InstantOrNull(row.LastLoginAt),
        LastLoginAddress = row.LastLoginAddress,
        CardNumber = AccountWire.CardNumber(row.Id),
    };
}
