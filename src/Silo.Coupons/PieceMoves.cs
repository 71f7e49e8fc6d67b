using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>
/// What happens to pieces past their coupon's grain, each in one unit: cards become pieces, pieces change hands. What
/// is contended is a row whose key or guard lets one through.
/// </summary>
internal sealed class PieceMoves(IUnits units, CouponReads reads, IUsers users, IAttempts attempts, ShopClock clock)
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

    public async Task<Result<FullPiece>> ExchangeAsync(long userId, string number, string password, CancellationToken cancellation)
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
            return CouponRefusals.CardWrong;
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
        return await units.RunAsync<FullPiece>(
            async unit =>
            {
                // The guard locks the row; of two at once, the second finds the card used.
                var pieceId = unit.NewId();
                var open = CouponRules.OpenRefusal(coupon, unit.NowMs, clock);
                var taken = open is null && await unit.ExecuteAsync(
                    $"UPDATE coupons_cards SET user_id = {userId}, piece_id = {pieceId} WHERE number = {number} AND piece_id = 0",
                    cancellation) == 1;
                if (!taken)
                {
                    var now = await unit.Query<CardRow>().SingleAsync(c => c.Number == number, cancellation);
                    return now.PieceId == 0 ? open!
                        : now.UserId != userId ? CouponRefusals.CardUsed
                        : (await CouponReads.PiecesAsync(unit, [now.PieceId], null, cancellation)).Single();
                }

                var piece = new PieceRow
                {
                    CouponId = card.CouponId,
                    Id = pieceId,
                    Version = coupon.Version,
                    UserId = userId,
                    RequestId = $" {pieceId:x}",
                    ClaimedAt = unit.NowMs,
                    Origin = PieceOrigin.Card,
                    DrawnCents = drawn,
                    Ordinal = -pieceId,
                };
                unit.Set<PieceRow>().Add(piece);
                await unit.SaveAsync(cancellation);
                return (await CouponReads.PiecesAsync(unit, [pieceId], null, cancellation)).Single();
            },
            cancellation);
    }

    public Task<Result<FullPiece>> SendAsync(long userId, long pieceId, long toUserId, CancellationToken cancellation) =>
        units.RunAsync<FullPiece>(
            async unit =>
            {
                if ((await CouponReads.PiecesAsync(unit, [pieceId], userId, cancellation)).SingleOrDefault() is not { } mine)
                {
                    return CouponRefusals.PieceUnknown;
                }

                if (await GiftAsync(unit, mine, toUserId, cancellation) is { } first)
                {
                    return first;
                }

                if (!IsUsable(mine, unit.NowMs))
                {
                    return CouponRefusals.PieceNotUsable;
                }

                if ((await users.ExistingAsync(unit, [toUserId], cancellation)).Count == 0)
                {
                    return UsersRefusals.Unknown;
                }

                return toUserId == userId ? CouponRefusals.PieceSentToSelf : await GiveAsync(unit, mine, toUserId, cancellation);
            },
            cancellation);

    /// <summary>Marks a piece; false where it was marked before, also by somebody at the same moment.</summary>
    public static async Task<bool> MarkAsync(
        Unit unit, PieceRow piece, PieceMark mark, long subjectId, CancellationToken cancellation) =>
        await unit.ExecuteAsync(
            $"""
            INSERT INTO coupons_marks (piece_id, coupon_id, mark, subject_id, at)
            VALUES ({piece.Id}, {piece.CouponId}, {(short)mark}, {subjectId}, {unit.NowMs}) ON CONFLICT DO NOTHING
            """,
            cancellation) == 1;

    public static bool IsUsable(FullPiece piece, long now) => CouponRules.StatusOf(
        piece.Mark?.Mark, CouponRules.UsableUntil(piece.Terms.Terms, piece.Piece.ClaimedAt), now) == PieceStatus.Usable;

    /// <summary>The piece that the receiver has got for a piece, or null.</summary>
    private static async Task<FullPiece?> GiftAsync(Unit unit, FullPiece sent, long toUserId, CancellationToken cancellation) =>
        sent.Mark is { Mark: PieceMark.Sent, SubjectId: var gift }
            ? (await CouponReads.PiecesAsync(unit, [gift], toUserId, cancellation)).SingleOrDefault()
            : null;

    private static async Task<Result<FullPiece>> GiveAsync(
        Unit unit, FullPiece mine, long toUserId, CancellationToken cancellation)
    {
        var id = unit.NewId();
        if (!await MarkAsync(unit, mine.Piece, PieceMark.Sent, id, cancellation))
        {
            // Of two at once for one receiver, the second is a repeat too.
            var now = (await CouponReads.PiecesAsync(unit, [mine.Piece.Id], null, cancellation)).Single();
            return await GiftAsync(unit, now, toUserId, cancellation) is { } first ? first : CouponRefusals.PieceNotUsable;
        }

        unit.Set<PieceRow>().Add(new PieceRow
        {
            CouponId = mine.Piece.CouponId,
            Id = id,
            Version = mine.Piece.Version,
            UserId = toUserId,
            RequestId = $" {id:x}",
            // Its time goes on as it was.
            ClaimedAt = mine.Piece.ClaimedAt,
            Origin = PieceOrigin.Gift,
            DrawnCents = mine.Piece.DrawnCents,
            Ordinal = -id,
        });
        await unit.SaveAsync(cancellation);
        return (await CouponReads.PiecesAsync(unit, [id], null, cancellation)).Single();
    }
}
