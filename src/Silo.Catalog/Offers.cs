using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>What changes with orders: price, stock and counts of goods. Shared by its readers, so nobody changes it.</summary>
internal sealed record Offer(
    Price Price,
    long Stock,
    GoodsCounts Counts,
    IReadOnlyDictionary<long, (Price Price, long Stock)> Skus,
    IReadOnlyDictionary<(long Sku, long Level), long> MemberPrices);

/// <summary>
/// Offers from a small memory in which each lives for a second: orders cannot touch a topic, which would make them wait
/// for each other. Those that are missed at one moment are read together.
/// </summary>
internal sealed class Offers(IUnits units, Versions versions, TimeProvider time)
{
    private const int Most = 50_000;
    private const int MostOfARead = 1_000;
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private readonly List<Entry> waiting = [];
    private ConcurrentDictionary<long, Entry> entries = new();
    private bool isReading;

    /// <summary>The offers of the goods that there are.</summary>
    public async ValueTask<IReadOnlyDictionary<long, Offer>> GetAsync(
        IReadOnlyCollection<long> goods, CancellationToken cancellation)
    {
        var epoch = versions.EpochOf(CatalogCaches.Topic);
        var found = new Dictionary<long, Offer>(goods.Count);
        List<Entry>? missed = null;
        foreach (var id in goods)
        {
            var entry = entries.TryGetValue(id, out var known) && IsFresh(known, epoch) ? known : Miss(id, epoch);
            if (!entry.Value.IsCompletedSuccessfully)
            {
                (missed ??= []).Add(entry);
            }
            else if (entry.Value.Result is { } offer)
            {
                found[id] = offer;
            }
        }

        foreach (var entry in missed ?? [])
        {
            if (await entry.Value.WaitAsync(cancellation) is { } offer)
            {
                found[entry.GoodsId] = offer;
            }
        }

        return found;
    }

    /// <summary>Forgets an offer that this node has changed.</summary>
    public void Forget(long goodsId) => entries.TryRemove(goodsId, out _);

    private bool IsFresh(Entry entry, long? epoch) =>
        entry.Epoch == epoch && time.GetElapsedTime(entry.At) < Life && !entry.Value.IsFaulted;

    private Entry Miss(long goodsId, long? epoch)
    {
        lock (gate)
        {
            if (entries.TryGetValue(goodsId, out var known) && IsFresh(known, epoch))
            {
                return known;
            }

            if (entries.Count >= Most)
            {
                entries = new();
            }

            // Its second begins before the read, so that what is told is never older.
            var entry = new Entry(goodsId, epoch, time.GetTimestamp());
            entries[goodsId] = entry;
            waiting.Add(entry);
            if (!isReading)
            {
                isReading = true;
                _ = Task.Run(ReadAllAsync);
            }

            return entry;
        }
    }

    private async Task ReadAllAsync()
    {
        while (true)
        {
            Entry[] batch;
            lock (gate)
            {
                batch = [.. waiting.Take(MostOfARead)];
                waiting.RemoveRange(0, batch.Length);
                isReading = batch.Length > 0;
            }

            if (batch.Length == 0)
            {
                return;
            }

            try
            {
                var offers = await units.ReadAsync(
                    r => ReadAsync(r, [.. batch.Select(e => e.GoodsId).Distinct()]), CancellationToken.None);
                Array.ForEach(batch, e => e.Source.SetResult(offers.GetValueOrDefault(e.GoodsId)));
            }
            catch (Exception exception)
            {
                // All who wait for it are told; nobody after them.
                foreach (var entry in batch)
                {
                    entries.TryRemove(new(entry.GoodsId, entry));
                    entry.Source.SetException(exception);
                }
            }
        }
    }

    private static async Task<Dictionary<long, Offer>> ReadAsync(IReads reads, long[] ids)
    {
        var cancellation = CancellationToken.None;
        var goods = await reads.Query<GoodsRow>().Where(g => ids.Contains(g.Id))
            .Select(g => new
            {
                g.Id,
                Price = new Price
                {
                    PriceCents = g.PriceCents,
                    OriginalCents = g.OriginalCents,
                    Points = g.Points,
                    GroupCents = g.GroupCents,
                    BargainCents = g.BargainCents,
                },
            }).ToListAsync(cancellation);
        var counts = await GoodsReads.CountsAsync(reads, ids, cancellation);
        var skus = (await GoodsReads.SkusAsync(reads, ids, cancellation)).ToLookup(s => s.Sku.GoodsId);
        var members = (await reads.Query<MemberPriceRow>().Where(p => ids.Contains(p.GoodsId)).ToListAsync(cancellation))
            .ToLookup(p => p.GoodsId);
        return goods.ToDictionary(g => g.Id, g => new Offer(
            g.Price,
            skus[g.Id].Sum(s => s.Stock),
            counts.GetValueOrDefault(g.Id) ?? new(),
            skus[g.Id].ToDictionary(s => s.Sku.Id, s => (CatalogWire.Price(s.Sku), s.Stock)),
            members[g.Id].ToDictionary(p => (p.SkuId, p.LevelId), p => p.PriceCents)));
    }

    private sealed class Entry(long goodsId, long? epoch, long at)
    {
        public long GoodsId { get; } = goodsId;

        public long? Epoch { get; } = epoch;

        public long At { get; } = at;

        public TaskCompletionSource<Offer?> Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Offer?> Value => Source.Task;
    }
}
