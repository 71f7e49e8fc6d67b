using System.Net;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts.V1;
using Silo.Edge;
using Silo.Edge.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>An operator who is let in, their new token and role.</summary>
internal sealed record OperatorLogin(long OperatorId, string Token, Role Role);

/// <summary>Writes operators: logins, passwords, and what owners do with accounts.</summary>
internal sealed class OperatorsWrites(
    IUnits units, Logins logins, Passwords passwords, Tokens tokens, FirstOperator firstOperator, UsersData users)
{
    /// <summary>Lets an operator in.</summary>
    public async Task<Result<OperatorLogin>> LoginAsync(
        string userName, string password, IPAddress address, CancellationToken cancellation)
    {
        var name = AccountsRules.NormaliseName(userName);
        var account = await logins.CheckAsync(
            OwnerKind.Operator,
            Logins.ByName(name),
            password,
            address,
            r => r.Query<OperatorRow>().Where(o => o.NormalisedName == name)
                .Select(o => new Account(o.Id, o.PasswordHash, o.Disabled)).SingleOrDefaultAsync(cancellation),
            AccountsRefusals.LoginWrong,
            cancellation);
        if (!account.IsAccepted)
        {
            return account.Refusal;
        }

        var id = account.Value.Id;
        var endedOthers = false;
        var login = await units.RunAsync<OperatorLogin>(
            async unit =>
            {
                (var token, endedOthers) = await Tokens.IssueAsync(unit, OwnerKind.Operator, id, "", "", cancellation);
                var role = await unit.Set<OperatorRow>().Where(o => o.Id == id).Select(o => o.Role).SingleAsync(cancellation);
                return new OperatorLogin(id, token, (Role)role);
            },
            cancellation);
        if (endedOthers)
        {
            tokens.Forget(OwnerKind.Operator, id);
        }

        return login;
    }

    /// <summary>Changes a caller's password and ends their other tokens.</summary>
    public async Task<Refusal?> ChangePasswordAsync(
        Caller caller, string rpc, ChangeOperatorPasswordRequest request, IPAddress address, CancellationToken cancellation)
    {
        if (AccountsRules.PasswordRefusal(request.NewPassword, AccountsRules.MinOperatorPassword) is { } refusal)
        {
            return refusal;
        }

        var account = await logins.CheckAsync(
            OwnerKind.Operator,
            Logins.ById(caller.Id),
            request.OldPassword,
            address,
            r => r.Query<OperatorRow>().Where(o => o.Id == caller.Id)
                .Select(o => new Account(o.Id, o.PasswordHash, o.Disabled)).SingleOrDefaultAsync(cancellation),
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

        var name = "";
        await units.RunAsync(
            async unit =>
            {
                var row = await unit.Set<OperatorRow>().SingleAsync(o => o.Id == caller.Id, cancellation);
                (row.PasswordHash, name) = (hash.Value, row.NormalisedName);
                AuditWrites.Note(unit, caller.Id, rpc, $"operator:{caller.Id}", "", "{\"passwordChanged\":true}");
                await Tokens.EndAsync(unit, OwnerKind.Operator, caller.Id, null, caller.TokenHash.ToArray(), cancellation);
            },
            cancellation);
        tokens.Forget(OwnerKind.Operator, caller.Id);
        firstOperator.PasswordChanged(name);
        return null;
    }

    /// <summary>Adds an operator.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="request">Who is added.</param>
    /// <param name="hash">Of the password.</param>
    /// <param name="cancellation">Abandons the unit.</param>
    public static async Task<Result<OperatorChange<Operator>>> CreateAsync(
        Unit unit, CreateOperatorRequest request, string hash, CancellationToken cancellation)
    {
        if ((AccountsRules.NameRefusal(request.Username)
            ?? AccountsRules.PasswordRefusal(request.Password, AccountsRules.MinOperatorPassword)) is { } refusal)
        {
            return refusal;
        }

        var name = AccountsRules.NormaliseName(request.Username);
        if (await unit.Set<OperatorRow>().AnyAsync(o => o.NormalisedName == name, cancellation))
        {
            return AccountsRefusals.UserNameTaken;
        }

        var row = new OperatorRow
        {
            Id = unit.NewId(),
            UserName = VisibleText.Trim(request.Username),
            NormalisedName = name,
            PasswordHash = hash,
            Role = (int)request.Role,
            CreatedAt = unit.NowMs,
        };
        unit.Set<OperatorRow>().Add(row);
        return new OperatorChange<Operator>($"operator:{row.Id}", null, AccountsWire.Operator(row));
    }

    /// <summary>Sets role and state of an operator. Then <see cref="Tokens.Forget"/>.</summary>
    public static async Task<Result<OperatorChange<Operator>>> UpdateAsync(
        Unit unit, UpdateOperatorRequest request, CancellationToken cancellation)
    {
        // Locks the owners, so that two of them cannot demote each other at once.
        const int owner = (int)Role.Owner;
        await unit.ExecuteAsync($"UPDATE accounts_operators SET role = role WHERE role = {owner}", cancellation);
        var row = await unit.Set<OperatorRow>().SingleOrDefaultAsync(o => o.Id == request.OperatorId, cancellation);
        if (row is null)
        {
            return AccountsRefusals.OperatorUnknown;
        }

        var remains = (request.Role == Role.Owner && request.Enabled) || await unit.Set<OperatorRow>()
            .AnyAsync(o => o.Id != row.Id && o.Role == owner && !o.Disabled, cancellation);
        if (!remains)
        {
            return AccountsRefusals.LastOwner;
        }

        var before = AccountsWire.Operator(row);
        (row.Role, row.Disabled) = ((int)request.Role, !request.Enabled);
        if (request.Enabled)
        {
            Tokens.Announce(unit, OwnerKind.Operator, row.Id);
        }
        else
        {
            await Tokens.EndAsync(unit, OwnerKind.Operator, row.Id, null, null, cancellation);
        }

        return new OperatorChange<Operator>($"operator:{row.Id}", before, AccountsWire.Operator(row));
    }

    /// <summary>Exports what all modules hold of a shopper, and notes it; null where there is no such shopper.</summary>
    public async Task<string?> ExportUserAsync(
        long operatorId, string rpc, long userId, string reason, CancellationToken cancellation)
    {
        var json = await users.ExportAsync(userId, cancellation);
        if (json is not null)
        {
            await units.RunAsync(
                unit =>
                {
                    AuditWrites.Note(unit, operatorId, rpc, $"user:{userId}", reason, "{\"exported\":true}");
                    return Task.CompletedTask;
                },
                cancellation);
        }

        return json;
    }
}
