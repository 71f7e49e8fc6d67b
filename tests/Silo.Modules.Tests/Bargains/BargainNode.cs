using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Silo.Accounts;
using Silo.Bargains;
using Silo.Catalog;
using Silo.Kernel;
using Silo.Storage;
using Silo.Testing;
using Silo.Testing.Databases;
using Xunit;
using StockRow = Silo.Bargains.StockRow;

namespace Silo.Modules.Tests.Bargains;

/// <summary>
/// A node with the services of bargains and accounts over a database of its own, for all tests of one class; every test
/// uses campaigns and users of its own. Goods are whatever a test says.
/// </summary>
public sealed class BargainNode<TDatabase> : GrainNode<TDatabase>
    where TDatabase : TestDatabase, new()
{
    /// <summary>A clock that a test can move ahead; nothing moves it back.</summary>
    internal MovableTime Time { get; } = new();

    internal Catalog.Statements Statements { get; } = new();

    internal IBargains Bargains => Get<IBargains>();

    internal BargainReads Reads => Get<BargainReads>();

    internal CampaignReads Campaigns => Get<CampaignReads>();

    internal long Now => Get<ShopClock>().NowMs;

    internal IBargainGrain Grain(BargainKey key) => Client.GetGrain<IBargainGrain>(key.ToString());

    /// <summary>Terms of a campaign that is open now: from 100.00 to 20.00 by cuts of 0.01 to 5.00.</summary>
    internal BargainTerms Terms(Func<BargainTerms, BargainTerms>? change = null)
    {
        var terms = new BargainTerms
        {
            GoodsId = NewId(),
            StartCents = 10_000,
            FloorCents = 2_000,
            CutMinCents = 1,
            CutMaxCents = 500,
            StockTotal = 100,
            StartsAt = Now - 1_000_000,
            EndsAt = Now + 1_000_000_000,
        };
        return change?.Invoke(terms) ?? terms;
    }

    internal async Task<long> CreateAsync(Func<BargainTerms, BargainTerms>? change = null)
    {
        var terms = Terms(change);
        var created = await Units.RunAsync(
            unit => Get<CampaignWrites>().CreateAsync(unit, terms, CancellationToken.None), CancellationToken.None);
        Assert.Null(created.Refusal);
        return created.Value!.After.Campaign.Id;
    }

    /// <summary>Changes a campaign's row as an operator's write does.</summary>
    internal async Task ChangeAsync(long campaign, Action<CampaignRow> change) => Assert.True((await Units.RunAsync<bool>(
        async unit =>
        {
            await unit.LockAsync<CampaignRow>([campaign], wait: true, CancellationToken.None);
            change(await unit.Set<CampaignRow>().SingleAsync(c => c.Id == campaign));
            await CampaignReads.InvalidateAsync(unit, CancellationToken.None);
            return true;
        },
        CancellationToken.None)).IsAccepted);

    internal async Task<string?> UpdateAsync(long campaign, BargainTerms terms, int expectedVersion = 0) =>
        (await Units.RunAsync(
            unit => Get<CampaignWrites>().UpdateAsync(unit, campaign, terms, expectedVersion, CancellationToken.None),
            CancellationToken.None)).Refusal?.Reason;

    /// <summary>A new bargain of a new initiator.</summary>
    internal async Task<BargainKey> StartedAsync(long campaign)
    {
        var key = new BargainKey(campaign, NewId());
        Assert.Null((await StartAsync(key)).Refusal);
        return key;
    }

    internal async Task<BargainOutcome> StartAsync(BargainKey key, string requestId = "") =>
        (await RunAsync(key, new StartCommand { RequestId = requestId }))[0];

    internal async Task<BargainOutcome> HelpAsync(BargainKey key, long helper, string requestId = "", long hash = 0) =>
        (await RunAsync(key, new HelpCommand { HelperId = helper, RequestId = requestId, RequestHash = hash }))[0];

    internal async Task<string?> ClearAsync(BargainKey key, string requestId = "") =>
        (await RunAsync(key, new ClearCommand { RequestId = requestId }))[0].Refusal?.Reason;

    internal Task<BargainOutcome[]> RunAsync(BargainKey key, params BargainCommand[] commands) =>
        Grain(key).RunAsync(commands).WaitAsync(Bound);

    internal Task<Joined<BargainPurchase>> ReserveAsync(
        BargainKey key, long order, string kind = OrderWork.Keep, string requestId = "", long hash = 0) => Bargains.ReserveAsync(
        OrderWork.KindOf(kind).Command(order, NoPayload.Value),
        order,
        new(key.CampaignId, key.InitiatorId, requestId, hash)).WaitAsync(Bound);

    internal Task<bool> ConfirmAsync(long order) => MoveAsync(stage => Bargains.Confirm(stage, order));

    internal Task<bool> ReleaseAsync(long order) => MoveAsync(stage => Bargains.Release(stage, order));

    internal Task<bool> ReturnAsync(long order) => MoveAsync(stage => Bargains.Return(stage, order));

    /// <summary>Runs a command that names the order's piece and nothing else.</summary>
    internal async Task<bool> MoveAsync(Func<Stage, Func<Rows, Result<bool>>> name) =>
        (await Units.StageAsync(name, CancellationToken.None).WaitAsync(Bound)).Value;

    /// <summary>The same in a unit, with its locks.</summary>
    internal async Task<bool> MoveInUnitAsync(Func<Stage, Func<Rows, Result<bool>>> name) =>
        (await Units.RunAsync<bool>(unit => unit.StageAsync(name, CancellationToken.None), CancellationToken.None)).Value;

    internal Task<List<HelpRow>> HelpsAsync(long bargain) => ReadAsync(
        r => r.Query<HelpRow>().Where(h => h.BargainId == bargain).OrderBy(h => h.Ordinal).ToListAsync());

    internal Task<StockRow> StockAsync(long campaign) => ReadAsync(
        r => r.Query<StockRow>().SingleAsync(s => s.CampaignId == campaign));

    /// <summary>The orders that the joined work of the tests has written.</summary>
    internal Task<List<long>> OrdersAsync(long campaign) => ReadAsync(
        r => r.Query<BargainOrderRow>().Where(o => o.CampaignId == campaign && o.State == BargainOrderState.Reserved)
            .Select(o => o.OrderId).OrderBy(o => o).ToListAsync());

    private protected override void Add(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new ShopClock(Time, TimeZoneInfo.Utc));
        services.AddSingleton<IJoinedWork>(new OrderWork(OrderWork.Keep, JoinedVerdict.Keep));
        services.AddSingleton<IJoinedWork>(new OrderWork(OrderWork.KeepRows, JoinedVerdict.KeepRows));
        services.AddSingleton<IJoinedWork>(new OrderWork(OrderWork.Refuse, JoinedVerdict.Refuse));
        services.AddSingleton<IInterceptor>(Statements);
        services.AddSiloStorage(configuration);
        services.AddAccounts(configuration);
        services.AddSingleton<ICatalog, AllGoods>();
        services.AddBargains();
    }
}

/// <summary>Tests over such a node.</summary>
public abstract class BargainSuite<TDatabase>(BargainNode<TDatabase> node) : GrainSuite<BargainNode<TDatabase>, TDatabase>(node)
    where TDatabase : TestDatabase, new();

/// <summary>An order's part of a purchase: notes the order in a table, and answers as it was told.</summary>
internal sealed class OrderWork(string kind, JoinedVerdict verdict) : JoinedWork<BargainPurchase, NoPayload>(KindOf(kind))
{
    public const string Keep = "tests.order_keep";
    public const string KeepRows = "tests.order_keep_rows";
    public const string Refuse = "tests.order_refuse";

    public static readonly Refusal Refusal = new("ORDER_GONE", RefusalKind.Precondition, "The order is gone.");

    public static JoinedKind<BargainPurchase, NoPayload> KindOf(string kind) => new(kind);

    /// <summary>The number of times that an order was noted.</summary>
    public static Task<int> NotedAsync(IReads reads, long order) => reads.Query<AttemptRow>()
        .Where(a => a.Key == $"order:{order}").Select(a => a.Count).SingleOrDefaultAsync();

    protected override Func<JoinedDecision<BargainPurchase>, Rows, JoinedAnswer> Stage(Stage stage, long id, NoPayload payload)
    {
        var noted = stage.Where<AttemptRow>($"key = {$"order:{id}"}");
        return (decision, rows) =>
        {
            var purchase = decision.Decision!;
            if (purchase.OrderId == id)
            {
                rows.Put(new AttemptRow { Key = $"order:{id}", Count = (noted.Only?.Count ?? 0) + 1 });
            }

            var text = $"{purchase.PriceCents}/{purchase.RuleVersion}";
            return verdict switch
            {
                JoinedVerdict.Keep => JoinedAnswer.Keep(text),
                JoinedVerdict.KeepRows => JoinedAnswer.KeepRows(Refusal, text),
                _ => JoinedAnswer.Refuse(Refusal),
            };
        };
    }
}

/// <summary>A catalogue that has all goods.</summary>
internal sealed class AllGoods : ICatalog
{
    public Task<Result<IReadOnlyList<PriceLine>>> PriceAsync(
        IReads reads, long userId, IReadOnlyList<PurchaseLine> lines, long nowMs, CancellationToken cancellation) =>
        Task.FromResult(Result.Of<IReadOnlyList<PriceLine>>([]));

    public Task<long> FreightAsync(
        IReads reads, IReadOnlyList<PriceLine> lines, int carrier, IReadOnlyList<string> regions, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<IReadOnlySet<long>> ExistingAsync(IReads reads, IReadOnlyCollection<long> goods, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<IReadOnlySet<long>> KeepAsync(Unit unit, IReadOnlyCollection<long> goods, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlySet<long>>(goods.ToHashSet());

    public void Keep(Rows rows, IEnumerable<long> goods) => throw new NotSupportedException();

    public Task<IReadOnlyList<long>> GroupGoodsAsync(IReads reads, int max, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Func<Rows, Result<bool>> Reserve(Stage stage, long orderId, IReadOnlyCollection<StockLine> lines) =>
        throw new NotSupportedException();

    public Func<Rows, Result<bool>> Confirm(Stage stage, long orderId, IReadOnlyCollection<StockLine> lines) =>
        throw new NotSupportedException();

    public Func<Rows, Result<bool>> Release(Stage stage, long orderId, IReadOnlyCollection<StockLine> lines) =>
        throw new NotSupportedException();

    public Func<Rows, Result<bool>> Return(Stage stage, long orderId, IReadOnlyCollection<StockLine> lines) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<PriceLine>> BargainedAsync(IReads reads, int max, CancellationToken cancellation) =>
        throw new NotSupportedException();
}
