using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Lotteries;

/// <content>Draws, and what a batch needs to know of those who draw.</content>
internal sealed partial class LotteryGrain
{
    /// <summary>Users whose draws are remembered; bounded, so that the grain does not grow with draws.</summary>
    private const int UsersRemembered = 4096;

    private readonly LruCache<long, List<AcceptedDraw>> remembered = new(UsersRemembered);

    /// <summary>
    /// Takes a user whom nobody remembers to have no draws. If they have some, the ordinal of what they would get is taken,
    /// and if that is why they were refused, the refusal is not sure.
    /// </summary>
    protected override bool TryGuess(IReadOnlyList<LotteryCommand> batch, out LotteryFacts facts)
    {
        facts = new LotteryFacts { Now = Clock.NowMs };
        if (!State.Exists)
        {
            return false;
        }

        foreach (var command in batch)
        {
            if (command is not DrawCommand draw)
            {
                return false;
            }

            if (facts.DrawsByUser.ContainsKey(draw.UserId))
            {
                continue;
            }

            if (remembered.TryGet(draw.UserId, out var draws))
            {
                facts.DrawsByUser[draw.UserId] = [.. draws];
            }
            else
            {
                facts.DrawsByUser[draw.UserId] = [];
                facts.Guessed.Add(draw.UserId);
            }
        }

        return true;
    }

    protected override bool IsSure(LotteryCommand command, LotteryOutcome outcome, LotteryFacts facts) =>
        outcome.DrawId > 0 || !facts.Guessed.Contains(((DrawCommand)command).UserId);

    protected override void Remember(LotteryFacts facts)
    {
        foreach (var (user, draws) in facts.DrawsByUser)
        {
            remembered.Set(user, draws);
        }
    }

    protected override void ForgetFacts() => remembered.Clear();

    /// <summary>Also where the terms are only just being changed to move wallets: draws of the same batch follow.</summary>
    protected override bool Locks(LotteryCommand command) => command switch
    {
        DrawCommand => State.MovesWallets && !State.Closed,
        LotteryChangeCommand change => new LotteryState { Terms = change.Terms }.MovesWallets,
        _ => false,
    };

    protected override void Stage(Stage stage, IReadOnlyList<LotteryCommand> batch, LotteryFacts facts) => facts.Ledger =
        wallets.Stage(stage, batch.OfType<DrawCommand>().Select(c => c.UserId).ToHashSet(), RowLock.SkipLocked);

    protected override bool IsHeldElsewhere(LotteryCommand command, LotteryFacts facts) =>
        facts.Ledger is { } ledger && command is DrawCommand draw && ledger.HeldElsewhere.Contains(draw.UserId);

    private static LotteryOutcome Drawn(LotteryState state, AcceptedDraw draw, string nonce) => new()
    {
        DrawId = draw.DrawId,
        Position = draw.Position,
        RuleVersion = draw.RuleVersion,
        PrizeId = draw.PrizeId,
        Prize = draw.RuleVersion == state.RuleVersion ? state.Terms.Prizes.Single(p => p.Id == draw.PrizeId) : null,
        UserCouponId = draw.UserCouponId,
        At = draw.At,
        Nonce = nonce,
    };

    /// <summary>Books what a draw costs and what it wins in one transaction each; the refusal, and nothing, where it cannot be.</summary>
    private static Refusal? MoveWallet(
        LedgerDraft? ledger, LotteryTerms terms, Prize prize, long userId, long drawId, Rows rows)
    {
        var won = prize.Kind switch
        {
            LotteryPrizeKind.Points => Transaction(
                LedgerKind.LotteryPrize, userId, LedgerAccount.Points, prize.Points, LedgerAccount.ShopPointsIssued),
            LotteryPrizeKind.Balance => Transaction(
                LedgerKind.LotteryPrize, userId, LedgerAccount.Balance, prize.AmountCents, LedgerAccount.ShopPromotions),
            _ => null,
        };
        // The prize first: it alone can be refused, since the points were counted before.
        if (won is not null && ledger!.Post(won, rows) is { IsAccepted: false } full)
        {
            return full.Refusal;
        }

        if (terms.PointsCost > 0
            && ledger!.Post(Transaction(
                LedgerKind.LotteryDraw, userId, LedgerAccount.Points, -terms.PointsCost, LedgerAccount.ShopPointsRedeemed), rows)
                is { IsAccepted: false } tooLow)
        {
            throw new InvalidOperationException($"The points were counted before and are now refused: {tooLow.Refusal.Reason}.");
        }

        return null;

        LedgerTransaction Transaction(LedgerKind kind, long user, LedgerAccount account, long amount, LedgerAccount other) => new()
        {
            Kind = kind,
            Reference = $"draw:{drawId}",
            Remark = terms.Title,
            Lines = [new(user, account, amount), new(0, other, -amount)],
        };
    }

    private async Task LoadUsersAsync(IReads reads, IReadOnlyList<LotteryCommand> batch, LotteryFacts facts)
    {
        var (lotteryId, users) = (LotteryId, batch.OfType<DrawCommand>().Select(c => c.UserId).Distinct().ToArray());
        if (users.Length == 0)
        {
            return;
        }

        var draws = await reads.Query<DrawRow>()
            .Where(d => users.Contains(d.UserId) && d.LotteryId == lotteryId).OrderBy(d => d.Position).ToListAsync();
        foreach (var row in draws)
        {
            facts.DrawsOf(row.UserId).Add(AcceptedDraw.Of(row));
        }
    }

    private (LotteryState State, LotteryOutcome Outcome) DecideDraw(
        LotteryState draft, DrawCommand command, LotteryFacts facts, Rows rows)
    {
        var mine = facts.DrawsOf(command.UserId);
        var (refusal, repeat) = LotteryRules.Draw(
            draft, command, mine, facts.Ledger?.PointsOf(command.UserId) ?? 0, facts.Now);
        if (refusal is not null)
        {
            return (draft, LotteryOutcome.Refused(refusal));
        }

        var nonce = LotteryNumbers.Nonce(draft.PseudonymKey, LotteryId, command.UserId);
        if (repeat is not null)
        {
            return (draft, Drawn(draft, repeat, nonce));
        }

        var (prizes, isDeck, position) = (draft.Terms.Prizes, draft.Terms.IsDeck, draft.Draws + 1);
        var number = LotteryNumbers.Number(
            draft.Seed,
            LotteryId,
            draft.RuleVersion,
            position,
            LotteryNumbers.Pseudonym(command.UserId, nonce),
            (ulong)LotteryRules.OddsTotal(isDeck, prizes, draft.Won));
        var place = LotteryRules.Pick(isDeck, prizes, draft.Won, (long)number.Value);
        var (prize, id) = (prizes[place], Ids.Next());
        if (MoveWallet(facts.Ledger, draft.Terms, prize, command.UserId, id, rows) is { } full)
        {
            return (draft, LotteryOutcome.Refused(full));
        }

        var userCouponId = prize.Kind == LotteryPrizeKind.Coupon ? coupons.Give(prize.Coupon!, command.UserId, facts.Now, rows) : 0;
        var row = new DrawRow
        {
            Id = id,
            LotteryId = LotteryId,
            Position = position,
            RuleVersion = draft.RuleVersion,
            UserId = command.UserId,
            Ordinal = mine.Count,
            RequestId = OwnRequestId.Or(command.RequestId, id),
            RequestHash = command.RequestHash,
            At = facts.Now,
            PrizeId = prize.Id,
            PrizeOrdinal = draft.Won[place],
            UserCouponId = userCouponId,
            IsGoods = prize.Kind == LotteryPrizeKind.Goods,
        };
        rows.Append(row);
        var draw = AcceptedDraw.Of(row);
        mine.Add(draw);
        var next = LotteryRules.AfterDraw(draft, place, firstOfUser: mine.Count == 1);
        return (next, Drawn(next, draw, nonce));
    }
}
