using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Silo.GroupBuys;
using Silo.Storage;
using Silo.Testing;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.GroupBuys;

/// <summary>
/// Goal: nothing is held after its deadline, whichever node lives, and what a group leaves for orders is done once. Method:
/// the shop's clock is moved, and the work runner of the same or of another node runs what is due, on both databases.
/// </summary>
public abstract class GroupDeadlineSuite<TDatabase>(GroupNode<TDatabase> node) : GroupSuite<TDatabase>(node)
    where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task Deadline_WhenTheNodeThatHeldTheGroupIsGone_IsKeptByAnother()
    {
        var (group, goods, leaders) = await Node.PublishAsync(terms => terms with { RefundTo = GroupRefundTo.Channel });
        var (member, held) = (NewId(), NewId());
        await Node.ReserveAsync(group, goods, NewId(), member);
        await Node.ConfirmAsync(group, member);
        await Node.ReserveAsync(group, goods, NewId(), held);
        Node.Time.Advance(24 * GroupNode<TDatabase>.HourMs);
        var other = await Node.StartAnotherAsync();

        var (refunds, closes) = (Handler(GroupWork.Refund, other), Handler(GroupWork.Close, other));
        await Node.RunDueAsync(other, refunds, closes);

        var (state, seats) = (await Node.StateAsync(group), await Node.SeatsAsync(group));
        Assert.Equal((GroupStatus.Failed, state.EndsAt), (state.Status, state.EndedAt));
        Assert.Equal(SeatStatus.Released, seats[held].Status);
        var orders = await Node.OrdersAsync([leaders, member, held]);
        Assert.Equal((OrderStates.Refunded, OrderStates.Refunded, OrderStates.Closed), (orders[leaders], orders[member], orders[held]));
        Assert.Empty(await Node.WorksAsync(group));
        Assert.Equal((2, 1), (refunds.Runs.Count(w => w.GroupId == group), closes.Runs.Count(w => w.GroupId == group)));
        Assert.Equal([false, false], await RefundsAsync(leaders, member));
        var payment = NewId();
        if (other > 0)
        {
            // The node that was taken for dead still has the group as it was; it can commit nothing any more.
            await Assert.ThrowsAsync<StorageUnavailableException>(() => Node.SettleAsync(group, held, payment));
        }

        // After closing a payment is the wallet's.
        var late = await Node.SettleAsync(group, held, payment);
        Assert.Equal(("SEAT_CLOSED", JoinedVerdict.KeepRows), (late.Decision.Refusal?.Reason, late.Answer?.Verdict));
        Assert.Equal("GROUP_ENDED", (await Node.ReserveAsync(group, goods, NewId(), NewId())).Decision.Refusal?.Reason);
    }

    [Fact]
    public async Task SeatsDeadline_IsStoredByItsWork_AndFreesIt()
    {
        var (group, goods, _) = await Node.PublishAsync(terms => terms with { Size = 2 });
        var order = NewId();
        await Node.ReserveAsync(group, goods, NewId(), order, Node.Clock.NowMs + 60_000);
        Node.Time.Advance(60_000);

        await Node.RunDueAsync();

        Assert.Equal(SeatStatus.Lapsed, (await Node.SeatsAsync(group))[order].Status);
        Assert.Single((await Node.StateAsync(group)).Seats);
    }

    [Fact]
    public async Task LeadersUnpaidSeat_WhenItLapses_EndsTheGroup()
    {
        var (campaign, leader) = (await Node.CampaignAsync(), NewId());
        var group = await Node.OpenAsync(campaign, leader);
        await Node.ReserveAsync(group, campaign.GoodsId, leader, NewId(), Node.Clock.NowMs + 60_000);
        Node.Time.Advance(60_000);

        await Node.RunDueAsync();

        Assert.Equal(GroupStatus.Failed, (await Node.StateAsync(group)).Status);
        Assert.Empty(await Node.WorksAsync(group));
    }

    [Fact]
    public async Task Deadline_WithVirtualMembers_CompletesAndClosesWhatIsHeld()
    {
        var (group, goods, leaders) = await Node.PublishAsync(terms => terms with { VirtualPercent = 20 });
        var held = NewId();
        await Node.ReserveAsync(group, goods, NewId(), held);
        Node.Time.Advance(24 * GroupNode<TDatabase>.HourMs);

        await Node.RunDueAsync();

        var state = await Node.StateAsync(group);
        Assert.Equal((GroupStatus.Completed, 4, 1), (state.Status, state.VirtualMembers, state.Taken));
        Assert.Equal([(GroupWork.Close.Name, held), (GroupWork.Completed.Name, leaders)], await Node.WorksAsync(group));
    }

    [Fact]
    public async Task EndOfACampaign_EndsItsGroupsAndOpensNone()
    {
        var campaign = await Node.CampaignAsync();
        List<long> groups = [];
        for (var i = 0; i < 3; i++)
        {
            groups.Add(await Node.OpenAsync(campaign, NewId()));
        }

        await Node.RunAsync<bool>(async unit =>
        {
            await CampaignWrites.EndAsync(unit, campaign.Id, CancellationToken.None);
            return true;
        });
        await Node.RunDueAsync();

        foreach (var group in groups)
        {
            Assert.Equal(GroupStatus.Failed, (await Node.StateAsync(group)).Status);
        }

        var late = await Node.RunAsync(NewId(), new OpenCommand { UserId = NewId(), CampaignId = campaign.Id });
        Assert.Equal("GROUP_CAMPAIGN_ENDED", late.Refusal?.Reason);
    }

    [Fact]
    public async Task EndOfAGroup_ByAnOperatorSeveralTimes_IsDoneAndLoggedOnce()
    {
        var (group, _, leaders) = await Node.PublishAsync();
        var (operatorId, rpc) = (NewId(), "silo.groupbuys.v1.GroupBuysAdminService/EndGroup");
        EndCommand End(string requestId, long hash) => new()
        {
            OperatorId = operatorId,
            Rpc = rpc,
            Reason = "recalled",
            RequestId = requestId,
            RequestHash = hash,
        };

        // In the batch of the first, and found in the rows.
        var together = await Node.Grain(group).RunAsync([End("one", 5), End("one", 5), End("one", 6), End("", 5)]).Soon();
        await Node.ForgetAsync();
        var later = await Node.Grain(group).RunAsync([End("one", 5), End("one", 6), End("two", 5)]).Soon();

        Assert.Equal(
            [(null, false), (null, true), ("REQUEST_ID_REUSED", false), ("GROUP_ENDED", false)],
            together.Select(o => (o.Refusal?.Reason, o.Repeated)));
        Assert.Equal(
            [(null, true), ("REQUEST_ID_REUSED", false), ("GROUP_ENDED", false)], later.Select(o => (o.Refusal?.Reason, o.Repeated)));
        var entry = await Node.ReadAsync(r => r.Query<AuditEntry>().SingleAsync(a => a.OperatorId == operatorId));
        Assert.Equal((rpc, $"group:{group}", "recalled", "one", 5), (entry.Rpc, entry.Subject, entry.Reason, entry.RequestId, entry.RequestHash));
        Assert.Contains("GROUP_STATE_OPEN", entry.Before, StringComparison.Ordinal);
        Assert.Contains("GROUP_STATE_FAILED", entry.After, StringComparison.Ordinal);
        Assert.Equal([(GroupWork.Refund.Name, leaders)], await Node.WorksAsync(group));
    }

    [Fact]
    public async Task WorkThatNobodyHandles_IsKeptAsItIsUntilSomebodyDoes()
    {
        var (group, _, leaders) = await Node.PublishAsync();
        Assert.Null((await Node.RunAsync(group, new EndCommand())).Refusal);
        Task<WorkRow> RowAsync() => Node.ReadAsync(r => r.Query<WorkRow>().SingleAsync(w => w.Key == $"group-fail:{leaders}"));
        var before = await RowAsync();

        for (var attempt = 0; attempt <= WorkRunner.MaxAttempts; attempt++)
        {
            Node.Time.Advance(GroupNode<TDatabase>.HourMs);
            await Node.RunDueAsync();
        }

        Assert.Equivalent(before, await RowAsync(), strict: true);
        Assert.Equal((0, false), (before.Attempt, before.Parked));
    }

    [Fact]
    public async Task Take_CommittedAndNotAnswered_IsFoundByTheRetry()
    {
        var (group, goods, _) = await Node.PublishAsync();
        var order = NewId();
        await Node.ReserveAsync(group, goods, NewId(), order);
        var faults = Node.Get<CommitFaults>();
        faults.AfterCommit = () => throw new IOException("Broken on purpose.");

        var unknown = await Assert.ThrowsAsync<StorageUnavailableException>(() => Node.ConfirmAsync(group, order));
        faults.AfterCommit = null;
        var retry = await Node.ConfirmAsync(group, order);

        Assert.True(unknown.OutcomeUnknown);
        Assert.Equal((null, true), (retry.Decision.Refusal, retry.Decision.Value!.Repeated));
        Assert.Equal(SeatStatus.Taken, (await Node.SeatsAsync(group))[order].Status);
    }

    [Fact]
    public async Task Reserve_WhereTheOrderIsRefused_LeavesNothing()
    {
        var (group, goods, _) = await Node.PublishAsync();
        var order = NewId();

        var refused = await Node.ReserveAsync(group, goods, NewId(), order, refuses: true);

        Assert.Equal(("ORDER_NOT_OPEN", null), (refused.Answer?.Refusal?.Reason, refused.Decision.Refusal));
        Assert.False((await Node.SeatsAsync(group)).ContainsKey(order));
        Assert.Empty(await Node.OrdersAsync([order]));
        Assert.Single((await Node.StateAsync(group)).Seats);
    }

    [Fact]
    public async Task RunningGroup_KeepsTheTermsOfItsOpening()
    {
        var campaign = await Node.CampaignAsync(terms => terms with { PriceCents = 500 });
        var (first, leader) = (await Node.OpenAsync(campaign, NewId()), NewId());
        await Node.RunAsync<bool>(async unit =>
        {
            await CampaignWrites.ChangeAsync(
                unit,
                campaign.Id,
                row =>
                {
                    row.Terms = row.Terms.Replace("500", "900", StringComparison.Ordinal);
                    row.Version++;
                },
                alsoOver: false,
                CancellationToken.None);
            await unit.SaveAsync(CancellationToken.None);
            return true;
        });

        var second = await Node.OpenAsync(campaign, leader);
        var offer = await Node.Groups.OfferAsync(second, leader, campaign.GoodsId, 1, CancellationToken.None);
        var hidden = await Node.Groups.OfferAsync(second, NewId(), campaign.GoodsId, 1, CancellationToken.None);

        var (old, renewed) = (await Node.StateAsync(first), await Node.StateAsync(second));
        Assert.Equal((1, 500, 2, 900), (old.Version, old.Terms.PriceCents, renewed.Version, renewed.Terms.PriceCents));
        Assert.Equal((2, 900L, "GROUP_UNKNOWN"), (offer.Value!.Version, offer.Value.Terms.PriceCents, hidden.Refusal?.Reason));
    }

    [Fact]
    public async Task Watch_SeesWhatIsDurableAndSurvivesTheGrain()
    {
        var (group, goods, _) = await Node.PublishAsync(terms => terms with { Size = 3 });
        await using var values = Node.Get<LiveValues<long, GroupProgress>>().WatchAsync(group, TestContext.Current.CancellationToken).GetAsyncEnumerator();
        Assert.True(await values.MoveNextAsync().AsTask().Soon());
        Assert.Equal((1, 0), (values.Current!.Taken, values.Current.Held));

        var order = NewId();
        await Node.ReserveAsync(group, goods, NewId(), order);
        Assert.True(await values.MoveNextAsync().AsTask().Soon());
        Assert.Equal((1, 1), (values.Current!.Taken, values.Current.Held));

        await Node.ForgetAsync();
        await Node.ConfirmAsync(group, order);
        Assert.True(await values.MoveNextAsync().AsTask().Soon());
        Assert.Equal((2, 0), (values.Current!.Taken, values.Current.Held));

        await using var unknown = Node.Get<LiveValues<long, GroupProgress>>().WatchAsync(NewId(), TestContext.Current.CancellationToken).GetAsyncEnumerator();
        Assert.True(await unknown.MoveNextAsync().AsTask().Soon());
        Assert.Null(unknown.Current);
    }

    [Fact]
    public async Task Watch_OfGroupsThatCallersMakeUp_LeavesNoGrain()
    {
        var (group, _, _) = await Node.PublishAsync();
        await Node.ForgetAsync();
        var before = await Node.ActivationsAsync();

        foreach (var _ in Enumerable.Range(0, 20))
        {
            Assert.Null(await Node.Grain(NewId()).WatchAsync(null).Soon());
        }

        Assert.NotNull(await Node.Grain(group).WatchAsync(null).Soon());
        // An activation ends soon after its last call, not with it.
        await Task.Run(
            async () =>
            {
                while (await Node.ActivationsAsync() > before + 1)
                {
                }
            },
            TestContext.Current.CancellationToken).Soon();
        Assert.NotNull(await Node.Grain(group).WatchAsync(null).Soon());
    }

    [Fact]
    public async Task EndOfACampaign_WithMoreGroupsThanOneRunEnds_IsDoneInPartsAlsoWhenOneIsCutOff()
    {
        var campaign = await Node.CampaignAsync();
        const int groups = (2 * CampaignEnd.AtOnce) + 5;
        await Parallel.ForEachAsync(Enumerable.Range(0, groups), async (_, _) => await Node.OpenAsync(campaign, NewId()));
        var id = campaign.Id.ToString(CultureInfo.InvariantCulture);
        await Node.RunAsync<bool>(async unit =>
        {
            await CampaignWrites.ChangeAsync(
                unit,
                campaign.Id,
                row => (row.Enabled, row.Over) = (false, true),
                alsoOver: true,
                CancellationToken.None);
            return true;
        });
        IWorkHandler handler = Node.Get<IEnumerable<IWorkHandler>>().OfType<CampaignEnd>().Single();
        var (item, payload) = (
            new WorkItem(handler.Kind, id, Node.Clock.NowMs, 1), Payloads.Write(new CampaignEnd.Payload(campaign.Id)));

        Assert.Equal(WorkOutcome.RunAgain, await handler.RunAsync(item, payload, CancellationToken.None));
        Assert.Equal(groups - CampaignEnd.AtOnce, await OpenAsync());
        // A node dies within a run: another has the same item later.
        using var dies = new CancellationTokenSource();
        var run = handler.RunAsync(item, payload, dies.Token);
        await Task.Run(
            async () =>
            {
                while (await OpenAsync() > groups - CampaignEnd.AtOnce - 10)
                {
                }
            },
            TestContext.Current.CancellationToken).Soon();
        await dies.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        var left = await OpenAsync();
        Assert.InRange(left, 6, groups - CampaignEnd.AtOnce - 10);

        await Node.RunAsync<bool>(async unit =>
        {
            await unit.EnqueueAsync(
                CampaignEnd.EndCampaign,
                id,
                unit.NowMs + GroupNode<TDatabase>.HourMs,
                new CampaignEnd.Payload(campaign.Id),
                CancellationToken.None);
            return true;
        });
        Node.Time.Advance(GroupNode<TDatabase>.HourMs);
        await Node.RunDueAsync();

        Assert.Equal(0, await OpenAsync());
        Assert.False(await Node.ReadAsync(r => r.Query<WorkRow>().AnyAsync(w => w.Kind == CampaignEnd.EndCampaign.Name && w.Key == id)));

        Task<int> OpenAsync() => Node.ReadAsync(
            r => r.Query<GroupRow>().CountAsync(g => g.CampaignId == campaign.Id && g.Status == GroupStatus.Open));
    }

    [Fact]
    public async Task EndOfACampaign_WithGroupsThatCannotBeEnded_EndsTheOthers()
    {
        const int broken = CampaignEnd.MaxFailed + 1;
        var campaign = await Node.CampaignAsync();
        List<long> groups = [];
        while (groups.Count < broken + 3)
        {
            groups.Add(await Node.OpenAsync(campaign, NewId()));
        }

        await Node.RunAsync<bool>(async unit =>
        {
            // The lowest ids, one of which is tried together with whole ones.
            foreach (var key in groups.Take(broken).Select(GroupKeys.Of))
            {
                Assert.Equal(1, await unit.ExecuteAsync(
                    $"UPDATE orleansstorage SET payloadbinary = {new byte[] { 0xFF }} WHERE grainidextensionstring = {key}",
                    CancellationToken.None));
            }

            return true;
        });
        await Node.ForgetAsync();
        IWorkHandler handler = Node.Get<IEnumerable<IWorkHandler>>().OfType<CampaignEnd>().Single();
        var id = campaign.Id.ToString(CultureInfo.InvariantCulture);

        Assert.Equal((WorkOutcome.RetryLater, broken + 3), (await RunAsync(1), await OpenAsync()));
        Assert.Equal((WorkOutcome.RunAgain, broken), (await RunAsync(2), await OpenAsync()));
        Assert.Equal((WorkOutcome.RetryLater, broken), (await RunAsync(1), await OpenAsync()));
        Assert.Equal((WorkOutcome.RetryLater, broken), (await RunAsync(30), await OpenAsync()));

        Task<WorkOutcome> RunAsync(int attempt) => handler.RunAsync(
            new WorkItem(handler.Kind, id, Node.Clock.NowMs, attempt),
            Payloads.Write(new CampaignEnd.Payload(campaign.Id)),
            CancellationToken.None);

        Task<int> OpenAsync() => Node.ReadAsync(
            r => r.Query<GroupRow>().CountAsync(g => g.CampaignId == campaign.Id && g.Status == GroupStatus.Open));
    }

    private TestOrderHandler Handler(WorkKind<GroupOrderWork> kind, int node) => new(kind, Node.Get<IUnits>(node), Node.Get<IGroupBuys>(node));

    private Task<List<bool>> RefundsAsync(params long[] orders) => Node.ReadAsync(r =>
    {
        var ids = orders.Select(o => -o).ToArray();
        return r.Query<TestPaymentRow>().Where(p => ids.Contains(p.Id)).Select(p => p.InWallet).ToListAsync();
    });
}

public sealed class GroupDeadlineOnSqlite(GroupNode<SqliteDatabase> node) : GroupDeadlineSuite<SqliteDatabase>(node);

public sealed class GroupDeadlineOnPostgres(GroupNode<PostgresDatabase> node) : GroupDeadlineSuite<PostgresDatabase>(node);
