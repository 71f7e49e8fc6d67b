using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Silo.Accounts;
using Silo.Catalog;
using Silo.GroupBuys;
using Silo.Kernel;
using Silo.Storage;
using Silo.Testing;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.GroupBuys;

/// <summary>
/// A node with the services of group-buys, and of orders as the tests have them, over a database of its own, for all tests
/// of one class; every test uses campaigns, groups and users of its own. The shop's time is the tests', that of the engine
/// the machine's: what is due in the shop's future is not run by the node itself but by <see cref="RunDueAsync"/>.
/// </summary>
public sealed class GroupNode<TDatabase> : GrainNode<TDatabase>
    where TDatabase : TestDatabase, new()
{
    public const long HourMs = 3_600_000;

    internal MovableTime Time { get; } = new();

    internal ShopClock Clock => Get<ShopClock>();

    internal IGroupBuys Groups => Get<IGroupBuys>();

    private protected override (string Key, string Value)[] Settings => [("Silo:Database:MaxConnections", "16")];

    internal IGroupGrain Grain(long group, int node = 0) => ClientOf(node).GetGroup(group);

    /// <summary>How many groups are activated on the first node.</summary>
    internal async Task<int> ActivationsAsync() =>
        (await Client.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics().WaitAsync(Bound))
            .Count(s => s.GrainId.Type.ToString() == "silo.groupbuys.group");

    /// <summary>A campaign of goods of its own, which the catalogue does not know.</summary>
    internal async Task<CampaignRow> CampaignAsync(Func<GroupTerms, GroupTerms>? change = null)
    {
        var group = new GroupTerms { GoodsId = NewId(), Size = 5, Hours = 24 };
        var terms = new CampaignTerms
        {
            Group = change?.Invoke(group) ?? group,
            NamesRefund = true,
            OpenUntil = Clock.NowMs + (1000 * HourMs),
        };
        var row = new CampaignRow
        {
            Id = NewId(),
            GoodsId = terms.Group.GoodsId,
            Version = 1,
            Enabled = true,
            OpenUntil = terms.OpenUntil,
            Terms = GroupBuysWire.Json(terms),
            CreatedAt = Clock.NowMs,
        };
        await RunAsync<bool>(async unit =>
        {
            unit.Set<CampaignRow>().Add(row);
            await unit.InvalidateAsync(GroupReads.CacheTag, CancellationToken.None);
            return true;
        });
        return row;
    }

    /// <summary>An open group of a campaign, whose leader has not ordered yet.</summary>
    internal async Task<long> OpenAsync(CampaignRow campaign, long leader)
    {
        var group = NewId();
        var opened = await RunAsync(group, new OpenCommand { UserId = leader, CampaignId = campaign.Id });
        Assert.Null(opened.Refusal);
        return group;
    }

    /// <summary>An open group whose leader has paid; returns it with the leader's order.</summary>
    internal async Task<(long Group, long Goods, long LeadersOrder)> PublishAsync(Func<GroupTerms, GroupTerms>? change = null)
    {
        var (campaign, leader, order) = (await CampaignAsync(change), NewId(), NewId());
        var group = await OpenAsync(campaign, leader);
        Assert.Null((await ReserveAsync(group, campaign.GoodsId, leader, order)).Decision.Refusal);
        Assert.Null((await ConfirmAsync(group, order)).Decision.Refusal);
        return (group, campaign.GoodsId, order);
    }

    /// <summary>Sends a group a command of its own.</summary>
    internal async Task<GroupOutcome> RunAsync(long group, GroupCommand command) =>
        (await Grain(group).RunAsync([command]).WaitAsync(Bound))[0];

    internal Task<Joined<GroupSeat>> ReserveAsync(
        long group, long goods, long user, long order, long? until = null, string requestId = "", bool refuses = false, long hash = 0, int node = 0) =>
        Get<IGroupBuys>(node).ReserveAsync(
            TestOrders.Create.Command(order, new(order, refuses)),
            order,
            new()
            {
                GroupId = group,
                UserId = user,
                GoodsId = goods,
                Pieces = 1,
                UntilMs = until ?? Clock.NowMs + (1000 * HourMs),
                RequestId = requestId,
                RequestHash = hash,
            }).WaitAsync(Bound);

    internal Task<Joined<GroupSeat>> ConfirmAsync(long group, long order, int node = 0) =>
        Get<IGroupBuys>(node).ConfirmAsync(TestOrders.Pay.Command(order, new(order)), order, group).WaitAsync(Bound);

    internal Task<Joined<GroupSeat>> SettleAsync(long group, long order, long payment) =>
        Groups.ConfirmAsync(TestOrders.Settle.Command(payment, new(order)), order, group).WaitAsync(Bound);

    internal Task<Joined<GroupSeat>> ReleaseAsync(long group, long order) =>
        Groups.ReleaseAsync(TestOrders.Close.Command(order, new(order)), order, group).WaitAsync(Bound);

    internal Task<Joined<GroupSeat>> ReturnAsync(long group, long order) =>
        Groups.ReturnAsync(TestOrders.Refund.Command(order, new(order)), order, group).WaitAsync(Bound);

    internal Task<GroupBuyState> StateAsync(long group) => Get<GroupReads>().StateAsync(group);

    internal async Task<T> RunAsync<T>(Func<Unit, Task<Result<T>>> work)
    {
        var result = await Units.RunAsync(work, CancellationToken.None);
        Assert.Null(result.Refusal);
        return result.Value!;
    }

    internal Task<Dictionary<long, SeatRow>> SeatsAsync(long group) => ReadAsync(
        r => r.Query<SeatRow>().Where(s => s.GroupId == group).ToDictionaryAsync(s => s.OrderId));

    internal Task<Dictionary<long, string>> OrdersAsync(IReadOnlyCollection<long> orders) => ReadAsync(
        r => r.Query<TestOrderRow>().Where(o => orders.Contains(o.Id)).ToDictionaryAsync(o => o.Id, o => o.State));

    /// <summary>What is left to be done for the orders of a group, as kind and order.</summary>
    internal async Task<List<(string Kind, long Order)>> WorksAsync(long group)
    {
        var rows = await ReadAsync(r => r.Query<WorkRow>().Where(w => w.Kind.StartsWith("orders.")).ToListAsync());
        return [.. rows.Select(w => (w.Kind, w.Key, Work: Payloads.Read<GroupOrderWork>(w.Payload))).Where(w => w.Work.GroupId == group)
            .Select(w =>
            {
                Assert.Equal(GroupWork.KeyOf(new(w.Kind), w.Work.OrderId), w.Key);
                return (w.Kind, w.Work.OrderId);
            }).Order()];
    }

    /// <summary>Runs what is due by the shop's time on a node, with the handlers given beside the module's own, until nothing is.</summary>
    internal async Task RunDueAsync(int node = 0, params IWorkHandler[] handlers)
    {
        var runner = new WorkRunner(
            Get<IStore>(node),
            [.. Services(node).GetServices<IWorkHandler>(), .. handlers],
            Get<WriteGate>(node),
            Time,
            NullLogger<WorkRunner>.Instance);
        while (await runner.RunDueAsync(CancellationToken.None) > 0)
        {
        }
    }

    private protected override void Add(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new ShopClock(Time, TimeZoneInfo.Utc));
        services.AddSiloStorage(configuration);
        services.AddAccounts(configuration);
        services.AddCatalog();
        services.AddGroupBuys();
        TestOrders.Add(services);
    }
}

/// <summary>Tests over such a node.</summary>
public abstract class GroupSuite<TDatabase>(GroupNode<TDatabase> node) : GrainSuite<GroupNode<TDatabase>, TDatabase>(node)
    where TDatabase : TestDatabase, new();
