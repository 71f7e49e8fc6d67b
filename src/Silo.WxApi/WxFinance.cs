using Silo.Wallets.V1;

namespace Silo.WxApi;

/// <summary>Wallets and their logs: cash is the balance, a score is points.</summary>
internal static class WxFinance
{
    public static readonly IReadOnlyDictionary<string, WxHandler> Handlers = new Dictionary<string, WxHandler>
    {
        ["userAmount"] = AmountAsync,
        ["cashLogs"] = call => CashAsync(call, (rows, _, _) => WxAnswer.List(rows)),
        ["cashLogsV2"] = call => CashAsync(call, WxAnswer.Page),
        ["scoreLogs"] = ScoreAsync,
    };

    /// <summary>What moves money, as the wire numbers and names it.</summary>
    public static readonly IReadOnlyDictionary<TransactionKind, WxLogType> CashTypes =
        new Dictionary<TransactionKind, WxLogType>
        {
            // The public API has no numbers for these.
            [TransactionKind.Adjustment] = new(999, "后台调整"),
            [TransactionKind.LotteryPrize] = new(998, "抽奖奖金"),
        };

    /// <summary>What moves points, as the wire numbers and names it.</summary>
    public static readonly IReadOnlyDictionary<TransactionKind, WxLogType> ScoreTypes =
        new Dictionary<TransactionKind, WxLogType>
        {
            [TransactionKind.Registration] = new(0, "注册"),
            [TransactionKind.Invitation] = new(1, "邀请好友"),
            [TransactionKind.SignIn] = new(2, "每日签到"),
            [TransactionKind.CouponPoints] = new(3, "兑换优惠券"),
            [TransactionKind.RechargePoints] = new(5, "充值送"),
            [TransactionKind.ConsumptionPoints] = new(6, "消费返"),
            [TransactionKind.ReviewPoints] = new(7, "好评送积分"),
            [TransactionKind.VoucherPoints] = new(12, "积分券"),
            // The public API has no numbers for these.
            [TransactionKind.PointsTakenBack] = new(18, "退款扣回"),
            [TransactionKind.MakeUpCards] = new(19, "购买补签卡"),
            [TransactionKind.Adjustment] = new(4, "管理员调整"),
            [TransactionKind.LotteryDraw] = new(17, "参与抽奖"),
            [TransactionKind.LotteryPrize] = new(9, "抽奖"),
        };

    private static async Task<WxAnswer> AmountAsync(WxCall call)
    {
        var wallet = (await new WalletsService.WalletsServiceClient(call.Shopper).GetWalletAsync(new())).Wallet;
        return WxAnswer.Of(new WxAmount
        {
            Balance = WxScalars.Yuan(wallet.BalanceCents),
            Freeze = WxScalars.Yuan(wallet.FrozenCents),
            FxCommisionPaying = WxScalars.Yuan(wallet.CommissionCents),
            Score = wallet.Points,
            TotalScore = wallet.PointsReceived,
        });
    }

    private static async Task<WxAnswer> CashAsync(WxCall call, Func<IReadOnlyCollection<WxCash>, long, int, WxAnswer> answer)
    {
        var filter = Filter(call, WalletAccount.Balance, CashTypes, call.Numbers("types"));
        if (filter is null || call.Text("orderId") is not null)
        {
            // Nothing was moved for an order.
            return await call.NoneAsync();
        }

        var page = call.Page();
        var (entries, total) = await EntriesAsync(call, filter, page);
        return answer(entries.ConvertAll(e => WxCash.Of(e, call)), total, page.Size);
    }

    private static async Task<WxAnswer> ScoreAsync(WxCall call)
    {
        if (Filter(call, WalletAccount.Points, ScoreTypes, types: null) is not { } filter)
        {
            return await call.NoneAsync();
        }

        filter.RemarkContains = call.TextOrEmpty("remark");
        var page = call.Page();
        var (entries, total) = await EntriesAsync(call, filter, page);
        return WxAnswer.Page(entries.ConvertAll(e => WxScore.Of(e, call)), total, page.Size);
    }

    private static Task<(List<Entry> Entries, long Total)> EntriesAsync(WxCall call, EntryFilter filter, WxPage page)
    {
        var client = new WalletsService.WalletsServiceClient(call.Shopper);
        return page.ReadAsync<Entry>(async (number, size) =>
        {
            var answer = await client.ListEntriesAsync(new() { Filter = filter, Page = number, PageSize = size });
            return (answer.Entries, answer.TotalCount);
        });
    }

    /// <summary>What the parameters ask for; null where it is a type that nothing here has.</summary>
    private static EntryFilter? Filter(
        WxCall call, WalletAccount account, IReadOnlyDictionary<TransactionKind, WxLogType> known, IReadOnlyList<long>? types)
    {
        var filter = new EntryFilter
        {
            Account = account,
            Direction = call.Int("behavior") switch
            {
                null => EntryDirection.Unspecified,
                WxBehavior.Income => EntryDirection.Income,
                WxBehavior.Expense => EntryDirection.Expense,
                _ => throw new WxFault(WxAnswer.Malformed("behavior")),
            },
            Since = call.StartOfDay("dateAddBegin"),
            // The last day belongs to it.
            Until = call.StartOfDay("dateAddEnd", daysLater: 1),
        };
        var type = call.Int("type");
        if (type is null && types is null)
        {
            return filter;
        }

        filter.Kinds.Add(known
            .Where(k => (type is null || k.Value.Code == type) && (types is null || types.Contains(k.Value.Code)))
            .Select(k => k.Key));
        return filter.Kinds.Count == 0 ? null : filter;
    }

    /// <summary>A wallet as the wire has it, misspelt names kept. What nothing here books is 0.</summary>
    private sealed record WxAmount
    {
        public required decimal Balance { get; init; }

        public required decimal Freeze { get; init; }

        /// <summary>Commission that has not matured.</summary>
        public required decimal FxCommisionPaying { get; init; }

        public required long Score { get; init; }

        /// <summary>Points ever received.</summary>
        public required long TotalScore { get; init; }

        public long ScoreLastRound { get; init; }

        public long Growth { get; init; }

        public decimal TotleConsumed { get; init; } = WxScalars.Yuan(0);

        public decimal TotalPayAmount { get; init; } = WxScalars.Yuan(0);

        public long TotalPayNumber { get; init; }

        public decimal TotalWithdraw { get; init; } = WxScalars.Yuan(0);
    }

    /// <summary>A movement of the balance as the wire has it.</summary>
    private sealed record WxCash
    {
        public required long Id { get; init; }

        public required int Type { get; init; }

        public required string TypeStr { get; init; }

        public required int Behavior { get; init; }

        public required string BehaviorStr { get; init; }

        /// <summary>Never negative; <see cref="Behavior"/> has the sign.</summary>
        public required decimal Amount { get; init; }

        /// <summary>The balance after it.</summary>
        public required decimal Balance { get; init; }

        /// <summary>What was frozen after it.</summary>
        public required decimal Freeze { get; init; }

        public long ShopId { get; init; }

        public required string Remark { get; init; }

        public required string? DateAdd { get; init; }

        public static WxCash Of(Entry entry, WxCall call)
        {
            var (type, behavior) = (CashTypes[entry.Kind], WxBehavior.Of(entry));
            return new()
            {
                Id = entry.TransactionId,
                Type = type.Code,
                TypeStr = type.Label,
                Behavior = behavior.Code,
                BehaviorStr = behavior.Label,
                Amount = WxScalars.Yuan(Math.Abs(entry.Amount)),
                Balance = WxScalars.Yuan(entry.BalanceAfter),
                Freeze = WxScalars.Yuan(entry.FrozenAfterCents),
                Remark = entry.Remark,
                DateAdd = call.Clock.Time(entry.At),
            };
        }
    }

    /// <summary>A movement of points as the wire has it.</summary>
    private sealed record WxScore
    {
        public required long Id { get; init; }

        public required int Type { get; init; }

        public required string TypeStr { get; init; }

        public required int Behavior { get; init; }

        public required string BehaviorStr { get; init; }

        /// <summary>Negative for an expense, unlike an amount of money.</summary>
        public required long Score { get; init; }

        /// <summary>The points after it.</summary>
        public required long ScoreLeft { get; init; }

        public required string Remark { get; init; }

        public required string? DateAdd { get; init; }

        public static WxScore Of(Entry entry, WxCall call)
        {
            var (type, behavior) = (ScoreTypes[entry.Kind], WxBehavior.Of(entry));
            return new()
            {
                Id = entry.TransactionId,
                Type = type.Code,
                TypeStr = type.Label,
                Behavior = behavior.Code,
                BehaviorStr = behavior.Label,
                Score = entry.Amount,
                ScoreLeft = entry.BalanceAfter,
                Remark = entry.Remark,
                DateAdd = call.Clock.Time(entry.At),
            };
        }
    }

    /// <summary>Which way something moved.</summary>
    private static class WxBehavior
    {
        public const int Income = 0;
        public const int Expense = 1;

        public static (int Code, string Label) Of(Entry entry) => entry.Amount > 0 ? (Income, "收入") : (Expense, "支出");
    }
}

/// <summary>A type of log line.</summary>
/// <param name="Code">Its number on the wire.</param>
/// <param name="Label">Its name.</param>
internal sealed record WxLogType(int Code, string Label);
