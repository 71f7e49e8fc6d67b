using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts.V1;
using Silo.Edge;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>The shopper's rpcs.</summary>
internal sealed class AccountsGrpc(
    IUnits units, Logins logins, Passwords passwords, Tokens tokens, RegistrationWrites registrations)
    : AccountsService.AccountsServiceBase
{
    public override async Task<RegisterUsernameResponse> RegisterUsername(
        RegisterUsernameRequest request, ServerCallContext context)
    {
        (AccountsRules.NameRefusal(request.Username)
            ?? AccountsRules.PasswordRefusal(request.Password, AccountsRules.MinUserPassword))?.Throw();
        var cancellation = context.CancellationToken;
        var name = AccountsRules.NormaliseName(request.Username);
        if (await units.ReadAsync(r => r.Query<UserRow>().AnyAsync(u => u.NormalisedName == name, cancellation), cancellation))
        {
            return await ExistingAsync(request, name, context);
        }

        var hash = (await passwords.HashAsync(request.Password, cancellation)).OrRefuse();
        var registered = await registrations.RegisterAsync(request, name, hash, context.ClientAddress(), cancellation);
        return registered.Refusal == AccountsRefusals.UserNameTaken
            ? await ExistingAsync(request, name, context)
            : registered.OrRefuse();
    }

    public override async Task<LoginUsernameResponse> LoginUsername(LoginUsernameRequest request, ServerCallContext context)
    {
        var (userId, token) = await LoginAsync(
            AccountsRules.NormaliseName(request.Username), request.Password, request.DeviceId, request.DeviceName, context);
        return new() { UserId = userId, Token = token };
    }

    public override Task<CheckTokenResponse> CheckToken(CheckTokenRequest request, ServerCallContext context) =>
        Task.FromResult(new CheckTokenResponse { UserId = context.Caller().Id });

    public override async Task<LogoutResponse> Logout(LogoutRequest request, ServerCallContext context)
    {
        var caller = context.Caller();
        await units.RunAsync<bool>(
            async unit =>
            {
                await Tokens.EndAsync(
                    unit, OwnerKind.User, caller.Id, caller.TokenHash.ToArray(), null, context.CancellationToken);
                return true;
            },
            context.CancellationToken);
        tokens.Forget(OwnerKind.User, caller.Id);
        return new();
    }

    public override async Task<ChangePasswordResponse> ChangePassword(ChangePasswordRequest request, ServerCallContext context)
    {
        AccountsRules.PasswordRefusal(request.NewPassword, AccountsRules.MinUserPassword)?.Throw();
        var caller = context.Caller();
        var cancellation = context.CancellationToken;
        (await logins.CheckAsync(
            OwnerKind.User,
            $"#{caller.Id}",
            request.OldPassword,
            context.ClientAddress(),
            r => r.Query<UserRow>().Where(u => u.Id == caller.Id)
                .Select(u => new Account(u.Id, u.PasswordHash, u.Disabled)).SingleOrDefaultAsync(cancellation),
            AccountsRefusals.PasswordWrong,
            cancellation)).OrRefuse();
        var hash = (await passwords.HashAsync(request.NewPassword, cancellation)).OrRefuse();
        await units.RunAsync<bool>(
            async unit =>
            {
                await unit.Set<UserRow>().Where(u => u.Id == caller.Id && u.DeletedAt == 0)
                    .ExecuteUpdateAsync(u => u.SetProperty(x => x.PasswordHash, hash), cancellation);
                await Tokens.EndAsync(unit, OwnerKind.User, caller.Id, null, caller.TokenHash.ToArray(), cancellation);
                return true;
            },
            cancellation);
        tokens.Forget(OwnerKind.User, caller.Id);
        return new();
    }

    private async Task<RegisterUsernameResponse> ExistingAsync(
        RegisterUsernameRequest request, string name, ServerCallContext context)
    {
        if (!request.AutoLogin)
        {
            AccountsRefusals.UserNameTaken.Throw();
        }

        var (userId, token) = await LoginAsync(name, request.Password, "", "", context);
        return new() { UserId = userId, Token = token };
    }

    private async Task<(long UserId, string Token)> LoginAsync(
        string name, string password, string deviceId, string deviceName, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        var account = (await logins.CheckAsync(
            OwnerKind.User,
            name,
            password,
            context.ClientAddress(),
            r => r.Query<UserRow>().Where(u => u.NormalisedName == name)
                .Select(u => new Account(u.Id, u.PasswordHash, u.Disabled)).SingleOrDefaultAsync(cancellation),
            AccountsRefusals.LoginWrong,
            cancellation)).OrRefuse();
        var (token, endedOthers) = (await units.RunAsync<(string, bool)>(
            async unit =>
            {
                var address = context.ClientAddress().ToString();
                var found = await unit.Set<UserRow>().Where(u => u.Id == account.Id && u.DeletedAt == 0).ExecuteUpdateAsync(
                    u => u.SetProperty(x => x.LastLoginAt, unit.NowMs).SetProperty(x => x.LastLoginAddress, address),
                    cancellation);
                // The account may be deleted since its password was looked at.
                return found == 0
                    ? AccountsRefusals.LoginWrong
                    : await Tokens.IssueAsync(unit, OwnerKind.User, account.Id, deviceId, deviceName, cancellation);
            },
            cancellation)).OrRefuse();
        if (endedOthers)
        {
            tokens.Forget(OwnerKind.User, account.Id);
        }

        return (account.Id, token);
    }
}
