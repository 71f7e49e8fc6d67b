using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Bargains;

/// <summary>
/// One initiator's bargain in one campaign. See <see cref="HotGrain{TState,TCommand,TOutcome,TFacts}"/> for how it commits.
/// </summary>
[GrainType("silo.bargains.bargain")]
internal sealed class BargainGrain(IdSource ids, ShopClock clock, CampaignReads campaigns)
    : HotGrain<BargainState, BargainCommand, BargainOutcome, BargainFacts>, IBargainGrain
{
    /// <summary>Helpers who are remembered; bounded, so that the grain does not grow with helps.</summary>
    private const int HelpersRemembered = 4096;

    /// <summary>Batches that are decided on rows after a guess was wrong: then helpers come again whom nobody remembers.</summary>
    private const int BatchesAfterAWrongGuess = 32;

    private static readonly TimeSpan LongestWatch = TimeSpan.FromSeconds(10);
    private readonly Recent<(long Bargain, long Helper), GivenHelp> remembered = new(HelpersRemembered);
    private TaskCompletionSource changed = NewSignal();
    private BargainKey? myKey;
    private int batchesOnRows;

    protected override StateKey Key => MyKey.State;

    protected override BargainOutcome PutOff => Refuse(Refusals.StorageUnavailable);

    private BargainKey MyKey => myKey ??= BargainKey.Parse(this.GetPrimaryKeyString());

    public Task<BargainOutcome[]> RunAsync(BargainCommand[] commands) => SubmitAsync(commands);

    public Task<JoinedOutcome<BargainOutcome>> BuyAsync(BuyCommand command, JoinedCommand joined) =>
        SubmitJoinedAsync(command, joined);

    public async Task<BargainProgress?> WatchAsync(BargainProgress? seen)
    {
        await LoadStateAsync();
        if (ProgressOf(State) is { } progress && progress == seen)
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
        return ProgressOf(State);
    }

    /// <summary>
    /// Takes a helper whom nobody remembers not to have helped. If he has, the key of his help is taken, and if that is why
    /// he was refused, the refusal is not sure.
    /// </summary>
    protected override bool TryGuess(IReadOnlyList<BargainCommand> batch, out BargainFacts facts)
    {
        facts = new BargainFacts { Now = clock.NowMs };
        if (batchesOnRows > 0)
        {
            batchesOnRows--;
            return false;
        }

        if (!State.Exists
            || campaigns.FindAsync(MyKey.CampaignId, CancellationToken.None) is not { IsCompletedSuccessfully: true } campaign)
        {
            return false;
        }

        facts.Campaign = campaign.Result;
        foreach (var command in batch)
        {
            if (command is not HelpCommand help)
            {
                return false;
            }

            if (!remembered.TryGet((State.BargainId, help.HelperId), out var given))
            {
                facts.Guessed.Add(help.HelperId);
            }
            else if (help.RequestId.Length == 0 || help.RequestId == given.RequestId)
            {
                facts.Add(help.HelperId, given);
            }
            else
            {
                // Its request may be one of an earlier bargain, which is only known from the rows.
                return false;
            }
        }

        return true;
    }

    protected override void OnWrongGuess() => batchesOnRows = BatchesAfterAWrongGuess;

    protected override bool IsSure(BargainCommand command, BargainOutcome outcome, BargainFacts facts) =>
        outcome.Help is not null || !facts.Guessed.Contains(((HelpCommand)command).HelperId);

    protected override void Remember(BargainFacts facts)
    {
        foreach (var (key, help) in facts.Helps)
        {
            remembered.Set(key, help);
        }
    }

    protected override void ForgetFacts() => remembered.Clear();

    protected override async ValueTask<BargainFacts> LoadAsync(IUnits reads, IReadOnlyList<BargainCommand> batch)
    {
        var facts = new BargainFacts
        {
            Now = clock.NowMs,
            Campaign = await campaigns.FindAsync(MyKey.CampaignId, CancellationToken.None),
        };
        await HelperRows.AddAsync(reads, MyKey.CampaignId, batch.Any(Locks) ? LimitedHelpers(batch, facts) : []);
        await reads.ReadAsync(
            async r =>
            {
                await LoadHelpsAsync(r, [.. batch.OfType<HelpCommand>()], facts);
                await LoadStartsAsync(r, [.. batch.OfType<StartCommand>()], facts);
                facts.HasOrder = State.Exists && batch.Any(c => c is ClearCommand) && await HasOrderAsync(r);
                return true;
            },
            CancellationToken.None);
        return facts;
    }

    protected override (BargainState State, BargainOutcome Outcome) Decide(
        BargainState draft, BargainCommand command, BargainFacts facts, Rows rows) => command switch
        {
            HelpCommand help => DecideHelp(draft, help, facts, rows),
            StartCommand start => DecideStart(draft, start, facts, rows),
            ClearCommand => DecideClear(draft, facts, rows),
            BuyCommand buy => (draft, DecideBuy(draft, buy, facts, rows)),
            _ => throw new NotSupportedException(command.GetType().Name),
        };

    protected override Refusal? RefusalOf(BargainOutcome outcome) => outcome.Refusal;

    /// <summary>
    /// A purchase holds the campaign's pieces, a help where helps are limited its helper. After a start the limit may be
    /// another one, so a batch with one is like one with limited helps.
    /// </summary>
    protected override bool Locks(BargainCommand command) => command switch
    {
        BuyCommand or StartCommand => true,
        HelpCommand => State.Terms.HelpsPerUser > 0,
        _ => false,
    };

    protected override async Task<IReadOnlySet<BargainCommand>> LockAsync(
        Unit unit, IReadOnlyList<BargainCommand> batch, BargainFacts facts)
    {
        if (batch is [BuyCommand buy])
        {
            await HoldStockAsync(unit, buy, facts);
            return new HashSet<BargainCommand>();
        }

        var helpers = LimitedHelpers(batch, facts);
        await HelperRows.HoldAsync(unit, MyKey.CampaignId, helpers, facts);
        return batch.OfType<HelpCommand>().Where(h => helpers.Contains(h.HelperId) && !facts.Given.ContainsKey(h.HelperId))
            .ToHashSet<BargainCommand>();
    }

    protected override void OnCommitted()
    {
        var signal = changed;
        changed = NewSignal();
        signal.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static BargainOutcome Refuse(Refusal refusal) => new() { Refusal = refusal };

    /// <summary>Null where nothing was ever started.</summary>
    private static BargainProgress? ProgressOf(BargainState state) => state.Starts == 0 ? null : new()
    {
        BargainId = state.BargainId,
        PriceCents = state.PriceCents,
        Helps = state.Helps,
        FloorCents = state.Terms.FloorCents,
        EndsAt = state.EndsAt,
    };

    private async Task LoadHelpsAsync(IReads reads, HelpCommand[] helps, BargainFacts facts)
    {
        if (helps.Length == 0)
        {
            return;
        }

        var (key, bargainId) = (MyKey, State.BargainId);
        var helpers = helps.Select(h => h.HelperId).Distinct().ToArray();
        var requests = helps.Where(h => h.RequestId.Length > 0).Select(h => h.RequestId).ToArray();
        var rows = await reads.Query<HelpRow>().Where(h => h.BargainId == bargainId && helpers.Contains(h.HelperId)).ToListAsync();
        if (requests.Length > 0)
        {
            rows.AddRange(await reads.Query<HelpRow>().Where(h => helpers.Contains(h.HelperId)
                && h.CampaignId == key.CampaignId && h.InitiatorId == key.InitiatorId && requests.Contains(h.RequestId)).ToListAsync());
        }

        foreach (var row in rows)
        {
            facts.Add(row.HelperId, Given(row));
        }
    }

    private async Task LoadStartsAsync(IReads reads, StartCommand[] starts, BargainFacts facts)
    {
        if (starts.Length == 0)
        {
            return;
        }

        var key = MyKey;
        facts.StockLeft = (await reads.Query<StockRow>().SingleOrDefaultAsync(s => s.CampaignId == key.CampaignId))?.Left ?? 0;
        var requests = starts.Where(s => s.RequestId.Length > 0).Select(s => s.RequestId).ToArray();
        if (requests.Length > 0)
        {
            var rows = await reads.Query<BargainRow>().Where(b => b.InitiatorId == key.InitiatorId
                && b.CampaignId == key.CampaignId && requests.Contains(b.RequestId)).ToListAsync();
            rows.ForEach(row => facts.Started[row.RequestId] = BargainReads.View(row));
        }
    }

    private Task<bool> HasOrderAsync(IReads reads)
    {
        var bargainId = State.BargainId;
        return reads.Query<BargainOrderRow>().AnyAsync(o => o.BargainId == bargainId && o.State < BargainOrderState.GivenBack);
    }

    /// <summary>
    /// Holds the campaign's pieces until the purchase is committed. It is waited for: what buys is one command, which has
    /// its transaction for itself.
    /// </summary>
    private async Task HoldStockAsync(Unit unit, BuyCommand buy, BargainFacts facts)
    {
        var key = MyKey;
        facts.Stock = (await unit.LockAsync<StockRow>([key.CampaignId], wait: true, CancellationToken.None))
            .GetValueOrDefault(key.CampaignId);
        facts.StockLeft = facts.Stock?.Left ?? 0;
        // Not from memory: what is sold is decided on what the database holds now.
        facts.Campaign = facts.Stock is null ? null : await CampaignReads.FindAsync(unit, key.CampaignId, CancellationToken.None);
        facts.HasOrder = await HasOrderAsync(unit);
        facts.FirstOrder = buy.RequestId.Length == 0 ? null : await unit.Query<BargainOrderRow>().SingleOrDefaultAsync(
            o => o.InitiatorId == key.InitiatorId && o.CampaignId == key.CampaignId && o.RequestId == buy.RequestId);
    }

    /// <summary>The helpers of a batch whose helps are limited, ascending; empty where none are.</summary>
    private long[] LimitedHelpers(IReadOnlyList<BargainCommand> batch, BargainFacts facts) =>
        State.Terms.HelpsPerUser > 0 || facts.Campaign?.Terms.HelpsPerUser > 0
            ? [.. batch.OfType<HelpCommand>().Select(h => h.HelperId).Distinct().Order()]
            : [];

    private (BargainState State, BargainOutcome Outcome) DecideHelp(
        BargainState draft, HelpCommand command, BargainFacts facts, Rows rows)
    {
        var helper = facts.HelperOf(draft.BargainId, command);
        var (refusal, repeat) = BargainRules.Help(draft, command, helper, facts.Campaign, facts.Now);
        if (refusal is not null)
        {
            return (draft, Refuse(refusal));
        }

        if (repeat is not null)
        {
            // The first answer to a request is the same again; another request is told that it came too late.
            return (draft, Helped(command.HelperId, repeat, isRepeat: helper.OfRequest is null, facts));
        }

        var cut = BargainRules.NextCut(draft, RandomNumberGenerator.GetInt32);
        var next = BargainRules.AfterCut(draft, cut, facts.Now);
        var row = NewHelp(next, cut, command, facts);
        rows.Append(row);
        facts.Add(command.HelperId, Given(row));
        facts.Given[command.HelperId] = facts.Given.GetValueOrDefault(command.HelperId) + 1;
        if (next.IsAtFloor)
        {
            rows.Put(RowOf(next, clearedAt: 0));
        }

        return (next, Helped(command.HelperId, Given(row), isRepeat: false, facts));
    }

    private HelpRow NewHelp(BargainState next, long cut, HelpCommand command, BargainFacts facts) => new()
    {
        BargainId = next.BargainId,
        HelperId = command.HelperId,
        CampaignId = MyKey.CampaignId,
        InitiatorId = MyKey.InitiatorId,
        Ordinal = next.Helps,
        CutCents = cut,
        PriceCents = next.PriceCents,
        Remark = command.Remark,
        At = facts.Now,
        RequestId = RequestIdOf(command, next.BargainId),
        RequestHash = command.RequestHash,
    };

    private (BargainState State, BargainOutcome Outcome) DecideStart(
        BargainState draft, StartCommand command, BargainFacts facts, Rows rows)
    {
        if (facts.Started.TryGetValue(command.RequestId, out var first) && first.Id != draft.BargainId)
        {
            return (draft, new() { Bargain = first });
        }

        if (draft.Exists)
        {
            return (draft, new() { Bargain = BargainView.Of(MyKey, draft) });
        }

        if (facts.Campaign is not { } campaign)
        {
            return (draft, Refuse(BargainsRefusals.CampaignUnknown));
        }

        if (BargainRules.StartRefusal(draft, campaign, facts.StockLeft, facts.Now) is { } refusal)
        {
            return (draft, Refuse(refusal));
        }

        var id = ids.Next();
        var next = BargainRules.Start(
            draft, campaign, id, RequestIdOf(command, id), BargainRules.Plan(campaign.Terms, RandomNumberGenerator.GetInt32), facts.Now);
        rows.Append(RowOf(next, clearedAt: 0));
        return (next, new() { Bargain = BargainView.Of(MyKey, next) });
    }

    private (BargainState State, BargainOutcome Outcome) DecideClear(BargainState draft, BargainFacts facts, Rows rows)
    {
        // A bargain that the batch itself has started has no order.
        if (BargainRules.ClearRefusal(draft, facts.HasOrder && draft.BargainId == State.BargainId) is { } refusal)
        {
            return (draft, Refuse(refusal));
        }

        rows.Put(RowOf(draft, clearedAt: facts.Now));
        return (BargainRules.AfterClear(draft, facts.Now), new());
    }

    private BargainOutcome DecideBuy(BargainState draft, BuyCommand command, BargainFacts facts, Rows rows)
    {
        if (facts.FirstOrder is { } first)
        {
            return first.RequestHash == command.RequestHash
                ? new() { Purchase = BargainOrders.Purchase(first) }
                : Refuse(Refusals.RequestIdReused);
        }

        if (BargainRules.BuyRefusal(draft, facts.Campaign, new(facts.HasOrder, facts.StockLeft), facts.Now) is { } refusal)
        {
            return Refuse(refusal);
        }

        var (key, stock) = (MyKey, facts.Stock!);
        var order = new BargainOrderRow
        {
            OrderId = command.OrderId,
            BargainId = draft.BargainId,
            CampaignId = key.CampaignId,
            InitiatorId = key.InitiatorId,
            GoodsId = draft.Terms.GoodsId,
            PriceCents = draft.PriceCents,
            RuleVersion = draft.RuleVersion,
            State = BargainOrderState.Reserved,
            ReservedAt = facts.Now,
            UpdatedAt = facts.Now,
            RequestId = RequestIdOf(command, command.OrderId),
            RequestHash = command.RequestHash,
        };
        rows.Append(order);
        rows.Put(new StockRow
        {
            CampaignId = stock.CampaignId,
            Total = stock.Total,
            Reserved = stock.Reserved + 1,
            Sold = stock.Sold,
        });
        return new() { Purchase = BargainOrders.Purchase(order) };
    }

    /// <summary>The blank keeps what is made here apart from what a caller can send.</summary>
    private static string RequestIdOf(BargainCommand command, long id) =>
        command.RequestId.Length > 0 ? command.RequestId : $" {id:x}";

    private static GivenHelp Given(HelpRow row) => new()
    {
        BargainId = row.BargainId,
        Ordinal = row.Ordinal,
        CutCents = row.CutCents,
        PriceCents = row.PriceCents,
        Remark = row.Remark,
        At = row.At,
        RequestId = row.RequestId,
        RequestHash = row.RequestHash,
    };

    private static BargainOutcome Helped(long helperId, GivenHelp help, bool isRepeat, BargainFacts facts) => new()
    {
        Help = new()
        {
            HelperId = helperId,
            GoodsId = facts.Campaign!.Terms.GoodsId,
            Ordinal = help.Ordinal,
            CutCents = help.CutCents,
            PriceCents = help.PriceCents,
            Remark = help.Remark,
            At = help.At,
        },
        Repeated = isRepeat,
    };

    private BargainRow RowOf(BargainState state, long clearedAt) => new()
    {
        Id = state.BargainId,
        CampaignId = MyKey.CampaignId,
        InitiatorId = MyKey.InitiatorId,
        GoodsId = state.Terms.GoodsId,
        RuleVersion = state.RuleVersion,
        StartCents = state.Terms.StartCents,
        FloorCents = state.Terms.FloorCents,
        StartedAt = state.StartedAt,
        EndsAt = state.EndsAt,
        PriceCents = state.PriceCents,
        Helps = state.Helps,
        UpdatedAt = clearedAt > 0 ? clearedAt : state.UpdatedAt,
        ClearedAt = clearedAt,
        RequestId = state.RequestId,
    };
}
