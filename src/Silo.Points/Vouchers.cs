using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Points;

/// <summary>Makes vouchers, exchanges them for points, and makes them void. A guard on the voucher's row lets one through.</summary>
internal sealed class Vouchers(IUnits units, IWallets wallets, IAttempts attempts)
{
    private const int UnknownNumbers = 10;
    private const int NumberLength = 16;

    /// <summary>Without what is mistaken for something else; 16 of them are 80 bits.</summary>
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// <summary>A number as it is stored, from how a person writes it.</summary>
    public static string Normalise(string number) =>
        string.Concat(number.Where(c => !char.IsWhiteSpace(c) && c != '-')).ToUpperInvariant();

    public async Task<Result<long>> ExchangeAsync(
        long userId, string number, string requestId, long requestHash, CancellationToken cancellation)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"voucher:{userId}");
        if (!(await units.RunAsync<bool>(
            async unit => await attempts.TakeAsync(unit, key, UnknownNumbers, cancellation) ? true : AttemptRefusals.TooMany,
            cancellation)).IsAccepted)
        {
            return AttemptRefusals.TooMany;
        }

        var exchanged = await units.RunAsync<long>(
            unit => ExchangeAsync(unit, userId, Normalise(number), requestId, requestHash, cancellation), cancellation);
        if (exchanged.Refusal != PointsRefusals.VoucherUnknown)
        {
            await units.RunAsync<int>(
                async unit => await attempts.GiveBackAsync(unit, key, CancellationToken.None), CancellationToken.None);
        }

        return exchanged;
    }

    /// <summary>Makes a batch in the unit.</summary>
    public static async Task<Result<V1.VoucherBatch>> CreateAsync(Unit unit, V1.CreateVouchersRequest request)
    {
        var max = request.PointsMax == 0 ? request.PointsMin : request.PointsMax;
        if (max < request.PointsMin)
        {
            return PointsRefusals.VoucherPointsInvalid;
        }

        var expiresAt = WireTime.Milliseconds(request.ExpiresAt);
        if (expiresAt <= unit.NowMs)
        {
            return PointsRefusals.VoucherEnded;
        }

        var (batchId, rows) = (unit.NewId(), new Rows());
        for (var i = 0; i < request.Count; i++)
        {
            rows.Append(new VoucherRow
            {
                Id = unit.NewId(),
                BatchId = batchId,
                Number = RandomNumberGenerator.GetString(Alphabet, NumberLength),
                Points = RandomNumberGenerator.GetInt32((int)request.PointsMin, (int)max + 1),
                ExpiresAt = expiresAt,
                Remark = request.Remark,
                CreatedAt = unit.NowMs,
            });
        }

        await unit.WriteAsync(rows);
        return new V1.VoucherBatch
        {
            Id = batchId,
            Count = request.Count,
            PointsMin = request.PointsMin,
            PointsMax = max,
            ExpiresAt = request.ExpiresAt,
            Remark = request.Remark,
        };
    }

    /// <summary>Makes the unused vouchers of a batch void, or those of it that are named; how many.</summary>
    public static async Task<Result<int>> VoidAsync(
        Unit unit, long batchId, IReadOnlyCollection<long> named, CancellationToken cancellation)
    {
        var batch = unit.Set<VoucherRow>().Where(v => v.BatchId == batchId);
        return await batch.AnyAsync(cancellation)
            ? await batch.Where(v => v.UsedAt == 0 && v.VoidedAt == 0 && (named.Count == 0 || named.Contains(v.Id)))
                .ExecuteUpdateAsync(v => v.SetProperty(x => x.VoidedAt, unit.NowMs), cancellation)
            : PointsRefusals.VoucherUnknown;
    }

    /// <summary>Why a voucher is not good at an instant, or null.</summary>
    private static Refusal? RefusalOf(VoucherRow voucher, long now) => voucher.UsedAt > 0 ? PointsRefusals.VoucherUsed
        : voucher.VoidedAt > 0 ? PointsRefusals.VoucherVoid
        : voucher.ExpiresAt <= now ? PointsRefusals.VoucherExpired
        : null;

    private async Task<Result<long>> ExchangeAsync(
        Unit unit, long userId, string number, string requestId, long requestHash, CancellationToken cancellation)
    {
        if (await FirstAsync(unit, userId, requestId, requestHash, cancellation) is { } first)
        {
            return first;
        }

        var voucher = await unit.Query<VoucherRow>().SingleOrDefaultAsync(v => v.Number == number, cancellation);
        if (voucher is null)
        {
            return PointsRefusals.VoucherUnknown;
        }

        // Lets one call of the user through at a time: of two with one request id the second finds the first.
        var draft = await wallets.LockAsync(unit, [userId], cancellation);
        if (await FirstAsync(unit, userId, requestId, requestHash, cancellation) is { } meanwhile)
        {
            return meanwhile;
        }

        var taken = await unit.ExecuteAsync(
            $"""
            UPDATE points_vouchers SET user_id = {userId}, used_at = {unit.NowMs}, request_id = {requestId},
                request_hash = {requestHash}
            WHERE id = {voucher.Id} AND used_at = 0 AND voided_at = 0 AND expires_at > {unit.NowMs}
            """,
            cancellation) == 1;
        if (!taken)
        {
            return RefusalOf(await unit.Query<VoucherRow>().SingleAsync(v => v.Id == voucher.Id, cancellation), unit.NowMs)!;
        }

        var rows = new Rows();
        var posted = draft.Post(
            new LedgerTransaction
            {
                Kind = LedgerKind.VoucherPoints,
                Reference = string.Create(CultureInfo.InvariantCulture, $"voucher:{voucher.Id}"),
                Remark = voucher.Remark,
                Lines = [new(userId, LedgerAccount.Points, voucher.Points), new(0, LedgerAccount.ShopPointsIssued, -voucher.Points)],
            },
            rows);
        if (!posted.IsAccepted)
        {
            return posted.Refusal;
        }

        await unit.WriteAsync(rows);
        return voucher.Points;
    }

    /// <summary>What a request id was answered, or null where it was not used.</summary>
    private static async Task<Result<long>?> FirstAsync(
        IReads reads, long userId, string requestId, long requestHash, CancellationToken cancellation)
    {
        if (requestId.Length == 0)
        {
            return null;
        }

        var first = await reads.Query<VoucherRow>().SingleOrDefaultAsync(
            v => v.UserId == userId && v.RequestId == requestId && v.RequestId != "", cancellation);
        return first is null ? null : first.RequestHash == requestHash ? first.Points : Refusals.RequestIdReused;
    }
}
