using System.Text.Json.Nodes;
using Google.Protobuf;
using Silo.Accounts;
using Silo.Lotteries.V1;
using static Silo.Edge.WireTime;

namespace Silo.Lotteries;

/// <summary>Between the module's types and the wire's.</summary>
internal static class LotteriesWire
{
    public static LotteryTerms Terms(V1.LotteryTerms wire) => new()
    {
        Title = wire.Title,
        Content = wire.Content,
        StartsAt = Milliseconds(wire.StartsAt),
        EndsAt = Milliseconds(wire.EndsAt),
        TimesPerUser = wire.TimesPerUser,
        PointsCost = wire.PointsCost,
        IsDeck = wire.Mode == LotteryMode.Deck,
        Prizes = [.. wire.Prizes.Select(p => new Prize
        {
            Id = p.Id,
            Kind = (LotteryPrizeKind)p.Kind,
            Title = p.Title,
            PictureUrl = p.PictureUrl,
            Weight = p.Weight,
            Stock = p.Stock,
            Points = p.Points,
            AmountCents = p.AmountCents,
            CouponId = p.CouponId,
            GoodsId = p.GoodsId,
        })],
    };

    /// <summary>A lottery without its secrets.</summary>
    public static Lottery Lottery(long id, LotteryState state)
    {
        var progress = LotteryRules.Progress(state);
        var lottery = new Lottery
        {
            Id = id,
            Terms = Terms(state.Terms),
            Version = state.Version,
            RuleVersion = state.RuleVersion,
            Enabled = state.Enabled,
            Ended = state.Closed,
            Draws = state.Draws,
            Drawers = state.Drawers,
            OddsTotal = progress.OddsTotal,
            SeedHash = LotteryNumbers.SeedHash(state.Seed),
            CreatedAt = Instant(state.CreatedAt),
            UpdatedAt = Instant(state.UpdatedAt),
        };
        lottery.Odds.AddRange(progress.Prizes.Select(Odds));
        return lottery;
    }

    /// <summary>A lottery as the audit log keeps it, and answers a repeat: the API's JSON, without any secret.</summary>
    public static string Json(long id, LotteryState state) => JsonFormatter.Default.Format(Lottery(id, state));

    public static Lottery Read(string json) => JsonParser.Default.Parse<Lottery>(json);

    /// <summary>A draw as JSON, as the API shows it.</summary>
    public static JsonNode Json(FullDraw draw) => JsonNode.Parse(JsonFormatter.Default.Format(Draw(draw)))!;

    public static WatchLotteryResponse Watched(LotteryProgress progress)
    {
        var response = new WatchLotteryResponse
        {
            Draws = progress.Draws,
            OddsTotal = progress.OddsTotal,
            Ended = progress.Closed,
        };
        response.Odds.AddRange(progress.Prizes.Select(Odds));
        return response;
    }

    public static LotteryPrize Prize(Prize prize) => new()
    {
        Id = prize.Id,
        Kind = (PrizeKind)prize.Kind,
        Title = prize.Title,
        PictureUrl = prize.PictureUrl,
        Weight = prize.Weight,
        Stock = prize.Stock,
        Points = prize.Points,
        AmountCents = prize.AmountCents,
        CouponId = prize.CouponId,
        GoodsId = prize.GoodsId,
    };

    public static LotteryRule Rule(Rule rule)
    {
        var wire = new LotteryRule
        {
            Version = rule.Version,
            FirstPosition = rule.FirstPosition,
            Mode = Mode(rule.IsDeck),
        };
        wire.Prizes.AddRange(rule.Prizes.Select(Prize));
        return wire;
    }

    /// <summary>A draw as operators see it; of others, what they may not see is taken away.</summary>
    public static Draw Draw(FullDraw full) => new()
    {
        Id = full.Draw.Id,
        LotteryId = full.Draw.LotteryId,
        Position = full.Draw.Position,
        RuleVersion = full.Draw.RuleVersion,
        UserId = full.Draw.UserId,
        Prize = Prize(full.Prize),
        DrawnAt = Instant(full.Draw.At),
        State = full.Prize.Kind switch
        {
            LotteryPrizeKind.None => PrizeState.None,
            LotteryPrizeKind.Goods when full.Delivery is null => PrizeState.Pending,
            _ => PrizeState.Given,
        },
        UserCouponId = full.Draw.UserCouponId,
        Delivery = full.Delivery is not { } delivery ? null : new()
        {
            Address = delivery.Address,
            Carrier = delivery.Carrier,
            TrackingNumber = delivery.TrackingNumber,
            DeliveredAt = Instant(delivery.At),
        },
        Address = full.Address is not { } address ? null : new()
        {
            LinkMan = address.LinkMan,
            Mobile = address.Mobile,
            Region = address.Region,
            Detail = address.Detail,
            PostCode = address.PostCode,
            GivenAt = Instant(address.At),
        },
    };

    /// <summary>As the audit log, which is not erased, may keep it.</summary>
    public static Draw Audited(FullDraw draw)
    {
        var wire = Draw(draw);
        if (wire.Delivery is not null)
        {
            (wire.Delivery.Address, wire.Delivery.TrackingNumber) = ("", "");
        }

        wire.Address = null;
        return wire;
    }

    /// <summary>A draw as its owner sees it.</summary>
    public static Draw OwnDraw(FullDraw full, string nonce)
    {
        var draw = Draw(full);
        draw.Pseudonym = LotteryNumbers.Pseudonym(full.Draw.UserId, nonce);
        draw.PseudonymNonce = nonce;
        return draw;
    }

    /// <summary>A draw as everybody sees it.</summary>
    /// <param name="full">The draw.</param>
    /// <param name="user">Who drew; null where they are gone.</param>
    /// <param name="isNamed">Whether the reader has named them by their id.</param>
    public static Draw ShownDraw(FullDraw full, ShownUser? user, bool isNamed)
    {
        var draw = Draw(full);
        (draw.Position, draw.RuleVersion, draw.UserCouponId, draw.Delivery, draw.Address) = (0, 0, 0, null, null);
        (draw.UserId, draw.Nick, draw.AvatarUrl) = (isNamed ? draw.UserId : 0, user?.Nick ?? "", user?.AvatarUrl ?? "");
        return draw;
    }

    public static RevealedDraw Revealed(LotteryState state, DrawRow draw) => new()
    {
        Position = draw.Position,
        RuleVersion = draw.RuleVersion,
        Pseudonym = LotteryNumbers.Pseudonym(
            draw.UserId, LotteryNumbers.Nonce(state.PseudonymKey, draw.LotteryId, draw.UserId)),
        PrizeId = draw.PrizeId,
    };

    private static PrizeOdds Odds(PrizeProgress prize) => new()
    {
        PrizeId = prize.PrizeId,
        Left = prize.Left,
        Won = prize.Won,
        Odds = prize.Odds,
    };

    private static V1.LotteryTerms Terms(LotteryTerms terms)
    {
        var wire = new V1.LotteryTerms
        {
            Title = terms.Title,
            Content = terms.Content,
            StartsAt = Instant(terms.StartsAt),
            EndsAt = Instant(terms.EndsAt),
            TimesPerUser = terms.TimesPerUser,
            PointsCost = terms.PointsCost,
            Mode = Mode(terms.IsDeck),
        };
        wire.Prizes.AddRange(terms.Prizes.Select(Prize));
        return wire;
    }

    private static LotteryMode Mode(bool isDeck) => isDeck ? LotteryMode.Deck : LotteryMode.Weighted;
}
