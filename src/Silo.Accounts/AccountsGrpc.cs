using Grpc.Core;
using Silo.Accounts.V1;
using Silo.Edge;

namespace Silo.Accounts;

/// <summary>The shopper's rpcs.</summary>
internal sealed class AccountsGrpc(UsersWrites users, Tokens tokens) : AccountsService.AccountsServiceBase
{
    public override async Task<RegisterUsernameResponse> RegisterUsername(
        RegisterUsernameRequest request, ServerCallContext context)
    {
        var login = (await users.RegisterAsync(request, context.ClientAddress(), context.CancellationToken)).OrRefuse();
        return new() { UserId = login.UserId, Token = login.Token };
    }

    public override async Task<LoginUsernameResponse> LoginUsername(LoginUsernameRequest request, ServerCallContext context)
    {
        var login = (await users.LoginAsync(
            AccountsRules.NormaliseName(request.Username),
            request.Password,
            request.DeviceId,
            request.DeviceName,
            context.ClientAddress(),
            context.CancellationToken)).OrRefuse();
        return new() { UserId = login.UserId, Token = login.Token };
    }

    public override Task<CheckTokenResponse> CheckToken(CheckTokenRequest request, ServerCallContext context) =>
        Task.FromResult(new CheckTokenResponse { UserId = context.Caller().Id });

    public override async Task<LogoutResponse> Logout(LogoutRequest request, ServerCallContext context)
    {
        await tokens.LogoutAsync(OwnerKind.User, context.Caller(), context.CancellationToken);
        return new();
    }

    public override async Task<ChangePasswordResponse> ChangePassword(ChangePasswordRequest request, ServerCallContext context) =>
        await users.ChangePasswordAsync(
            context.Caller(), request, context.ClientAddress(), context.CancellationToken) is { } refusal
            ? throw new RefusalException(refusal)
            : new();
}
