using Grpc.Core;
using Silo.Catalog.V1;
using Silo.Edge;

namespace Silo.Catalog;

/// <summary>The shopper's rpcs of levels.</summary>
internal sealed class MembersGrpc(MembersReads members, CatalogReads catalog) : MembersService.MembersServiceBase
{
    public override async Task<DescribeMyLevelResponse> DescribeMyLevel(DescribeMyLevelRequest request, ServerCallContext context) =>
        await members.OfAsync(context.Caller(), context.CancellationToken) is { } member
        && (await catalog.LevelsAsync(context.CancellationToken)).GetValueOrDefault(member.LevelId) is { } level
            ? new() { Level = level, Since = WireTime.InstantOrNull(member.Since), ExpiresAt = WireTime.InstantOrNull(member.ExpiresAt) }
            : new();
}
