using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Lotteries;

/// <summary>Goods prizes: their winners say where they want them, and operators send them.</summary>
internal sealed class PrizesWrites(IUnits units, IAddressBook book)
{
    /// <summary>As often a winner may give an address for one prize.</summary>
    public const int MaxPerDraw = 20;

    /// <summary>Copies one of the winner's addresses to their prize, in place of the one that they gave before.</summary>
    /// <param name="userId">The winner.</param>
    /// <param name="drawId">Their draw.</param>
    /// <param name="addressId">One of their addresses.</param>
    /// <param name="requestId">Their request id, or empty.</param>
    /// <param name="requestHash">Hash of the request.</param>
    /// <param name="cancellation">Abandons the unit.</param>
    /// <returns>The draw as it is now, also for a repeat; or why not.</returns>
    public Task<Result<FullDraw>> SetAddressAsync(
        long userId, long drawId, long addressId, string requestId, long requestHash, CancellationToken cancellation) =>
        units.RunAsync<FullDraw>(
            async unit =>
            {
                // Shoppers are locked before draws, and a delivery locks the draw too.
                var copy = await unit.StageAsync(stage => book.Copy(stage, userId, addressId), cancellation);
                await unit.LockAsync<DrawRow>([drawId], wait: true, cancellation);
                if (await LotteriesReads.DrawAsync(unit, drawId, cancellation) is not { } draw || draw.Draw.UserId != userId)
                {
                    return LotteriesRefusals.DrawUnknown;
                }

                var given = await unit.Set<PrizeAddressRow>().Where(a => a.DrawId == drawId).OrderBy(a => a.Ordinal)
                    .ToListAsync(cancellation);
                if (requestId.Length > 0 && given.Find(a => a.RequestId == requestId) is { } first)
                {
                    return first.RequestHash == requestHash ? draw : Refusals.RequestIdReused;
                }

                var refusal = !draw.Draw.IsGoods ? LotteriesRefusals.NotDeliverable
                    : draw.Delivery is not null ? LotteriesRefusals.Delivered
                    : copy.Refusal ?? (given.Count >= MaxPerDraw ? LotteriesRefusals.PrizeAddressesFull : null);
                if (refusal is not null)
                {
                    return refusal;
                }

                var row = Row(drawId, given.Count, copy.Value!, unit.NowMs, requestId, requestHash);
                if (given.LastOrDefault() is { } before)
                {
                    (before.LinkMan, before.Mobile, before.Region, before.Detail, before.PostCode) = ("", "", "", "", "");
                }

                unit.Set<PrizeAddressRow>().Add(row);
                return draw with { Address = row };
            },
            cancellation);

    /// <summary>An operator notes how a prize was sent.</summary>
    /// <param name="unit">The operator's write.</param>
    /// <param name="drawId">The draw.</param>
    /// <param name="sent">Where to and with whom.</param>
    /// <param name="cancellation">Abandons the unit.</param>
    public static async Task<Result<OperatorChange<FullDraw>>> DeliverAsync(
        Unit unit, long drawId, Sending sent, CancellationToken cancellation)
    {
        // Its winner may be about to say where they want it.
        await unit.LockAsync<DrawRow>([drawId], wait: true, cancellation);
        if (await LotteriesReads.DrawAsync(unit, drawId, cancellation) is not { } before)
        {
            return LotteriesRefusals.DrawUnknown;
        }

        if (!before.Draw.IsGoods)
        {
            return LotteriesRefusals.NotDeliverable;
        }

        var row = await unit.Set<DeliveryRow>().SingleOrDefaultAsync(d => d.DrawId == drawId, cancellation);
        if (row is null)
        {
            row = new DeliveryRow { DrawId = drawId, LotteryId = before.Draw.LotteryId };
            unit.Set<DeliveryRow>().Add(row);
        }

        (row.Address, row.Carrier, row.TrackingNumber, row.At) = (sent.Address, sent.Carrier, sent.TrackingNumber, unit.NowMs);
        return new OperatorChange<FullDraw>($"draw:{drawId}", before, before with { Delivery = row });
    }

    private static PrizeAddressRow Row(
        long drawId, int ordinal, ShippingAddress copy, long now, string requestId, long requestHash) => new()
        {
            DrawId = drawId,
            Ordinal = ordinal,
            LinkMan = copy.LinkMan,
            Mobile = copy.Mobile,
            Region = copy.Region,
            Detail = copy.Detail,
            PostCode = copy.PostCode,
            At = now,
            RequestId = requestId,
            RequestHash = requestHash,
        };
}

/// <summary>How a prize is sent.</summary>
internal readonly record struct Sending(string Address, string Carrier, string TrackingNumber);
