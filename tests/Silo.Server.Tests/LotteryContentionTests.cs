using System.Collections.Concurrent;
using Grpc.Net.Client;
using Silo.Lotteries.V1;
using Silo.Testing;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: under thousands of draws at once a prize is never given more often than it is there, nobody draws more often than
/// he may, the odds are the published ones, and all of that can be checked by others. Method: draws from 64 connections,
/// with repeated request ids; the end; and a program that shares no code with the server replays what is revealed.
/// </summary>
public sealed class LotteryContentionTests(ITestOutputHelper output)
{
    private const int Connections = 64;
    private const int Users = 2_000;
    private const int Times = 5;
    private const int Draws = Users * Times;

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Draw_TenThousandInParallelWithAStockOfThree_GivesThreeAndCanBeReplayed(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(Users);
        var lotteries = new LotteryShop(shop);
        var lottery = await lotteries.CreateAsync(LotteryShop.Terms(
            Times,
            LotteryShop.Goods("A", 1, 3), LotteryShop.Goods("B", 1, 100_000), LotteryShop.Goods("C", 2, 100_000), LotteryShop.None(4)));
        var seed = TestSeed.Draw();
        // Each user draws as often as he may and once more, and each request comes twice.
        var calls = Enumerable.Range(1, Users)
            .SelectMany(user => Enumerable.Range(0, (Times + 1) * 2).Select(i => (User: (long)user, Request: $"r{i / 2}"))).ToArray();
        new Random(seed).Shuffle(calls);
        using var watch = lotteries.Lotteries.WatchLottery(new() { LotteryId = lottery.Id });
        var watching = WatchAsync(watch.ResponseStream);

        var answers = await DrawAllAsync(shop, lottery.Id, calls);

        Assert.All(answers.GroupBy(a => (a.User, a.Request)), same => Assert.True(
            same.Select(a => a.Answer).Where(IsDraw).Distinct().Count() <= 1, $"{same.Key} got two draws, seed {seed}"));
        var drawn = answers.Where(a => IsDraw(a.Answer)).Select(a => (a.User, a.Answer)).Distinct().ToList();
        Assert.Equal(Draws, drawn.Count);
        Assert.All(drawn.GroupBy(d => d.User), mine => Assert.Equal(Times, mine.Count()));
        Assert.Equal(["ResourceExhausted:LOTTERY_LIMIT_REACHED"], answers.Select(a => a.Answer).Where(a => !IsDraw(a)).Distinct());

        var state = (await lotteries.Admin.GetLotteryAsync(new() { LotteryId = lottery.Id }, shop.Owner)).Lottery;
        Assert.Equal((Draws, Users), (state.Draws, state.Drawers));
        Assert.Equal(3, state.Odds[0].Won);
        Assert.Equal([0, 1, 2, 5], state.Odds.Select(o => o.Odds));
        // Six standard deviations: wrong once in 500 million runs.
        Assert.InRange(state.Odds[1].Won, 1_250 - 198, 1_250 + 198);
        Assert.InRange(state.Odds[2].Won, 2_500 - 260, 2_500 + 260);
        var rows = await shop.QueryAsync(
            $"SELECT position, prize_id FROM lotteries_draws WHERE lottery_id = {lottery.Id} ORDER BY position",
            r => (Position: r.GetInt64(0), Prize: r.GetInt64(1)));
        Assert.Equal(Enumerable.Range(1, Draws).Select(p => (long)p), rows.Select(r => r.Position));
        Assert.Equal(state.Odds.Select(o => o.Won), state.Odds.Select(o => rows.LongCount(r => r.Prize == o.PrizeId)));

        await ReplayAsync(lotteries, lottery, database);
        AssertLive(await watching.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System), state);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Draw_SixtyFourUsersOnADeck_GivesEveryCardOnceAndThenNone(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(64);
        var lotteries = new LotteryShop(shop);
        var terms = LotteryShop.Terms(
            1, LotteryShop.Goods("A", 0, 7), LotteryShop.Points(5, 0, 13), new() { Kind = PrizeKind.None, Title = "-", Stock = 30 });
        terms.Mode = LotteryMode.Deck;
        var lottery = await lotteries.CreateAsync(terms);

        var answers = await DrawAllAsync(shop, lottery.Id, [.. Enumerable.Range(1, 64).Select(user => ((long)user, "r"))]);

        Assert.Equal(50, answers.Count(a => IsDraw(a.Answer)));
        Assert.Equal(["ResourceExhausted:LOTTERY_DECK_EMPTY"], answers.Select(a => a.Answer).Where(a => !IsDraw(a)).Distinct());
        var state = (await lotteries.Lotteries.DescribeLotteryAsync(new() { LotteryId = lottery.Id })).Lottery;
        Assert.Equal([7, 13, 30], state.Odds.Select(o => o.Won));
        Assert.Equal((0, 50), (state.OddsTotal, state.Draws));
        Assert.Equal(13 * 5, await shop.CountAsync("SELECT coalesce(sum(points), 0) FROM wallets_wallets"));
        Assert.Empty((await shop.ProveLedgerAsync()).Faults);
        await ReplayAsync(lotteries, lottery, database);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Draw_SixtyFourCallsOfOneUserWithPointsForTen_ChargesTen(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(1);
        await shop.AddPointsAsync(1, 105);
        var lotteries = new LotteryShop(shop);
        var terms = LotteryShop.Terms(100, LotteryShop.None(1), LotteryShop.Money(50, 1, 1_000));
        terms.PointsCost = 10;
        var lottery = await lotteries.CreateAsync(terms);

        var answers = await DrawAllAsync(shop, lottery.Id, [.. Enumerable.Range(0, 64).Select(i => (1L, $"r{i}"))]);

        Assert.Equal(10, answers.Count(a => IsDraw(a.Answer)));
        Assert.Equal(
            ["FailedPrecondition:LOTTERY_POINTS_TOO_LOW"], answers.Select(a => a.Answer).Where(a => !IsDraw(a)).Distinct());
        var wallet = (await shop.WalletsAdmin.GetUserWalletAsync(new() { UserId = 1 }, shop.Owner)).Wallet;
        var state = (await lotteries.Lotteries.DescribeLotteryAsync(new() { LotteryId = lottery.Id })).Lottery;
        Assert.Equal((5, 50 * state.Odds[1].Won), (wallet.Points, wallet.BalanceCents));
        Assert.Empty((await shop.ProveLedgerAsync()).Faults);
        Assert.Equal(100, (await lotteries.Admin.GetLotteryStatisticsAsync(new() { LotteryId = lottery.Id }, shop.Owner)).PointsCharged);
    }

    /// <summary>The process dies in the middle of it: what was answered is stored, and positions have no gap.</summary>
    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Kill_DuringDraws_LosesNoAcknowledgedDraw(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(Users);
        var lotteries = new LotteryShop(shop);
        var lottery = await lotteries.CreateAsync(LotteryShop.Terms(
            Times, LotteryShop.Goods("A", 1, 40), LotteryShop.Points(3, 1), LotteryShop.None(2)));
        var calls = Enumerable.Range(0, Draws).Select(i => (User: (long)(i % Users) + 1, Request: $"r{i / Users}")).ToArray();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var drawing = DrawAllAsync(shop, lottery.Id, calls, (count, _) =>
        {
            if (count >= 500)
            {
                enough.TrySetResult();
            }
        });
        await enough.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
        await shop.Server.KillAsync();
        var answers = await drawing;

        await shop.RestartAsync();
        await shop.LogInAsync();

        var rows = await shop.QueryAsync(
            $"SELECT position, id, prize_id FROM lotteries_draws WHERE lottery_id = {lottery.Id} ORDER BY position",
            r => (Position: r.GetInt64(0), Id: r.GetInt64(1), Prize: r.GetInt64(2)));
        var acknowledged = answers.Select(a => a.Answer).Where(IsDraw).Distinct().ToList();
        output.WriteLine($"{database}: {acknowledged.Count} acknowledged, {rows.Count} stored");
        Assert.Subset(rows.Select(r => $"draw:{r.Id}").ToHashSet(), acknowledged.ToHashSet());
        Assert.Equal(Enumerable.Range(1, rows.Count).Select(p => (long)p), rows.Select(r => r.Position));
        var state = (await lotteries.Lotteries.DescribeLotteryAsync(new() { LotteryId = lottery.Id })).Lottery;
        Assert.Equal(rows.Count, state.Draws);
        Assert.Equal(state.Odds.Select(o => o.Won), state.Odds.Select(o => rows.LongCount(r => r.Prize == o.PrizeId)));
        Assert.Equal(3 * state.Odds[1].Won, await shop.CountAsync("SELECT coalesce(sum(points), 0) FROM wallets_wallets"));
        Assert.Empty((await shop.ProveLedgerAsync()).Faults);
        var (user, request, answer) = answers.First(a => IsDraw(a.Answer));
        Assert.Equal(answer, await lotteries.TryDrawAsync(lottery.Id, user, request));
        await ReplayAsync(lotteries, lottery, database);
    }

    private static bool IsDraw(string answer) => answer.StartsWith("draw:", StringComparison.Ordinal);

    private static async Task<List<WatchLotteryResponse>> WatchAsync(Grpc.Core.IAsyncStreamReader<WatchLotteryResponse> stream)
    {
        List<WatchLotteryResponse> seen = [];
        while (seen is not [.., { Ended: true }] && await stream.MoveNext(CancellationToken.None))
        {
            seen.Add(stream.Current);
        }

        return seen;
    }

    /// <summary>What was seen while draws were committed never goes back, is whole at any moment, and ends at the last.</summary>
    private static void AssertLive(List<WatchLotteryResponse> seen, Lottery last)
    {
        Assert.True(seen.Count > 2, $"{seen.Count} values were seen.");
        Assert.All(seen.Zip(seen.Skip(1)), pair => Assert.True(
            pair.First.Draws <= pair.Second.Draws
                && pair.First.Odds.Zip(pair.Second.Odds).All(o => o.First.Won <= o.Second.Won),
            $"{pair.Second} after {pair.First}"));
        Assert.All(seen, v => Assert.Equal((v.Draws, v.OddsTotal), (v.Odds.Sum(o => o.Won), v.Odds.Sum(o => o.Odds))));
        Assert.All(seen, v => Assert.Equal(3, v.Odds[0].Won + v.Odds[0].Left));
        Assert.Equal((last.Draws, true), (seen[^1].Draws, seen[^1].Ended));
        Assert.Equal(last.Odds, seen[^1].Odds);
    }

    /// <summary>Ends the lottery and replays it, also with a prize and a pseudonym exchanged, which must be seen.</summary>
    private async Task ReplayAsync(LotteryShop lotteries, Lottery lottery, Database database)
    {
        await lotteries.EndAsync(lottery.Id);
        var reveal = await lotteries.RevealAsync(lottery.Id);
        Assert.Equal(lottery.SeedHash, reveal.SeedHash);
        WxSdkTests.SkipWithoutNode();

        var (code, printed) = await LotteryShop.VerifyAsync(lottery.Id, reveal);

        Assert.True(code == 0, printed);
        Assert.Contains($"{reveal.Draws.Count} draws checked", printed, StringComparison.Ordinal);
        output.WriteLine($"{database}: {printed}");
        var forged = reveal.Clone();
        var last = forged.Draws[^1];
        last.PrizeId = forged.Rules[^1].Prizes.First(p => p.Id != last.PrizeId).Id;
        Assert.NotEqual(0, (await LotteryShop.VerifyAsync(lottery.Id, forged)).Code);
        forged = reveal.Clone();
        foreach (var draw in forged.Draws)
        {
            draw.Pseudonym = new string('a', 64);
        }

        Assert.NotEqual(0, (await LotteryShop.VerifyAsync(lottery.Id, forged)).Code);
        forged = reveal.Clone();
        forged.Draws.RemoveAt(1);
        Assert.NotEqual(0, (await LotteryShop.VerifyAsync(lottery.Id, forged)).Code);
    }

    private static async Task<List<(long User, string Request, string Answer)>> DrawAllAsync(
        Shop shop, long lottery, (long User, string Request)[] calls, Action<int, string>? answered = null)
    {
        var answers = new ConcurrentBag<(long, string, string)>();
        var next = -1;
        var address = shop.Server.Grpc;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            var client = new LotteriesService.LotteriesServiceClient(channel);
            for (var i = Interlocked.Increment(ref next); i < calls.Length; i = Interlocked.Increment(ref next))
            {
                var (user, request) = calls[i];
                string answer;
                try
                {
                    answer = $"draw:{(await client.DrawLotteryAsync(
                        new() { LotteryId = lottery, RequestId = request }, Shop.Bearer(Shop.TokenOf(user)))).Draw.Id}";
                }
                catch (Grpc.Core.RpcException exception)
                {
                    answer = Shop.AnswerOf(exception);
                    if (exception.StatusCode == Grpc.Core.StatusCode.Unavailable)
                    {
                        return;
                    }
                }

                answers.Add((user, request, answer));
                answered?.Invoke(answers.Count, answer);
            }
        })));
        return [.. answers];
    }
}
