using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>Names wallets and books transactions.</summary>
internal sealed class WalletsDoor(IUnits units, IdSource ids, ShopClock clock) : IWallets
{
    private readonly BatchLoader<long, WalletState> reads = new(users => WalletsAsync(units, users));

    public LedgerDraft Stage(Stage stage, IReadOnlyCollection<long> users, RowLock how)
    {
        var draft = stage.Draft(() => new LedgerDraft(stage.NewId, stage.NowMs));
        draft.Name(stage, users, how);
        return draft;
    }

    public Func<Rows, Result<long>> Post(Stage stage, LedgerTransaction transaction)
    {
        var draft = Stage(stage, [.. transaction.Lines.Where(line => line.UserId > 0).Select(line => line.UserId).Distinct()], RowLock.Wait);
        // Of two at once the second finds the key taken, and then the first here.
        var first = stage.Where<TransactionRow>($"kind = {transaction.Kind} AND reference = {transaction.Reference}");
        return rows => first.Only is { } booked ? booked.Id : draft.Post(transaction, rows);
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
