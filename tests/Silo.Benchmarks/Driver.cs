namespace Silo.Benchmarks;

/// <summary>What one run of a generator saw.</summary>
internal sealed record Run(double PerSecond, double P50Ms, double P99Ms, long Requests, long Errors, double CpuMicros, double DatabaseCpuMicros);

/// <summary>
/// Starts the server and its databases, drives it with wrk from outside, alternates the arms, and compares what was
/// acknowledged with what is stored. Exit 1: something acknowledged is missing. Exit 3: a figure is below its target.
/// </summary>
internal static class Driver
{
    private const string Claim = "/silo.coupons.v1.CouponsService/ClaimCoupon";
    private const string Controls = "/silo.bench.v1.ControlsService/";
    private static bool wrong;
    private static bool below;

    public static async Task<int> RunAsync(string[] args)
    {
        var quick = args.Contains("--quick");
        bool[] databases = args.Contains("--sqlite") ? [false] : args.Contains("--postgres") ? [true] : [false, true];
        foreach (var postgres in databases)
        {
            await using var bench = await Bench.StartAsync(
                postgres, args.Contains("--goods") || args.Contains("--neighbours") ? 1_000 : quick ? 60_000 : args.Contains("--growth") ? 480_000 : 150_000);
            Console.WriteLine($"\n## {bench.Name}");
            if (args.Contains("--goods"))
            {
                await GoodsAsync(bench, quick);
            }
            else if (args.Contains("--promotions"))
            {
                await PromotionsAsync(bench, quick);
            }
            else if (args.Contains("--neighbours"))
            {
                await NeighboursAsync(bench, quick);
            }
            else if (args.Contains("--growth"))
            {
                await GrowthAsync(bench);
            }
            else
            {
                if (!args.Contains("--keys"))
                {
                    await HotAsync(bench, quick);
                }

                await KeysAsync(bench, quick);
            }
        }

        Console.WriteLine(wrong ? "\nWRONG: see above" : below ? "\nSome figures are below their targets" : "\nEvery figure reaches its target");
        return wrong ? 1 : below && !quick ? 3 : 0;
    }

    /// <summary>One hot coupon at 128 in flight and all controls, alternating.</summary>
    private static async Task HotAsync(Bench bench, bool quick)
    {
        var (rounds, seconds) = quick ? (2, 1) : (5, 3);
        await bench.CheckAnswersAsync(quick ? 500 : 5000);
        await bench.WrkAsync(Controls + "EdgeEcho", 1, 128, quick ? 2 : 6);
        await bench.ClaimAsync(128, quick ? 2 : 4);
        await bench.ClaimAsync(128, quick ? 1 : 3, points: 10);
        if (bench.HasRedis)
        {
            await bench.RedisAsync(128, 1);
        }

        Dictionary<string, List<Run>> runs = [];
        for (var round = 0; round < rounds; round++)
        {
            Add("bare echo", await bench.WrkAsync("/silo.bench.v1.BareEchoService/Echo", 1, 128, seconds));
            Add("edge echo", await bench.WrkAsync(Controls + "EdgeEcho", 1, 128, seconds));
            Add("claim", await bench.ClaimAsync(128, seconds));
            Add("points claim", await bench.ClaimAsync(128, seconds, points: 10));
            if (!quick || round == 0)
            {
                Add("row lock", await bench.RowLockAsync(128, seconds));
                Add("naive grain", await bench.WrkAsync(Controls + "NaiveClaim", 1_000_000 + round, 128, seconds));
                if (bench.HasRedis)
                {
                    Add("redis lua", await bench.RedisAsync(128, seconds));
                }
            }
        }

        Console.WriteLine($"{"128 in flight",-14}{"calls/s",10}{"ratio",8}{"to bare",9}{"p50 ms",9}{"p99 ms",9}{"us/call",9}{"db us",8}");
        foreach (var (arm, list) in runs)
        {
            Console.WriteLine(
                $"{arm,-14}{Median(list, r => r.PerSecond),10:F0}{Ratio(arm, "edge echo"),8:F3}{Ratio(arm, "bare echo"),9:F3}"
                + $"{Median(list, r => r.P50Ms),9:F2}{Median(list, r => r.P99Ms),9:F2}{Median(list, r => r.CpuMicros),9:F1}{Median(list, r => r.DatabaseCpuMicros),8:F1}");
        }

        Verdict("claim to edge echo", Ratio("claim", "edge echo"), bench.Postgres ? 0.30 : 0.40);
        Verdict("claim to row lock", Ratio("claim", "row lock"), 15);
        Verdict("claim to naive grain", Ratio("claim", "naive grain"), 20);
        if (bench.HasRedis)
        {
            Verdict("claim to redis lua", Ratio("claim", "redis lua"), 1);
        }

        Verdict("4 x p50 to p99 of the claim", 4 * Median(runs["claim"], r => r.P50Ms) / Median(runs["claim"], r => r.P99Ms), 1);
        Console.WriteLine($"claims that cost points to free ones: {Ratio("points claim", "claim"):F2}");
        Console.WriteLine(await bench.BytesAsync());
        if (!quick)
        {
            Console.WriteLine($"bare echo over gRPC (h2load, 4 connections x 32 streams): {await bench.H2LoadAsync():F0} calls/s");
            foreach (var connections in new[] { 1, 16, 512 })
            {
                var echo = await bench.WrkAsync(Controls + "EdgeEcho", 1, connections, seconds);
                var claim = await bench.ClaimAsync(connections, seconds);
                Console.WriteLine($"{connections,4} in flight: edge echo {echo.PerSecond:F0}/s, claim {claim.PerSecond:F0}/s, ratio {claim.PerSecond / echo.PerSecond:F3}, p50 {claim.P50Ms:F2} ms, p99 {claim.P99Ms:F2} ms");
            }
        }

        void Add(string arm, Run run)
        {
            if (!runs.TryGetValue(arm, out var list))
            {
                runs[arm] = list = [];
            }

            list.Add(run);
        }

        double Ratio(string arm, string control) => runs[arm].Count == runs[control].Count
            ? MedianOf([.. runs[arm].Zip(runs[control]).Select(p => p.First.PerSecond / p.Second.PerSecond)])
            : Median(runs[arm], r => r.PerSecond) / Median(runs[control], r => r.PerSecond);
    }

    /// <summary>Ten thousand keys, one durable write a call; many in flight, since that is where a commit can be shared.</summary>
    private static async Task KeysAsync(Bench bench, bool quick)
    {
        var (rounds, seconds, warmUp) = quick ? (1, 2, 1) : (5, 2, 10);
        List<double> ratios = [];
        // So that tokens are known and the edge is compiled before the first measured call, also with --keys alone.
        await bench.WrkAsync(Controls + "EdgeEcho", 1, 128, quick ? 2 : 6);
        await bench.WrkAsync(Controls + "NaiveWrite", 2_000_000, 512, warmUp, "keys");
        await bench.WrkAsync(Controls + "GroupWrite", 2_000_000, 512, warmUp, "keys");
        foreach (var inFlight in new[] { 128, 512 })
        {
            ratios.Clear();
            for (var round = 0; round < rounds; round++)
            {
                var naive = await bench.WrkAsync(Controls + "NaiveWrite", 2_000_000, inFlight, seconds, "keys");
                var ours = await bench.WrkAsync(Controls + "GroupWrite", 2_000_000, inFlight, seconds, "keys");
                ratios.Add(ours.PerSecond / naive.PerSecond);
                Console.WriteLine(
                    $"10,000 keys, {inFlight} in flight: official provider {naive.PerSecond:F0}/s ({naive.CpuMicros:F0} us/call, {naive.DatabaseCpuMicros:F0} db us),"
                    + $" group commit {ours.PerSecond:F0}/s ({ours.CpuMicros:F0} us/call, {ours.DatabaseCpuMicros:F0} db us), ratio {ratios[^1]:F2}");
            }
        }

        Verdict("group commit to the official provider, 10,000 keys, 512 in flight", MedianOf(ratios), bench.Postgres ? 3 : 10);
    }

    /// <summary>Does the rate fall, or the heap grow, with the claims of one coupon?</summary>
    private static async Task GrowthAsync(Bench bench)
    {
        const int segment = 200_000;
        var coupon = await bench.CreateCouponAsync(limit: 100);
        await bench.WrkAsync(Controls + "EdgeEcho", 1, 128, 20);
        await bench.ClaimAsync(128, 3);
        await bench.FillAsync(coupon, 1_000, 400_001, 80_000);
        var early = await SegmentAsync(1);
        var heapEarly = await bench.HeapAsync();
        await bench.FillAsync(coupon, 1_000_000, 400_001, 80_000);
        await bench.RestartAsync();
        var first = await bench.FirstCallAsync(coupon);
        Verdict("first call after a restart at 1,000,000 claims, 1 s to it", 1000 / first, 1);
        await bench.WrkAsync(Controls + "EdgeEcho", 1, 128, 20);
        await bench.ClaimAsync(128, 3);
        var late = await SegmentAsync(200_001);
        var heapLate = await bench.HeapAsync();
        Console.WriteLine($"ratio to echo {early:F3} from 1,000 claims, {late:F3} from 1,000,000; heap {heapEarly / 1e6:F1} MB and {heapLate / 1e6:F1} MB; first call {first:F0} ms");
        Verdict("late ratio to early ratio", late / early, 0.85);
        Verdict("1.1 x early heap to late heap", 1.1 * heapEarly / heapLate, 1);

        async Task<double> SegmentAsync(int firstUser)
        {
            List<double> ratios = [];
            long done = 0;
            var index = 0;
            while (done < segment)
            {
                var echo = await bench.WrkAsync(Controls + "EdgeEcho", 1, 128, 2);
                var claims = await bench.WrkAsync(Claim, coupon, 128, 2, "one", (int)Math.Min(firstUser + done, firstUser + segment - 1000), segment, $"g{firstUser}-{index++}");
                ratios.Add(claims.PerSecond / echo.PerSecond);
                done += claims.Requests;
            }

            return MedianOf(ratios);
        }
    }

    /// <summary>Pages of many goods against an echo of the same size, and lists of many goods against lists of few.</summary>
    private static async Task GoodsAsync(Bench bench, bool quick)
    {
        const int hot = 1_000;
        var (few, many, rounds, seconds) = quick ? (100, 1_000, 1, 1) : (1_000, 100_000, 5, 2);
        await bench.SeedGoodsAsync(1, few);
        var small = await bench.ListLatencyAsync(few, quick ? 100 : 2_000);
        await bench.SeedGoodsAsync(few + 1, many);
        var large = await bench.ListLatencyAsync(Math.Min(many, 10_000), quick ? 100 : 2_000);
        foreach (var (goods, seen) in new[] { (few, small), (many, large) })
        {
            Console.WriteLine($"a page of {goods} goods: p50 {seen.P50:F2} ms, p99 {seen.P99:F2} ms, first of a page {seen.Page:F2} ms, first of the list {seen.List:F0} ms");
        }

        Verdict("2 x a page of few goods to a page of many", 2 * small.P50 / large.P50, 1);
        Verdict("2 x a page of few goods to a page of many, first call of each page", 2 * small.Page / large.Page, 1);

        var (detailSize, listSize) = await bench.GoodsSizesAsync();
        List<double> details = [], lists = [];
        const string service = "/silo.catalog.v1.GoodsService/";
        await bench.GoodsAsync(service + "DescribeGoods", "detail", 1, Math.Min(hot, many), quick ? 1 : 5);
        for (var round = 0; round < rounds; round++)
        {
            var detailEcho = await bench.GoodsAsync("/silo.bench.v1.BareEchoService/Payload", "payload", detailSize, 1, seconds);
            var detail = await bench.GoodsAsync(service + "DescribeGoods", "detail", 1, Math.Min(hot, many), seconds);
            var listEcho = await bench.GoodsAsync("/silo.bench.v1.BareEchoService/Payload", "payload", listSize, 1, seconds);
            var list = await bench.GoodsAsync(service + "ListGoods", "list", 1, Math.Min(500, many / 20), seconds);
            details.Add(detail.PerSecond / detailEcho.PerSecond);
            lists.Add(list.PerSecond / listEcho.PerSecond);
            Console.WriteLine($"detail of {detailSize} bytes {detail.PerSecond:F0}/s, echo {detailEcho.PerSecond:F0}/s; list of {listSize} bytes {list.PerSecond:F0}/s, echo {listEcho.PerSecond:F0}/s");
        }

        Verdict("goods detail to an echo of its size", MedianOf(details), 0.5);
        Verdict("list of goods to an echo of its size", MedianOf(lists), 0.5);
    }

    /// <summary>A hot lottery and a hot bargain against the edge echo, and users who sign in against a naive grain.</summary>
    private static async Task PromotionsAsync(Bench bench, bool quick)
    {
        var (rounds, seconds, signRounds, signIns) = quick ? (1, 1, 1, 2_000) : (5, 2, 3, 10_000);
        await bench.PreparePromotionsAsync();
        await bench.WrkAsync(Controls + "EdgeEcho", 1, 128, quick ? 2 : 6);
        await bench.DrawAsync(128, quick ? 1 : 3);
        await bench.HelpAsync(128, quick ? 1 : 3);
        List<double> draws = [], helps = [], signs = [];
        for (var round = 0; round < rounds; round++)
        {
            var echo = await bench.WrkAsync(Controls + "EdgeEcho", 1, 128, seconds);
            var draw = await bench.DrawAsync(128, seconds);
            var help = await bench.HelpAsync(128, seconds);
            draws.Add(draw.PerSecond / echo.PerSecond);
            helps.Add(help.PerSecond / echo.PerSecond);
            Console.WriteLine(
                $"edge echo {echo.PerSecond:F0}/s ({echo.CpuMicros:F0} us/call); draw {Text(draw)}; help {Text(help)}");
        }

        await bench.SignInAsync(signIns / 4, naive: true);
        await bench.SignInAsync(signIns / 4, naive: false);
        for (var round = 0; round < signRounds; round++)
        {
            var naive = await bench.SignInAsync(signIns, naive: true);
            var ours = await bench.SignInAsync(signIns, naive: false);
            signs.Add(ours.PerSecond / naive.PerSecond);
            Console.WriteLine(
                $"{signIns} users signing in: naive grain {naive.PerSecond:F0}/s ({naive.CpuMicros:F0} us/call, {naive.DatabaseMicros:F0} db us), "
                + $"sign-in {ours.PerSecond:F0}/s ({ours.CpuMicros:F0} us/call, {ours.DatabaseMicros:F0} db us)");
        }

        foreach (var (what, ratios) in new[] { ("draw", draws), ("help", helps) })
        {
            if (bench.Postgres)
            {
                Verdict($"{what} to edge echo", MedianOf(ratios), 0.25);
            }
            else
            {
                Console.WriteLine($"{what} to edge echo: {MedianOf(ratios):F2}");
            }
        }

        Verdict($"{signIns} sign-ins to a naive grain", MedianOf(signs), 1.5);

        static string Text(Run run) =>
            $"{run.PerSecond:F0}/s, p50 {run.P50Ms:F2} ms, p99 {run.P99Ms:F2} ms ({run.CpuMicros:F0} us/call, {run.DatabaseCpuMicros:F0} db us)";
    }

    /// <summary>What shoppers see while others want one row, or while somebody holds a row that others want.</summary>
    private static async Task NeighboursAsync(Bench bench, bool quick)
    {
        var (rounds, seconds) = quick ? (1, 2) : (3, 5);
        await bench.PrepareNeighboursAsync();
        await bench.ReadsAloneAsync(seconds);
        await bench.ReadsBesideProfilesAsync(one: false, seconds);
        await bench.ClaimsAloneAsync(seconds);
        Dictionary<string, List<Seen>> seen = [];
        for (var round = 0; round < rounds; round++)
        {
            Add("reads alone", await bench.ReadsAloneAsync(seconds));
            Add("reads, 200 changes of 200 profiles", await bench.ReadsBesideProfilesAsync(one: false, seconds));
            Add("reads, 200 changes of one profile", await bench.ReadsBesideProfilesAsync(one: true, seconds));
            Add("reads, 200 favourites of 200 goods", await bench.ReadsBesideFavouritesAsync(one: false, seconds));
            Add("reads, 200 favourites of one goods", await bench.ReadsBesideFavouritesAsync(one: true, seconds));
            Add("free claims alone", await bench.ClaimsAloneAsync(seconds));
            if (bench.Postgres)
            {
                Add("reads, 200 changes of a held profile", await bench.ReadsBesideAHeldProfileAsync(seconds));
                Add("free claims, 8 claims for points of held wallets", await bench.ClaimsBesideHeldWalletsAsync(seconds));
            }
        }

        foreach (var (what, list) in seen)
        {
            Console.WriteLine(
                $"{what,-50} p50 {P50(what),8:F2} ms, p99 {P99(what),8:F2} ms, {list.Sum(s => s.Calls)} answered, {list.Sum(s => s.Refused)} refused");
            if (list.Any(s => s.Refused > 0))
            {
                Wrong($"{what}: somebody was refused who wanted nothing of the row");
            }
        }

        Verdict("1.5 x p99 beside 200 profiles to p99 beside one", 1.5 * P99("reads, 200 changes of 200 profiles") / P99("reads, 200 changes of one profile"), 1);
        Verdict("1.5 x p99 beside 200 goods to p99 beside one", 1.5 * P99("reads, 200 favourites of 200 goods") / P99("reads, 200 favourites of one goods"), 1);
        if (bench.Postgres)
        {
            Verdict("3 x p99 alone to p99 beside a held profile", 3 * P99("reads alone") / P99("reads, 200 changes of a held profile"), 1);
            Verdict(
                "3 x p99 of claims alone to p99 beside held wallets",
                3 * P99("free claims alone") / P99("free claims, 8 claims for points of held wallets"),
                1);
        }

        void Add(string what, Seen one)
        {
            if (!seen.TryGetValue(what, out var list))
            {
                seen[what] = list = [];
            }

            list.Add(one);
        }

        double P50(string what) => MedianOf([.. seen[what].Select(s => s.P50Ms)]);

        double P99(string what) => MedianOf([.. seen[what].Select(s => s.P99Ms)]);
    }

    public static void Wrong(string what)
    {
        wrong = true;
        Console.WriteLine($"WRONG: {what}");
    }

    private static void Verdict(string what, double value, double target)
    {
        below |= value < target;
        Console.WriteLine($"{(value >= target ? "ok" : "BELOW TARGET"),-13} {what}: {value:F2} (at least {target:F2})");
    }

    private static double Median(List<Run> runs, Func<Run, double> pick) => MedianOf([.. runs.Select(pick)]);

    private static double MedianOf(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
