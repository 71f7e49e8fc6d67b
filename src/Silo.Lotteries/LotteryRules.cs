using Silo.Kernel;

namespace Silo.Lotteries;

/// <summary>A draw of a user: what limits count, and what a repeat is answered from.</summary>
/// <param name="DrawId">The draw.</param>
/// <param name="Position">Its position.</param>
/// <param name="RuleVersion">The rule by which it was drawn.</param>
/// <param name="PrizeId">What was drawn.</param>
/// <param name="UserCouponId">The user coupon of a coupon prize; 0 for none.</param>
/// <param name="RequestId">The request id.</param>
/// <param name="RequestHash">Hash of the request.</param>
/// <param name="At">When, in unix milliseconds.</param>
internal sealed record AcceptedDraw(
    long DrawId, long Position, int RuleVersion, long PrizeId, long UserCouponId, string RequestId, long RequestHash, long At)
{
    public static AcceptedDraw Of(DrawRow row) =>
        new(row.Id, row.Position, row.RuleVersion, row.PrizeId, row.UserCouponId, row.RequestId, row.RequestHash, row.At);
}

/// <summary>The module's decisions. Pure: the state, the command, what is known of the user and the time go in.</summary>
internal static class LotteryRules
{
    /// <summary>
    /// Decides whether a draw may be made. A repeat is looked up before any other rule, so that the first answer is given
    /// also after the end. A new draw that may be made is neither a refusal nor a repeat.
    /// </summary>
    public static (Refusal? Refusal, AcceptedDraw? Repeat) Draw(
        LotteryState state, DrawCommand command, IReadOnlyList<AcceptedDraw> mine, long points, long now)
    {
        if (!state.Exists)
        {
            return (LotteriesRefusals.Unknown, null);
        }

        if (command.RequestId.Length > 0)
        {
            foreach (var draw in mine)
            {
                if (draw.RequestId == command.RequestId)
                {
                    return draw.RequestHash == command.RequestHash ? (null, draw) : (Refusals.RequestIdReused, null);
                }
            }
        }

        return (DrawRefusal(state, mine.Count, points, now), null);
    }

    /// <summary>Why a new draw is refused, or null.</summary>
    public static Refusal? DrawRefusal(LotteryState state, int timesDrawn, long points, long now) =>
        !state.Enabled || now < state.Terms.StartsAt ? LotteriesRefusals.NotOpen
        : state.Closed || now >= state.Terms.EndsAt ? LotteriesRefusals.Ended
        : OddsTotal(state.Terms.IsDeck, state.Terms.Prizes, state.Won) == 0 ? LotteriesRefusals.DeckEmpty
        : timesDrawn >= state.Terms.TimesPerUser ? LotteriesRefusals.LimitReached
        : points < state.Terms.PointsCost ? LotteriesRefusals.PointsTooLow
        : null;

    /// <summary>How many of a prize are left; the most there is where it is without end.</summary>
    public static long Left(Prize prize, long won) => prize.IsEndless ? long.MaxValue : prize.Stock - won;

    /// <summary>What the drawn number is below: all weights, or, in a deck, all that is left.</summary>
    public static long OddsTotal(bool isDeck, IReadOnlyList<Prize> prizes, IReadOnlyList<long> won)
    {
        var total = 0L;
        for (var i = 0; i < prizes.Count; i++)
        {
            total += isDeck ? Left(prizes[i], won[i]) : prizes[i].Weight;
        }

        return total;
    }

    /// <summary>The prize that a number draws, by its place.</summary>
    /// <param name="isDeck">Whether what is left of the prizes counts, and not their weights.</param>
    /// <param name="prizes">The prizes in the order of the rule.</param>
    /// <param name="won">How many of each were won before.</param>
    /// <param name="number">From 0 to <see cref="OddsTotal"/> - 1.</param>
    public static int Pick(bool isDeck, IReadOnlyList<Prize> prizes, IReadOnlyList<long> won, long number)
    {
        for (var i = 0; i < prizes.Count; i++)
        {
            var share = isDeck ? Left(prizes[i], won[i]) : prizes[i].Weight;
            if (number < share)
            {
                return isDeck || Left(prizes[i], won[i]) > 0 ? i : Loss(prizes);
            }

            number -= share;
        }

        throw new ArgumentOutOfRangeException(nameof(number), number, "Not below the total.");
    }

    /// <summary>The chances of the next draw in parts of the total, in the order of the prizes.</summary>
    public static long[] Odds(bool isDeck, IReadOnlyList<Prize> prizes, IReadOnlyList<long> won)
    {
        var odds = new long[prizes.Count];
        for (var i = 0; i < prizes.Count; i++)
        {
            var left = Left(prizes[i], won[i]);
            odds[isDeck || left > 0 ? i : Loss(prizes)] += isDeck ? left : prizes[i].Weight;
        }

        return odds;
    }

    /// <summary>How far the lottery is.</summary>
    public static LotteryProgress Progress(LotteryState state)
    {
        var (terms, won) = (state.Terms, state.Won);
        var odds = Odds(terms.IsDeck, terms.Prizes, won);
        return new()
        {
            Draws = state.Draws,
            Version = state.Version,
            Closed = state.Closed,
            OddsTotal = OddsTotal(terms.IsDeck, terms.Prizes, won),
            Prizes = [.. terms.Prizes.Select((p, i) => new PrizeProgress
            {
                PrizeId = p.Id,
                Left = p.IsEndless ? 0 : Left(p, won[i]),
                Won = won[i],
                Odds = odds[i],
            })],
        };
    }

    /// <summary>The state after a draw of the prize at a place.</summary>
    public static LotteryState AfterDraw(LotteryState state, int place, bool firstOfUser)
    {
        var won = state.Won.ToArray();
        won[place]++;
        return state with
        {
            Draws = state.Draws + 1,
            Drawers = state.Drawers + (firstOfUser ? 1 : 0),
            Won = won,
            PointsCharged = state.PointsCharged + state.Terms.PointsCost,
        };
    }

    /// <summary>Decides a creation; ids of prizes and what coupons gave are in the terms already.</summary>
    public static Result<LotteryState> Create(LotteryTerms terms, byte[] seed, byte[] pseudonymKey, long now) =>
        TermsRefusal(terms) is { } refusal
            ? refusal
            : new LotteryState
            {
                Version = 1,
                RuleVersion = 1,
                Terms = terms,
                Enabled = true,
                Won = new long[terms.Prizes.Count],
                Seed = seed,
                PseudonymKey = pseudonymKey,
                CreatedAt = now,
                UpdatedAt = now,
            };

    /// <summary>
    /// Why a lottery, or one that is to be, cannot get the terms, or null: all that is refused before goods and coupons are
    /// looked at.
    /// </summary>
    public static Refusal? SavingRefusal(LotteryState state, LotteryTerms terms, int expectedVersion, long now) =>
        (state.Exists ? UpdateRefusal(state, expectedVersion, now) : null)
        ?? TermsRefusal(terms)
        ?? NamesRefusal(state.Terms.Prizes, terms.Prizes)
        ?? (terms.Prizes.Any(p => !p.IsEndless && p.Stock < WonOf(state, p.Id)) ? LotteriesRefusals.StockBelowWon : null);

    /// <summary>The state with new terms that are not refused; ids of prizes and what coupons gave are in them already.</summary>
    public static LotteryState Update(LotteryState state, LotteryTerms terms, long now)
    {
        var sameRule = terms.IsDeck == state.Terms.IsDeck && terms.Prizes.SequenceEqual(state.Terms.Prizes);
        return state with
        {
            Version = state.Version + 1,
            RuleVersion = state.RuleVersion + (sameRule ? 0 : 1),
            Terms = terms,
            Won = terms.Prizes.Select(p => WonOf(state, p.Id)).ToArray(),
            UpdatedAt = now,
        };
    }

    /// <summary>Why the lottery cannot be changed, or null.</summary>
    public static Refusal? UpdateRefusal(LotteryState state, int expectedVersion, long now) =>
        !state.Exists ? LotteriesRefusals.Unknown
        : expectedVersion != 0 && expectedVersion != state.Version ? LotteriesRefusals.VersionStale
        : IsOver(state, now) ? LotteriesRefusals.Ended
        : null;

    /// <summary>Decides whether draws are accepted.</summary>
    public static Result<LotteryState> SetEnabled(LotteryState state, bool enabled, long now) =>
        UpdateRefusal(state, 0, now) is { } refusal ? refusal : state with { Enabled = enabled, UpdatedAt = now };

    /// <summary>Decides an early end.</summary>
    public static Result<LotteryState> End(LotteryState state, long now) => UpdateRefusal(state, 0, now) is { } refusal
        ? refusal
        : state with { Closed = true, UpdatedAt = now, Terms = state.Terms with { EndsAt = Math.Max(now, state.Terms.StartsAt + 1) } };

    /// <summary>Decides whether the lottery is over for good, so that its seed may be told.</summary>
    public static Result<LotteryState> Close(LotteryState state, long now) =>
        !state.Exists ? LotteriesRefusals.Unknown
        : state.Closed ? state
        : now < state.Terms.EndsAt ? LotteriesRefusals.NotEnded
        : state with { Closed = true };

    /// <summary>How often the prize with an id was won.</summary>
    public static long WonOf(LotteryState state, long prizeId)
    {
        for (var i = 0; i < state.Terms.Prizes.Count; i++)
        {
            if (state.Terms.Prizes[i].Id == prizeId)
            {
                return state.Won[i];
            }
        }

        return 0;
    }

    /// <summary>
    /// Why prizes cannot be named as they are, or null: only present ones have ids, each is named once, and stays what it
    /// is; another kind, another coupon and other goods are another prize.
    /// </summary>
    public static Refusal? NamesRefusal(IReadOnlyList<Prize> present, IReadOnlyList<Prize> named)
    {
        var seen = new HashSet<long>();
        return named.Where(p => p.Id != 0).All(p => seen.Add(p.Id)
            && present.Any(q => q.Id == p.Id && q.Kind == p.Kind && q.CouponId == p.CouponId && q.GoodsId == p.GoodsId))
            ? null
            : LotteriesRefusals.PrizeUnknown;
    }

    /// <summary>Why terms cannot be, or null.</summary>
    public static Refusal? TermsRefusal(LotteryTerms terms) =>
        terms.EndsAt <= terms.StartsAt ? LotteriesRefusals.WindowEmpty
        : terms.Prizes.Select(p => p.Title).Distinct(StringComparer.Ordinal).Count() < terms.Prizes.Count
            ? LotteriesRefusals.PrizeTitleTaken
        : terms.Prizes.Any(p => !IsWhole(p, terms.IsDeck)) ? LotteriesRefusals.PrizeInvalid
        : !terms.IsDeck && (Loss(terms.Prizes) < 0 || terms.Prizes.Sum(p => p.Weight) == 0) ? LotteriesRefusals.NoLoss
        : null;

    /// <summary>The goods among the prizes of terms.</summary>
    public static IEnumerable<long> GoodsOf(LotteryTerms terms) => terms.Prizes.Select(p => p.GoodsId).Where(id => id > 0);

    /// <summary>Those that are no prize of the present terms, which need theirs.</summary>
    public static IEnumerable<long> NewGoods(LotteryTerms present, LotteryTerms terms) => GoodsOf(terms).Except(GoodsOf(present));

    /// <summary>How many coupons a prize needs beyond what its lottery has; negative where it has too many.</summary>
    public static long Needed(LotteryTerms present, Prize prize) => prize.Kind != LotteryPrizeKind.Coupon
        ? 0
        : prize.Stock - (present.Prizes.SingleOrDefault(p => prize.Id != 0 && p.Id == prize.Id)?.Stock ?? 0);

    private static bool IsOver(LotteryState state, long now) => state.Closed || now >= state.Terms.EndsAt;

    /// <summary>The place of the loss that takes the weight of what is gone; -1 for none.</summary>
    private static int Loss(IReadOnlyList<Prize> prizes)
    {
        for (var i = 0; i < prizes.Count; i++)
        {
            if (prizes[i].Kind == LotteryPrizeKind.None && prizes[i].IsEndless)
            {
                return i;
            }
        }

        return -1;
    }

    private static bool IsWhole(Prize prize, bool isDeck) =>
        prize.Points > 0 == (prize.Kind == LotteryPrizeKind.Points)
        && prize.AmountCents > 0 == (prize.Kind == LotteryPrizeKind.Balance)
        && prize.CouponId > 0 == (prize.Kind == LotteryPrizeKind.Coupon)
        && prize.GoodsId > 0 == (prize.Kind == LotteryPrizeKind.Goods)
        && (isDeck ? prize.Stock > 0 : prize.Weight > 0 || prize.Kind == LotteryPrizeKind.None)
        && (prize.Stock > 0 || prize.Kind is LotteryPrizeKind.None or LotteryPrizeKind.Points);
}
