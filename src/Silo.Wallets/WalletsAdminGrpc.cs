using Grpc.Core;
using Silo.Accounts;
using Silo.Edge;
using Silo.Storage;
using Silo.Wallets.V1;

namespace Silo.Wallets;

/// <summary>The operator's rpcs.</summary>
internal sealed class WalletsAdminGrpc(
    OperatorWrites writes,
    WalletsWrites wallets,
    WalletsReads reads,
    OwnersReads owners,
    ShopAccountsReads shop,
    LedgerProof proof)
    : WalletsAdminService.WalletsAdminServiceBase
{
    public override async Task<AdjustWalletResponse> AdjustWallet(AdjustWalletRequest request, ServerCallContext context) => new()
    {
        Wallet = await writes.RunAsync(context, request, wallets.AdjustAsync),
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

    private async Task RequireUserAsync(long userId, CancellationToken cancellation)
    {
        if (!await owners.IsUserAsync(userId, cancellation))
        {
            UsersRefusals.Unknown.Throw();
        }
    }
}
