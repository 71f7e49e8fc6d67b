using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Silo.Accounts;
using Silo.Coupons;
using Silo.Kernel;
using Silo.Points;
using Silo.Storage;
using Silo.Testing;
using Silo.Testing.Databases;
using Silo.Wallets;
using Xunit;

namespace Silo.Modules.Tests.Points;

/// <summary>
/// A node with the services of points, coupons, wallets and accounts over a database of its own, for all tests of one
/// class; every test uses users of its own. The shop's clock is set by the tests, and only it.
/// </summary>
public sealed class PointsNode<TDatabase> : GrainNode<TDatabase>
    where TDatabase : TestDatabase, new()
{
    internal MovableTime Time { get; } = new(new(2026, 11, 24, 4, 0, 0, TimeSpan.Zero));

    internal IPoints Points => Get<IPoints>();

    internal VouchersWrites Vouchers => Get<VouchersWrites>();

    internal async Task<SignInOutcome> RunAsync(long user, SignInCommand command) =>
        (await Client.GetGrain<ISignInGrain>(SignInGrain.KeyOf(user)).RunAsync([command]).WaitAsync(Bound))[0];

    internal Task<SignInOutcome> SignAsync(long user, string requestId = "") =>
        RunAsync(user, new SignTodayCommand { RequestId = requestId, RequestHash = requestId.Length });

    internal async Task<int> GrantCardsAsync(long user, int count)
    {
        var outcome = await RunAsync(user, new GrantCardsCommand { OperatorId = 1, Rpc = "tests/Grant", Count = count });
        Assert.Null(outcome.Refusal);
        return outcome.Cards;
    }

    internal async Task SetTermsAsync(SignInTerms terms) => Assert.True((await Units.RunAsync(
        unit => SignInTermsWrites.SetAsync(unit, terms, 0, CancellationToken.None), CancellationToken.None)).IsAccepted);

    internal async Task AddPointsAsync(long user, long points) => Assert.True((await PostPointsAsync(user, points)).IsAccepted);

    internal Task<Result<long>> PostPointsAsync(long user, long points) => Units.StageAsync(
        stage => Get<IWallets>().Post(
            stage,
            new()
            {
                Kind = LedgerKind.Adjustment,
                Reference = $"test:{NewId()}",
                Lines = [new(user, LedgerAccount.Points, points), new(0, LedgerAccount.ShopPointsIssued, -points)],
            }),
        CancellationToken.None);

    internal async Task<WalletState> WalletAsync(long user) =>
        await ReadAsync(async r => (await r.Query<WalletRow>().SingleOrDefaultAsync(w => w.UserId == user))?.State) ?? default;

    internal Task<List<SignInRow>> DaysAsync(long user) => ReadAsync(
        r => r.Query<SignInRow>().Where(d => d.UserId == user).OrderBy(d => d.Day).ToListAsync());

    internal async Task<List<string>> LedgerFaultsAsync()
    {
        List<string> faults = [];
        await foreach (var slice in new LedgerProof(Units).RunAsync(CancellationToken.None))
        {
            faults.AddRange(slice.Faults);
        }

        return faults;
    }

    /// <summary>Accounts, without which there is no day of registration; registered at the beginning of time.</summary>
    internal Task AddUsersAsync(params long[] users) => AddUsersAsync(users, 0);

    internal async Task AddUsersAsync(long[] users, long registeredAt) => Assert.True((await Units.RunAsync<bool>(
        async unit =>
        {
            foreach (var id in users)
            {
                await unit.ExecuteAsync(
                    $"""
                    INSERT INTO accounts_users (id, user_name, normalised_name, password_hash, nick, avatar_url, gender, birthday,
                        province, city, referrer_id, extra_json, disabled, created_at, registered_address, last_login_at,
                        last_login_address, addresses_version, deleted_at)
                    VALUES ({id}, {$"u{id}"}, {$"u{id}"}, '', '', '', 0, '', '', '', 0, '', {false}, {registeredAt}, '', 0, '', 0, 0)
                    """,
                    CancellationToken.None);
            }

            return true;
        },
        CancellationToken.None)).IsAccepted);

    private protected override void Add(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new ShopClock(Time, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai")));
        services.AddSiloStorage(configuration);
        services.AddAccounts(configuration);
        services.AddWallets();
        services.AddCoupons();
        services.AddPoints();
    }
}

/// <summary>Tests over such a node.</summary>
public abstract class PointsSuite<TDatabase>(PointsNode<TDatabase> node) : GrainSuite<PointsNode<TDatabase>, TDatabase>(node)
    where TDatabase : TestDatabase, new()
{
    private protected ShopClock Clock => Node.Get<ShopClock>();

    private protected int Today => Clock.DayOf(Clock.NowMs).DayNumber;

    /// <summary>Calls again what is not known to have been done.</summary>
    private protected static async Task<T> AgainAsync<T>(Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (StorageUnavailableException)
            {
                await Task.Yield();
            }
        }
    }
}
