using System.Net;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>A shopper who is let in, and their new token; it is empty where they asked for none.</summary>
internal sealed record UserLogin(long UserId, string Token);

/// <summary>Writes shoppers: registrations, logins, passwords, and what operators do with accounts.</summary>
internal sealed class UsersWrites(
    IUnits units, Logins logins, Passwords passwords, Tokens tokens, UsersData data, IEnumerable<IOnRegistered> modules)
{
    /// <summary>Registers a shopper. Who is registered already, and asks to be let in, is.</summary>
    public async Task<Result<UserLogin>> RegisterAsync(
        RegisterUsernameRequest request, IPAddress address, CancellationToken cancellation)
    {
        if ((AccountsRules.NameRefusal(request.Username)
            ?? AccountsRules.PasswordRefusal(request.Password, AccountsRules.MinUserPassword)) is { } refusal)
        {
            return refusal;
        }

        var name = AccountsRules.NormaliseName(request.Username);
        if (await units.ReadAsync(r => r.Query<UserRow>().AnyAsync(u => u.NormalisedName == name, cancellation), cancellation))
        {
            return await ExistingAsync();
        }

        var hash = await passwords.HashAsync(request.Password, cancellation);
        if (!hash.IsAccepted)
        {
            return hash.Refusal;
        }

        var registered = await units.StageAsync(
            stage => Register(stage, request, name, hash.Value, address.ToString()), cancellation);
        return registered.Refusal == AccountsRefusals.UserNameTaken ? await ExistingAsync() : registered;

        async Task<Result<UserLogin>> ExistingAsync() => request.AutoLogin
            ? await LoginAsync(name, request.Password, "", "", address, cancellation)
            : AccountsRefusals.UserNameTaken;
    }

    /// <summary>Lets a shopper in.</summary>
    /// <param name="name">The normalised name; it need not exist.</param>
    /// <param name="password">The password.</param>
    /// <param name="deviceId">The device, as the client says.</param>
    /// <param name="deviceName">The device's name, as the client says.</param>
    /// <param name="address">Where the caller is.</param>
    /// <param name="cancellation">The caller left.</param>
    public async Task<Result<UserLogin>> LoginAsync(
        string name, string password, string deviceId, string deviceName, IPAddress address, CancellationToken cancellation)
    {
        var account = await logins.CheckAsync(
            OwnerKind.User,
            Logins.ByName(name),
            password,
            address,
            r => r.Query<UserRow>().Where(u => u.NormalisedName == name)
                .Select(u => new Account(u.Id, u.PasswordHash, u.Disabled)).SingleOrDefaultAsync(cancellation),
            AccountsRefusals.LoginWrong,
            cancellation);
        if (!account.IsAccepted)
        {
            return account.Refusal;
        }

        var (userId, from) = (account.Value.Id, address.ToString());
        var issued = await units.RunAsync<(string Token, bool EndedOthers)>(
            async unit =>
            {
                var found = await unit.Set<UserRow>().Where(u => u.Id == userId && u.DeletedAt == 0).ExecuteUpdateAsync(
                    u => u.SetProperty(x => x.LastLoginAt, unit.NowMs).SetProperty(x => x.LastLoginAddress, from),
                    cancellation);
                // The account may be deleted since its password was looked at.
                return found == 0
                    ? AccountsRefusals.LoginWrong
                    : await Tokens.IssueAsync(unit, OwnerKind.User, userId, deviceId, deviceName, cancellation);
            },
            cancellation);
        if (!issued.IsAccepted)
        {
            return issued.Refusal;
        }

        if (issued.Value.EndedOthers)
        {
            tokens.Forget(OwnerKind.User, userId);
        }

        return new UserLogin(userId, issued.Value.Token);
    }

    /// <summary>Changes a caller's password and ends their other tokens.</summary>
    public async Task<Refusal?> ChangePasswordAsync(
        Caller caller, ChangePasswordRequest request, IPAddress address, CancellationToken cancellation)
    {
        if (AccountsRules.PasswordRefusal(request.NewPassword, AccountsRules.MinUserPassword) is { } refusal)
        {
            return refusal;
        }

        var account = await logins.CheckAsync(
            OwnerKind.User,
            Logins.ById(caller.Id),
            request.OldPassword,
            address,
            r => r.Query<UserRow>().Where(u => u.Id == caller.Id)
                .Select(u => new Account(u.Id, u.PasswordHash, u.Disabled)).SingleOrDefaultAsync(cancellation),
            AccountsRefusals.PasswordWrong,
            cancellation);
        if (!account.IsAccepted)
        {
            return account.Refusal;
        }

        var hash = await passwords.HashAsync(request.NewPassword, cancellation);
        if (!hash.IsAccepted)
        {
            return hash.Refusal;
        }

        await units.RunAsync(
            async unit =>
            {
                await unit.Set<UserRow>().Where(u => u.Id == caller.Id && u.DeletedAt == 0)
                    .ExecuteUpdateAsync(u => u.SetProperty(x => x.PasswordHash, hash.Value), cancellation);
                await Tokens.EndAsync(unit, OwnerKind.User, caller.Id, null, caller.TokenHash.ToArray(), cancellation);
            },
            cancellation);
        tokens.Forget(OwnerKind.User, caller.Id);
        return null;
    }

    /// <summary>Deletes a shopper's own account.</summary>
    public async Task DeleteAsync(long userId, CancellationToken cancellation)
    {
        await units.RunAsync(unit => data.EraseAsync(unit, userId, cancellation), cancellation);
        tokens.Forget(OwnerKind.User, userId);
    }

    /// <summary>An operator enables or disables an account. Then <see cref="Tokens.Forget"/>.</summary>
    public static async Task<Result<OperatorChange<User>>> SetEnabledAsync(
        Unit unit, SetUserEnabledRequest request, CancellationToken cancellation)
    {
        // Takes turns with a deletion, which must find the audit entry or be found.
        await unit.LockAsync<UserRow>([request.UserId], wait: true, cancellation);
        var row = await unit.Set<UserRow>().SingleOrDefaultAsync(
            u => u.Id == request.UserId && u.DeletedAt == 0, cancellation);
        if (row is null)
        {
            return UsersRefusals.Unknown;
        }

        var before = AccountsWire.User(row);
        row.Disabled = !request.Enabled;
        if (row.Disabled)
        {
            await Tokens.EndAsync(unit, OwnerKind.User, row.Id, null, null, cancellation);
        }

        return new OperatorChange<User>($"user:{row.Id}", before, AccountsWire.User(row));
    }

    /// <summary>An operator deletes an account. Then <see cref="Tokens.Forget"/>.</summary>
    public async Task<Result<OperatorChange<User>>> DeleteAsync(
        Unit unit, DeleteUserRequest request, CancellationToken cancellation)
    {
        if (!await unit.Set<UserRow>().AnyAsync(u => u.Id == request.UserId, cancellation))
        {
            return UsersRefusals.Unknown;
        }

        await data.EraseAsync(unit, request.UserId, cancellation);
        await unit.SaveAsync(cancellation);
        // How they were is what must go.
        return new OperatorChange<User>(
            $"user:{request.UserId}",
            null,
            AccountsWire.User(await unit.Query<UserRow>().SingleAsync(u => u.Id == request.UserId, cancellation)));
    }

    private Func<Rows, Result<UserLogin>> Register(
        Stage stage, RegisterUsernameRequest request, string name, string passwordHash, string address)
    {
        var referrers = stage.Read<UserRow>([request.ReferrerUserId]);
        // Of two at once with one name the second finds the key taken, and then the first here.
        var taken = stage.Read<UserRow, string>(u => u.NormalisedName, [name]);
        return rows =>
        {
            if (taken.Only is not null)
            {
                return AccountsRefusals.UserNameTaken;
            }

            var referrer = referrers.Only is { DeletedAt: 0 } there ? there.Id : 0;
            var user = new UserRow
            {
                Id = stage.NewId(),
                UserName = VisibleText.Trim(request.Username),
                NormalisedName = name,
                PasswordHash = passwordHash,
                Nick = VisibleText.Plain(request.Nick),
                Province = request.Province,
                City = request.City,
                ReferrerId = referrer,
                ExtraJson = request.ExtraJson,
                CreatedAt = stage.NowMs,
                RegisteredAddress = address,
                LastLoginAt = request.AutoLogin ? stage.NowMs : 0,
                LastLoginAddress = request.AutoLogin ? address : "",
            };
            rows.Append(user);
            foreach (var module in modules)
            {
                module.Registered(rows, user.Id, referrer, stage.NowMs);
            }

            if (!request.AutoLogin)
            {
                return new UserLogin(user.Id, "");
            }

            var (token, row) = Tokens.New(OwnerKind.User, user.Id, "", "", stage.NowMs);
            rows.Append(row);
            return new UserLogin(user.Id, token);
        };
    }
}
