using Microsoft.EntityFrameworkCore;
using Silo.Coupons;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.Coupons;

/// <summary>
/// Goal: one piece never serves two orders, and what an order does not use is its owner's again. Method: the door for
/// orders over a real database.
/// </summary>
public abstract class OrderCouponsSuite<TDatabase>(CouponNode<TDatabase> node) : CouponSuite<TDatabase>(node)
    where TDatabase : TestDatabase, new()
{
    private static readonly DiscountBasket Basket = new([new(1, [10], 0, 3_000), new(2, [11], 0, 1_000)], 500);

    [Fact]
    public async Task Quote_EachPiece_SaysWhatItTakesOffOrWhyNot()
    {
        var user = NewId();
        var (good, percent) = (await Node.PieceAsync(user), await Node.PieceAsync(user, t => t with { IsPercent = true }));
        var others = await Node.PieceAsync(NewId());
        var early = await Node.PieceAsync(user, t => t with { UsableAfterDays = 1 });
        var goods = await Node.PieceAsync(user, t => t with { Targets = [new() { IsGoods = true, TargetId = 9 }] });
        var high = await Node.PieceAsync(user, t => t with { ThresholdCents = 4_501 });
        var store = await Node.PieceAsync(user, t => t with { ShopId = 3 });
        var used = await Node.PieceAsync(user);
        Assert.Null(await ReserveAsync(user, NewId(), used));

        var discounts = await QuoteAsync(user, good, others, early, goods, high, store, used, 7, percent);

        Assert.Equal([good, others, early, goods, high, store, used, 7, percent], discounts.Select(d => d.PieceId));
        Assert.Equal(
            [null, "PIECE_UNKNOWN", "PIECE_NOT_YET_USABLE", "PIECE_NO_MATCHING_GOODS", "PIECE_SPEND_TOO_LOW",
                "PIECE_NO_MATCHING_GOODS", "PIECE_NOT_USABLE", "PIECE_UNKNOWN", null],
            discounts.Select(d => d.Refusal?.Reason));
        Assert.Equal([750, 250], discounts[0].LineCents);
        Assert.Equal([225, 75], discounts[^1].LineCents);
        Assert.All(discounts, d => Assert.Equal(2, d.LineCents.Count));
    }

    [Fact]
    public async Task Quote_ADrawnPiece_UsesItsOwnFaceValue()
    {
        var user = NewId();
        var outcome = await Node.ClaimAsync(await Node.CreateAsync(t => t with { AmountCents = 1, AmountMaxCents = 900 }), user);

        Assert.InRange(outcome.DrawnCents!.Value, 1, 900);
        Assert.Equal(outcome.DrawnCents, Assert.Single(await QuoteAsync(user, outcome.PieceId)).TotalCents);
    }

    [Fact]
    public async Task Quote_APieceNamedTwice_IsQuotedOnce()
    {
        var user = NewId();
        var piece = await Node.PieceAsync(user);

        Assert.Equal(1_000, Assert.Single(await QuoteAsync(user, piece, piece)).TotalCents);
        Assert.Null(await ReserveAsync(user, NewId(), piece, piece));
    }

    [Fact]
    public async Task Quote_AfterTheTermsChanged_KeepsThoseOfThePiece()
    {
        var user = NewId();
        var coupon = await Node.CreateAsync();
        var piece = (await Node.ClaimAsync(coupon, user)).PieceId;
        await Node.Grain(coupon).ChangeAsync(Node.Change(t => t with { AmountCents = 1, ThresholdCents = 1_000_000 }));

        Assert.Equal(1_000, Assert.Single(await QuoteAsync(user, piece)).TotalCents);
    }

    [Fact]
    public async Task QuoteAll_ListsWhatIsUsableNewestFirstAndEachAlone()
    {
        var user = NewId();
        var first = await Node.PieceAsync(user);
        var second = await Node.PieceAsync(user, t => t with { ThresholdCents = 4_501 });
        await Node.PieceAsync(NewId());
        var reserved = await Node.PieceAsync(user);
        Assert.Null(await ReserveAsync(user, NewId(), reserved));

        var discounts = await Node.ReadAsync(
            r => Node.Coupons.QuoteAllAsync(r, user, Basket, Node.Clock.NowMs, CancellationToken.None));

        Assert.Equal([(second, "PIECE_SPEND_TOO_LOW"), (first, null)], discounts.Select(d => (d.PieceId, d.Refusal?.Reason)));
    }

    [Fact]
    public async Task QuoteAll_BehindMoreExpiredPiecesThanItLists_StillFindsTheUsableOne()
    {
        var user = NewId();
        var usable = await Node.PieceAsync(user);
        var brief = await Node.CreateAsync(t => t with { UsableDays = 1, StockTotal = 1_000 });
        await Node.Grain(brief).ChangeAsync(
            new IssueCommand { OperatorId = 1, Rpc = "tests/Issue", Users = [.. Enumerable.Repeat(user, 201)] });
        var dayAfter = Node.Clock.NowMs + (25L * 60 * 60 * 1000);

        var discounts = await Node.ReadAsync(r => Node.Coupons.QuoteAllAsync(r, user, Basket, dayAfter, CancellationToken.None));

        Assert.Equal([usable], discounts.Select(d => d.PieceId));
    }

    [Fact]
    public async Task Reserve_WithOnePieceRefused_ReservesNone()
    {
        var user = NewId();
        var (good, others) = (await Node.PieceAsync(user), await Node.PieceAsync(NewId()));

        Assert.Equal("PIECE_UNKNOWN", await ReserveAsync(user, NewId(), good, others));

        Assert.Null(await MarkAsync(good));
        Assert.Null(await MarkAsync(others));
    }

    [Fact]
    public async Task Reserve_APieceThatWouldTakeNothing_IsRefusedAndNotUsedUp()
    {
        var user = NewId();
        var all = await Node.PieceAsync(user, t => t with { AmountCents = 10_000 });
        var behind = await Node.PieceAsync(user);

        Assert.Equal("PIECE_NOTHING_TO_REDUCE", await ReserveAsync(user, NewId(), all, behind));

        Assert.Null(await MarkAsync(behind));
    }

    [Fact]
    public async Task Reserve_OneOf64OrdersAtOnce_GetsThePiece()
    {
        var user = NewId();
        var piece = await Node.PieceAsync(user);
        var orders = Enumerable.Range(0, 64).Select(_ => NewId()).ToArray();

        var answers = await Task.WhenAll(orders.Select(order => Task.Run(() => ReserveAsync(user, order, piece))));

        Assert.Single(answers, answer => answer is null);
        Assert.Equal(63, answers.Count(answer => answer == "PIECE_NOT_USABLE"));
        var mark = await MarkAsync(piece);
        Assert.Equal((PieceMark.Reserved, orders[Array.IndexOf(answers, null)]), (mark!.Mark, mark.SubjectId));
    }

    [Fact]
    public async Task Reserve_TwoOrdersWithTheSamePiecesInOtherOrders_EndsWithOne()
    {
        var user = NewId();
        long[] pieces = [await Node.PieceAsync(user), await Node.PieceAsync(user), await Node.PieceAsync(user)];
        for (var round = 0; round < 10; round++)
        {
            var (one, two) = (NewId(), NewId());

            var answers = await Task.WhenAll(
                Task.Run(() => ReserveAsync(user, one, pieces)), Task.Run(() => ReserveAsync(user, two, [.. pieces.Reverse()])));

            Assert.Single(answers, answer => answer is null);
            Assert.Equal(3, await GiveBackAsync(one) + await GiveBackAsync(two));
        }
    }

    [Fact]
    public async Task Use_AndARepeat_UseOnceAndGivingBackDoesNothing()
    {
        var (user, order) = (NewId(), NewId());
        var piece = await Node.PieceAsync(user);
        Assert.Null(await ReserveAsync(user, order, piece));

        Assert.Equal((1, 0, 0), (await UseAsync(order), await UseAsync(order), await GiveBackAsync(order)));

        Assert.Equal(PieceMark.Used, (await MarkAsync(piece))!.Mark);
        Assert.Equal("PIECE_NOT_USABLE", await ReserveAsync(user, NewId(), piece));
    }

    [Fact]
    public async Task GiveBack_AndARepeat_MakeItUsableOnceMore()
    {
        var (user, order, other) = (NewId(), NewId(), NewId());
        var (piece, second) = (await Node.PieceAsync(user), await Node.PieceAsync(user));
        Assert.Null(await ReserveAsync(user, order, piece));
        Assert.Null(await ReserveAsync(user, other, second));

        Assert.Equal((1, 0, 0), (await GiveBackAsync(order), await GiveBackAsync(order), await UseAsync(order)));

        Assert.Null(await MarkAsync(piece));
        Assert.Equal(other, (await MarkAsync(second))!.SubjectId);
        Assert.Null(await ReserveAsync(user, NewId(), piece));
    }

    [Fact]
    public async Task GiveBack_AfterItsTime_LeavesItExpired()
    {
        var (user, order) = (NewId(), NewId());
        var piece = await Node.PieceAsync(user, t => t with { UsableDays = 1 });
        Assert.Null(await ReserveAsync(user, order, piece));
        var dayAfter = Node.Clock.NowMs + (25L * 60 * 60 * 1000);

        await GiveBackAsync(order);

        var late = await Node.ReadAsync(
            r => Node.Coupons.QuoteAsync(r, user, [piece], Basket, dayAfter, CancellationToken.None));
        Assert.Equal("PIECE_NOT_USABLE", Assert.Single(late).Refusal?.Reason);
        Assert.Null(Assert.Single(await QuoteAsync(user, piece)).Refusal);
    }

    [Fact]
    public async Task Reserve_InAUnitThatIsRolledBack_LeavesThePiece()
    {
        var user = NewId();
        var piece = await Node.PieceAsync(user);

        await Node.Units.RunAsync<bool>(
            async unit =>
            {
                Assert.True((await Node.Coupons.ReserveAsync(unit, user, NewId(), [piece], Basket, CancellationToken.None)).IsAccepted);
                return CouponRefusals.PieceUnknown;
            },
            CancellationToken.None);

        Assert.Null(await MarkAsync(piece));
    }

    [Fact]
    public async Task ReserveAndSend_OfOnePieceAtOnce_OnlyOneHappens()
    {
        for (var round = 0; round < 10; round++)
        {
            var (user, order) = (NewId(), NewId());
            var piece = await Node.PieceAsync(user);
            var friend = NewId();
            await AddUserAsync(friend);

            var outcomes = await Task.WhenAll(
                Task.Run(() => ReserveAsync(user, order, piece)),
                Task.Run(async () =>
                    (await Node.Get<PieceMoves>().SendAsync(user, piece, friend, CancellationToken.None)).Refusal?.Reason));

            Assert.Single(outcomes, reason => reason is null);
            Assert.Single(outcomes, reason => reason == "PIECE_NOT_USABLE");
            Assert.Equal(outcomes[0] is null ? PieceMark.Reserved : PieceMark.Sent, (await MarkAsync(piece))!.Mark);
        }
    }

    private async Task AddUserAsync(long user) => await Node.Units.RunAsync<bool>(
        async unit =>
        {
            unit.Set<Silo.Accounts.UserRow>().Add(new() { Id = user, UserName = $"u{user}", NormalisedName = $"u{user}", PasswordHash = "" });
            await unit.SaveAsync(CancellationToken.None);
            return true;
        },
        CancellationToken.None);

    private Task<IReadOnlyList<Discount>> QuoteAsync(long user, params long[] pieces) => Node.ReadAsync(
        r => Node.Coupons.QuoteAsync(r, user, pieces, Basket, Node.Clock.NowMs, CancellationToken.None));

    /// <summary>The reason of the refusal, or null.</summary>
    private async Task<string?> ReserveAsync(long user, long order, params long[] pieces) => (await Node.Units.RunAsync(
        unit => Node.Coupons.ReserveAsync(unit, user, order, pieces, Basket, CancellationToken.None),
        CancellationToken.None)).Refusal?.Reason;

    private async Task<int> UseAsync(long order) => (await Node.Units.RunAsync<int>(
        async unit => await Node.Coupons.UseAsync(unit, order, CancellationToken.None), CancellationToken.None)).Value;

    private async Task<int> GiveBackAsync(long order) => (await Node.Units.RunAsync<int>(
        async unit => await Node.Coupons.GiveBackAsync(unit, order, CancellationToken.None), CancellationToken.None)).Value;

    private Task<PieceMarkRow?> MarkAsync(long piece) =>
        Node.ReadAsync(r => r.Query<PieceMarkRow>().SingleOrDefaultAsync(m => m.PieceId == piece));
}

public sealed class OrderCouponsOnSqlite(CouponNode<SqliteDatabase> node) : OrderCouponsSuite<SqliteDatabase>(node);

public sealed class OrderCouponsOnPostgres(CouponNode<PostgresDatabase> node) : OrderCouponsSuite<PostgresDatabase>(node);
