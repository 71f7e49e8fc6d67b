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
    public static readonly JoinedKind<GroupSeat, TestOrder> Create = new("orders.create");
    public static readonly JoinedKind<GroupSeat, TestOrder> Pay = new("orders.pay");
    public static readonly JoinedKind<GroupSeat, TestOrder> Close = new("orders.close");
    public static readonly JoinedKind<GroupSeat, TestOrder> Refund = new("orders.refund");
    public static readonly JoinedKind<GroupSeat, TestOrder> Settle = new("payments.settle");

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

/// <summary>The order that a work is about, and whether it refuses.</summary>
internal sealed record TestOrder(long OrderId, bool Refuses = false);

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
        model.Entity<TestOrderRow>().ToTable("test_orders").HasLockRank(LockRank.Order).HasKey(o => o.Id);
        model.Entity<TestPaymentRow>().ToTable("test_payments").HasLockRank(LockRank.Payment).HasKey(p => p.Id);
    }
}

/// <summary>What orders and payments do inside a group's transaction: guarded changes of their own rows.</summary>
internal sealed class TestOrderWork(JoinedKind<GroupSeat, TestOrder> kind) : JoinedWork<GroupSeat, TestOrder>(kind)
{
    private readonly JoinedKind<GroupSeat, TestOrder> kind = kind;

    public override bool RunsOnRefusal => kind == TestOrders.Settle;

    protected override Func<JoinedDecision<GroupSeat>, Rows, JoinedAnswer> Stage(Stage stage, long id, TestOrder payload)
    {
        var order = stage.Lock<TestOrderRow>([payload.OrderId], RowLock.Wait);
        return kind == TestOrders.Create ? (decision, rows) => Make(decision.Decision!, payload, rows)
            : kind == TestOrders.Settle ? (decision, rows) => Settle(decision, id, order, rows)
            : (decision, rows) => Move(decision.Decision!, order, rows);
    }

    internal static bool TryMove(StagedRows<TestOrderRow> order, string from, string to, Rows rows)
    {
        if (order.Only is not { } row || row.State != from)
        {
            return false;
        }

        rows.Update<TestOrderRow>(row.Id, $"UPDATE test_orders SET state = {to} WHERE id = {row.Id} AND state = {from}");
        return true;
    }

    private static JoinedAnswer Make(GroupSeat seat, TestOrder payload, Rows rows)
    {
        if (payload.Refuses)
        {
            return JoinedAnswer.Refuse(TestOrders.NotOpen);
        }

        if (!seat.Repeated)
        {
            rows.Append(new TestOrderRow { Id = payload.OrderId });
        }

        return Kept(seat.OrderId);
    }

    private static JoinedAnswer Settle(JoinedDecision<GroupSeat> decision, long payment, StagedRows<TestOrderRow> order, Rows rows)
    {
        var paid = decision.Refusal is null && TryMove(order, OrderStates.Open, OrderStates.Paid, rows);
        rows.Append(new TestPaymentRow { Id = payment, InWallet = !paid });
        return paid ? Kept(decision.Decision!.OrderId) : JoinedAnswer.KeepRows(TestOrders.NotOpen);
    }

    private static JoinedAnswer Kept(long order) => JoinedAnswer.Keep(order.ToString(CultureInfo.InvariantCulture));

    private JoinedAnswer Move(GroupSeat seat, StagedRows<TestOrderRow> order, Rows rows)
    {
        var (from, to) = kind == TestOrders.Pay ? (OrderStates.Open, OrderStates.Paid)
            : kind == TestOrders.Close ? (OrderStates.Open, OrderStates.Closed)
            : (OrderStates.Paid, OrderStates.Refunded);
        return seat.Repeated || TryMove(order, from, to, rows) ? Kept(seat.OrderId) : JoinedAnswer.Refuse(TestOrders.NotOpen);
    }
}

/// <summary>What orders do with a group's work: refund paid ones by a command of their own, close unpaid ones over the door.</summary>
internal sealed class TestOrderHandler(WorkKind<GroupOrderWork> kind, IUnits units, IGroupBuys groups)
    : WorkHandler<GroupOrderWork>(kind)
{
    private readonly WorkKind<GroupOrderWork> kind = kind;

    public ConcurrentQueue<GroupOrderWork> Runs { get; } = [];

    protected override async Task<WorkOutcome> RunAsync(WorkItem<GroupOrderWork> item, CancellationToken cancellation)
    {
        var work = item.Payload;
        Runs.Enqueue(work);
        if (kind == GroupWork.Close)
        {
            var closed = await groups.ReleaseAsync(
                TestOrders.Close.Command(work.OrderId, new(work.OrderId)), work.OrderId, work.GroupId);
            return closed.Refusal is null ? WorkOutcome.Done : WorkOutcome.RetryLater;
        }

        if (kind == GroupWork.Refund)
        {
            await units.StageAsync<bool>(
                stage =>
                {
                    var order = stage.Lock<TestOrderRow>([work.OrderId], RowLock.Wait);
                    return rows =>
                    {
                        if (TestOrderWork.TryMove(order, OrderStates.Paid, OrderStates.Refunded, rows))
                        {
                            rows.Append(new TestPaymentRow { Id = -work.OrderId, InWallet = work.RefundTo == GroupRefundTo.Balance });
                        }

                        return true;
                    };
                },
                cancellation);
        }

        return WorkOutcome.Done;
    }
}
