using Silo.Files;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Lotteries;

/// <summary>The demo shop's lottery: a full wheel.</summary>
internal sealed class LotteriesDemo(
    HotGrains<long, LotteryCommand, LotteryOutcome> lotteries, ShopClock clock, IDemoPictures demoPictures) : IDemoData
{
    private const long YearMs = 365L * 24 * 60 * 60 * 1000;

    private const string None = "demo-prize-1.jpg";
    private const string Points = "demo-prize-2.jpg";
    private const string Money = "demo-prize-3.jpg";

    /// <summary>Nobody's: what the system does itself.</summary>
    private const long System = 0;

    public async Task LoadAsync(CancellationToken cancellation)
    {
        var pictures = await demoPictures.DrawAsync([None, Points, Money], cancellation);
        var today = clock.StartOf(clock.DayOf(clock.NowMs));
        var command = new LotteryChangeCommand
        {
            OperatorId = System,
            Rpc = "demo",
            Reason = "demo",
            RequestId = "demo-lottery",
            Change = LotteryChange.Create,
            Terms = new()
            {
                Title = "开业大抽奖",
                Content = "每人可抽三次，结果在活动结束后可逐一验证。",
                StartsAt = today,
                EndsAt = today + YearMs,
                TimesPerUser = 3,
                Prizes = [.. Wheel().Select(prize => prize with { PictureUrl = pictures[PictureOf(prize)] })],
            },
        };
        // A repeat is answered with the first one.
        if ((await lotteries.RunAsync(IDemoData.LotteryId, command)).Refusal is { } refusal)
        {
            throw new InvalidOperationException($"The demo lottery is refused: {refusal.Reason}.");
        }
    }

    private static string PictureOf(Prize prize) => prize.Kind switch
    {
        LotteryPrizeKind.Points => Points,
        LotteryPrizeKind.Balance => Money,
        _ => None,
    };

    private static IEnumerable<Prize> Wheel()
    {
        yield return new() { Kind = LotteryPrizeKind.None, Title = "谢谢参与", Weight = 400 };
        yield return new() { Kind = LotteryPrizeKind.Points, Title = "10积分", Weight = 300, Points = 10 };
        yield return new() { Kind = LotteryPrizeKind.Points, Title = "50积分", Weight = 150, Points = 50 };
        yield return new() { Kind = LotteryPrizeKind.Balance, Title = "1元红包", Weight = 100, Stock = 1_000, AmountCents = 1_00 };
        yield return new() { Kind = LotteryPrizeKind.Points, Title = "200积分", Weight = 30, Stock = 500, Points = 200 };
        yield return new() { Kind = LotteryPrizeKind.Balance, Title = "10元红包", Weight = 15, Stock = 50, AmountCents = 10_00 };
        yield return new() { Kind = LotteryPrizeKind.Points, Title = "888积分", Weight = 4, Stock = 20, Points = 888 };
        yield return new() { Kind = LotteryPrizeKind.Balance, Title = "88元红包", Weight = 1, Stock = 3, AmountCents = 88_00 };
    }
}
