using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Files;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>
/// The demo shop's catalogue, in one unit: six categories on two levels, twelve goods, four of them with combinations,
/// two for group-buys and two for bargains, stores, a freight template, levels and reviews.
/// </summary>
internal sealed class CatalogDemo(IUnits units, IUsers users, IDemoPictures demoPictures) : IDemoData
{
    private static readonly Writer System = new(0, "demo");

    private static readonly string[] PictureNames =
    [
        .. Enumerable.Range(1, 12).Select(i => $"demo-goods-{i}.jpg"), .. Enumerable.Range(1, 6).Select(i => $"demo-category-{i}.jpg"),
        "demo-store-1.jpg", "demo-store-2.jpg",
    ];

    public async Task LoadAsync(CancellationToken cancellation)
    {
        if (await units.ReadAsync(r => r.Query<CategoryRow>().AnyAsync(cancellation), cancellation))
        {
            return;
        }

        var reviewer = await users.DemoUserAsync(cancellation);
        var pictures = await demoPictures.DrawAsync(PictureNames, cancellation);
        await units.RunAsync(
            async unit =>
            {
                await GoodsWrites.InvalidateAsync(unit, cancellation);
                if (!await unit.Query<CategoryRow>().AnyAsync(cancellation))
                {
                    await LoadAsync(unit, reviewer ?? 0, pictures, cancellation);
                }
            },
            cancellation);
    }

    private static long Category(Unit unit, long parent, int sort, string name, string picture, string type = "")
    {
        var row = new CategoryRow
        {
            Id = unit.NewId(),
            ParentId = parent,
            Level = parent == 0 ? 1 : 2,
            Sort = sort,
            Enabled = true,
            Version = 1,
            Terms = CatalogWire.Json(new CategoryTerms { Name = name, Type = type, Icon = picture, Picture = picture }),
            CreatedAt = unit.NowMs,
            UpdatedAt = unit.NowMs,
        };
        unit.Set<CategoryRow>().Add(row);
        return row.Id;
    }

    private static void Store(Unit unit, int sort, StoreTerms terms) => unit.Set<StoreRow>().Add(new()
    {
        Id = unit.NewId(),
        Sort = sort,
        Open = true,
        Version = 1,
        Terms = CatalogWire.Json(terms),
        CreatedAt = unit.NowMs,
        UpdatedAt = unit.NowMs,
    });

    private static long Level(Unit unit, int number, string name, int rebate)
    {
        var row = new LevelRow
        {
            Id = unit.NewId(),
            Name = name,
            Rebate = rebate,
            Number = number,
            Sort = number,
            Version = 1,
            CreatedAt = unit.NowMs,
            UpdatedAt = unit.NowMs,
        };
        unit.Set<LevelRow>().Add(row);
        return row.Id;
    }

    private static long Freight(Unit unit)
    {
        var terms = new FreightTerms { Name = "快递首件8元", Unit = FreightUnit.Quantity };
        terms.Rates.Add(new FreightRate
        {
            Carrier = Carrier.Express,
            FirstMilli = 1_000,
            FirstCents = 8_00,
            StepMilli = 1_000,
            StepCents = 2_00,
        });
        var row = new FreightRow
        {
            Id = unit.NewId(),
            Version = 1,
            Terms = CatalogWire.Json(terms),
            CreatedAt = unit.NowMs,
            UpdatedAt = unit.NowMs,
        };
        unit.Set<FreightRow>().Add(row);
        return row.Id;
    }

    private static async Task<long[]> PropertyAsync(Unit unit, int sort, string name, string[] values, CancellationToken cancellation)
    {
        var request = new CreatePropertyRequest { Name = name, Sort = sort };
        request.Values.AddRange(values.Select(v => new PropertyValueTerms { Name = v }));
        var property = (await PropertiesWrites.CreateAsync(unit, request, cancellation)).OrRefuse().After;
        await unit.SaveAsync(cancellation);
        return [.. property.Values.Select(v => v.Id)];
    }

    private static SkuTerms Sku(long cents, params long[] values)
    {
        var sku = new SkuTerms { Price = new() { PriceCents = cents, OriginalCents = cents * 12 / 10, GroupCents = cents * 8 / 10 }, Stock = 50 };
        sku.ValueIds.AddRange(values);
        return sku;
    }

    private static async Task LoadAsync(
        Unit unit, long reviewer, IReadOnlyDictionary<string, string> pictures, CancellationToken cancellation)
    {
        string CategoryPicture(int number) => pictures[$"demo-category-{number}.jpg"];
        var added = 0;
        var food = Category(unit, 0, 1, "食品生鲜", CategoryPicture(1), "index");
        var home = Category(unit, 0, 2, "居家生活", CategoryPicture(2), "index");
        var fruit = Category(unit, food, 1, "新鲜水果", CategoryPicture(3));
        var snack = Category(unit, food, 2, "零食坚果", CategoryPicture(4));
        var cloth = Category(unit, home, 1, "服饰", CategoryPicture(5));
        var kitchen = Category(unit, home, 2, "厨房用品", CategoryPicture(6));
        var freight = Freight(unit);
        var silver = Level(unit, 1, "银卡会员", 980);
        Level(unit, 2, "金卡会员", 950);
        if (reviewer != 0)
        {
            unit.Set<MemberRow>().Add(new() { UserId = reviewer, LevelId = silver, Since = unit.NowMs, ExpiresAt = unit.NowMs + (365L * 24 * 60 * 60 * 1000) });
        }

        Store(unit, 1, new()
        {
            Name = "南山旗舰店",
            Picture = pictures["demo-store-1.jpg"],
            Address = "深圳市南山区科技园路1号",
            Phone = "0755-00000000",
            OpeningHours = "09:00-21:00",
            ProvinceId = "440000000000",
            CityId = "440300000000",
            DistrictId = "440305000000",
            Position = new() { LatitudeMicro = 22_540_000, LongitudeMicro = 113_950_000 },
            ServiceMetres = 10_000,
            Recommended = true,
            Delivers = true,
            OffersPickup = true,
        });
        Store(unit, 2, new()
        {
            Name = "福田中心店",
            Picture = pictures["demo-store-2.jpg"],
            Address = "深圳市福田区福华路2号",
            Phone = "0755-00000001",
            OpeningHours = "10:00-22:00",
            ProvinceId = "440000000000",
            CityId = "440300000000",
            DistrictId = "440304000000",
            Position = new() { LatitudeMicro = 22_535_000, LongitudeMicro = 114_055_000 },
            ServiceMetres = 8_000,
            OffersPickup = true,
        });
        var colours = await PropertyAsync(unit, 1, "颜色", ["红色", "蓝色", "黑色"], cancellation);
        var sizes = await PropertyAsync(unit, 2, "尺码", ["M", "L", "XL"], cancellation);
        var packs = await PropertyAsync(unit, 3, "规格", ["500克", "1千克"], cancellation);

        await AddAsync("赣南脐橙", fruit, 39_90, "香甜多汁，产地直发", [Sku(39_90, packs[0]), Sku(69_90, packs[1])], groupBuy: true);
        await AddAsync("红富士苹果", fruit, 29_90, "脆甜爽口", [Sku(29_90, packs[0]), Sku(55_00, packs[1])]);
        await AddAsync("新疆葡萄干", snack, 19_90, "自然晾晒", [], bargain: true);
        await AddAsync("每日坚果礼盒", snack, 99_00, "六种坚果，每日一包", [], groupBuy: true);
        await AddAsync("手工牛肉干", snack, 49_00, "高原牦牛肉", []);
        await AddAsync("海盐苏打饼干", snack, 9_90, "咸香酥脆", []);
        await AddAsync("纯棉短袖T恤", cloth, 59_00, "精梳棉，不变形",
            [.. colours.SelectMany(c => sizes.Select(s => Sku(59_00, c, s)))]);
        await AddAsync("连帽卫衣", cloth, 129_00, "加厚保暖", [.. colours.Take(2).SelectMany(c => sizes.Select(s => Sku(129_00, c, s)))]);
        await AddAsync("羊毛围巾", cloth, 89_00, "柔软亲肤", []);
        var pot = await AddAsync("铸铁炒锅", kitchen, 199_00, "物理不粘，越用越好", [], bargain: true);
        await AddAsync("不锈钢保温杯", kitchen, 79_00, "24小时保温", []);
        await AddAsync("竹制砧板", kitchen, 45_00, "整竹无拼接", []);
        await ReviewAsync(unit, pot, reviewer, cancellation);

        async Task<Goods> AddAsync(
            string name, long category, long cents, string special, IReadOnlyList<SkuTerms> skus, bool groupBuy = false, bool bargain = false)
        {
            var picture = pictures[$"demo-goods-{++added}.jpg"];
            var terms = new GoodsTerms
            {
                Name = name,
                Picture = picture,
                CategoryId = category,
                Characteristic = special,
                Unit = "件",
                Tags = special.Replace('，', ','),
                FreightId = freight,
                WeightGrams = 500,
                GroupBuy = groupBuy,
                Bargain = bargain,
                Recommended = groupBuy || bargain,
            };
            var price = new Price
            {
                PriceCents = cents,
                OriginalCents = cents * 12 / 10,
                GroupCents = groupBuy ? cents * 8 / 10 : 0,
                BargainCents = bargain ? cents / 2 : 0,
            };
            var parts = new GoodsParts { Content = $"<p>{name}：{special}。</p><p><img src=\"{picture}\"></p>", Pictures = { picture } };
            var created = (await GoodsWrites.CreateAsync(
                unit, new(terms, parts, price, 100, skus), System, cancellation)).OrRefuse().After;
            await unit.Set<GoodsRow>().Where(g => g.Id == created.Goods.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(g => g.Published, true), cancellation);
            return created.Goods;
        }
    }

    private static async Task ReviewAsync(Unit unit, Goods goods, long reviewer, CancellationToken cancellation)
    {
        foreach (var (rating, remark) in new[] { (3, "锅很好用，受热均匀。"), (3, "系统默认好评"), (2, "有点重，其他都好。") })
        {
            unit.Set<ReviewRow>().Add(new()
            {
                Id = unit.NewId(),
                GoodsId = goods.Id,
                GoodsName = goods.Terms.Name,
                AmountCents = goods.Price.PriceCents,
                Number = 1,
                Rating = rating,
                Remark = remark,
                UserId = reviewer,
                Nick = "演示用户",
                Province = "广东",
                City = "深圳",
                At = unit.NowMs,
            });
        }

        await unit.SaveAsync(cancellation);
        await unit.Set<CountersRow>().Where(c => c.GoodsId == goods.Id).ExecuteUpdateAsync(
            set => set.SetProperty(c => c.Reviews, 3).SetProperty(c => c.GoodReviews, 2), cancellation);
    }
}
