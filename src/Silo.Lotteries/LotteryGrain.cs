using System.Security.Cryptography;
using System.Text.Json;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Silo.Coupons;
using Silo.Kernel;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Lotteries;

/// <summary>One lottery. See <see cref="HotGrain{TState,TCommand,TOutcome,TFacts}"/> for how it commits.</summary>
[GrainType("silo.lotteries.lottery")]
internal sealed class LotteryGrain(IdSource ids, ShopClock clock, IWallets wallets, ICouponAllotments coupons)
    : HotGrain<LotteryState, LotteryCommand, LotteryOutcome, LotteryFacts>, ILotteryGrain
{
    /// <summary>Users whose draws are remembered; bounded, so that the grain does not grow with draws.</summary>
    private const int UsersRemembered = 4096;

    /// <summary>Batches that are decided on rows after a guess was wrong: then users come again whom nobody remembers.</summary>
    private const int BatchesAfterAWrongGuess = 32;

    private static readonly TimeSpan LongestWatch = TimeSpan.FromSeconds(10);
    private readonly Recent<long, List<AcceptedDraw>> remembered = new(UsersRemembered);
    private TaskCompletionSource changed = NewSignal();
    private int batchesOnRows;

    protected override StateKey Key => new(LotteryState.Name, LotteryId);

    private long LotteryId => this.GetPrimaryKeyLong();

    public Task<LotteryOutcome[]> DrawAsync(LotteryCommand[] commands) => SubmitAsync(commands);

    public async Task<LotteryOutcome> ChangeAsync(LotteryCommand command) => (await SubmitAsync([command]))[0];

    public async Task<LotteryProgress?> WatchAsync(LotteryProgress? seen)
    {
        await LoadStateAsync();
        if (State.Exists && LotteriesWire.Progress(State) == seen)
        {
            try
            {
                await changed.Task.WaitAsync(LongestWatch, clock.Time);
            }
            catch (TimeoutException)
            {
                // The caller asks again; a grain that moved meanwhile is found anew by that.
            }
        }

        LeaveIfNeverWritten();
        return State.Exists ? LotteriesWire.Progress(State) : null;
    }

    /// <summary>
    /// Takes a user whom nobody remembers to have no draws. If he has, the ordinal of what he would get is taken, and if
    /// that is why he was refused, the refusal is not sure.
    /// </summary>
    protected override bool TryGuess(IReadOnlyList<LotteryCommand> batch, out LotteryFacts facts)
    {
        facts = new LotteryFacts { Now = clock.NowMs };
        if (batchesOnRows > 0)
        {
            batchesOnRows--;
            return false;
        }

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

    protected override void OnWrongGuess() => batchesOnRows = BatchesAfterAWrongGuess;

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

    protected override async ValueTask<LotteryFacts> LoadAsync(IUnits reads, IReadOnlyList<LotteryCommand> batch)
    {
        var facts = new LotteryFacts { Now = clock.NowMs };
        var users = batch.OfType<DrawCommand>().Select(c => c.UserId).Distinct().ToArray();
        if (State.Exists && users.Length > 0)
        {
            await reads.ReadAsync(r => LoadUsersAsync(r, users, facts), CancellationToken.None);
        }

        var changes = batch.OfType<LotteryChangeCommand>().Where(c => c.RequestId.Length > 0).ToArray();
        if (changes.Length > 0)
        {
            await reads.ReadAsync(r => LoadChangesAsync(r, changes, facts), CancellationToken.None);
        }

        return facts;
    }

    protected override (LotteryState State, LotteryOutcome Outcome) Decide(
        LotteryState draft, LotteryCommand command, LotteryFacts facts, Rows rows) => command switch
        {
            DrawCommand draw => DecideDraw(draft, draw, facts, rows),
            LotteryChangeCommand change => DecideChange(draft, change, facts, rows),
            CloseCommand => DecideClose(draft, facts, rows),
            _ => throw new NotSupportedException(command.GetType().Name),
        };

    protected override LotteryOutcome PutOff => Refuse(Refusals.StorageUnavailable);

    protected override Refusal? RefusalOf(LotteryOutcome outcome) => outcome.Refusal;

    /// <summary>Also where the terms are only just being changed to move wallets: draws of the same batch follow.</summary>
    protected override bool Locks(LotteryCommand command) => command switch
    {
        DrawCommand => State.MovesWallets && !State.Closed,
        LotteryChangeCommand change => new LotteryState { Terms = change.Terms }.MovesWallets,
        _ => false,
    };

    protected override async Task<IReadOnlySet<LotteryCommand>> LockAsync(
        Unit unit, IReadOnlyList<LotteryCommand> batch, LotteryFacts facts)
    {
        var draws = batch.OfType<DrawCommand>().ToArray();
        facts.Ledger = await wallets.TryLockAsync(
            unit, [.. draws.Select(c => c.UserId).Distinct()], CancellationToken.None, make: true);
        return draws.Where(c => facts.Ledger.HeldElsewhere.Contains(c.UserId)).ToHashSet<LotteryCommand>();
    }

    protected override void OnCommitted()
    {
        var signal = changed;
        changed = NewSignal();
        signal.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static LotteryOutcome Refuse(Refusal refusal) => new() { Refusal = refusal };

    private static async Task<bool> LoadChangesAsync(IReads reads, LotteryChangeCommand[] changes, LotteryFacts facts)
    {
        var requests = changes.Select(c => c.RequestId).ToArray();
        var operators = changes.Select(c => c.OperatorId).Distinct().ToArray();
        var entries = await reads.Query<AuditEntry>()
            .Where(a => operators.Contains(a.OperatorId) && requests.Contains(a.RequestId)).ToListAsync();
        foreach (var entry in entries)
        {
            facts.Changes[(entry.OperatorId, entry.Rpc, entry.RequestId)] = (entry.RequestHash, entry.After);
        }

        return true;
    }

    private async Task<bool> LoadUsersAsync(IReads reads, long[] users, LotteryFacts facts)
    {
        var lotteryId = LotteryId;
        var draws = await reads.Query<DrawRow>()
            .Where(d => users.Contains(d.UserId) && d.LotteryId == lotteryId).OrderBy(d => d.Position).ToListAsync();
        foreach (var d in draws)
        {
            facts.DrawsOf(d.UserId).Add(
                new(d.Id, d.Position, d.RuleVersion, d.PrizeId, d.UserCouponId, d.RequestId, d.RequestHash, d.At));
        }

        return true;
    }

    private (LotteryState State, LotteryOutcome Outcome) DecideDraw(
        LotteryState draft, DrawCommand command, LotteryFacts facts, Rows rows)
    {
        var mine = facts.DrawsOf(command.UserId);
        var (refusal, repeat) = LotteryRules.Draw(
            draft, command, mine, facts.Ledger?.PointsOf(command.UserId) ?? 0, facts.Now);
        if (refusal is not null)
        {
            return (draft, Refuse(refusal));
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
        var (prize, id) = (prizes[place], ids.Next());
        if (MoveWallet(facts.Ledger, draft.Terms, prize, command.UserId, id, rows) is { } full)
        {
            return (draft, Refuse(full));
        }

        var userCouponId = prize.Kind == LotteryPrizeKind.Coupon ? coupons.Give(prize.Coupon!, command.UserId, facts.Now, rows) : 0;
        // The blank keeps what is made here apart from what a caller can send.
        var requestId = command.RequestId.Length > 0 ? command.RequestId : $" {id:x}";
        var draw = new AcceptedDraw(
            id, position, draft.RuleVersion, prize.Id, userCouponId, requestId, command.RequestHash, facts.Now);
        rows.Append(new DrawRow
        {
            Id = id,
            LotteryId = LotteryId,
            Position = position,
            RuleVersion = draft.RuleVersion,
            UserId = command.UserId,
            Ordinal = mine.Count,
            RequestId = requestId,
            RequestHash = command.RequestHash,
            At = facts.Now,
            PrizeId = prize.Id,
            PrizeOrdinal = draft.Won[place],
            UserCouponId = userCouponId,
            IsGoods = prize.Kind == LotteryPrizeKind.Goods,
        });
        mine.Add(draw);
        var next = LotteryRules.AfterDraw(draft, place, firstOfUser: mine.Count == 1);
        return (next, Drawn(next, draw, nonce));
    }

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
            Reference = $"draw:{LotteryAllotments.Text(drawId)}",
            Remark = terms.Title,
            Lines = [new(user, account, amount), new(0, other, -amount)],
        };
    }

    private (LotteryState State, LotteryOutcome Outcome) DecideClose(LotteryState draft, LotteryFacts facts, Rows rows)
    {
        var decision = LotteryRules.Close(draft, facts.Now);
        if (!decision.IsAccepted)
        {
            return (draft, Refuse(decision.Refusal));
        }

        if (!draft.Closed)
        {
            GiveBackWhatIsLeft(draft, [], rows, facts.Now);
        }

        return (decision.Value, new());
    }

    /// <summary>Decides an operator's write, once for each request id, and notes it in the audit log.</summary>
    private (LotteryState State, LotteryOutcome Outcome) DecideChange(
        LotteryState draft, LotteryChangeCommand command, LotteryFacts facts, Rows rows)
    {
        if (!draft.Exists && command.Change != LotteryChange.Create)
        {
            return (draft, Refuse(LotteriesRefusals.Unknown));
        }

        var requestKey = (command.OperatorId, command.Rpc, command.RequestId);
        if (command.RequestId.Length > 0 && facts.Changes.TryGetValue(requestKey, out var first))
        {
            return (draft, first.Hash == command.RequestHash ? new() { Lottery = first.After } : Refuse(Refusals.RequestIdReused));
        }

        var decision = Decision(draft, command, facts.Now);
        if (!decision.IsAccepted)
        {
            return (draft, Refuse(decision.Refusal));
        }

        var next = decision.Value;
        WriteRows(draft, next, command, rows, facts.Now);
        var after = JsonFormatter.Default.Format(LotteriesWire.Lottery(LotteryId, next));
        var auditId = ids.Next();
        rows.Append(new AuditEntry
        {
            Id = auditId,
            At = facts.Now,
            OperatorId = command.OperatorId,
            Rpc = command.Rpc,
            Subject = $"lottery:{LotteryAllotments.Text(LotteryId)}",
            Reason = command.Reason,
            Before = draft.Exists ? JsonFormatter.Default.Format(LotteriesWire.Lottery(LotteryId, draft)) : null,
            After = after,
            RequestId = command.RequestId.Length > 0 ? command.RequestId : $" {auditId:x}",
            RequestHash = command.RequestHash,
        });
        if (command.RequestId.Length > 0)
        {
            facts.Changes[requestKey] = (command.RequestHash, after);
        }

        return (next, new() { Lottery = after });
    }

    private Result<LotteryState> Decision(LotteryState draft, LotteryChangeCommand command, long now)
    {
        switch (command.Change)
        {
            case LotteryChange.SetEnabled:
                return LotteryRules.SetEnabled(draft, command.Enabled, now);
            case LotteryChange.End:
                return LotteryRules.End(draft, now);
        }

        if (LotteryRules.SavingRefusal(draft, command.Terms, command.ExpectedVersion, now) is { } refusal)
        {
            return refusal;
        }

        if (WithUserCoupons(draft, command) is not { } terms)
        {
            return LotteriesRefusals.VersionStale;
        }

        return draft.Exists
            ? LotteryRules.Update(draft, terms, now)
            : LotteryRules.Create(
                terms,
                RandomNumberGenerator.GetBytes(LotteryNumbers.KeyBytes),
                RandomNumberGenerator.GetBytes(LotteryNumbers.KeyBytes),
                now);
    }

    /// <summary>
    /// The terms with the ids of new prizes and the coupons' user-coupons; null where what was taken does not fit any more,
    /// because somebody else has changed the prizes meanwhile.
    /// </summary>
    private LotteryTerms? WithUserCoupons(LotteryState draft, LotteryChangeCommand command)
    {
        var prizes = command.Terms.Prizes.ToArray();
        for (var place = 0; place < prizes.Length; place++)
        {
            var prize = prizes[place];
            var (take, needed) = (command.Takes.SingleOrDefault(t => t.Place == place), LotteryAllotments.Needed(draft.Terms, prize));
            if ((take?.UserCoupons ?? 0) != Math.Max(0, needed))
            {
                return null;
            }

            prizes[place] = prize with
            {
                Id = prize.Id == 0 ? ids.Next() : prize.Id,
                Coupon = take?.Coupon ?? draft.Terms.Prizes.SingleOrDefault(p => p.Id == prize.Id)?.Coupon,
            };
        }

        return command.Terms with { Prizes = prizes };
    }

    /// <summary>The rows of a change: what is searched, a new rule, what coupons get back, and the end.</summary>
    private void WriteRows(LotteryState draft, LotteryState next, LotteryChangeCommand command, Rows rows, long now)
    {
        rows.Put(new LotteryRow
        {
            Id = LotteryId,
            Title = next.Terms.Title,
            SearchTitle = SearchText.Normalise(next.Terms.Title),
            CreatedAt = next.CreatedAt,
        });
        if (next.RuleVersion != draft.RuleVersion)
        {
            rows.Append(new RuleRow
            {
                LotteryId = LotteryId,
                Version = next.RuleVersion,
                FirstPosition = next.Draws + 1,
                IsDeck = next.Terms.IsDeck,
                Prizes = JsonSerializer.Serialize(next.Terms.Prizes),
            });
        }

        foreach (var take in command.Takes)
        {
            rows.Append(new SettledRow { AllotmentId = take.AllotmentId, LotteryId = LotteryId });
        }

        GiveBackWhatIsLeft(draft, next.Closed ? [] : next.Terms.Prizes, rows, now);
        if (!next.Closed && next.Terms.EndsAt != draft.Terms.EndsAt)
        {
            rows.Enqueue(
                CloseWork.Name,
                $"{LotteryAllotments.Text(LotteryId)}:{LotteryAllotments.Text(next.Version)}",
                next.Terms.EndsAt,
                LotteryAllotments.Text(LotteryId));
        }
    }

    /// <summary>Gives to coupons what their prizes need no more.</summary>
    private void GiveBackWhatIsLeft(LotteryState draft, IReadOnlyList<Prize> kept, Rows rows, long now)
    {
        for (var i = 0; i < draft.Terms.Prizes.Count; i++)
        {
            var prize = draft.Terms.Prizes[i];
            var stock = kept.SingleOrDefault(p => p.Id == prize.Id)?.Stock ?? draft.Won[i];
            if (prize.Kind == LotteryPrizeKind.Coupon && prize.Stock > stock)
            {
                rows.Enqueue(
                    LotteryAllotments.GiveBack,
                    LotteryAllotments.Text(ids.Next()),
                    now,
                    LotteryAllotments.Payload(prize.CouponId, prize.Stock - stock));
            }
        }
    }
}
