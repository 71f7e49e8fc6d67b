using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using Grpc.Net.Client;
using Silo.Bargains.V1;
using Silo.Bench.V1;
using Silo.Catalog.V1;
using Silo.Lotteries.V1;
using Silo.Points.V1;

namespace Silo.Benchmarks;

/// <summary>Lotteries, bargains and sign-ins of the bench.</summary>
internal sealed partial class Bench
{
    private const long GoodsPrizes = 100;
    private const long SignInPoints = 5;
    private const long StartCents = 100_000_000;

    /// <summary>Whose bargains are helped; the script has the number in its requests.</summary>
    private const int Initiator = 1;

    private static readonly Timestamp Opened = new() { Seconds = 1_577_836_800 };
    private static readonly Timestamp Closes = new() { Seconds = 4_102_444_800 };
    private long goods;
    private int signedIn;

    /// <summary>Goods that can be bargained for, and points for signing in.</summary>
    public async Task PreparePromotionsAsync()
    {
        var category = (await new CategoriesAdminService.CategoriesAdminServiceClient(channel)
            .CreateCategoryAsync(new() { Terms = new() { Name = "Tea" } }, owner)).Category.Id;
        var admin = new GoodsAdminService.GoodsAdminServiceClient(channel);
        goods = (await admin.CreateGoodsAsync(
            new()
            {
                Terms = new() { Name = "Oolong", CategoryId = category, Bargain = true },
                Price = new() { PriceCents = 1000, BargainCents = 500 },
                Stock = 1,
            },
            owner)).Detail.Goods.Id;
        await admin.SetGoodsPublishedAsync(new() { GoodsId = goods, Published = true }, owner);
        await new PointsAdminService.PointsAdminServiceClient(channel).SetSignInTermsAsync(
            new() { Terms = new() { BasePoints = SignInPoints } }, owner);
    }

    /// <summary>Draws of a fresh lottery; each acknowledged one must be a row with a position, and no prize is given too often.</summary>
    public async Task<Run> DrawAsync(int connections, int seconds)
    {
        var admin = new LotteriesAdminService.LotteriesAdminServiceClient(channel);
        var lottery = (await admin.CreateLotteryAsync(
            new()
            {
                Terms = new()
                {
                    Title = "Opening",
                    StartsAt = Opened,
                    EndsAt = Closes,
                    TimesPerUser = 100,
                    Prizes =
                    {
                        new LotteryPrize { Kind = PrizeKind.Goods, Title = "Tea", Weight = 1, Stock = GoodsPrizes, GoodsId = goods },
                        new LotteryPrize { Kind = PrizeKind.None, Title = "Next time", Weight = 9 },
                    },
                },
            },
            owner)).Lottery.Id;
        var run = await WrkAsync("/silo.lotteries.v1.LotteriesService/DrawLottery", lottery, connections, seconds);
        var rows = await SettledAsync(
            "draws",
            run,
            connections,
            $"SELECT count(*) FROM lotteries_draws WHERE lottery_id = {lottery}",
            async () => (await admin.GetLotteryAsync(new() { LotteryId = lottery }, owner)).Lottery.Draws);
        var last = await CountAsync($"SELECT coalesce(max(position), 0) FROM lotteries_draws WHERE lottery_id = {lottery}");
        var won = await CountAsync($"SELECT count(*) FROM lotteries_draws WHERE lottery_id = {lottery} AND is_goods");
        if (last != rows || won > GoodsPrizes)
        {
            Driver.Wrong($"{rows} draws, the last position is {last}, {won} of {GoodsPrizes} prizes won");
        }

        return run;
    }

    /// <summary>Helps of a fresh bargain; each acknowledged one must be a row, and the cuts must sum to what is off the price.</summary>
    public async Task<Run> HelpAsync(int connections, int seconds)
    {
        var campaign = (await new BargainsAdminService.BargainsAdminServiceClient(channel).CreateCampaignAsync(
            new()
            {
                Terms = new()
                {
                    GoodsId = goods,
                    StartCents = StartCents,
                    FloorCents = 1,
                    CutMinCents = 1,
                    CutMaxCents = 100,
                    StockTotal = 1,
                    StartsAt = Opened,
                    EndsAt = Closes,
                },
            },
            owner)).Campaign.Id;
        var client = new BargainsService.BargainsServiceClient(channel);
        await client.StartBargainAsync(new() { CampaignId = campaign }, Bearer(TokenOf(Initiator)));
        var run = await WrkAsync("/silo.bargains.v1.BargainsService/HelpBargain", campaign, connections, seconds, "help");
        var rows = await SettledAsync(
            "helps",
            run,
            connections,
            $"SELECT count(*) FROM bargains_helps WHERE campaign_id = {campaign}",
            async () => (await DescribeAsync()).Helps);
        var cut = await CountAsync($"SELECT coalesce(sum(cut_cents), 0) FROM bargains_helps WHERE campaign_id = {campaign}");
        var last = await CountAsync($"SELECT coalesce(max(ordinal), 0) FROM bargains_helps WHERE campaign_id = {campaign}");
        if (last != rows || cut != StartCents - (await DescribeAsync()).PriceCents)
        {
            Driver.Wrong($"{rows} helps, the last ordinal is {last}, {cut} cut");
        }

        return run;

        async Task<Bargain> DescribeAsync() => (await client.DescribeBargainAsync(
            new() { CampaignId = campaign, InitiatorId = Initiator })).Bargain;
    }

    /// <summary>
    /// Has so many users sign in who have not, once each and 128 at once, and returns how many a second, with the CPU of
    /// each; each must have his day, his points, and both entries.
    /// </summary>
    public async Task<(double PerSecond, double CpuMicros, double DatabaseMicros)> SignInAsync(int count, bool naive)
    {
        var first = signedIn + 1;
        signedIn += count;
        var channels = Enumerable.Range(0, 4).Select(_ => GrpcChannel.ForAddress($"http://127.0.0.1:{Text(grpcPort)}")).ToArray();
        var ours = channels.Select(c => new PointsService.PointsServiceClient(c)).ToArray();
        var control = channels.Select(c => new ControlsService.ControlsServiceClient(c)).ToArray();
        var (cpu, databaseCpu) = (ServerCpu(), DatabaseCpu());
        var watch = Stopwatch.StartNew();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 128 }, async (i, _) =>
        {
            var headers = Bearer(TokenOf(first + i));
            if (naive)
            {
                await control[i % control.Length].NaiveSignInAsync(
                    new() { CouponId = SignInPoints, RequestId = "s" }, headers, cancellationToken: CancellationToken.None);
            }
            else
            {
                await ours[i % ours.Length].SignInAsync(new() { RequestId = "s" }, headers, cancellationToken: CancellationToken.None);
            }
        });
        var perSecond = count / watch.Elapsed.TotalSeconds;
        (cpu, databaseCpu) = ((ServerCpu() - cpu) / count, (DatabaseCpu() - databaseCpu) / count);
        foreach (var one in channels)
        {
            one.Dispose();
        }

        var whole = await CountAsync(
            "SELECT count(*) FROM points_sign_ins s"
            + " JOIN wallets_transactions t ON t.kind = 20 AND t.reference = 'sign-in:' || s.user_id || ':' || s.day"
            + " JOIN wallets_entries e ON e.transaction_id = t.id AND e.user_id = s.user_id AND e.amount = s.points AND e.sequence = 1"
            + " JOIN wallets_entries o ON o.transaction_id = t.id AND o.user_id = 0 AND o.amount = -s.points"
            + " JOIN wallets_wallets w ON w.user_id = s.user_id AND w.points = e.balance_after AND w.entries = 1"
            + $" WHERE s.user_id BETWEEN {first} AND {first + count - 1} AND s.points = {SignInPoints}"
            + $" AND e.balance_after = {PointsOfUser + SignInPoints}");
        if (whole != count)
        {
            Driver.Wrong($"{count} sign-ins acknowledged, {whole} stored with their entries");
        }

        return (perSecond, cpu.TotalMicroseconds, databaseCpu.TotalMicroseconds);
    }

    /// <summary>
    /// The rows of a run once they agree with the module's own number: wrk leaves with calls under way, which are decided all
    /// the same. There are at least as many as were acknowledged.
    /// </summary>
    private async Task<long> SettledAsync(string what, Run run, int connections, string count, Func<Task<long>> state)
    {
        var (rows, stated) = (0L, -1L);
        for (var i = 0; i < 50 && rows != stated; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            stated = await state();
            rows = await CountAsync(count);
        }

        if (rows < run.Requests || rows > run.Requests + connections || rows != stated)
        {
            Driver.Wrong($"{what}: {run.Requests} acknowledged, {rows} rows, state {stated}");
        }

        return rows;
    }
}
