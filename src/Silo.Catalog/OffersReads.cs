using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Goods as lists show them, with all that changes with orders. Shared by its readers, so nobody changes it.</summary>
/// <param name="Goods">The goods with price, stock and counts, as those see them who are no members.</param>
/// <param name="Skus">Price and stock of each combination.</param>
/// <param name="MemberPrices">What members of a level pay for a combination, where they have a price of their own.</param>
internal sealed record Offer(
    Goods Goods,
    IReadOnlyDictionary<long, (Price Price, long Stock)> Skus,
    IReadOnlyDictionary<(long Sku, long Level), long> MemberPrices)
{
    /// <summary>The goods with the price that a member pays; what is shared is not changed.</summary>
    public Goods For(Member? member)
    {
        if (member is null)
        {
            return Goods;
        }

        var price = MembersReads.For(Goods.Price, member, Goods.PropertyIds.Count == 0 ? OwnOf(Goods.Id, member) : null);
        var offered = new Goods
        {
            Id = Goods.Id,
            Terms = Goods.Terms,
            Price = price,
            PriceBeforeRebateCents = price.PriceCents == Goods.Price.PriceCents ? 0 : Goods.Price.PriceCents,
            Stock = Goods.Stock,
            Published = Goods.Published,
            Counts = Goods.Counts,
            Version = Goods.Version,
            CreatedAt = Goods.CreatedAt,
            UpdatedAt = Goods.UpdatedAt,
        };
        offered.PropertyIds.AddRange(Goods.PropertyIds);
        return offered;
    }

    /// <summary>A combination with its stock and the price that a member pays; what is shared is not changed.</summary>
    public Sku For(Sku sku, Member? member)
    {
        // Of one that is new or gone the page of the next moment knows more.
        var (price, stock) = Skus.TryGetValue(sku.Id, out var known) ? known : (sku.Price, 0);
        return new()
        {
            Id = sku.Id,
            Pairs = sku.Pairs,
            Names = sku.Names,
            Price = MembersReads.For(price, member, OwnOf(sku.Id, member)),
            Stock = stock,
            Picture = sku.Picture,
            Code = sku.Code,
            WeightGrams = sku.WeightGrams,
        };
    }

    private long? OwnOf(long skuId, Member? member) =>
        member is not null && MemberPrices.TryGetValue((skuId, member.LevelId), out var cents) ? cents : null;
}

/// <summary>
/// Offers from memory, until what is in one of them changes: an order has those of its goods forgotten and no other.
/// Those that are missed at one moment are read together.
/// </summary>
internal sealed class OffersReads
{
    private const int MaxEntries = 20_000;
    private const int MaxPerRead = 1_000;

    /// <summary>Views are counted without a word to this memory; no older ones are shown.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    private readonly IUnits units;
    private readonly CacheInvalidation invalidation;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly List<Entry> waiting = [];
    private ConcurrentDictionary<long, Entry> entries = new();
    private bool isReading;

    public OffersReads(IUnits units, CacheInvalidation invalidation, TimeProvider time)
    {
        (this.units, this.invalidation, this.time) = (units, invalidation, time);
        invalidation.Listen(CatalogCacheTags.Goods, Forget);
        invalidation.Listen(CatalogCacheTags.Offers, Forget);
    }

    /// <summary>The offers of goods, in their order; those that are not there are left out.</summary>
    public async ValueTask<IReadOnlyList<Offer>> GetAsync(IReadOnlyList<long> goods, CancellationToken cancellation)
    {
        var epoch = invalidation.EpochOf(CatalogCacheTags.Whole);
        var wanted = new Task<Offer?>?[goods.Count];
        var missed = 0;
        for (var i = 0; i < wanted.Length; i++)
        {
            wanted[i] = entries.TryGetValue(goods[i], out var known) && IsFresh(known, epoch) ? known.Value : null;
            missed += wanted[i] is null ? 1 : 0;
        }

        if (missed > 0)
        {
            Miss(goods, wanted, epoch);
        }

        var found = new List<Offer>(wanted.Length);
        foreach (var one in wanted)
        {
            if ((one!.IsCompletedSuccessfully ? one.Result : await one.WaitAsync(cancellation)) is { } offer)
            {
                found.Add(offer);
            }
        }

        return found;
    }

    private bool IsFresh(Entry entry, long? epoch) =>
        epoch is not null && entry.Epoch == epoch && time.GetElapsedTime(entry.At) < Life;

    /// <summary>An entry is in its place before its read begins, so a change during the read has it forgotten.</summary>
    private void Forget(IReadOnlyCollection<long>? goods)
    {
        if (goods is null)
        {
            lock (gate)
            {
                entries = new();
            }

            return;
        }

        foreach (var id in goods)
        {
            entries.TryRemove(id, out _);
        }
    }

    /// <summary>Has what is missing read, all of it at once.</summary>
    private void Miss(IReadOnlyList<long> goods, Task<Offer?>?[] wanted, long? epoch)
    {
        lock (gate)
        {
            for (var i = 0; i < wanted.Length; i++)
            {
                wanted[i] ??= (entries.TryGetValue(goods[i], out var known) && IsFresh(known, epoch) ? known : Add(goods[i], epoch)).Value;
            }

            if (!isReading && waiting.Count > 0)
            {
                isReading = true;
                _ = Task.Run(ReadAllAsync);
            }
        }
    }

    private Entry Add(long goodsId, long? epoch)
    {
        if (entries.Count >= MaxEntries)
        {
            entries = new();
        }

        var entry = new Entry(goodsId, epoch, time.GetTimestamp());
        entries[goodsId] = entry;
        waiting.Add(entry);
        return entry;
    }

    private async Task ReadAllAsync()
    {
        while (true)
        {
            Entry[] batch;
            lock (gate)
            {
                batch = [.. waiting.Take(MaxPerRead)];
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
                Array.ForEach(batch, e => Tell(e, offers.GetValueOrDefault(e.GoodsId)));
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

    /// <summary>What is not there keeps no place, so that made-up ids drive nothing out.</summary>
    private void Tell(Entry entry, Offer? offer)
    {
        if (offer is null)
        {
            entries.TryRemove(new(entry.GoodsId, entry));
        }

        entry.Source.SetResult(offer);
    }

    private static async Task<Dictionary<long, Offer>> ReadAsync(IReads reads, long[] ids)
    {
        var cancellation = CancellationToken.None;
        var rows = await reads.Query<GoodsRow>().Where(g => ids.Contains(g.Id)).ToListAsync(cancellation);
        var counts = await GoodsReads.CountsAsync(reads, ids, cancellation);
        var skus = (await GoodsReads.SkusAsync(reads, ids, cancellation)).ToLookup(s => s.Sku.GoodsId);
        var members = (await reads.Query<MemberPriceRow>().Where(p => ids.Contains(p.GoodsId)).ToListAsync(cancellation))
            .ToLookup(p => p.GoodsId);
        return rows.ToDictionary(row => row.Id, row =>
        {
            var goods = CatalogWire.PricedGoods(row);
            goods.Stock = skus[row.Id].Sum(s => s.Stock);
            goods.Counts = counts.GetValueOrDefault(row.Id) ?? new();
            return new Offer(
                goods,
                skus[row.Id].ToDictionary(s => s.Sku.Id, s => (CatalogWire.Price(s.Sku), s.Stock)),
                members[row.Id].ToDictionary(p => (p.SkuId, p.LevelId), p => p.PriceCents));
        });
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
