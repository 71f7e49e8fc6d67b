using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts.V1;
using Silo.Edge;
using Silo.Edge.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>The operator's rpcs.</summary>
internal sealed class AccountsAdminGrpc(
    IUnits units,
    Logins logins,
    Passwords passwords,
    Tokens tokens,
    OperatorWrites writes,
    FirstOperator firstOperator,
    PersonalData personal)
    : AccountsAdminService.AccountsAdminServiceBase
{
    public override async Task<LoginOperatorResponse> LoginOperator(LoginOperatorRequest request, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        var name = AccountRules.NormaliseName(request.Username);
        var account = (await logins.CheckAsync(
            OwnerKind.Operator,
            name,
            request.Password,
            context.ClientAddress(),
            r => r.Query<OperatorRow>().Where(o => o.NormalisedName == name)
                .Select(o => new Account(o.Id, o.PasswordHash, o.Disabled)).SingleOrDefaultAsync(cancellation),
            AccountRefusals.LoginWrong,
            cancellation)).OrRefuse();
        var (token, endedOthers, role) = (await units.RunAsync<(string, bool, int)>(
            async unit =>
            {
                var issued = await Tokens.IssueAsync(unit, OwnerKind.Operator, account.Id, "", "", cancellation);
                return (issued.Token, issued.EndedOthers, await unit.Set<OperatorRow>().Where(o => o.Id == account.Id)
                    .Select(o => o.Role).SingleAsync(cancellation));
            },
            cancellation)).OrRefuse();
        if (endedOthers)
        {
            tokens.Forget(OwnerKind.Operator, account.Id);
        }

        return new() { OperatorId = account.Id, Token = token, Role = (Role)role };
    }

    public override async Task<LogoutOperatorResponse> LogoutOperator(LogoutOperatorRequest request, ServerCallContext context)
    {
        var caller = context.Caller();
        await units.RunAsync<bool>(
            async unit =>
            {
                await Tokens.EndAsync(
                    unit, OwnerKind.Operator, caller.Id, caller.TokenHash.ToArray(), null, context.CancellationToken);
                return true;
            },
            context.CancellationToken);
        tokens.Forget(OwnerKind.Operator, caller.Id);
        return new();
    }

    public override async Task<ChangeOperatorPasswordResponse> ChangeOperatorPassword(
        ChangeOperatorPasswordRequest request, ServerCallContext context)
    {
        AccountRules.PasswordRefusal(request.NewPassword, AccountRules.MinOperatorPassword)?.Throw();
        var caller = context.Caller();
        var cancellation = context.CancellationToken;
        (await logins.CheckAsync(
            OwnerKind.Operator,
            $"#{caller.Id}",
            request.OldPassword,
            context.ClientAddress(),
            r => r.Query<OperatorRow>().Where(o => o.Id == caller.Id)
                .Select(o => new Account(o.Id, o.PasswordHash, o.Disabled)).SingleOrDefaultAsync(cancellation),
            AccountRefusals.PasswordWrong,
            cancellation)).OrRefuse();
        var hash = (await passwords.HashAsync(request.NewPassword, cancellation)).OrRefuse();
        var name = (await units.RunAsync<string>(
            async unit =>
            {
                var row = await unit.Set<OperatorRow>().SingleAsync(o => o.Id == caller.Id, cancellation);
                row.PasswordHash = hash;
                var id = unit.NewId();
                unit.Audit(new AuditEntry
                {
                    Id = id,
                    At = unit.NowMs,
                    OperatorId = caller.Id,
                    Rpc = context.Method.TrimStart('/'),
                    Subject = $"operator:{caller.Id}",
                    After = "{\"passwordChanged\":true}",
                    RequestId = $" {id:x}",
                });
                await Tokens.EndAsync(unit, OwnerKind.Operator, caller.Id, null, caller.TokenHash.ToArray(), cancellation);
                return row.NormalisedName;
            },
            cancellation)).OrRefuse();
        tokens.Forget(OwnerKind.Operator, caller.Id);
        firstOperator.PasswordChanged(name);
        return new();
    }

    public override async Task<CreateOperatorResponse> CreateOperator(CreateOperatorRequest request, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        var name = AccountRules.NormaliseName(request.Username);
        var hash = (await passwords.HashAsync(request.Password, cancellation)).OrRefuse();
        // What is hashed fast and kept in the audit log must not hold a password.
        var withoutPassword = new CreateOperatorRequest(request) { Password = "" };
        return new()
        {
            Operator = await writes.RunAsync<Operator>(context, withoutPassword, request.RequestId, request.Reason, async unit =>
            {
                if ((AccountRules.NameRefusal(request.Username)
                    ?? AccountRules.PasswordRefusal(request.Password, AccountRules.MinOperatorPassword)) is { } refusal)
                {
                    return refusal;
                }

                if (await unit.Set<OperatorRow>().AnyAsync(o => o.NormalisedName == name, cancellation))
                {
                    return AccountRefusals.UserNameTaken;
                }

                var row = new OperatorRow
                {
                    Id = unit.NewId(),
                    UserName = request.Username,
                    NormalisedName = name,
                    PasswordHash = hash,
                    Role = (int)request.Role,
                    CreatedAt = unit.NowMs,
                };
                unit.Set<OperatorRow>().Add(row);
                return new OperatorChange<Operator>($"operator:{row.Id}", null, Wire(row));
            }),
        };
    }

    public override async Task<UpdateOperatorResponse> UpdateOperator(UpdateOperatorRequest request, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        var changed = await writes.RunAsync<Operator>(context, request, request.RequestId, request.Reason, async unit =>
        {
            // Locks the owners, so that two of them cannot demote each other at once.
            const int owner = (int)Role.Owner;
            await unit.ExecuteAsync($"UPDATE accounts_operators SET role = role WHERE role = {owner}", cancellation);
            var row = await unit.Set<OperatorRow>().SingleOrDefaultAsync(o => o.Id == request.OperatorId, cancellation);
            if (row is null)
            {
                return AccountRefusals.OperatorUnknown;
            }

            var remains = (request.Role == Role.Owner && request.Enabled) || await unit.Set<OperatorRow>()
                .AnyAsync(o => o.Id != row.Id && o.Role == owner && !o.Disabled, cancellation);
            if (!remains)
            {
                return AccountRefusals.LastOwner;
            }

            var before = Wire(row);
            (row.Role, row.Disabled) = ((int)request.Role, !request.Enabled);
            if (request.Enabled)
            {
                Tokens.Announce(unit, OwnerKind.Operator, row.Id);
            }
            else
            {
                await Tokens.EndAsync(unit, OwnerKind.Operator, row.Id, null, null, cancellation);
            }

            return new OperatorChange<Operator>($"operator:{row.Id}", before, Wire(row));
        });
        tokens.Forget(OwnerKind.Operator, request.OperatorId);
        return new() { Operator = changed };
    }

    public override async Task<SetUserEnabledResponse> SetUserEnabled(SetUserEnabledRequest request, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        var changed = await writes.RunAsync<User>(context, request, request.RequestId, request.Reason, async unit =>
        {
            // Takes turns with a deletion, which must find the audit entry or be found.
            await unit.LockAsync<UserRow>([request.UserId], wait: true, cancellation);
            var row = await unit.Set<UserRow>().SingleOrDefaultAsync(
                u => u.Id == request.UserId && u.DeletedAt == 0, cancellation);
            if (row is null)
            {
                return UserRefusals.Unknown;
            }

            var before = Wire(row);
            row.Disabled = !request.Enabled;
            if (row.Disabled)
            {
                await Tokens.EndAsync(unit, OwnerKind.User, row.Id, null, null, cancellation);
            }

            return new OperatorChange<User>($"user:{row.Id}", before, Wire(row));
        });
        tokens.Forget(OwnerKind.User, request.UserId);
        return new() { User = changed };
    }

    public override async Task<ExportUserDataResponse> ExportUserData(ExportUserDataRequest request, ServerCallContext context)
    {
        var json = await personal.ExportAsync(request.UserId, context.CancellationToken)
            ?? throw new RefusalException(UserRefusals.Unknown);
        await units.RunAsync<bool>(
            unit =>
            {
                var id = unit.NewId();
                unit.Audit(new AuditEntry
                {
                    Id = id,
                    At = unit.NowMs,
                    OperatorId = context.Caller().Id,
                    Rpc = context.Method.TrimStart('/'),
                    Subject = $"user:{request.UserId}",
                    Reason = request.Reason,
                    After = "{\"exported\":true}",
                    RequestId = $" {id:x}",
                });
                return Task.FromResult<Result<bool>>(true);
            },
            context.CancellationToken);
        return new() { Json = json };
    }

    public override async Task<DeleteUserResponse> DeleteUser(DeleteUserRequest request, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        var deleted = await writes.RunAsync<User>(context, request, request.RequestId, request.Reason, async unit =>
        {
            if (!await unit.Set<UserRow>().AnyAsync(u => u.Id == request.UserId, cancellation))
            {
                return UserRefusals.Unknown;
            }

            await personal.EraseAsync(unit, request.UserId, cancellation);
            await unit.SaveAsync(cancellation);
            // How he was is what must go.
            return new OperatorChange<User>(
                $"user:{request.UserId}",
                null,
                Wire(await unit.Query<UserRow>().SingleAsync(u => u.Id == request.UserId, cancellation)));
        });
        tokens.Forget(OwnerKind.User, request.UserId);
        return new() { User = deleted };
    }

    public override async Task<ListOperatorsResponse> ListOperators(ListOperatorsRequest request, ServerCallContext context)
    {
        var (page, total) = await PageAsync(
            r => r.Query<OperatorRow>().OrderBy(o => o.Id), request.Page, request.PageSize, context.CancellationToken);
        var response = new ListOperatorsResponse { TotalCount = total };
        response.Operators.AddRange(page.Select(Wire));
        return response;
    }

    public override async Task<ListUsersResponse> ListUsers(ListUsersRequest request, ServerCallContext context)
    {
        var prefix = AccountRules.NormaliseName(request.UsernamePrefix);
        var (page, total) = await PageAsync(
            r => r.Query<UserRow>().Where(u => u.DeletedAt == 0 && (prefix == "" || u.NormalisedName.StartsWith(prefix)))
                .OrderByDescending(u => u.Id),
            request.Page,
            request.PageSize,
            context.CancellationToken);
        var response = new ListUsersResponse { TotalCount = total };
        response.Users.AddRange(page.Select(Wire));
        return response;
    }

    public override async Task<ListAuditResponse> ListAudit(ListAuditRequest request, ServerCallContext context)
    {
        var (page, total) = await PageAsync(
            r => r.Query<AuditEntry>()
                .Where(a => (request.OperatorId == 0 || a.OperatorId == request.OperatorId)
                    && (request.Subject == "" || a.Subject == request.Subject))
                .OrderByDescending(a => a.Id),
            request.Page,
            request.PageSize,
            context.CancellationToken);
        var response = new ListAuditResponse { TotalCount = total };
        response.Records.AddRange(page.Select(a => new AuditRecord
        {
            Id = a.Id,
            At = WireTime.Instant(a.At),
            OperatorId = a.OperatorId,
            Rpc = a.Rpc,
            Subject = a.Subject,
            Reason = a.Reason,
            BeforeJson = a.Before ?? "",
            AfterJson = a.After,
        }));
        return response;
    }

    private static Operator Wire(OperatorRow row) => new()
    {
        Id = row.Id,
        Username = row.UserName,
        Role = (Role)row.Role,
        Enabled = !row.Disabled,
        CreatedAt = WireTime.Instant(row.CreatedAt),
    };

    private static User Wire(UserRow row) => new()
    {
        Id = row.Id,
        Username = row.UserName,
        Nick = row.Nick,
        Province = row.Province,
        City = row.City,
        ReferrerUserId = row.ReferrerId,
        Enabled = !row.Disabled,
        CreatedAt = WireTime.Instant(row.CreatedAt),
    };

    private Task<(List<T> Page, long Total)> PageAsync<T>(
        Func<IReads, IQueryable<T>> query, int page, int pageSize, CancellationToken cancellation) =>
        units.ReadAsync(r => query(r).PageAsync(new Paging(page, pageSize), cancellation), cancellation);
}
