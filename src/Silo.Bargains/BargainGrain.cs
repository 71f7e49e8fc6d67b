using Silo.Storage;

namespace Silo.Bargains;

/// <summary>
/// One initiator's bargain in one campaign. See <see cref="HotGrain{TState,TCommand,TOutcome,TFacts}"/> for how it commits.
/// </summary>
[GrainType("silo.bargains.bargain")]
internal sealed partial class BargainGrain(HotGrainContext context, CampaignReads campaigns)
    : HotGrain<BargainState, BargainCommand, BargainOutcome, BargainFacts>(context), IBargainGrain
{
    private BargainKey? myKey;

    protected override StateKey Key => MyKey.State;

    private BargainKey MyKey => myKey ??= BargainKey.Parse(this.GetPrimaryKeyString());

    public Task<BargainProgress?> WatchAsync(BargainProgress? seen) => WatchAsync(BargainProgress.Of, seen);

    protected override async ValueTask<BargainFacts> LoadAsync(IUnits reads, IReadOnlyList<BargainCommand> batch)
    {
        var campaign = await campaigns.FindAsync(MyKey.CampaignId, CancellationToken.None);
        var facts = new BargainFacts
        {
            Now = Clock.NowMs,
            Campaign = campaign,
            HelperRows = await HelperWrites.EnsureAsync(reads, MyKey.CampaignId, LimitedHelpers(batch, campaign)),
        };
        await reads.ReadAsync(
            async r =>
            {
                await LoadHelpsAsync(r, [.. batch.OfType<HelpCommand>()], facts);
                await LoadStartsAsync(r, [.. batch.OfType<StartCommand>()], facts);
                await LoadClearsAsync(r, [.. batch.OfType<ClearCommand>()], facts);
                return true;
            },
            CancellationToken.None);
        return facts;
    }

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

    protected override void Stage(Stage stage, IReadOnlyList<BargainCommand> batch, BargainFacts facts)
    {
        if (batch is [BuyCommand buy])
        {
            StagePurchase(stage, buy, facts);
        }
        else if (facts.HelperRows.Count > 0)
        {
            StageHelpers(stage, facts);
        }
    }

    protected override bool IsHeldElsewhere(BargainCommand command, BargainFacts facts) =>
        command is HelpCommand help && facts.IsHeldElsewhere(help.HelperId);

    protected override (BargainState State, BargainOutcome Outcome) Decide(
        BargainState draft, BargainCommand command, BargainFacts facts, Rows rows) => command switch
        {
            HelpCommand help => DecideHelp(draft, help, facts, rows),
            StartCommand start => DecideStart(draft, start, facts, rows),
            ClearCommand clear => DecideClear(draft, clear, facts, rows),
            BuyCommand buy => (draft, DecideBuy(draft, buy, facts, rows)),
            _ => throw new NotSupportedException(command.GetType().Name),
        };

    private static AcceptedRequest Accepted(string scope, long callerId, BargainCommand command, long bargainId, long now) => new()
    {
        Scope = scope,
        CallerId = callerId,
        RequestId = command.RequestId,
        RequestHash = command.RequestHash,
        Answer = bargainId,
        At = now,
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
