using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>Names wallets and books transactions.</summary>
internal sealed class WalletsDoor(IUnits units, IdSource ids, ShopClock clock) : IWallets
{
    private readonly GatheredReads<long, WalletState> reads = new(users => WalletsAsync(units, users));

    public LedgerDraft Stage(Stage stage, IReadOnlyCollection<long> users, RowLock how)
    {
        var draft = stage.Draft(() => new LedgerDraft(stage.NewId, stage.NowMs));
        draft.Name(stage, users, how);
        return draft;
    }

    public Task<Result<long>> PostAsync(Unit unit, LedgerTransaction transaction, CancellationToken cancellation)
    {
        long[] users = [.. transaction.Lines.Where(line => line.UserId > 0).Select(line => line.UserId).Distinct()];
        return unit.StageAsync<long>(
            stage =>
            {
                var draft = Stage(stage, users, RowLock.Wait);
                // Behind the locks: of two at once, the second finds the first.
                var first = stage.Where<TransactionRow>(
                    $"kind = {(short)transaction.Kind} AND reference = {transaction.Reference}");
                return rows => first.Only is { } booked ? booked.Id : draft.Post(transaction, rows);
            },
            cancellation);
    }

    public Task<Dictionary<long, long>> PointsAsync(
        IReads reads, IReadOnlyCollection<long> users, CancellationToken cancellation) =>
        reads.Query<WalletRow>().Where(w => users.Contains(w.UserId)).ToDictionaryAsync(w => w.UserId, w => w.Points, cancellation);

    public async Task<LedgerDraft> ReadAsync(long userId) =>
        new(ids.Next, clock.NowMs, new() { [userId] = await reads.ReadAsync(userId) });

    private static Task<IReadOnlyList<WalletState>> WalletsAsync(IUnits units, IReadOnlyList<long> users) =>
        units.ReadAsync<IReadOnlyList<WalletState>>(
            async r =>
            {
                var rows = await r.Query<WalletRow>().Where(w => users.Contains(w.UserId))
                    .ToDictionaryAsync(w => w.UserId, w => w.State);
                return [.. users.Select(user => rows.GetValueOrDefault(user))];
            },
            CancellationToken.None);
}
