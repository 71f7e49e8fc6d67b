using Grpc.Core;
using Silo.Edge;
using Silo.Storage;
using Silo.Wallets.V1;

namespace Silo.Wallets;

/// <summary>The shopper's rpcs.</summary>
internal sealed class WalletsGrpc(WalletsReads reads) : WalletsService.WalletsServiceBase
{
    public override async Task<GetWalletResponse> GetWallet(GetWalletRequest request, ServerCallContext context)
    {
        var userId = context.Caller().Id;
        return new() { Wallet = WalletsWire.Wallet(userId, await reads.WalletAsync(userId, context.CancellationToken)) };
    }

    public override async Task<ListEntriesResponse> ListEntries(ListEntriesRequest request, ServerCallContext context)
    {
        var (page, total) = await reads.StatementAsync(
            context.Caller().Id,
            WalletsWire.Query(request.Filter),
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new ListEntriesResponse { TotalCount = total };
        response.Entries.AddRange(page.Select(WalletsWire.Entry));
        return response;
    }
}
