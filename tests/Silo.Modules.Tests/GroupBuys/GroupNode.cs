using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orleans.TestingHost;
using Silo.Accounts;
using Silo.Catalog;
using Silo.GroupBuys;
using Silo.GroupBuys.V1;
using Silo.Kernel;
using Silo.Modules.Tests.Coupons;
using Silo.Storage;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.GroupBuys;

/// <summary>The shop's time, which a test moves forward; timers go by the machine's.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private long shiftMs;

    public void Advance(long milliseconds) => Interlocked.Add(ref shiftMs, milliseconds);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddMilliseconds(Interlocked.Read(ref shiftMs));
}

/// <summary>
/// A node with the services of group-buys, and of orders as the tests have them, over a database of its own, for all tests
/// of one class; every test uses campaigns, groups and users of its own. The shop's time is the tests', that of the engine
/// the machine's: what is due in the shop's future is not run by the node itself but by <see cref="RunDueAsync"/>.
/// </summary>
public sealed class GroupNode<TKind> : IAsyncLifetime
    where TKind : IDatabaseKind
{
    public const long HourMs = 3_600_000;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private static long lastId = 1_000;
    private readonly List<InProcessTestCluster> clusters = [];
    private Task? starting;
    private IConfiguration? configuration;
    private string directory = "";
    private string connectionString = "";

    internal ShiftedTime Time { get; } = new();

    internal ShopClock Clock => Get<ShopClock>();

    internal IGroupBuys Groups => Get<IGroupBuys>();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in clusters)
        {
            await cluster.StopAllSilosAsync();
            await cluster.DisposeAsync();
        }

        if (directory.Length > 0)
        {
            Directory.Delete(directory, recursive: true);
        }
        else if (connectionString.Length > 0)
        {
            await PostgresServer.DropDatabaseAsync(connectionString);
        }
    }

    /// <summary>Started by the first test, inside the test, so that a missing database skips it.</summary>
    internal async Task ReadyAsync()
    {
        Assert.SkipWhen(TKind.IsPostgres && PostgresServer.SkipReason is not null, PostgresServer.SkipReason ?? "");
        await (starting ??= StartAsync());
    }

    internal static long NewId() => Interlocked.Increment(ref lastId);

    /// <summary>A service of the first node, or of a later one.</summary>
    internal T Get<T>(int node = 0)
        where T : notnull => clusters[node].Silos[0].ServiceProvider.GetRequiredService<T>();

    /// <summary>
    /// Starts a node that knows nothing of the first but its database, and returns its number. The embedded database has one
    /// node: there the first is killed, and the new one takes its place. Elsewhere it lives on, as one does that is only
    /// taken for dead.
    /// </summary>
    internal async Task<int> StartAnotherAsync()
    {
        if (!TKind.IsPostgres)
        {
            var dead = clusters[0];
            clusters.Clear();
            await dead.KillSiloAsync(dead.Silos[0]);
            await dead.DisposeAsync();
        }

        return await StartNodeAsync();
    }

    private async Task<int> StartNodeAsync()
    {
        var builder = new InProcessTestClusterBuilder(initialSilosCount: 1);
        builder.Options.ServiceId = StorageArea.ServiceId;
        builder.ConfigureSilo((_, silo) =>
        {
            Add(silo.Services);
            silo.AddSiloGrainStorage();
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        clusters.Add(cluster);
        await Get<IdLease>(clusters.Count - 1).TakeAsync(CancellationToken.None);
        return clusters.Count - 1;
    }

    internal IGroupGrain Grain(long group, int node = 0) => clusters[node].Client.GetGroup(group);

    /// <summary>A connection to PostgreSQL that is in nobody's pool.</summary>
    internal async Task<NpgsqlConnection> OpenOwnAsync()
    {
        var own = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await own.OpenAsync();
        return own;
    }

    /// <summary>How many groups are activated on the first node.</summary>
    internal async Task<int> ActivationsAsync() =>
        (await clusters[0].Client.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics().WaitAsync(Bound))
            .Count(s => s.GrainId.Type.ToString() == "silo.groupbuys.group");

    /// <summary>Ends all activations of the first node.</summary>
    internal Task ForgetAsync() =>
        clusters[0].Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero).WaitAsync(Bound);

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
            await unit.TouchAsync(GroupReads.Topic, CancellationToken.None);
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

    /// <summary>An open group whose leader has paid; returns it with his order.</summary>
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

    internal Task<T> ReadAsync<T>(Func<IReads, Task<T>> query) => Get<IUnits>().ReadAsync(query, CancellationToken.None);

    internal async Task<T> RunAsync<T>(Func<Unit, Task<Result<T>>> work)
    {
        var result = await Get<IUnits>().RunAsync(work, CancellationToken.None);
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
            [.. clusters[node].Silos[0].ServiceProvider.GetServices<IWorkHandler>(), .. handlers],
            Get<WriteGate>(node),
            Time,
            NullLogger<WorkRunner>.Instance);
        while (await runner.RunDueAsync(CancellationToken.None) > 0)
        {
        }
    }

    private async Task StartAsync()
    {
        LockOrder.IsStrict = true;
        if (TKind.IsPostgres)
        {
            connectionString = await PostgresServer.CreateDatabaseAsync("groups");
        }
        else
        {
            directory = Directory.CreateTempSubdirectory("silo-groups-").FullName;
        }

        configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Silo:Database:Provider"] = TKind.IsPostgres ? "PostgreSql" : "Sqlite",
            ["ConnectionStrings:Silo"] = connectionString,
            ["Silo:DataDirectory"] = directory,
            ["Silo:Database:MaxConnections"] = "8",
        }).Build();
        var collection = new ServiceCollection();
        collection.AddLogging();
        Add(collection);
        await using (var services = collection.BuildServiceProvider())
        {
            await TestSchema.EnsureAsync(services);
        }

        await StartNodeAsync();
    }

    private void Add(IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new ShopClock(Time, TimeZoneInfo.Utc));
        services.AddSiloStorage(configuration!);
        services.AddAccounts(configuration!);
        services.AddCatalog();
        services.AddGroupBuys();
        TestOrders.Add(services);
    }
}

/// <summary>Tests over such a node.</summary>
public abstract class GroupSuite<TKind>(GroupNode<TKind> node) : IClassFixture<GroupNode<TKind>>, IAsyncLifetime
    where TKind : IDatabaseKind
{
    private protected GroupNode<TKind> Node => node;

    public async ValueTask InitializeAsync() => await node.ReadyAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private protected static long NewId() => GroupNode<TKind>.NewId();
}
