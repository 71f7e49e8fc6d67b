using Grpc.Core;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The operator's rpcs of levels and member prices.</summary>
internal sealed class MembersAdminGrpc(OperatorWrites writes, MembersWrites members, LevelsReads levels)
    : MembersAdminService.MembersAdminServiceBase
{
    public override async Task<CreateLevelResponse> CreateLevel(CreateLevelRequest request, ServerCallContext context) =>
        new() { Level = await writes.RunAsync(context, request, LevelsWrites.CreateAsync) };

    public override async Task<UpdateLevelResponse> UpdateLevel(UpdateLevelRequest request, ServerCallContext context) =>
        new() { Level = await writes.RunAsync(context, request, LevelsWrites.UpdateAsync) };

    public override async Task<DeleteLevelResponse> DeleteLevel(DeleteLevelRequest request, ServerCallContext context) =>
        new() { Level = await writes.RunAsync(context, request, LevelsWrites.DeleteAsync) };

    public override async Task<SearchLevelsResponse> SearchLevels(SearchLevelsRequest request, ServerCallContext context)
    {
        var (page, total) = await levels.ListAsync(new Paging(request.Page, request.PageSize), context.CancellationToken);
        var response = new SearchLevelsResponse { TotalCount = total };
        response.Levels.AddRange(page.Select(CatalogWire.Level));
        return response;
    }

    public override Task<SetMemberLevelResponse> SetMemberLevel(SetMemberLevelRequest request, ServerCallContext context) =>
        writes.RunAsync(context, request, members.SetLevelAsync);

    public override Task<SetMemberPriceResponse> SetMemberPrice(SetMemberPriceRequest request, ServerCallContext context) =>
        writes.RunAsync(context, request, MembersWrites.SetPriceAsync);
}
