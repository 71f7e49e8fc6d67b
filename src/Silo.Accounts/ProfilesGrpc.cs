using Grpc.Core;
using Silo.Accounts.V1;
using Silo.Edge;
using Silo.Kernel;

namespace Silo.Accounts;

/// <summary>The shopper's rpcs for what is known of them.</summary>
internal sealed class ProfilesGrpc(UsersReads users, ProfilesWrites profiles, UsersWrites writes, UsersData data)
    : ProfilesService.ProfilesServiceBase
{
    public override async Task<GetProfileResponse> GetProfile(GetProfileRequest request, ServerCallContext context)
    {
        var user = await users.FindAsync(context.Caller().Id, context.CancellationToken)
            ?? throw new RefusalException(Refusals.TokenInvalid);
        var inviter = user.ReferrerId == 0 ? null : await users.FindAsync(user.ReferrerId, context.CancellationToken);
        return new() { Profile = AccountsWire.Profile(user), Inviter = inviter is null ? null : AccountsWire.Inviter(inviter) };
    }

    public override async Task<UpdateProfileResponse> UpdateProfile(UpdateProfileRequest request, ServerCallContext context) => new()
    {
        Profile = AccountsWire.Profile(
            (await profiles.UpdateAsync(context.Caller().Id, request, context.CancellationToken)).OrRefuse()),
    };

    public override async Task<ExportMyDataResponse> ExportMyData(ExportMyDataRequest request, ServerCallContext context) => new()
    {
        Json = await data.ExportAsync(context.Caller().Id, context.CancellationToken)
            ?? throw new RefusalException(Refusals.TokenInvalid),
    };

    public override async Task<DeleteMyAccountResponse> DeleteMyAccount(
        DeleteMyAccountRequest request, ServerCallContext context)
    {
        await writes.DeleteAsync(context.Caller().Id, context.CancellationToken);
        return new();
    }
}
