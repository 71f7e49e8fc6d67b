using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Points;

/// <summary>The vouchers that an operator makes at once, each with a number of points between two.</summary>
/// <param name="Id">Id; 0 before it is made.</param>
/// <param name="Count">How many vouchers.</param>
/// <param name="PointsMin">The least points of a voucher.</param>
/// <param name="PointsMax">The most points of a voucher.</param>
/// <param name="ExpiresAt">Good before this instant.</param>
/// <param name="Remark">The operator's note.</param>
internal sealed record VoucherBatch(long Id, int Count, long PointsMin, long PointsMax, long ExpiresAt, string Remark);

/// <summary>What became void of a batch.</summary>
/// <param name="Ids">The vouchers.</param>
/// <param name="Unused">How many of the batch are neither used nor void.</param>
internal sealed record VoidedVouchers(IReadOnlyCollection<long> Ids, int Unused);

/// <summary>Makes vouchers, exchanges them for points, and makes them void. A guard on the voucher's row lets one through.</summary>
internal sealed class VouchersWrites(IUnits units, IWallets wallets, IAttempts attempts)
{
    private const int UnknownNumbers = 10;
    private const int NumberLength = 16;

    /// <summary>Without what is mistaken for something else; 16 of them are 80 bits.</summary>
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// <summary>A number as it is stored, from how a person writes it.</summary>
    public static string Normalise(string number) =>
        string.Concat(CodeText.Normalise(number).Where(c => !char.IsWhiteSpace(c) && c != '-'));

    public async Task<Result<long>> ExchangeAsync(
        long userId, string number, string requestId, long requestHash, CancellationToken cancellation)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"voucher:{userId}");
        if (!(await units.RunAsync<bool>(
            async unit => await attempts.TakeAsync(unit, key, UnknownNumbers, cancellation) ? true : AttemptsRefusals.TooMany,
            cancellation)).IsAccepted)
        {
            return AttemptsRefusals.TooMany;
        }

        var exchanged = await units.StageAsync(
            stage => Exchange(stage, userId, Normalise(number), requestId, requestHash), cancellation);
        if (exchanged.Refusal != PointsRefusals.VoucherUnknown)
        {
            await units.RunAsync<int>(
                async unit => await attempts.GiveBackAsync(unit, key, CancellationToken.None), CancellationToken.None);
        }

        return exchanged;
    }

    /// <summary>Makes a batch in the unit.</summary>
    public static async Task<Result<OperatorChange<VoucherBatch>>> CreateAsync(Unit unit, VoucherBatch wanted)
    {
        if (wanted.PointsMax < wanted.PointsMin)
        {
            return PointsRefusals.VoucherPointsInvalid;
        }

        if (wanted.ExpiresAt <= unit.NowMs)
        {
            return PointsRefusals.VoucherEnded;
        }

        var (batch, rows) = (wanted with { Id = unit.NewId() }, new Rows());
        for (var i = 0; i < batch.Count; i++)
        {
            rows.Append(new VoucherRow
            {
                Id = unit.NewId(),
                BatchId = batch.Id,
                Number = RandomNumberGenerator.GetString(Alphabet, NumberLength),
                Points = RandomNumberGenerator.GetInt32((int)batch.PointsMin, (int)batch.PointsMax + 1),
                ExpiresAt = batch.ExpiresAt,
                Remark = batch.Remark,
                CreatedAt = unit.NowMs,
            });
        }

        await unit.WriteAsync(rows);
        return new OperatorChange<VoucherBatch>($"voucher-batch:{batch.Id}", null, batch);
    }

    /// <summary>Makes the unused vouchers of a batch void, or those of it that are named.</summary>
    public static async Task<Result<OperatorChange<VoidedVouchers>>> VoidAsync(
        Unit unit, long batchId, IReadOnlyCollection<long> named, CancellationToken cancellation)
    {
        var batch = unit.Query<VoucherRow>().Where(v => v.BatchId == batchId);
        if (!await batch.AnyAsync(cancellation))
        {
            return PointsRefusals.VoucherUnknown;
        }

        var unused = await batch.Where(v => v.UsedAt == 0 && v.VoidedAt == 0).Select(v => v.Id).ToArrayAsync(cancellation);
        var wanted = named.Count == 0 ? unused : [.. unused.Intersect(named)];
        // Of those that are wanted some may have been used or voided meanwhile.
        var locked = await unit.LockAsync<VoucherRow>(wanted, wait: true, cancellation);
        long[] voided = [.. locked.Values.Where(v => v is { UsedAt: 0, VoidedAt: 0 }).Select(v => v.Id).Order()];
        await unit.Set<VoucherRow>().Where(v => voided.Contains(v.Id))
            .ExecuteUpdateAsync(v => v.SetProperty(x => x.VoidedAt, unit.NowMs), cancellation);
        return new OperatorChange<VoidedVouchers>(
            $"voucher-batch:{batchId}", new([], unused.Length), new(voided, unused.Length - wanted.Length));
    }

    /// <summary>Why a voucher is not good at an instant, or null.</summary>
    private static Refusal? RefusalOf(VoucherRow voucher, long now) => voucher.UsedAt > 0 ? PointsRefusals.VoucherUsed
        : voucher.VoidedAt > 0 ? PointsRefusals.VoucherVoid
        : voucher.ExpiresAt <= now ? PointsRefusals.VoucherExpired
        : null;

    private Func<Rows, Result<long>> Exchange(
        Stage stage, long userId, string number, string requestId, long requestHash)
    {
        var vouchers = stage.Where<VoucherRow>($"number = {number}");
        var earlier = requestId.Length == 0 ? null
            : stage.Where<VoucherRow>($"user_id = {userId} AND request_id = {requestId}");
        var ledger = wallets.Stage(stage, [userId]);
        return rows =>
        {
            if (earlier?.Only is { } first)
            {
                return first.RequestHash == requestHash ? first.Points : Refusals.RequestIdReused;
            }

            if (vouchers.Only is not { } voucher)
            {
                return PointsRefusals.VoucherUnknown;
            }

            if (RefusalOf(voucher, stage.NowMs) is { } refusal)
            {
                return refusal;
            }

            rows.Update<VoucherRow>(voucher.Id, $"""
                UPDATE points_vouchers SET user_id = {userId}, used_at = {stage.NowMs}, request_id = {requestId},
                    request_hash = {requestHash}
                WHERE id = {voucher.Id} AND used_at = 0 AND voided_at = 0
                """);
            var posted = ledger.Post(
                new LedgerTransaction
                {
                    Kind = LedgerKind.VoucherPoints,
                    Reference = string.Create(CultureInfo.InvariantCulture, $"voucher:{voucher.Id}"),
                    Remark = voucher.Remark,
                    Lines =
                    [
                        new(userId, LedgerAccount.Points, voucher.Points),
                        new(0, LedgerAccount.ShopPointsIssued, -voucher.Points),
                    ],
                },
                rows);
            return posted.IsAccepted ? voucher.Points : posted.Refusal;
        };
    }
}
