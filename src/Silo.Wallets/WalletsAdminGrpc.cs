using Grpc.Core;
using Silo.Accounts;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;
using Silo.Wallets.V1;

namespace Silo.Wallets;

/// <summary>The operator's rpcs.</summary>
internal sealed class WalletsAdminGrpc(
    IUnits units, IUsers users, WalletsDoor ledger, WalletsReads reads, ShopAccountsReads shop, LedgerProof proof, OperatorWrites writes)
    : WalletsAdminService.WalletsAdminServiceBase
{
    public override async Task<AdjustWalletResponse> AdjustWallet(AdjustWalletRequest request, ServerCallContext context) => new()
    {
        Wallet = await writes.RunAsync<Wallet>(
            context, request, unit => AdjustAsync(unit, request, context.CancellationToken)),
    };

    public override async Task<GetUserWalletResponse> GetUserWallet(GetUserWalletRequest request, ServerCallContext context)
    {
        await RequireUserAsync(request.UserId, context.CancellationToken);
        return new()
        {
            Wallet = WalletsWire.Wallet(request.UserId, await reads.WalletAsync(request.UserId, context.CancellationToken)),
        };
    }

    public override async Task<ListUserEntriesResponse> ListUserEntries(ListUserEntriesRequest request, ServerCallContext context)
    {
        await RequireUserAsync(request.UserId, context.CancellationToken);
        var (page, total) = await reads.StatementAsync(
            request.UserId,
            WalletsWire.Query(request.Filter),
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new ListUserEntriesResponse { TotalCount = total };
        response.Entries.AddRange(page.Select(WalletsWire.Entry));
        return response;
    }

    public override async Task<ListShopAccountsResponse> ListShopAccounts(
        ListShopAccountsRequest request, ServerCallContext context)
    {
        var response = new ListShopAccountsResponse();
        response.Accounts.AddRange((await shop.ListAsync(context.CancellationToken))
            .Select(a => WalletsWire.ShopAccount(a.Account, a.Amount)));
        return response;
    }

    public override async Task ProveLedger(
        ProveLedgerRequest request, IServerStreamWriter<ProveLedgerResponse> responseStream, ServerCallContext context)
    {
        var (transactions, wallets) = (0L, 0L);
        await foreach (var slice in proof.RunAsync(context.CancellationToken))
        {
            (transactions, wallets) = (transactions + slice.Transactions, wallets + slice.Wallets);
            await SendAsync(slice.Faults, done: false);
        }

        await SendAsync([], done: true);

        Task SendAsync(IReadOnlyList<string> faults, bool done)
        {
            var response = new ProveLedgerResponse { Transactions = transactions, Wallets = wallets, Done = done };
            response.Faults.AddRange(faults);
            return responseStream.WriteAsync(response, context.CancellationToken);
        }
    }

    private async Task<Result<OperatorChange<Wallet>>> AdjustAsync(
        Unit unit, AdjustWalletRequest request, CancellationToken cancellation)
    {
        if (request.Account is not (WalletAccount.Balance or WalletAccount.Points))
        {
            return WalletsRefusals.AccountNotAdjustable;
        }

        var userId = request.UserId;
        if ((await users.ExistingAsync(unit, [userId], cancellation)).Count == 0)
        {
            return UsersRefusals.Unknown;
        }

        return await unit.StageAsync<OperatorChange<Wallet>>(
            stage =>
            {
                var (draft, id) = (ledger.Stage(stage, [userId], RowLock.Wait), stage.NewId());
                return rows =>
                {
                    var before = WalletsWire.Wallet(userId, draft.WalletOf(userId));
                    var posted = draft.Post(Adjustment(request, draft, id), rows);
                    return posted.IsAccepted
                        ? new OperatorChange<Wallet>($"user:{userId}", before, WalletsWire.Wallet(userId, draft.WalletOf(userId)))
                        : posted.Refusal;
                };
            },
            cancellation);
    }

    private static LedgerTransaction Adjustment(AdjustWalletRequest request, LedgerDraft draft, long id)
    {
        var (userId, points) = (request.UserId, request.Account == WalletAccount.Points);
        return new()
        {
            Kind = LedgerKind.Adjustment,
            Reference = $"adjustment:{id}",
            Remark = request.Reason,
            Lines =
            [
                .. request is { TakeAsDebt: true, Amount: < 0 }
                    ? LedgerRules.TakeBack(draft.WalletOf(userId), userId, points, -request.Amount)
                    : [new LedgerLine(userId, points ? LedgerAccount.Points : LedgerAccount.Balance, request.Amount)],
                new LedgerLine(0, points ? LedgerAccount.ShopPointsIssued : LedgerAccount.ShopAdjustments, -request.Amount),
            ],
        };
    }

    private async Task RequireUserAsync(long userId, CancellationToken cancellation)
    {
        if (!await units.ReadAsync(async r => (await users.ExistingAsync(r, [userId], cancellation)).Count == 1, cancellation))
        {
            UsersRefusals.Unknown.Throw();
        }
    }
}
