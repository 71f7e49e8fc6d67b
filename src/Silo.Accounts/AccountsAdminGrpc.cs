using Grpc.Core;
using Silo.Accounts.V1;
using Silo.Edge;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>The operator's rpcs.</summary>
internal sealed class AccountsAdminGrpc(
    OperatorWrites writes,
    OperatorsWrites operators,
    OperatorsReads operatorsReads,
    UsersWrites users,
    UsersReads usersReads,
    AuditReads audit,
    Passwords passwords,
    Tokens tokens)
    : AccountsAdminService.AccountsAdminServiceBase
{
    public override async Task<LoginOperatorResponse> LoginOperator(LoginOperatorRequest request, ServerCallContext context)
    {
        var login = (await operators.LoginAsync(
            request.Username, request.Password, context.ClientAddress(), context.CancellationToken)).OrRefuse();
        return new() { OperatorId = login.OperatorId, Token = login.Token, Role = login.Role };
    }

    public override async Task<LogoutOperatorResponse> LogoutOperator(LogoutOperatorRequest request, ServerCallContext context)
    {
        await tokens.LogoutAsync(OwnerKind.Operator, context.Caller(), context.CancellationToken);
        return new();
    }

    public override async Task<ChangeOperatorPasswordResponse> ChangeOperatorPassword(
        ChangeOperatorPasswordRequest request, ServerCallContext context) =>
        await operators.ChangePasswordAsync(
            context.Caller(), RpcOf(context), request, context.ClientAddress(), context.CancellationToken) is { } refusal
            ? throw new RefusalException(refusal)
            : new();

    public override async Task<CreateOperatorResponse> CreateOperator(CreateOperatorRequest request, ServerCallContext context)
    {
        var hash = (await passwords.HashAsync(request.Password, context.CancellationToken)).OrRefuse();
        // What is hashed fast and kept in the audit log must not hold a password.
        var withoutPassword = new CreateOperatorRequest(request) { Password = "" };
        return new()
        {
            Operator = await writes.RunAsync(
                context, withoutPassword, unit => OperatorsWrites.CreateAsync(unit, request, hash, context.CancellationToken)),
        };
    }

    public override async Task<UpdateOperatorResponse> UpdateOperator(UpdateOperatorRequest request, ServerCallContext context)
    {
        var changed = await writes.RunAsync(context, request, OperatorsWrites.UpdateAsync);
        tokens.Forget(OwnerKind.Operator, request.OperatorId);
        return new() { Operator = changed };
    }

    public override async Task<SetUserEnabledResponse> SetUserEnabled(SetUserEnabledRequest request, ServerCallContext context)
    {
        var changed = await writes.RunAsync(context, request, UsersWrites.SetEnabledAsync);
        tokens.Forget(OwnerKind.User, request.UserId);
        return new() { User = changed };
    }

    public override async Task<ExportUserDataResponse> ExportUserData(ExportUserDataRequest request, ServerCallContext context) => new()
    {
        Json = await operators.ExportUserAsync(
            context.Caller().Id, RpcOf(context), request.UserId, request.Reason, context.CancellationToken)
            ?? throw new RefusalException(UsersRefusals.Unknown),
    };

    public override async Task<DeleteUserResponse> DeleteUser(DeleteUserRequest request, ServerCallContext context)
    {
        var deleted = await writes.RunAsync(
            context, request, unit => users.DeleteAsync(unit, request, context.CancellationToken));
        tokens.Forget(OwnerKind.User, request.UserId);
        return new() { User = deleted };
    }

    public override async Task<ListOperatorsResponse> ListOperators(ListOperatorsRequest request, ServerCallContext context)
    {
        var (page, total) = await operatorsReads.ListAsync(
            new Paging(request.Page, request.PageSize), context.CancellationToken);
        var response = new ListOperatorsResponse { TotalCount = total };
        response.Operators.AddRange(page.Select(AccountsWire.Operator));
        return response;
    }

    public override async Task<ListUsersResponse> ListUsers(ListUsersRequest request, ServerCallContext context)
    {
        var (page, total) = await usersReads.ListAsync(
            request.UsernamePrefix, new Paging(request.Page, request.PageSize), context.CancellationToken);
        var response = new ListUsersResponse { TotalCount = total };
        response.Users.AddRange(page.Select(AccountsWire.User));
        return response;
    }

    public override async Task<ListAuditResponse> ListAudit(ListAuditRequest request, ServerCallContext context)
    {
        var (page, total) = await audit.ListAsync(
            request.OperatorId, request.Subject, new Paging(request.Page, request.PageSize), context.CancellationToken);
        var response = new ListAuditResponse { TotalCount = total };
        response.Records.AddRange(page.Select(AccountsWire.AuditRecord));
        return response;
    }

    private static string RpcOf(ServerCallContext context) => context.Method.TrimStart('/');
}
