using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using Silo.Catalog.V1;
using Silo.Comments.V1;
using Silo.Coupons.V1;
using Silo.Edge.V1;
using Silo.GroupBuys.V1;
using Silo.Server.Tests.Files;
using Silo.Server.Tests.House;
using Silo.Testing.Databases;
using Silo.Testing.Files;
using Xunit;
using File = System.IO.File;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: every daily task of an operator stands in the README of its module as a line that works. Method: the recipes of
/// each README run in a shell beside a running server; every rpc for operators must have one.
/// </summary>
public sealed partial class RecipeTests
{
    public static TheoryData<string> Modules => [.. Directory.GetFiles(Path.Combine(Repository.Root, "src"), "README.md", SearchOption.AllDirectories)
        .Where(file => Recipes(file).Length > 0).Select(file => Path.GetFileName(Path.GetDirectoryName(file))!).Order()];

    [Theory]
    [MemberData(nameof(Modules))]
    public async Task Recipes_OfTheModule_Work(string module)
    {
        Buf.SkipWhereMissing();
        await using var shop = await Shop.StartAsync(Database.Sqlite);
        var shopper = await shop.Accounts.RegisterUsernameAsync(new() { Username = "demo", Password = "demo-shop", AutoLogin = true });
        var coupon = await shop.CreateCouponAsync(10, limit: 3);
        var piece = await shop.Coupons.ClaimCouponAsync(new() { CouponId = coupon }, Shop.Bearer(shopper.Token));
        var colleague = await shop.AccountsAdmin.CreateOperatorAsync(
            new() { Username = "colleague", Password = "a-long-password", Role = Role.Support }, shop.Owner);
        await shop.SeedUsersAsync(1);
        var file = await FilesTests.UploadAsync(shop, 1, TestPictures.Png(2, 2));
        var comment = await new CommentsService.CommentsServiceClient(shop.Channel).AddCommentAsync(new() { Content = "Well done" });
        var review = await CatalogShop.ReviewAsync(shop, 1, 1, 3, "");
        var goods = await BargainShop.GoodsAsync(shop);
        var campaign = await BargainShop.CreateAsync(shop, goods);
        var bargain = await BargainShop.Shopper(shop).StartBargainAsync(new() { CampaignId = campaign }, Shop.Bearer(shopper.Token));
        var group = await GroupAsync(shop, shopper.Token);
        var lotteries = new LotteryShop(shop);
        var lottery = (await lotteries.CreateAsync(LotteryShop.Terms(1, LotteryShop.Goods("Teapot", 1, 1), LotteryShop.None(0)))).Id;
        var draw = await lotteries.DrawAsync(lottery, 1);
        var variables = $"""
            OWNER='{shop.Owner.GetValue("authorization")!["Bearer ".Length..]}' SHOPPER={shopper.UserId} COUPON={coupon}
            USER_COUPON={piece.UserCoupon.Id} OPERATOR={colleague.Operator.Id} NAME='{Shop.OwnerName}' PASSWORD='{Shop.OwnerPassword}'
            REVIEW={review} GOODS={goods} CAMPAIGN={campaign} BARGAIN={bargain.Bargain.Id} GROUP={group} LOTTERY={lottery} DRAW={draw.Id}
            FILE={file.Id} COMMENT={comment.Comment.Id} PICTURE={Convert.ToBase64String(TestPictures.Png(2, 2))}
            """.ReplaceLineEndings(" ");
        var script = Recipes(Path.Combine(Repository.Root, "src", module, "README.md"))
            .Replace("buf curl", $"'{Buf.Program}' curl", StringComparison.Ordinal)
            .Replace("http://localhost:5081/", shop.Server.Grpc.ToString(), StringComparison.Ordinal);

        var (code, output) = await Tool.RunAsync(TimeSpan.FromMinutes(2), "bash", "-euc", $"{variables}\n{script}");

        Assert.True(code == 0, output);
    }

    [Fact]
    public void EveryRpcOfOperators_HasARecipe()
    {
        var recipes = string.Join('\n', Modules.Select(row => Recipes(Path.Combine(Repository.Root, "src", row.Data, "README.md"))));

        Assert.Empty(Descriptors().SelectMany(WithoutRecipe(recipes)));
    }

    [Fact]
    public void WithoutRecipe_WhereOneIsMissing_NamesIt() => Assert.Contains(
        "silo.coupons.v1.CouponsAdminService/VoidUserCoupon", WithoutRecipe("admin coupons.v1.CouponsAdminService/GetCoupon ")(CouponsReflection.Descriptor));

    /// <summary>A group that a shopper has opened.</summary>
    private static async Task<long> GroupAsync(Shop shop, string token)
    {
        var goods = await CatalogShop.CreateAsync(shop, new()
        {
            Terms = new()
            {
                Name = "Green tea",
                CategoryId = (await new CategoriesAdminService.CategoriesAdminServiceClient(shop.Channel)
                    .CreateCategoryAsync(new() { Terms = new() { Name = "Drinks" } }, shop.Owner)).Category.Id,
            },
            Price = new() { PriceCents = 1000 },
        });
        await new GroupBuysAdminService.GroupBuysAdminServiceClient(shop.Channel).CreateCampaignAsync(
            new() { Terms = new() { GoodsId = goods, Size = 2, Hours = 1, OpenUntil = new() { Seconds = 4_102_444_800 } } }, shop.Owner);
        return (await new GroupBuysService.GroupBuysServiceClient(shop.Channel).OpenGroupAsync(
            new() { GoodsId = goods }, Shop.Bearer(token))).Group.Id;
    }

    /// <summary>Of every proto there is.</summary>
    private static IEnumerable<FileDescriptor> Descriptors() => typeof(CouponsReflection).Assembly.GetTypes()
        .Where(type => type.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .Select(type => type.GetProperty("Descriptor")?.GetValue(null)).OfType<FileDescriptor>();

    private static Func<FileDescriptor, IEnumerable<string>> WithoutRecipe(string recipes) => file => file.Services
        .SelectMany(service => service.Methods)
        .Where(m => m.Service.Name.EndsWith("AdminService", StringComparison.Ordinal))
        .Select(m => $"{m.Service.FullName}/{m.Name}")
        .Where(name => !recipes.Contains($" {name["silo.".Length..]} ", StringComparison.Ordinal));

    private static string Recipes(string readme) => Block().Match(File.ReadAllText(readme)).Groups[1].Value;

    [GeneratedRegex(@"## Recipes\n.*?```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
