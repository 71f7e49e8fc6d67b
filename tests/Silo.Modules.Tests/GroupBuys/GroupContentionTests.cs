using Microsoft.EntityFrameworkCore;
using Silo.Edge;
using Silo.GroupBuys;
using Silo.Storage;
using Silo.Testing;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.GroupBuys;

/// <summary>
/// Goal: a group under contention never has more seats than its size, and what orders were told is what they and the group
/// have afterwards. Method: 64 callers at once on one group, orders of the tests' own in its transactions, on both databases;
/// then every seat is compared with its order, and the state with the rows.
/// </summary>
public abstract class GroupContentionSuite<TDatabase>(GroupNode<TDatabase> node, ITestOutputHelper output) : GroupSuite<TDatabase>(node)
    where TDatabase : TestDatabase, new()
{
    private const int Callers = 64;
    private const int Size = 5;

    [Fact]
    public async Task Users_WhoReserveTakeReleaseAndLeaveAtOnce_NeverExceedTheSizeAndAgreeWithTheirOrders()
    {
        var seed = TestSeed.Draw();
        var (group, goods, _) = await Node.PublishAsync(terms => terms with { Size = Size });
        var over = new List<string>();
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    var state = await Node.StateAsync(group);
                    if (state.Seats.Count > Size)
                    {
                        over.Add($"{state.Taken} taken and {state.Seats.Count - state.Taken} reserved");
                    }

                    Node.Time.Advance(20);
                    await Node.RunAsync(group, new ExpireCommand());
                }
            },
            CancellationToken.None);

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(i => UserAsync(new Random(unchecked(seed + i)), group, goods)));
        await stop.CancelAsync();
        await watching;

        Assert.Empty(over);
        await AgreeAsync(group);
    }

    [Fact]
    public async Task LatePayments_AfterALapse_TakeTheFreeSeatsAndNoMore()
    {
        var (group, goods, leaders) = await Node.PublishAsync(terms => terms with { Size = Size });
        List<long> orders = [];
        while (orders.Count < Callers)
        {
            var some = Enumerable.Range(0, Size - 1).Select(_ => NewId()).ToList();
            foreach (var order in some)
            {
                Assert.Null((await Node.ReserveAsync(group, goods, NewId(), order, Node.Clock.NowMs + 1000)).Decision.Refusal);
            }

            orders.AddRange(some);
            Node.Time.Advance(1000);
        }

        var settled = await Task.WhenAll(orders.Select(order => Node.SettleAsync(group, order, payment: order)));

        Assert.Equal(Size - 1, settled.Count(s => s.Decision.Refusal is null));
        Assert.All(settled.Where(s => s.Decision.Refusal is not null), s =>
        {
            Assert.Equal("GROUP_FULL", s.Decision.Refusal!.Reason);
            Assert.Equal(JoinedVerdict.KeepRows, s.Answer!.Verdict);
        });
        var state = await Node.StateAsync(group);
        Assert.Equal((GroupStatus.Completed, Size), (state.Status, state.Taken));
        // Every payment has settled, and the money of those that came too late is in the wallet.
        var payments = await Node.ReadAsync(r => Task.FromResult(
            r.Query<TestPaymentRow>().Where(p => orders.Contains(p.Id)).ToDictionary(p => p.Id, p => p.InWallet)));
        Assert.Equal(orders.Count, payments.Count);
        Assert.Equal(state.Seats.Select(s => s.OrderId).Except([leaders]).Order(), payments.Where(p => !p.Value).Select(p => p.Key).Order());
        await AgreeAsync(group);
    }

    [Fact]
    public async Task OneUser_WhoReservesManyTimesAtOnce_GetsOneSeat()
    {
        var (group, goods, _) = await Node.PublishAsync(terms => terms with { Size = Size });
        var user = NewId();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Node.ReserveAsync(group, goods, user, NewId())));

        Assert.Single(outcomes, o => o.Decision.Refusal is null);
        Assert.All(outcomes.Where(o => o.Decision.Refusal is not null), o => Assert.Equal("GROUP_JOINED_ALREADY", o.Decision.Refusal!.Reason));
        await AgreeAsync(group);
    }

    [Fact]
    public async Task OneRequest_SentManyTimesAtOnce_MakesOneOrder()
    {
        var (group, goods, _) = await Node.PublishAsync(terms => terms with { Size = Size });
        var user = NewId();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Callers).Select(
            _ => Node.ReserveAsync(group, goods, user, NewId(), requestId: "one", hash: 7)));
        var other = await Node.ReserveAsync(group, goods, user, NewId(), requestId: "one", hash: 8);

        Assert.All(outcomes, o => Assert.Null(o.Decision.Refusal));
        var order = Assert.Single(outcomes.Select(o => o.Decision.Value!.OrderId).Distinct());
        Assert.Single(outcomes, o => !o.Decision.Value!.Repeated);
        Assert.All(outcomes, o => Assert.Equal($"{order}", o.Answer!.Text));
        Assert.Equal("REQUEST_ID_REUSED", other.Decision.Refusal?.Reason);
        await AgreeAsync(group);
    }

    [Fact]
    public async Task OneUser_InManyGroupsAtOnce_HasAsManySeatsAsTheCampaignAllows()
    {
        var campaign = await Node.CampaignAsync(terms => terms with { SeatsPerUser = 2 });
        List<long> groups = [];
        for (var i = 0; i < 16; i++)
        {
            var (leader, order) = (NewId(), NewId());
            groups.Add(await Node.OpenAsync(campaign, leader));
            Assert.Null((await Node.ReserveAsync(groups[^1], campaign.GoodsId, leader, order)).Decision.Refusal);
            Assert.Null((await Node.ConfirmAsync(groups[^1], order)).Decision.Refusal);
        }

        var user = NewId();
        var outcomes = await Task.WhenAll(groups.Select(group => Node.ReserveAsync(group, campaign.GoodsId, user, NewId())));

        var accepted = outcomes.Where(o => o.Decision.Refusal is null).Select(o => o.Decision.Value!).ToList();
        Assert.Equal(2, accepted.Count);
        Assert.All(outcomes.Where(o => o.Decision.Refusal is not null), o => Assert.Equal("GROUP_LIMIT_REACHED", o.Decision.Refusal!.Reason));
        // One that is given back counts no more, and nor does one of a group that has failed.
        Assert.Null((await Node.ReleaseAsync(accepted[0].GroupId, accepted[0].OrderId)).Decision.Refusal);
        var rest = groups.Except(accepted.Select(a => a.GroupId)).ToList();
        Assert.Null((await Node.ReserveAsync(rest[0], campaign.GoodsId, user, NewId())).Decision.Refusal);
        Assert.Equal("GROUP_LIMIT_REACHED", (await Node.ReserveAsync(rest[1], campaign.GoodsId, user, NewId())).Decision.Refusal?.Reason);
        Assert.Null((await Node.ConfirmAsync(accepted[1].GroupId, accepted[1].OrderId)).Decision.Refusal);
        Assert.Null((await Node.RunAsync(accepted[1].GroupId, new EndCommand())).Refusal);
        Assert.Null((await Node.ReserveAsync(rest[1], campaign.GoodsId, user, NewId())).Decision.Refusal);
    }

    [Fact]
    public async Task OneUser_WhoOpensManyTimesAtOnce_OpensOneGroup()
    {
        var campaign = await Node.CampaignAsync();
        var (user, writes) = (NewId(), Node.Get<GroupWrites>());

        var opened = await Task.WhenAll(Enumerable.Range(0, Callers).Select(
            i => writes.OpenAsync(user, campaign.GoodsId, $"request-{i % 4}", 0, CancellationToken.None)));

        Assert.All(opened, o => Assert.Null(o.Refusal));
        var group = Assert.Single(opened.Select(o => o.Value).Distinct());
        Assert.Equal(1, await Node.ReadAsync(r => Task.FromResult(r.Query<GroupRow>().Count(g => g.CampaignId == campaign.Id))));
        // Once it is over they open another, and a repeat is still told the first.
        Assert.Null((await Node.RunAsync(group, new EndCommand())).Refusal);
        Assert.NotEqual(group, (await writes.OpenAsync(user, campaign.GoodsId, "", 0, CancellationToken.None)).Value);
        Assert.Equal(group, (await writes.OpenAsync(user, campaign.GoodsId, "request-1", 0, CancellationToken.None)).Value);
        Assert.Equal(
            "REQUEST_ID_REUSED", (await writes.OpenAsync(user, campaign.GoodsId, "request-1", 5, CancellationToken.None)).Refusal?.Reason);
    }

    [Fact]
    public async Task Counts_OfManyGroups_AreExactUpToALimitAndMarkedAbove()
    {
        var (campaign, reads) = (await Node.CampaignAsync(), Node.Get<GroupReads>());
        await AddAsync(GroupReads.MaxCounted, GroupStatus.Open);
        await AddAsync(7, GroupStatus.Completed);
        Assert.Equal(new GroupCounts(GroupReads.MaxCounted, 7, false), await CountAsync());
        Assert.Equal((20, GroupReads.MaxCounted), await ListedAsync(page: 1));

        await AddAsync(1, GroupStatus.Open);
        Assert.Equal(new GroupCounts(GroupReads.MaxCounted, 7, true), await CountAsync());
        await AddAsync(5, GroupStatus.Open);
        Assert.Equal((6, GroupReads.MaxCounted + 1), await ListedAsync(page: 501));

        async Task<GroupCounts> CountAsync() => (await reads.CountsAsync([campaign.Id], CancellationToken.None))[campaign.Id];

        async Task<(int Shown, long Total)> ListedAsync(int page)
        {
            var query = new GroupQuery { GoodsId = campaign.GoodsId, Statuses = [GroupStatus.Open], PublicAt = Node.Clock.NowMs };
            var (groups, total) = await reads.GroupsAsync(query, new Paging(page, 20), CancellationToken.None);
            return (groups.Count, total);
        }

        Task AddAsync(int count, GroupStatus status)
        {
            var first = NewId();
            Enumerable.Range(0, count).ToList().ForEach(_ => NewId());
            return Node.RunAsync<int>(async unit => await unit.ExecuteAsync(
                $"""
                INSERT INTO groupbuys_groups (id, campaign_id, goods_id, opener_id, reusable, status, published, ends_at)
                WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {first + count - 1})
                SELECT i, {campaign.Id}, {campaign.GoodsId}, i, {false}, {(int)status}, {true}, {long.MaxValue} FROM n
                """,
                CancellationToken.None));
        }
    }

    [Theory]
    [InlineData("test_orders SET state = 'closed' WHERE id")]
    [InlineData("groupbuys_seats SET status = 3 WHERE order_id")]
    public async Task Comparison_WithAPlantedChange_Fails(string change)
    {
        var (group, _, leaders) = await Node.PublishAsync();
        await AgreeAsync(group);
        await Node.RunAsync<int>(async unit => await unit.ExecuteAsync(
            System.Runtime.CompilerServices.FormattableStringFactory.Create($"UPDATE {change} = {{0}}", leaders), CancellationToken.None));

        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => AgreeAsync(group));
    }

    /// <summary>One shopper: reserves, and then pays, closes, lets it lapse and pays late, or pays and leaves.</summary>
    private async Task UserAsync(Random random, long group, long goods)
    {
        var user = NewId();
        for (var round = 0; round < 4; round++)
        {
            var order = NewId();
            var until = Node.Clock.NowMs + (random.Next(3) == 0 ? 30 : 100_000);
            if ((await Node.ReserveAsync(group, goods, user, order, until)).Decision.Refusal is not null)
            {
                continue;
            }

            switch (random.Next(6))
            {
                case 0:
                    await Node.ReleaseAsync(group, order);
                    await Node.SettleAsync(group, order, order);
                    break;
                case 1:
                    await Node.SettleAsync(group, order, order);
                    break;
                case 2 or 3:
                    await Node.ConfirmAsync(group, order);
                    await Node.ReturnAsync(group, order);
                    break;
                case 4:
                    Node.Time.Advance(31);
                    await Node.ConfirmAsync(group, order);
                    await Node.ReleaseAsync(group, order);
                    break;
                default:
                    await Node.ReleaseAsync(group, order);
                    break;
            }
        }
    }

    /// <summary>Compares seats with orders one by one, and the state with the rows.</summary>
    private async Task AgreeAsync(long group)
    {
        await Node.RunAsync(group, new ExpireCommand());
        var (state, seats) = (await Node.StateAsync(group), await Node.SeatsAsync(group));
        var orders = await Node.OrdersAsync([.. seats.Keys]);
        Assert.NotEmpty(seats);
        Assert.Equal(seats.Keys.Order(), orders.Keys.Order());
        Assert.All(seats.Values, seat => Assert.Equal(
            seat.Status switch
            {
                SeatStatus.Reserved or SeatStatus.Lapsed => OrderStates.Open,
                SeatStatus.Taken => OrderStates.Paid,
                SeatStatus.Released => OrderStates.Closed,
                _ => OrderStates.Refunded,
            },
            orders[seat.OrderId]));
        Assert.Equal(
            state.Seats.OrderBy(s => s.OrderId),
            seats.Values.Where(s => s.Status is SeatStatus.Reserved or SeatStatus.Taken).Select(s => s.Seat).OrderBy(s => s.OrderId));
        Assert.True(state.Seats.Count <= Size);
        var works = await Node.WorksAsync(group);
        Assert.Equal(
            state.Status == GroupStatus.Completed ? state.Seats.Select(s => (GroupWork.Completed.Name, s.OrderId)).Order() : [],
            works.Where(w => w.Kind == GroupWork.Completed.Name));
        output.WriteLine($"{state.Status}, {state.Taken} taken, {seats.Values.GroupBy(s => s.Status).Select(g => $"{g.Count()} {g.Key}").Order().Aggregate((a, b) => $"{a}, {b}")}");
    }
}

public sealed class GroupContentionOnSqlite(GroupNode<SqliteDatabase> node, ITestOutputHelper output) : GroupContentionSuite<SqliteDatabase>(node, output);

public sealed class GroupContentionOnPostgres(GroupNode<PostgresDatabase> node, ITestOutputHelper output)
    : GroupContentionSuite<PostgresDatabase>(node, output)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Openers_WhoWaitForTheirCampaign_LeaveConnectionsToOthers()
    {
        var (campaign, writes) = (await Node.CampaignAsync(), Node.Get<GroupWrites>());
        const int most = Transactions.MaxOfOne;
        await using var foreign = await Node.Database.OpenOwnAsync();
        // A connection of its own: within a transaction PostgreSQL shows all activity as it was at the first look.
        await using var watch = await Node.Database.OpenOwnAsync();
        await using var transaction = await foreign.BeginTransactionAsync(Cancel);
        await CountAsync(foreign, $"SELECT id FROM groupbuys_campaigns WHERE id = {campaign.Id} FOR UPDATE");

        var openers = Enumerable.Range(0, 200).Select(
            _ => writes.OpenAsync(NewId(), campaign.GoodsId, "", 0, CancellationToken.None)).ToArray();
        await UntilAsync(async () => await WaitingAsync(watch) >= most);
        // Another module's read has its connection while they wait.
        Assert.Equal(0, await Node.ReadAsync(r => r.Query<Silo.Accounts.UserRow>().CountAsync()).Soon());
        var waiting = await WaitingAsync(watch);
        await transaction.RollbackAsync(Cancel);

        Assert.Equal(most, waiting);
        var ended = await Task.WhenAll(openers.Select(EndAsync)).Soon();
        Assert.DoesNotContain(ended, e => e.Failure is not null and not StorageBusyException and not StorageUnavailableException);
        Assert.All(ended.Where(e => e.Failure is null), e => Assert.Null(e.Group.Refusal));
        Assert.Equal(
            ended.Where(e => e.Failure is null).Select(e => e.Group.Value).Order(),
            await Node.ReadAsync(r => r.Query<GroupRow>().Where(g => g.CampaignId == campaign.Id).Select(g => g.Id).Order().ToListAsync()));
        Assert.Contains(ended, e => e.Failure is null);
    }

    [Fact]
    public async Task Openers_OfOneCampaign_DoNotWaitForEachOther()
    {
        var (campaign, writes, faults) = (await Node.CampaignAsync(), Node.Get<GroupWrites>(), Node.Get<CommitFaults>());
        using var both = new CountdownEvent(2);
        faults.BeforeSend = () =>
        {
            // Both hold what they have locked.
            if (!both.Signal() && !both.Wait(TimeSpan.FromSeconds(20)))
            {
                throw new InvalidOperationException("The other waits.");
            }
        };
        try
        {
            var opened = await Task.WhenAll(Enumerable.Range(0, 2).Select(
                _ => writes.OpenAsync(NewId(), campaign.GoodsId, "", 0, CancellationToken.None))).Soon();

            Assert.All(opened, o => Assert.Null(o.Refusal));
        }
        finally
        {
            faults.BeforeSend = null;
        }
    }

    [Fact]
    public async Task EndOfACampaign_WhileAGroupIsBeingOpened_ComesBeforeThoseWhoOpenLater()
    {
        var (campaign, faults) = (await Node.CampaignAsync(), Node.Get<CommitFaults>());
        await using var watch = await Node.Database.OpenOwnAsync();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var commit = new ManualResetEventSlim();
        faults.BeforeSend = () =>
        {
            if (reached.TrySetResult())
            {
                commit.Wait(TimeSpan.FromSeconds(20));
            }
        };
        try
        {
            var first = Node.RunAsync(NewId(), new OpenCommand { UserId = NewId(), CampaignId = campaign.Id });
            await reached.Task.Soon();
            var end = Node.RunAsync<OperatorChange<CampaignRow>>(unit => CampaignWrites.ChangeAsync(
                unit,
                campaign.Id,
                row => row.Over = true,
                alsoOver: false,
                Cancel));
            await UntilAsync(async () => await WaitingAsync(watch) == 1);

            var late = Node.RunAsync(NewId(), new OpenCommand { UserId = NewId(), CampaignId = campaign.Id });
            await UntilAsync(async () => late.IsCompleted || await WaitingAsync(watch) == 2);
            commit.Set();

            await end.Soon();
            Assert.Equal([null, "GROUP_CAMPAIGN_ENDED"], new[] { await first.Soon(), await late.Soon() }.Select(o => o.Refusal?.Reason));
        }
        finally
        {
            commit.Set();
            faults.BeforeSend = null;
        }
    }

    private static Task UntilAsync(Func<Task<bool>> isSo) => Task.Run(
        async () =>
        {
            while (!await isSo())
            {
            }
        },
        Cancel).Soon();

    private static async Task<(Silo.Kernel.Result<long> Group, Exception? Failure)> EndAsync(Task<Silo.Kernel.Result<long>> opener)
    {
        try
        {
            return (await opener, null);
        }
        catch (Exception exception)
        {
            return (0, exception);
        }
    }

    /// <summary>Connections of the node that wait for a lock.</summary>
    private static Task<long> WaitingAsync(Npgsql.NpgsqlConnection connection) => CountAsync(
        connection,
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");

    private static async Task<long> CountAsync(Npgsql.NpgsqlConnection connection, string sql)
    {
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(Cancel))!;
    }
}
