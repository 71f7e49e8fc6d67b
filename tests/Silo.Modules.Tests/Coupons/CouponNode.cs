using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Silo.Accounts;
using Silo.Catalog;
using Silo.Coupons;
using Silo.Kernel;
using Silo.Lotteries;
using Silo.Storage;
using Silo.Testing.Databases;
using Silo.Wallets;
using Xunit;

namespace Silo.Modules.Tests.Coupons;

/// <summary>
/// A node with the services of coupons, lotteries, wallets and accounts over a database of its own, for all tests of one class;
/// every test uses coupons and users of its own.
/// </summary>
public sealed class CouponNode<TDatabase> : GrainNode<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private readonly StatementCatcher catcher = new();

    internal FakeSignIns SignIns { get; } = new();

    /// <summary>What the node has sent through the model, the newest first.</summary>
    internal ConcurrentStack<Statement> Statements => catcher.Statements;

    internal ICoupons Coupons => Get<ICoupons>();

    internal ShopClock Clock => Get<ShopClock>();

    internal ICouponGrain Grain(long coupon) => Client.GetGrain<ICouponGrain>(coupon);

    internal ILotteryGrain Lottery(long lottery) => Client.GetGrain<ILotteryGrain>(lottery);

    /// <summary>The handler of a kind of work.</summary>
    internal IWorkHandler WorkOf(string kind) => Get<IEnumerable<IWorkHandler>>().Single(handler => handler.Kind == kind);

    /// <summary>A coupon that is open now.</summary>
    internal async Task<long> CreateAsync(Func<CouponTerms, CouponTerms>? change = null)
    {
        var coupon = NewId();
        var created = await ChangeAsync(coupon, Change(change) with { Create = true });
        Assert.Null(created.Refusal);
        return coupon;
    }

    internal async Task<CouponState> StateAsync(long coupon) => await Get<CouponsReads>().StateAsync(coupon);

    internal ChangeCommand Change(Func<CouponTerms, CouponTerms>? change = null)
    {
        var terms = new CouponTerms
        {
            Name = "Ten off",
            AmountCents = 1_000,
            StockTotal = 100,
            LimitPerUser = 1,
            ClaimableFrom = Clock.NowMs - 1_000_000,
            ClaimableUntil = Clock.NowMs + 1_000_000_000,
        };
        return new() { OperatorId = 1, Rpc = "tests/Change", Terms = change?.Invoke(terms) ?? terms };
    }

    internal async Task<CouponOutcome> ClaimAsync(long coupon, long user, string requestId = "") =>
        (await ClaimManyAsync(coupon, new ClaimCommand { UserId = user, RequestId = requestId }))[0];

    internal Task<CouponOutcome[]> ClaimManyAsync(long coupon, params CouponCommand[] commands) =>
        Grain(coupon).RunAsync(commands).WaitAsync(Bound);

    /// <summary>One command, alone in its message.</summary>
    internal async Task<CouponOutcome> ChangeAsync(long coupon, CouponCommand command) =>
        (await ClaimManyAsync(coupon, command))[0];

    /// <summary>One command to a lottery, alone in its message.</summary>
    internal async Task<LotteryOutcome> ChangeAsync(long lottery, LotteryCommand command) =>
        (await Lottery(lottery).RunAsync([command]).WaitAsync(Bound))[0];

    /// <summary>A user's user coupon of a coupon of its own.</summary>
    internal async Task<long> UserCouponAsync(long user, Func<CouponTerms, CouponTerms>? change = null)
    {
        var outcome = await ClaimAsync(await CreateAsync(change), user);
        Assert.Null(outcome.Refusal);
        return outcome.UserCouponId;
    }

    internal async Task AddUserAsync(long user) => Assert.True((await Units.RunAsync<bool>(
        async unit =>
        {
            unit.Set<UserRow>().Add(new() { Id = user, UserName = $"u{user}", NormalisedName = $"u{user}", PasswordHash = "" });
            await unit.SaveAsync(CancellationToken.None);
            return true;
        },
        CancellationToken.None)).IsAccepted);

    /// <summary>Goods of the catalogue, off sale, of which there is nothing but the name.</summary>
    internal async Task<long> GoodsAsync() => (await Units.RunAsync<long>(
        unit =>
        {
            var row = GoodsWrites.New(unit);
            GoodsWrites.Fill(row, new() { Name = "Goods" }, new(), "", unit.NowMs);
            unit.Set<GoodsRow>().Add(row);
            return Task.FromResult<Result<long>>(row.Id);
        },
        CancellationToken.None)).Value;

    internal async Task AddPointsAsync(long user, long points) => Assert.True((await Units.StageAsync(
        stage => Get<IWallets>().Post(
            stage,
            new()
            {
                Kind = LedgerKind.Adjustment,
                Reference = $"test:{NewId()}",
                Lines = [new(user, LedgerAccount.Points, points), new(0, LedgerAccount.ShopPointsIssued, -points)],
            }),
        CancellationToken.None)).IsAccepted);

    internal Task<WalletRow?> WalletAsync(long user) => ReadAsync(
        r => r.Query<WalletRow>().SingleOrDefaultAsync(w => w.UserId == user));

    internal Task<List<UserCouponRow>> UserCouponsAsync(long coupon) => ReadAsync(
        r => r.Query<UserCouponRow>().Where(p => p.CouponId == coupon && p.ClaimedAt >= 0).OrderBy(p => p.Id).ToListAsync());

    private protected override void Add(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new ShopClock(provider.GetRequiredService<TimeProvider>(), TimeZoneInfo.Utc));
        services.AddSingleton<ISignInStreaks>(SignIns);
        services.AddSingleton<IJoinedWork>(new PaidWork(PaidWork.Keep, JoinedVerdict.Keep));
        services.AddSingleton<IJoinedWork>(new PaidWork(PaidWork.Refuse, JoinedVerdict.Refuse));
        foreach (var verdict in Enum.GetValues<JoinedVerdict>())
        {
            services.AddSingleton<IJoinedWork>(
                provider => new SettlingWork(verdict, provider.GetRequiredService<IWallets>()));
        }

        services.AddSiloStorage(configuration);
        if (Database.IsPostgres)
        {
            // Plans are looked at on PostgreSQL only.
            services.AddSingleton<IInterceptor>(catcher);
        }

        services.AddAccounts(configuration);
        services.AddWallets();
        services.AddCoupons();
        services.AddLotteries();
        // Of the catalogue only which goods there are.
        services.AddSingleton<IModuleModel, CatalogModel>();
        services.AddSingleton<ICatalog, CatalogDoor>();
    }
}

/// <summary>Tests over such a node.</summary>
public abstract class CouponSuite<TDatabase>(CouponNode<TDatabase> node) : GrainSuite<CouponNode<TDatabase>, TDatabase>(node)
    where TDatabase : TestDatabase, new();

/// <summary>Streaks that a test sets.</summary>
internal sealed class FakeSignIns : ISignInStreaks
{
    public Dictionary<long, int> Days { get; } = [];

    public Task<IReadOnlyDictionary<long, int>> StreaksAsync(
        IReads reads, IReadOnlyCollection<long> users, long nowMs, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyDictionary<long, int>>(
            users.Where(Days.ContainsKey).ToDictionary(user => user, user => Days[user]));
}

/// <summary>A payment's part of a paid claim: counts itself, and answers as it was told.</summary>
internal sealed class PaidWork(JoinedKind<CouponOutcome, NoPayload> kind, JoinedVerdict verdict)
    : JoinedWork<CouponOutcome, NoPayload>(kind)
{
    public static readonly JoinedKind<CouponOutcome, NoPayload> Keep = new("tests.paid_keep");
    public static readonly JoinedKind<CouponOutcome, NoPayload> Refuse = new("tests.paid_refuse");

    public static readonly Refusal Refusal = new("PAYMENT_GONE", RefusalKind.Precondition, "The payment is gone.");

    protected override Func<JoinedDecision<CouponOutcome>, Rows, JoinedAnswer> Stage(Stage stage, long id, NoPayload payload)
    {
        var key = $"paid:{id}";
        var before = stage.Where<AttemptRow>($"key = {key}");
        return (decision, rows) =>
        {
            rows.Put(new AttemptRow { Key = key, Count = (before.Only?.Count ?? 0) + 1 });
            return new()
            {
                Verdict = verdict,
                Refusal = verdict == JoinedVerdict.Keep ? null : Refusal,
                Text = decision.Decision!.UserCouponId.ToString(System.Globalization.CultureInfo.InvariantCulture),
            };
        };
    }
}

/// <summary>
/// A payment's part of a paid claim that books on the claimant's own wallet: some points for the payment, on what the claim
/// has left. Answers as it was told.
/// </summary>
internal sealed class SettlingWork(JoinedVerdict verdict, IWallets wallets)
    : JoinedWork<CouponOutcome, SettlingWork.Payment>(KindOf(verdict))
{
    public static JoinedKind<CouponOutcome, Payment> KindOf(JoinedVerdict verdict) => new($"tests.settle_{verdict}");

    protected override Func<JoinedDecision<CouponOutcome>, Rows, JoinedAnswer> Stage(Stage stage, long id, Payment payload)
    {
        var ledger = wallets.Stage(stage, [payload.UserId]);
        return (_, rows) =>
        {
            var before = ledger.PointsOf(payload.UserId);
            var posted = ledger.Post(
                new()
                {
                    Kind = LedgerKind.Adjustment,
                    Reference = $"settled:{id}",
                    Lines =
                    [
                        new(payload.UserId, LedgerAccount.Points, payload.Points),
                        new(0, LedgerAccount.ShopPointsIssued, -payload.Points),
                    ],
                },
                rows);
            Assert.True(posted.IsAccepted);
            return new()
            {
                Verdict = verdict,
                Refusal = verdict == JoinedVerdict.Keep ? null : PaidWork.Refusal,
                Text = $"{before}",
            };
        };
    }

    /// <summary>Who pays, and how many points come with it.</summary>
    public sealed record Payment(long UserId, long Points);
}

/// <summary>A statement and the values of its parameters.</summary>
internal sealed record Statement(string Sql, (string Name, object? Value)[] Parameters);

internal sealed class StatementCatcher : DbCommandInterceptor
{
    public ConcurrentStack<Statement> Statements { get; } = [];

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default)
    {
        Statements.Push(new(
            command.CommandText, [.. command.Parameters.Cast<DbParameter>().Select(p => (p.ParameterName, p.Value))]));
        return ValueTask.FromResult(result);
    }
}
