using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.TestingHost;
using Silo.Accounts;
using Silo.Catalog;
using Silo.Groupbuys.V1;
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

    private protected override (string Key, string Value)[] Settings => [("Silo:Database:MaxConnections", "8")];

    internal IGroupGrain Grain(long group, int node = 0) => ClientOf(node).GetGroup(group);

    /// <summary>How many groups are activated on the first node.</summary>
    internal async Task<int> ActivationsAsync() =>
        (await Client.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics().WaitAsync(Bound))
            .Count(s => s.GrainId.Type.ToString() == "silo.groupbuys.group");

    /// <summary>A campaign of goods of its own, which the catalogue does not know.</summary>
    internal async Task<CampaignRow> CampaignAsync(Action<CampaignTerms>? change = null)
    {
        var terms = new CampaignTerms
        {
            GoodsId = NewId(),
            Size = 5,
            Hours = 24,
            OpenUntil = GroupWire.Instant(Clock.NowMs + (1000 * HourMs)),
        };
        change?.Invoke(terms);
        var row = new CampaignRow
        {
            Id = NewId(),
            GoodsId = terms.GoodsId,
            Version = 1,
            Enabled = true,
            OpenUntil = GroupWire.Milliseconds(terms.OpenUntil),
            Terms = GroupWire.Json(terms),
            CreatedAt = Clock.NowMs,
        };
        await RunAsync<bool>(async unit =>
        {
            unit.Set<CampaignRow>().Add(row);
            await unit.TouchAsync(GroupReads.Topic, CancellationToken.None);
            return true;
        });
        return row;
    }

    /// <summary>An open group of a campaign, whose leader has not ordered yet.</summary>
    internal async Task<long> OpenAsync(CampaignRow campaign, long leader)
    {
        var group = NewId();
        var opened = await Grain(group).RunAsync(new OpenCommand { UserId = leader, CampaignId = campaign.Id }).WaitAsync(Bound);
        Assert.Null(opened.Refusal);
        return group;
    }

    /// <summary>An open group whose leader has paid; returns it with his order.</summary>
    internal async Task<(long Group, long Goods, long LeadersOrder)> PublishAsync(Action<CampaignTerms>? change = null)
    {
        var (campaign, leader, order) = (await CampaignAsync(change), NewId(), NewId());
        var group = await OpenAsync(campaign, leader);
        Assert.Null((await ReserveAsync(group, campaign.GoodsId, leader, order)).Outcome.Refusal);
        Assert.Null((await TakeAsync(group, order)).Outcome.Refusal);
        return (group, campaign.GoodsId, order);
    }

    internal Task<JoinedOutcome<GroupOutcome>> ReserveAsync(
        long group, long goods, long user, long order, long? until = null, string requestId = "", string payload = "", long hash = 0, int node = 0) =>
        Get<IGroupBuys>(node).ReserveAsync(
            new()
            {
                GroupId = group,
                OrderId = order,
                UserId = user,
                GoodsId = goods,
                Pieces = 1,
                UntilMs = until ?? Clock.NowMs + (1000 * HourMs),
                RequestId = requestId,
                RequestHash = hash,
            },
            new() { Kind = TestOrders.Create, Id = order, Payload = payload }).WaitAsync(Bound);

    internal Task<JoinedOutcome<GroupOutcome>> TakeAsync(long group, long order, int node = 0) =>
        Get<IGroupBuys>(node).TakeAsync(group, order, new() { Kind = TestOrders.Pay, Id = order }).WaitAsync(Bound);

    internal Task<JoinedOutcome<GroupOutcome>> SettleAsync(long group, long order, long payment) =>
        Groups.SettleAsync(group, order, new() { Kind = TestOrders.Settle, Id = payment }).WaitAsync(Bound);

    internal Task<JoinedOutcome<GroupOutcome>> ReleaseAsync(long group, long order) =>
        Groups.ReleaseAsync(group, order, new() { Kind = TestOrders.Close, Id = order }).WaitAsync(Bound);

    internal Task<JoinedOutcome<GroupOutcome>> LeaveAsync(long group, long order) =>
        Groups.LeaveAsync(group, order, new() { Kind = TestOrders.Refund, Id = order }).WaitAsync(Bound);

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
        return [.. rows.Select(w => (w.Kind, w.Key, Work: GroupOrderWork.Read(w.Payload))).Where(w => w.Work.GroupId == group)
            .Select(w =>
            {
                Assert.Equal(GroupWork.KeyOf(w.Kind, w.Work.OrderId), w.Key);
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
