using Silo.Catalog;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Coupons;

/// <summary>One coupon. See <see cref="HotGrain{TState,TCommand,TOutcome,TFacts}"/> for how it commits.</summary>
[GrainType("silo.coupons.coupon")]
internal sealed partial class CouponGrain(HotGrainContext context, IWallets wallets, ISignInStreaks streaks, ICatalog catalog)
    : HotGrain<CouponState, CouponCommand, CouponOutcome, CouponFacts>(context), ICouponGrain
{
    protected override StateKey Key => new(CouponState.Name, CouponId);

    private long CouponId => this.GetPrimaryKeyLong();

    public Task<CouponStock?> WatchAsync(CouponStock? seen) => WatchAsync(StockOf, seen);

    protected override async ValueTask<CouponFacts> LoadAsync(IUnits reads, IReadOnlyList<CouponCommand> batch)
    {
        var facts = new CouponFacts { Now = Clock.NowMs };
        await reads.ReadAsync(
            async r =>
            {
                if (State.Exists)
                {
                    await LoadUsersAsync(r, batch, facts);
                }

                await LoadWritesAsync(r, batch, facts);
                await LoadAllocationsAsync(r, batch, facts);
                return true;
            },
            CancellationToken.None);
        return facts;
    }

    protected override (CouponState State, CouponOutcome Outcome) Decide(
        CouponState draft, CouponCommand command, CouponFacts facts, Rows rows) => command switch
        {
            ClaimCommand claim => DecideClaim(draft, claim, facts, rows),
            AllocateCommand allocate => DecideAllocation(draft, allocate, facts, rows),
            IOperatorCommand write => DecideWrite(draft, write, facts, rows),
            _ => throw new NotSupportedException(command.GetType().Name),
        };

    private static CouponStock? StockOf(CouponState state) =>
        state.Exists ? new() { Left = state.StockLeft, Claimed = state.Claimed } : null;
}
