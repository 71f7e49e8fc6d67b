using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Silo.GroupBuys;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Modules.Tests.GroupBuys;

/// <summary>Stands for the module that owns orders and payments: its rows, its joined work, its handlers.</summary>
internal static class TestOrders
{
    public const string Create = "orders.create";
    public const string Pay = "orders.pay";
    public const string Close = "orders.close";
    public const string Refund = "orders.refund";
    public const string Settle = "payments.settle";

    public static readonly Refusal NotOpen = new("ORDER_NOT_OPEN", RefusalKind.Precondition, "The order is in another state.");

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<IModuleModel, TestOrdersModel>();
        foreach (var kind in new[] { Create, Pay, Close, Refund, Settle })
        {
            services.AddSingleton<IJoinedWork>(new TestOrderWork(kind));
        }
    }
}

internal static class OrderStates
{
    public const string Open = "open";
    public const string Paid = "paid";
    public const string Closed = "closed";
    public const string Refunded = "refunded";
}

internal sealed class TestOrderRow
{
    public long Id { get; init; }

    public string State { get; set; } = OrderStates.Open;
}

/// <summary>A payment that was settled; in the wallet where the order could not have it.</summary>
internal sealed class TestPaymentRow
{
    public long Id { get; init; }

    public bool InWallet { get; init; }
}

internal sealed class TestOrdersModel : IModuleModel
{
    public void Configure(ModelBuilder model)
    {
        model.Entity<TestOrderRow>().ToTable("test_orders").HasKey(o => o.Id);
        model.Entity<TestPaymentRow>().ToTable("test_payments").HasKey(p => p.Id);
    }
}

/// <summary>What orders and payments do inside a group's transaction: guarded changes of their own rows.</summary>
internal sealed class TestOrderWork(string kind) : IJoinedWork
{
    public string Kind => kind;

    public bool RunsOnRefusal => kind == TestOrders.Settle;

    public async Task<JoinedAnswer> RunAsync(Unit unit, JoinedCommand command, JoinedDecision decision)
    {
        var outcome = (GroupOutcome)decision.Outcome;
        switch (kind)
        {
            case TestOrders.Create when command.Payload == "refuse":
                return Refused(JoinedVerdict.Refuse);
            case TestOrders.Create:
                if (!outcome.Repeated)
                {
                    unit.Set<TestOrderRow>().Add(new() { Id = command.Id });
                }

                return Kept(outcome.OrderId);
            case TestOrders.Settle:
                var paid = decision.Refusal is null && await MoveAsync(unit, outcome.OrderId, OrderStates.Open, OrderStates.Paid);
                unit.Set<TestPaymentRow>().Add(new() { Id = command.Id, InWallet = !paid });
                return paid ? Kept(outcome.OrderId) : Refused(JoinedVerdict.KeepRows);
            default:
                var (from, to) = kind switch
                {
                    TestOrders.Pay => (OrderStates.Open, OrderStates.Paid),
                    TestOrders.Close => (OrderStates.Open, OrderStates.Closed),
                    _ => (OrderStates.Paid, OrderStates.Refunded),
                };
                return outcome.Repeated || await MoveAsync(unit, command.Id, from, to) ? Kept(command.Id) : Refused(JoinedVerdict.Refuse);
        }
    }

    internal static async Task<bool> MoveAsync(Unit unit, long order, string from, string to) => await unit.ExecuteAsync(
        $"UPDATE test_orders SET state = {to} WHERE id = {order} AND state = {from}", CancellationToken.None) == 1;

    private static JoinedAnswer Kept(long order) =>
        new() { Verdict = JoinedVerdict.Keep, Text = order.ToString(CultureInfo.InvariantCulture) };

    private static JoinedAnswer Refused(JoinedVerdict verdict) => new() { Verdict = verdict, Refusal = TestOrders.NotOpen };
}

/// <summary>What orders do with a group's work: refund paid ones in a unit of their own, close unpaid ones over the door.</summary>
internal sealed class TestOrderHandler(string kind, IUnits units, IGroupBuys groups) : IWorkHandler
{
    public string Kind => kind;

    public ConcurrentQueue<GroupOrderWork> Runs { get; } = [];

    public async Task<WorkOutcome> RunAsync(WorkItem item, CancellationToken cancellation)
    {
        var work = GroupOrderWork.Read(item.Payload);
        Runs.Enqueue(work);
        if (kind == GroupWork.Close)
        {
            var closed = await groups.ReleaseAsync(
                work.GroupId, work.OrderId, new() { Kind = TestOrders.Close, Id = work.OrderId });
            return closed.Outcome.Refusal is null ? WorkOutcome.Done : WorkOutcome.RetryLater;
        }

        await units.RunAsync<bool>(
            async unit =>
            {
                if (kind == GroupWork.Refund && await TestOrderWork.MoveAsync(unit, work.OrderId, OrderStates.Paid, OrderStates.Refunded))
                {
                    unit.Set<TestPaymentRow>().Add(new() { Id = -work.OrderId, InWallet = work.RefundTo == GroupRefundTo.Balance });
                }

                return true;
            },
            cancellation);
        return WorkOutcome.Done;
    }
}
