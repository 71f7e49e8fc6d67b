using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>
/// What happens to user-coupons past their coupon's grain, each in one unit: cards become user-coupons, user-coupons change hands. What
/// is contended is a row whose key or guard lets one through.
/// </summary>
internal sealed class CouponsWrites(IUnits units, CouponsReads reads, IUsers users, IAttempts attempts, ShopClock clock)
{
    private const int WrongCards = 10;

    /// <summary>A thousand cards of one import are to take a second or two.</summary>
    private const int HashIterations = 10_000;

    /// <summary>The hash under which a card's password is stored: slow and salted, because passwords of cards are short.</summary>
    public static byte[] HashOf(string number, string password) => Rfc2898DeriveBytes.Pbkdf2(
        password, Encoding.UTF8.GetBytes($"silo.coupons.card\n{number}"), HashIterations, HashAlgorithmName.SHA256, 32);

    /// <summary>Whether a stored hash is that of a card's password; in a time that does not tell how much of it is right.</summary>
    public static bool IsHashOf(byte[] hash, string number, string password) =>
        CryptographicOperations.FixedTimeEquals(hash, HashOf(number, password));

    public async Task<Result<FullUserCoupon>> ExchangeAsync(long userId, string number, string password, CancellationToken cancellation)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"card:{userId}");
        if (!(await units.RunAsync<bool>(
            async unit => await attempts.TakeAsync(unit, key, WrongCards, cancellation) ? true : AttemptsRefusals.TooMany,
            cancellation)).IsAccepted)
        {
            return AttemptsRefusals.TooMany;
        }

        var card = await units.ReadAsync(
            r => r.Query<CardRow>().SingleOrDefaultAsync(c => c.Number == number, cancellation), cancellation);
        if (card is null || !IsHashOf(card.Hash, number, password))
        {
            return CouponsRefusals.CardWrong;
        }

        // Not in the unit below, whose refusal would take it back.
        await units.RunAsync<bool>(
            async unit =>
            {
                await attempts.GiveBackAsync(unit, key, cancellation);
                return true;
            },
            cancellation);
        var coupon = await reads.StateAsync(card.CouponId);
        var drawn = CouponRules.DrawnCents(coupon.Terms, RandomNumberGenerator.GetInt32(CouponRules.FaceValues(coupon.Terms)));
        return await units.RunAsync<FullUserCoupon>(
            async unit =>
            {
                // The guard locks the row; of two at once, the second finds the card used.
                var userCouponId = unit.NewId();
                var open = CouponRules.OpenRefusal(coupon, unit.NowMs, clock);
                var taken = open is null && await unit.ExecuteAsync(
                    $"UPDATE coupons_cards SET user_id = {userId}, user_coupon_id = {userCouponId} WHERE number = {number} AND user_coupon_id = 0",
                    cancellation) == 1;
                if (!taken)
                {
                    var now = await unit.Query<CardRow>().SingleAsync(c => c.Number == number, cancellation);
                    return now.UserCouponId == 0 ? open!
                        : now.UserId != userId ? CouponsRefusals.CardUsed
                        : (await CouponsReads.UserCouponsAsync(unit, [now.UserCouponId], null, cancellation)).Single();
                }

                var userCoupon = new UserCouponRow
                {
                    CouponId = card.CouponId,
                    Id = userCouponId,
                    Version = coupon.Version,
                    UserId = userId,
                    RequestId = $" {userCouponId:x}",
                    ClaimedAt = unit.NowMs,
                    Origin = UserCouponOrigin.Card,
                    DrawnCents = drawn,
                    Ordinal = -userCouponId,
                };
                unit.Set<UserCouponRow>().Add(userCoupon);
                await unit.SaveAsync(cancellation);
                return (await CouponsReads.UserCouponsAsync(unit, [userCouponId], null, cancellation)).Single();
            },
            cancellation);
    }

    public Task<Result<FullUserCoupon>> SendAsync(long userId, long userCouponId, long toUserId, CancellationToken cancellation) =>
        units.RunAsync<FullUserCoupon>(
            async unit =>
            {
                if ((await CouponsReads.UserCouponsAsync(unit, [userCouponId], userId, cancellation)).SingleOrDefault() is not { } mine)
                {
                    return CouponsRefusals.UserCouponUnknown;
                }

                if (await GiftAsync(unit, mine, toUserId, cancellation) is { } first)
                {
                    return first;
                }

                if (!IsUsable(mine, unit.NowMs))
                {
                    return CouponsRefusals.UserCouponNotUsable;
                }

                if ((await users.ExistingAsync(unit, [toUserId], cancellation)).Count == 0)
                {
                    return UsersRefusals.Unknown;
                }

                return toUserId == userId ? CouponsRefusals.UserCouponSentToSelf : await GiveAsync(unit, mine, toUserId, cancellation);
            },
            cancellation);

    /// <summary>Marks a user-coupon; false where it was marked before, also by somebody at the same moment.</summary>
    public static async Task<bool> MarkAsync(
        Unit unit, UserCouponRow userCoupon, UserCouponMark mark, long subjectId, CancellationToken cancellation) =>
        await unit.ExecuteAsync(
            $"""
            INSERT INTO coupons_marks (user_coupon_id, coupon_id, mark, subject_id, at)
            VALUES ({userCoupon.Id}, {userCoupon.CouponId}, {(short)mark}, {subjectId}, {unit.NowMs}) ON CONFLICT DO NOTHING
            """,
            cancellation) == 1;

    public static bool IsUsable(FullUserCoupon userCoupon, long now) => CouponRules.StatusOf(
        userCoupon.Mark?.Mark, CouponRules.UsableUntil(userCoupon.Terms.Terms, userCoupon.UserCoupon.ClaimedAt), now) == UserCouponStatus.Usable;

    /// <summary>The user-coupon that the receiver has got for a user-coupon, or null.</summary>
    private static async Task<FullUserCoupon?> GiftAsync(Unit unit, FullUserCoupon sent, long toUserId, CancellationToken cancellation) =>
        sent.Mark is { Mark: UserCouponMark.Sent, SubjectId: var gift }
            ? (await CouponsReads.UserCouponsAsync(unit, [gift], toUserId, cancellation)).SingleOrDefault()
            : null;

    private static async Task<Result<FullUserCoupon>> GiveAsync(
        Unit unit, FullUserCoupon mine, long toUserId, CancellationToken cancellation)
    {
        var id = unit.NewId();
        if (!await MarkAsync(unit, mine.UserCoupon, UserCouponMark.Sent, id, cancellation))
        {
            // Of two at once for one receiver, the second is a repeat too.
            var now = (await CouponsReads.UserCouponsAsync(unit, [mine.UserCoupon.Id], null, cancellation)).Single();
            return await GiftAsync(unit, now, toUserId, cancellation) is { } first ? first : CouponsRefusals.UserCouponNotUsable;
        }

        unit.Set<UserCouponRow>().Add(new UserCouponRow
        {
            CouponId = mine.UserCoupon.CouponId,
            Id = id,
            Version = mine.UserCoupon.Version,
            UserId = toUserId,
            RequestId = $" {id:x}",
            // Its time goes on as it was.
            ClaimedAt = mine.UserCoupon.ClaimedAt,
            Origin = UserCouponOrigin.Gift,
            DrawnCents = mine.UserCoupon.DrawnCents,
            Ordinal = -id,
        });
        await unit.SaveAsync(cancellation);
        return (await CouponsReads.UserCouponsAsync(unit, [id], null, cancellation)).Single();
    }
}
