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

    /// <summary>A coupon that is open now.</summary>
    internal async Task<long> CreateAsync(Func<CouponTerms, CouponTerms>? change = null)
    {
        var coupon = NewId();
        var created = await Grain(coupon).ChangeAsync(Change(change) with { Create = true }).WaitAsync(Bound);
        Assert.Null(created.Refusal);
        return coupon;
    }

    internal async Task<CouponState> StateAsync(long coupon) => await Get<CouponReads>().StateAsync(coupon);

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
        Grain(coupon).ClaimAsync(commands).WaitAsync(Bound);

    /// <summary>A user's piece of a coupon of its own.</summary>
    internal async Task<long> PieceAsync(long user, Func<CouponTerms, CouponTerms>? change = null)
    {
        var outcome = await ClaimAsync(await CreateAsync(change), user);
        Assert.Null(outcome.Refusal);
        return outcome.PieceId;
    }

    internal async Task AddPointsAsync(long user, long points) => Assert.True((await Units.RunAsync<long>(
        unit => Get<IWallets>().PostAsync(
            unit,
            new()
            {
                Kind = LedgerKind.Adjustment,
                Reference = $"test:{NewId()}",
                Lines = [new(user, LedgerAccount.Points, points), new(0, LedgerAccount.ShopPointsIssued, -points)],
            },
            CancellationToken.None),
        CancellationToken.None)).IsAccepted);

    internal Task<WalletRow?> WalletAsync(long user) => ReadAsync(
        r => r.Query<WalletRow>().SingleOrDefaultAsync(w => w.UserId == user));

    internal Task<List<PieceRow>> PiecesAsync(long coupon) => ReadAsync(
        r => r.Query<PieceRow>().Where(p => p.CouponId == coupon && p.ClaimedAt >= 0).OrderBy(p => p.Id).ToListAsync());

    private protected override void Add(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new ShopClock(provider.GetRequiredService<TimeProvider>(), TimeZoneInfo.Utc));
        services.AddSingleton<ISignInStreaks>(SignIns);
        services.AddSingleton<IJoinedWork>(new PaidWork(PaidWork.Keep, JoinedVerdict.Keep));
        services.AddSingleton<IJoinedWork>(new PaidWork(PaidWork.Refuse, JoinedVerdict.Refuse));
        services.AddSiloStorage(configuration);
        services.ConfigureDbContext<PostgreSqlContext>(context => context.AddInterceptors(catcher));
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

/// <summary>A payment's part of a paid claim: books the price, and answers as it was told.</summary>
internal sealed class PaidWork(string kind, JoinedVerdict verdict) : IJoinedWork
{
    public const string Keep = "tests.paid_keep";
    public const string Refuse = "tests.paid_refuse";

    public static readonly Refusal Refusal = new("PAYMENT_GONE", RefusalKind.Precondition, "The payment is gone.");

    public string Kind => kind;

    public async Task<JoinedAnswer> RunAsync(Unit unit, JoinedCommand command, JoinedDecision decision)
    {
        await unit.ExecuteAsync(
            $"INSERT INTO accounts_attempts (key, count, since) VALUES ({$"paid:{command.Id}"}, 1, 0) ON CONFLICT (key) DO UPDATE SET count = accounts_attempts.count + 1",
            CancellationToken.None);
        return new()
        {
            Verdict = verdict,
            Refusal = verdict == JoinedVerdict.Keep ? null : Refusal,
            Text = ((CouponOutcome)decision.Outcome).PieceId.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
    }
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
