using Grpc.Core;
using Silo.Catalog.V1;

namespace Silo.Server.Tests;

/// <summary>A small catalogue: two categories, goods with and without combinations, goods off sale, stores, reviews, two users.</summary>
internal sealed record CatalogShop(
    long Food, long Fruit, long Plain, long WithSkus, long OffSale, long Store, long Freight, long Property, long[] Values)
{
    private static long lastReview = 1_000_000;
    private static int names;

    /// <summary>Users of the shop; the first has written the reviews.</summary>
    public required long[] Users { get; init; }

    /// <summary>The reviews of <see cref="Plain"/>, a good one and a bad one.</summary>
    public required long[] Reviews { get; init; }

    /// <summary>A name that no other test uses, nor within its own.</summary>
    public static string Own(string name) => $"{name}{Interlocked.Increment(ref names):d6}";

    /// <summary>Fills a shop over its API, as often as is wanted.</summary>
    /// <param name="shop">The shop.</param>
    /// <param name="property">The name of the property; one of its own where files name it in words.</param>
    public static async Task<CatalogShop> FillAsync(Shop shop, string property = "规格")
    {
        var users = await shop.NewUsersAsync(2);
        var (categories, goods) = (new CategoriesAdminService.CategoriesAdminServiceClient(shop.Channel), Admin(shop));
        var food = (await categories.CreateCategoryAsync(new() { Terms = new() { Name = "食品", Sort = 1 } }, shop.Owner)).Category.Id;
        var below = new CategoryTerms { Name = "水果", ParentId = food, Sort = 2 };
        below.Attributes.Add(new Catalog.V1.Attribute { Key = "产地", Value = "赣州" });
        var fruit = (await categories.CreateCategoryAsync(new() { Terms = below }, shop.Owner)).Category.Id;
        var hidden = (await categories.CreateCategoryAsync(new() { Terms = new() { Name = "停用", Sort = 3 } }, shop.Owner)).Category.Id;
        await categories.SetCategoryEnabledAsync(new() { CategoryId = hidden }, shop.Owner);
        var freight = new FreightTerms { Name = "快递", Unit = FreightUnit.Weight };
        freight.Rates.Add(new FreightRate { FirstMilli = 1000, FirstCents = 800, StepMilli = 500, StepCents = 200 });
        freight.Regions.Add(new FreightRegion
        {
            RegionIds = { "650000000000" },
            Rates = { new FreightRate { FirstMilli = 1000, FirstCents = 2000, StepMilli = 1000, StepCents = 1500 } },
        });
        var freightId = (await new FreightAdminService.FreightAdminServiceClient(shop.Channel)
            .CreateFreightAsync(new() { Terms = freight }, shop.Owner)).Freight.Id;
        var store = await StoresAsync(shop);
        var sizes = new CreatePropertyRequest { Name = property };
        sizes.Values.AddRange([new PropertyValueTerms { Name = "小" }, new PropertyValueTerms { Name = "大" }]);
        var made = (await goods.CreatePropertyAsync(sizes, shop.Owner)).Property;

        var plain = await CreateAsync(shop, PlainRequest(food, store, freightId));
        var skus = new CreateGoodsRequest
        {
            Terms = new() { Name = "赣南脐橙", CategoryId = fruit, Sort = 1, GroupBuy = true },
            Price = new() { PriceCents = 1200 },
        };
        skus.Skus.Add([Sku(made.Values[0].Id, 1200, 10, 0), Sku(made.Values[1].Id, 2000, 20, 5)]);
        var withSkus = await CreateAsync(shop, skus);
        var off = (await goods.CreateGoodsAsync(
            new() { Terms = new() { Name = "下架商品", CategoryId = food }, Price = new() { PriceCents = 1 } }, shop.Owner)).Detail.Goods.Id;
        long[] reviews = [await ReviewAsync(shop, plain, users[0], 3, "http://x/r.png"), await ReviewAsync(shop, plain, users[0], 1, "")];
        return new(food, fruit, plain, withSkus, off, store, freightId, made.Id, [made.Values[0].Id, made.Values[1].Id])
        {
            Users = users,
            Reviews = reviews,
        };
    }

    public static GoodsAdminService.GoodsAdminServiceClient Admin(Shop shop) => new(shop.Channel);

    /// <summary>Creates goods and puts them on sale.</summary>
    public static async Task<long> CreateAsync(Shop shop, CreateGoodsRequest request)
    {
        var id = (await Admin(shop).CreateGoodsAsync(request, shop.Owner)).Detail.Goods.Id;
        await Admin(shop).SetGoodsPublishedAsync(new() { GoodsId = id, Published = true }, shop.Owner);
        return id;
    }

    /// <summary>Sends a file of goods.</summary>
    public static async Task<ImportGoodsResponse> ImportAsync(Shop shop, string file, bool dryRun = false, string requestId = "")
    {
        using var call = Admin(shop).ImportGoods(shop.Owner);
        try
        {
            foreach (var piece in file.Chunk(100_000))
            {
                await call.RequestStream.WriteAsync(new() { Csv = new string(piece), DryRun = dryRun, Reason = "autumn", RequestId = requestId });
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception exception) when (exception is InvalidOperationException or RpcException)
        {
            // The server has answered before it had all of it.
        }

        return await call;
    }

    public static SkuTerms Sku(long value, long cents, long stock, long points = 0)
    {
        var sku = new SkuTerms { Price = new() { PriceCents = cents, Points = points }, Stock = stock };
        sku.ValueIds.Add(value);
        return sku;
    }

    private static CreateGoodsRequest PlainRequest(long category, long store, long freight)
    {
        var request = new CreateGoodsRequest
        {
            Terms = new()
            {
                Name = "苏打饼干 Cookie",
                SubName = "海盐味",
                Characteristic = "松脆",
                CategoryId = category,
                StoreId = store,
                FreightId = freight,
                Sort = 2,
                Tags = "咸香,酥脆",
                BarCode = "6901234567890",
                Unit = "袋",
                WeightGrams = 250,
            },
            Parts = new() { Content = "<p onclick=\"x()\">好吃</p><script>alert(1)</script>" },
            Price = new() { PriceCents = 990, OriginalCents = 1290 },
            Stock = 7,
        };
        request.Parts.Pictures.Add(["http://x/1.png", "http://x/2.png"]);
        request.Parts.Attributes.Add(new Catalog.V1.Attribute { Key = "保质期", Value = "12个月" });
        return request;
    }

    private static async Task<long> StoresAsync(Shop shop)
    {
        var admin = new StoresAdminService.StoresAdminServiceClient(shop.Channel);
        var near = new StoreTerms
        {
            Name = "南山店",
            Sort = 2,
            ProvinceId = "440000000000",
            CityId = "440300000000",
            Position = new() { LatitudeMicro = 22_540_000, LongitudeMicro = 113_950_000 },
            ServiceMetres = 10_000,
            Phone = "0755-00000000",
            Recommended = true,
            Delivers = true,
            OffersPickup = true,
        };
        near.Attributes.Add(new Catalog.V1.Attribute { Key = "车位", Value = "20" });
        var store = (await admin.CreateStoreAsync(new() { Terms = near }, shop.Owner)).Store.Id;
        await admin.CreateStoreAsync(
            new() { Terms = new() { Name = "北京店", Sort = 1, Phone = "010-00000000", HidesPhone = true, TakesTableOrders = true, Position = new() { LatitudeMicro = 39_904_200, LongitudeMicro = 116_407_400 } } },
            shop.Owner);
        var closed = (await admin.CreateStoreAsync(new() { Terms = new() { Name = "歇业" } }, shop.Owner)).Store.Id;
        await admin.SetStoreOpenAsync(new() { StoreId = closed }, shop.Owner);
        return store;
    }

    /// <summary>Makes a user a member of a level of his own; a shop has 50 levels at most.</summary>
    public static async Task MemberAsync(Shop shop, long user)
    {
        var admin = new MembersAdminService.MembersAdminServiceClient(shop.Channel);
        var level = (await admin.CreateLevelAsync(new() { Name = "银卡", Rebate = 950, Number = 2, Sort = 5 }, shop.Owner)).Level.Id;
        await admin.SetMemberLevelAsync(
            new() { UserId = user, LevelId = level, ExpiresAt = new() { Seconds = 4_102_415_999 } }, shop.Owner);
    }

    /// <summary>Adds a review and returns its id; reviews come with orders, here they are rows.</summary>
    public static async Task<long> ReviewAsync(Shop shop, long goods, long user, int rating, string picture)
    {
        var id = Interlocked.Increment(ref lastReview);
        await using var connection = await shop.OpenDatabaseAsync();
        await using var command = connection.CreateCommand();
        command.CommandText =
            "INSERT INTO catalog_reviews (id, goods_id, goods_name, picture, property, amount_cents, number, order_id, points, rating, remark, "
            + "reply, hidden, pictures, user_id, nick, avatar, province, city, at) "
            + $"VALUES ({id}, {goods}, '苏打饼干', '', '', 990, 1, 5, 0, {rating}, '不错', '', false, '{picture}', {user}, 'nick', '', '', '', 1764000000000)";
        await command.ExecuteNonQueryAsync();
        return id;
    }
}
