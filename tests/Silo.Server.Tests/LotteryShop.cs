using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Silo.Lotteries.V1;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>A shop's lotteries from outside.</summary>
internal sealed class LotteryShop(Shop shop)
{
    public LotteriesService.LotteriesServiceClient Lotteries => new(shop.Channel);

    public LotteriesAdminService.LotteriesAdminServiceClient Admin => new(shop.Channel);

    public static LotteryPrize None(long weight, string title = "Next time") =>
        new() { Kind = PrizeKind.None, Title = title, Weight = weight };

    public static LotteryPrize Points(long points, long weight, long stock = 0) =>
        new() { Kind = PrizeKind.Points, Title = $"{points} points", Weight = weight, Stock = stock, Points = points };

    public static LotteryPrize Money(long cents, long weight, long stock) =>
        new() { Kind = PrizeKind.Balance, Title = $"{cents} cents", Weight = weight, Stock = stock, AmountCents = cents };

    public static LotteryPrize Coupon(long coupon, long weight, long stock) =>
        new() { Kind = PrizeKind.Coupon, Title = $"coupon {coupon}", Weight = weight, Stock = stock, CouponId = coupon };

    /// <summary>Goods, which <see cref="CreateAsync"/> puts into the catalogue.</summary>
    public static LotteryPrize Goods(string title, long weight, long stock) =>
        new() { Kind = PrizeKind.Goods, Title = title, Weight = weight, Stock = stock };

    public static LotteryTerms Terms(int times, params LotteryPrize[] prizes)
    {
        var terms = new LotteryTerms
        {
            Title = "Opening",
            StartsAt = new Timestamp { Seconds = 1_577_836_800 },
            EndsAt = new Timestamp { Seconds = 4_102_444_800 },
            TimesPerUser = times,
        };
        terms.Prizes.AddRange(prizes);
        return terms;
    }

    public async Task<Lottery> CreateAsync(LotteryTerms terms)
    {
        foreach (var prize in terms.Prizes.Where(p => p.Kind == PrizeKind.Goods && p.GoodsId == 0))
        {
            prize.GoodsId = await BargainShop.GoodsAsync(shop);
        }

        return (await Admin.CreateLotteryAsync(new() { Terms = terms }, shop.Owner)).Lottery;
    }

    public async Task<Draw> DrawAsync(long lottery, long user, string request = "") => (await Lotteries.DrawLotteryAsync(
        new() { LotteryId = lottery, RequestId = request }, Shop.Bearer(Shop.TokenOf(user)))).Draw;

    /// <summary>The draw's id, or what was refused.</summary>
    public async Task<string> TryDrawAsync(long lottery, long user, string request = "")
    {
        try
        {
            return $"draw:{(await DrawAsync(lottery, user, request)).Id}";
        }
        catch (RpcException exception)
        {
            return Shop.AnswerOf(exception);
        }
    }

    public Task EndAsync(long lottery) => Admin.EndLotteryAsync(new() { LotteryId = lottery }, shop.Owner).ResponseAsync;

    /// <summary>The whole of what is revealed.</summary>
    public async Task<RevealLotteryResponse> RevealAsync(long lottery)
    {
        var request = new RevealLotteryRequest { LotteryId = lottery, Page = 1, PageSize = 100 };
        var whole = await Lotteries.RevealLotteryAsync(request);
        while (whole.Draws.Count < whole.TotalCount)
        {
            request.Page++;
            var page = await Lotteries.RevealLotteryAsync(request);
            Assert.NotEmpty(page.Draws);
            whole.Draws.AddRange(page.Draws);
            whole.Rules.AddRange(page.Rules.Where(rule => whole.Rules.All(r => r.Version != rule.Version)));
        }

        return whole;
    }

    /// <summary>Has the program that shares no code with the server replay a lottery; its exit code and what it printed.</summary>
    public static async Task<(int Code, string Output)> VerifyAsync(long lottery, RevealLotteryResponse reveal)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, JsonFormatter.Default.Format(reveal));
            return await Tool.RunAsync(
                TimeSpan.FromMinutes(1),
                WxSdkTests.Node() ?? "node",
                WxSdkTests.ScriptOf("verify-lottery.js"),
                lottery.ToString(System.Globalization.CultureInfo.InvariantCulture),
                reveal.SeedHash,
                file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
