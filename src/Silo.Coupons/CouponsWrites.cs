using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>
/// What happens to user coupons past their coupon's grain: cards become some, they change hands, they are made void. What is
/// contended is a row whose key or guard lets one through; the other one is decided again, and sees it.
/// </summary>
internal sealed class CouponsWrites(IUnits units, CouponsReads reads, IUsers users, IAttempts attempts, ShopClock clock)
{
    private const int WrongCards = 10;

    private const string PasswordSecret = "coupon";

    /// <summary>Wrong passwords, and wrong cards, of all shoppers at one address.</summary>
    private const int WrongOfAddress = 100;

    private const int WrongPasswords = 20;

    /// <summary>A thousand cards of one import are to take a second or two.</summary>
    private const int HashIterations = 10_000;

    /// <summary>The hash under which a card's password is stored: slow and salted, because passwords of cards are short.</summary>
    public static byte[] HashOf(string number, string password) => Rfc2898DeriveBytes.Pbkdf2(
        CodeText.Normalise(password), Encoding.UTF8.GetBytes($"silo.coupons.card\n{CodeText.Normalise(number)}"), HashIterations, HashAlgorithmName.SHA256, 32);

    /// <summary>Whether a stored hash is that of a card's password; in a time that does not tell how much of it is right.</summary>
    public static bool IsHashOf(byte[] hash, string number, string password) =>
        CryptographicOperations.FixedTimeEquals(hash, HashOf(number, password));

    /// <summary>Counts a shopper's attempt at a coupon's password; the refusal where there were too many.</summary>
    public Task<Refusal?> TakePasswordAttemptAsync(long userId, IPAddress address, CancellationToken cancellation) =>
        TakeAttemptAsync(PasswordKey(userId), WrongPasswords, IAttempts.OfAddress(PasswordSecret, address), cancellation);

    /// <summary>The password was right, or was not looked at.</summary>
    public Task GiveBackPasswordAttemptAsync(long userId) =>
        GiveBackAttemptAsync(PasswordKey(userId), CancellationToken.None);

    /// <summary>The password was wrong, or may have been: that counts for the address too.</summary>
    public Task BookWrongPasswordAsync(IPAddress address) => BookWrongAsync(IAttempts.OfAddress(PasswordSecret, address));

    public async Task<Result<FullUserCoupon>> ExchangeAsync(
        long userId, IPAddress address, string number, string password, CancellationToken cancellation)
    {
        var (key, ofAddress) = (string.Create(CultureInfo.InvariantCulture, $"card:{userId}"), IAttempts.OfAddress("card", address));
        if (await TakeAttemptAsync(key, WrongCards, ofAddress, cancellation) is { } tooMany)
        {
            return tooMany;
        }

        number = CodeText.Normalise(number);
        var found = await units.ReadAsync(
            r => r.Query<CardRow>().SingleOrDefaultAsync(c => c.Number == number, cancellation), cancellation);
        if (found is null || !IsHashOf(found.Hash, number, password))
        {
            await BookWrongAsync(ofAddress);
            return CouponsRefusals.CardWrong;
        }

        // Not together with what follows, whose refusal would take it back.
        await GiveBackAttemptAsync(key, cancellation);
        var coupon = await reads.StateAsync(found.CouponId);
        var drawn = CouponRules.DrawnCents(coupon.Terms, RandomNumberGenerator.GetInt32(CouponRules.FaceValues(coupon.Terms)));
        var exchanged = await units.StageAsync<long>(
            stage =>
            {
                var named = stage.Where<CardRow>($"number = {number}");
                return rows =>
                {
                    var card = named.Only!;
                    if (card.UserCouponId != 0)
                    {
                        return card.UserId == userId ? card.UserCouponId : CouponsRefusals.CardUsed;
                    }

                    if (CouponRules.OpenRefusal(coupon, stage.NowMs, clock) is { } closed)
                    {
                        return closed;
                    }

                    var id = stage.NewId();
                    rows.Append(UserCouponRow.Given(
                        id, card.CouponId, coupon.Version, userId, UserCouponOrigin.Card, stage.NowMs, drawn));
                    rows.Update<CardRow>(
                        id,
                        $"UPDATE coupons_cards SET user_id = {userId}, user_coupon_id = {id} WHERE number = {number} AND user_coupon_id = 0");
                    return id;
                };
            },
            cancellation);
        return await FullAsync(exchanged, cancellation);
    }

    public async Task<Result<FullUserCoupon>> SendAsync(
        long userId, long userCouponId, long toUserId, CancellationToken cancellation)
    {
        var known = await units.ReadAsync(r => users.ExistingAsync(r, [toUserId], cancellation), cancellation);
        var sent = await units.StageAsync<long>(
            stage =>
            {
                var named = new StagedUserCoupons(stage, userCouponId);
                var gifts = stage.Where<UserCouponRow>(
                    $"user_id = {toUserId} AND id IN (SELECT m.subject_id FROM coupons_marks m WHERE m.user_coupon_id = {userCouponId})");
                return rows =>
                {
                    if (named.Only is not { } mine || mine.Row.UserId != userId)
                    {
                        return CouponsRefusals.UserCouponUnknown;
                    }

                    if (mine.Mark?.Mark == UserCouponMark.Sent && gifts.Only is { } first)
                    {
                        return first.Id;
                    }

                    var refusal = !mine.IsUsable(stage.NowMs) ? CouponsRefusals.UserCouponNotUsable
                        : known.Count == 0 ? UsersRefusals.Unknown
                        : toUserId == userId ? CouponsRefusals.UserCouponSentToSelf
                        : null;
                    if (refusal is not null)
                    {
                        return refusal;
                    }

                    var id = stage.NewId();
                    rows.Append(UserCouponMarkRow.Of(mine.Row, UserCouponMark.Sent, id, stage.NowMs));
                    // Its time goes on as it was.
                    rows.Append(UserCouponRow.Given(
                        id,
                        mine.Row.CouponId,
                        mine.Row.Version,
                        toUserId,
                        UserCouponOrigin.Gift,
                        mine.Row.ClaimedAt,
                        mine.Row.DrawnCents));
                    return id;
                };
            },
            cancellation);
        return await FullAsync(sent, cancellation);
    }

    /// <summary>An operator makes one void.</summary>
    public static Task<Result<OperatorChange<FullUserCoupon>>> VoidAsync(
        Unit unit, long userCouponId, CancellationToken cancellation) => unit.StageAsync<OperatorChange<FullUserCoupon>>(
        stage =>
        {
            var named = new StagedUserCoupons(stage, userCouponId);
            return rows =>
            {
                if (named.Only is not { } before)
                {
                    return CouponsRefusals.UserCouponUnknown;
                }

                if (!before.IsUsable(stage.NowMs))
                {
                    return CouponsRefusals.UserCouponNotUsable;
                }

                var mark = UserCouponMarkRow.Of(before.Row, UserCouponMark.Void, 0, stage.NowMs);
                rows.Append(mark);
                return new OperatorChange<FullUserCoupon>($"user-coupon:{userCouponId}", before, before with { Mark = mark });
            };
        },
        cancellation);

    private static string PasswordKey(long userId) => string.Create(CultureInfo.InvariantCulture, $"coupon:{userId}");

    /// <summary>
    /// Books a shopper's attempt before the secret is looked at. Of the address only wrong ones are booked, afterwards: many
    /// shoppers share one, and all of them may have the right password at the same moment.
    /// </summary>
    private Task<Refusal?> TakeAttemptAsync(string key, int limit, string? ofAddress, CancellationToken cancellation) => units.RunAsync(
        async unit => (ofAddress is null || !await attempts.IsUsedUpAsync(unit, ofAddress, WrongOfAddress, cancellation))
            && await attempts.TakeAsync(unit, key, limit, cancellation) ? null : AttemptsRefusals.TooMany,
        cancellation);

    /// <summary>What cannot be given back now stays booked for a quarter of an hour; what was done stands.</summary>
    private async Task GiveBackAttemptAsync(string key, CancellationToken cancellation)
    {
        try
        {
            await units.RunAsync(unit => attempts.GiveBackAsync(unit, key, cancellation), cancellation);
        }
        catch (Exception exception) when (exception is StorageBusyException or StorageUnavailableException)
        {
            // The shopper is told what became of the claim.
        }
    }

    private Task BookWrongAsync(string? ofAddress) => ofAddress is null ? Task.CompletedTask : units.RunAsync(
        unit => attempts.TakeAsync(unit, ofAddress, int.MaxValue, CancellationToken.None), CancellationToken.None, queue: ofAddress);

    /// <summary>A user coupon as it is now, by the id that a command has answered.</summary>
    private async Task<Result<FullUserCoupon>> FullAsync(Result<long> id, CancellationToken cancellation) => id.IsAccepted
        ? (await units.ReadAsync(r => CouponsReads.UserCouponsAsync(r, [id.Value], null, cancellation), cancellation)).Single()
        : id.Refusal;
}
