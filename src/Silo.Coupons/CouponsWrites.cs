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
        TakeAttemptAsync(PasswordGuess(userId, address), WrongPasswords, cancellation);

    /// <summary>The password was right, or was not looked at.</summary>
    public Task GiveBackPasswordAttemptAsync(long userId, IPAddress address) =>
        GiveBackAttemptAsync(PasswordGuess(userId, address), CancellationToken.None);

    public async Task<Result<FullUserCoupon>> ExchangeAsync(
        long userId, IPAddress address, string number, string password, CancellationToken cancellation)
    {
        var guess = new Guess(string.Create(CultureInfo.InvariantCulture, $"card:{userId}"), IAttempts.OfAddress("card", address));
        if (await TakeAttemptAsync(guess, WrongCards, cancellation) is { } tooMany)
        {
            return tooMany;
        }

        number = CodeText.Normalise(number);
        var found = await units.ReadAsync(
            r => r.Query<CardRow>().SingleOrDefaultAsync(c => c.Number == number, cancellation), cancellation);
        if (found is null || !IsHashOf(found.Hash, number, password))
        {
            return CouponsRefusals.CardWrong;
        }

        // Not together with what follows, whose refusal would take it back.
        await GiveBackAttemptAsync(guess, cancellation);
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

    private static Guess PasswordGuess(long userId, IPAddress address) => new(
        string.Create(CultureInfo.InvariantCulture, $"coupon:{userId}"), IAttempts.OfAddress("coupon", address));

    private Task<Refusal?> TakeAttemptAsync(Guess guess, int limit, CancellationToken cancellation) => units.RunAsync(
        async unit => await attempts.TakeAsync(unit, guess.OfUser, limit, cancellation)
            && (guess.OfAddress is null || await attempts.TakeAsync(unit, guess.OfAddress, WrongOfAddress, cancellation))
            ? null
            : AttemptsRefusals.TooMany,
        cancellation,
        queue: guess.OfAddress);

    private Task GiveBackAttemptAsync(Guess guess, CancellationToken cancellation) => units.RunAsync(
        async unit =>
        {
            await attempts.GiveBackAsync(unit, guess.OfUser, cancellation);
            if (guess.OfAddress is not null)
            {
                await attempts.GiveBackAsync(unit, guess.OfAddress, cancellation);
            }
        },
        cancellation,
        queue: guess.OfAddress);

    /// <summary>Under what a guess is booked.</summary>
    private readonly record struct Guess(string OfUser, string? OfAddress);

    /// <summary>A user coupon as it is now, by the id that a command has answered.</summary>
    private async Task<Result<FullUserCoupon>> FullAsync(Result<long> id, CancellationToken cancellation) => id.IsAccepted
        ? (await units.ReadAsync(r => CouponsReads.UserCouponsAsync(r, [id.Value], null, cancellation), cancellation)).Single()
        : id.Refusal;
}
