using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>Quotes, reserves and releases shoppers' coupons by their rows.</summary>
internal sealed class CouponsDoor(ShopClock clock) : ICoupons
{
    private const int MaxQuoted = 200;

    public async Task<IReadOnlyList<Discount>> QuoteAsync(
        IReads reads,
        long userId,
        IReadOnlyList<long> userCoupons,
        DiscountBasket basket,
        long nowMs,
        CancellationToken cancellation)
    {
        long[] named = [.. userCoupons.Distinct()];
        return Quote(named, await CouponsReads.UserCouponsAsync(reads, named, userId, cancellation), basket, nowMs);
    }

    public async Task<IReadOnlyList<Discount>> QuoteAllAsync(
        IReads reads, long userId, DiscountBasket basket, long nowMs, CancellationToken cancellation)
    {
        var usable = await CouponsReads.UsableAsync(reads, userId, nowMs, MaxQuoted, cancellation);
        return [.. usable.SelectMany(u => CouponDiscountRules.Quote([u.Held], basket, nowMs, clock))];
    }

    public Func<DiscountBasket, Rows, Result<IReadOnlyList<Discount>>> Reserve(
        Stage stage, long orderId, long userId, IReadOnlyList<long> userCoupons)
    {
        long[] named = [.. userCoupons.Distinct()];
        var staged = new StagedUserCoupons(stage, named);
        return (basket, rows) =>
        {
            FullUserCoupon[] mine = [.. staged.All.Where(u => u.Row.UserId == userId)];
            var discounts = Quote(named, mine, basket, stage.NowMs);
            if (discounts.FirstOrDefault(d => d.Refusal is not null)?.Refusal is { } refusal)
            {
                return refusal;
            }

            foreach (var userCoupon in mine)
            {
                rows.Append(UserCouponMarkRow.Of(userCoupon.Row, UserCouponMark.Reserved, orderId, stage.NowMs));
            }

            return Result.Of(discounts);
        };
    }

    public Func<Rows, Result<bool>> Confirm(Stage stage, long orderId) => Settle(stage, orderId, reserved =>
        $"""
        UPDATE coupons_marks SET mark = {(short)UserCouponMark.Used}, at = {stage.NowMs}
        WHERE user_coupon_id = {reserved.UserCouponId} AND subject_id = {orderId} AND mark = {(short)UserCouponMark.Reserved}
        """);

    public Func<Rows, Result<bool>> Release(Stage stage, long orderId) => Settle(stage, orderId, reserved =>
        $"""
        DELETE FROM coupons_marks
        WHERE user_coupon_id = {reserved.UserCouponId} AND subject_id = {orderId} AND mark = {(short)UserCouponMark.Reserved}
        """);

    public Func<Rows, Result<bool>> Return(Stage stage, long orderId) => _ => false;

    /// <summary>Ends the reservations of an order, each by a statement.</summary>
    private static Func<Rows, Result<bool>> Settle(
        Stage stage, long orderId, Func<UserCouponMarkRow, FormattableString> statement)
    {
        var marks = stage.Read<UserCouponMarkRow, long>(m => m.SubjectId, [orderId]);
        return rows =>
        {
            UserCouponMarkRow[] reserved = [.. marks.All.Where(m => m.Mark == UserCouponMark.Reserved)];
            foreach (var mark in reserved)
            {
                rows.Update<UserCouponMarkRow>(mark.UserCouponId, statement(mark));
            }

            return reserved.Length > 0;
        };
    }

    private IReadOnlyList<Discount> Quote(
        long[] named, IReadOnlyCollection<FullUserCoupon> mine, DiscountBasket basket, long nowMs)
    {
        var held = mine.ToDictionary(u => u.Row.Id, u => u.Held);
        var quoted = CouponDiscountRules.Quote([.. named.Where(held.ContainsKey).Select(id => held[id])], basket, nowMs, clock)
            .ToDictionary(d => d.UserCouponId);
        return [.. named.Select(id => quoted.GetValueOrDefault(id)
            ?? new Discount(id, CouponsRefusals.UserCouponUnknown, new long[basket.Lines.Count], 0))];
    }
}
