using Grpc.Core;
using Silo.Accounts.V1;
using Silo.Edge;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>The shopper's rpcs for their addresses.</summary>
internal sealed class AddressesGrpc(AddressesReads reads, AddressesWrites writes) : AddressesService.AddressesServiceBase
{
    public override async Task<ListAddressesResponse> ListAddresses(ListAddressesRequest request, ServerCallContext context)
    {
        var found = await reads.SearchAsync(
            context.Caller().Id, request.LinkManContains, request.MobileContains, context.CancellationToken);
        var paging = new Paging(request.Page, request.PageSize);
        var response = new ListAddressesResponse { TotalCount = found.Count };
        response.Addresses.AddRange(found.Skip(paging.Skip).Take(paging.Take).Select(AccountsWire.Address));
        return response;
    }

    public override async Task<GetAddressResponse> GetAddress(GetAddressRequest request, ServerCallContext context) => new()
    {
        Address = await FirstAsync(context, a => a.Id == request.AddressId),
    };

    public override async Task<GetDefaultAddressResponse> GetDefaultAddress(
        GetDefaultAddressRequest request, ServerCallContext context) => new()
        {
            Address = await FirstAsync(context, a => a.IsDefault),
        };

    public override async Task<AddAddressResponse> AddAddress(AddAddressRequest request, ServerCallContext context) => new()
    {
        AddressId = (await writes.AddAsync(context.Caller().Id, request, context.CancellationToken)).OrRefuse(),
    };

    public override async Task<UpdateAddressResponse> UpdateAddress(UpdateAddressRequest request, ServerCallContext context) => new()
    {
        Address = AccountsWire.Address(
            (await writes.UpdateAsync(context.Caller().Id, request, context.CancellationToken)).OrRefuse()),
    };

    public override async Task<DeleteAddressResponse> DeleteAddress(DeleteAddressRequest request, ServerCallContext context) =>
        await writes.DeleteAsync(context.Caller().Id, request.AddressId, context.CancellationToken) is { } refusal
            ? throw new RefusalException(refusal)
            : new();

    private async Task<Address> FirstAsync(ServerCallContext context, Predicate<AddressRow> wanted)
    {
        var found = (await reads.ListAsync(context.Caller().Id, context.CancellationToken)).Find(wanted);
        return AccountsWire.Address(found ?? throw new RefusalException(AccountsRefusals.AddressUnknown));
    }
}
