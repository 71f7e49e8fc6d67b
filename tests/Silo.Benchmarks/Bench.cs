using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Data.Sqlite;
using Npgsql;
using Silo.Accounts.V1;
using Silo.Coupons.V1;
using Silo.Testing;
using Silo.Testing.Databases;

namespace Silo.Benchmarks;

/// <summary>A server under test with its database, Redis and users.</summary>
internal sealed partial class Bench : IAsyncDisposable
{
    private const string Password = "bench-password";

    /// <summary>What each user can spend; seeded past the ledger, so this is not a database to prove.</summary>
    private const long PointsOfUser = 1_000_000;
    private const string FirstWallets =
        "INSERT INTO wallets_wallets (user_id, balance, frozen, commission, balance_debt, points, points_debt, points_received, entries)";
    private readonly string home = Directory.CreateTempSubdirectory("silo-bench-").FullName;
    private readonly int httpPort = Ports.Free();
    private readonly int grpcPort = Ports.Free();
    private readonly int redisPort = Ports.Free();
    private string? connectionString;
    private Process server = null!;
    private Process? redis;
    private GrpcChannel channel = null!;
    private Metadata owner = [];
    private int users;
    private int runs;
    private long claimsMade;
    private (long Table, long Log) bytesBefore;

    public bool Postgres { get; private init; }

    public string Name => Postgres ? "PostgreSQL" : "SQLite, synchronous FULL";

    public bool HasRedis => redis is not null;

    public static async Task<Bench> StartAsync(bool postgres, int users)
    {
        var bench = new Bench { Postgres = postgres, users = users };
        bench.connectionString = postgres ? await PostgresServer.CreateDatabaseAsync("bench") : null;
        bench.StartRedis();
        bench.Launch();
        await bench.ReadyAsync();
        await bench.SeedAsync();
        await bench.LogInAsync();
        bench.bytesBefore = await bench.SizesAsync();
        return bench;
    }

    public async Task<long> CreateCouponAsync(int limit = 1, long points = 0) => (await new CouponsAdminService.CouponsAdminServiceClient(channel)
        .CreateCouponAsync(
            new()
            {
                Terms = new()
                {
                    Name = "Ten off",
                    AmountCents = 1000,
                    StockTotal = 100_000_000,
                    LimitPerUser = limit,
                    PointsCost = points,
                    ClaimableFrom = new Timestamp { Seconds = 1_577_836_800 },
                    ClaimableUntil = new Timestamp { Seconds = 4_102_444_800 },
                },
            },
            owner)).Coupon.Id;

    /// <summary>
    /// Claims of a fresh coupon; each acknowledged one must be a row, and where it costs points, a charge.
    /// </summary>
    public async Task<Run> ClaimAsync(int connections, int seconds, long points = 0)
    {
        var coupon = await CreateCouponAsync(points: points);
        var run = await WrkAsync("/silo.coupons.v1.CouponsService/ClaimCoupon", coupon, connections, seconds);
        var (rows, state) = (0L, -1L);
        for (var i = 0; i < 50 && rows != state; i++)
        {
            // wrk leaves with calls under way; they are claimed all the same, a moment later.
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            state = (await new CouponsAdminService.CouponsAdminServiceClient(channel)
                .GetCouponAsync(new() { CouponId = coupon }, owner)).Coupon.Claimed;
            rows = await CountAsync($"SELECT count(*) FROM coupons_user_coupons WHERE coupon_id = {coupon}");
        }

        claimsMade += rows;
        var charges = points == 0 ? 0 : await CountAsync(
            "SELECT count(*) FROM coupons_user_coupons p JOIN wallets_transactions t ON t.kind = 2 AND t.reference = 'user-coupon:' || p.id"
            + " JOIN wallets_entries e ON e.transaction_id = t.id AND e.user_id = p.user_id"
            + $" WHERE p.coupon_id = {coupon} AND e.amount = -{points}");
        if (points > 0 && charges != rows)
        {
            Driver.Wrong($"{rows} claims for {points} points and {charges} charges");
        }

        // When more calls than users are made the later ones are refused, and refusals count as requests.
        var acknowledged = Math.Min(run.Requests, users);
        if (rows < acknowledged || rows > run.Requests + connections || state != rows)
        {
            Driver.Wrong($"{run.Requests} requests, {acknowledged} acknowledged, {rows} rows, state {state}");
        }

        return run;
    }

    public async Task<Run> RowLockAsync(int connections, int seconds)
    {
        var coupon = 5_000_000 + ++runs;
        await ExecuteAsync($"INSERT INTO bench_stock (id, stock) VALUES ({coupon}, 100000000)");
        var run = await WrkAsync("/silo.bench.v1.ControlsService/RowLockClaim", coupon, connections, seconds);
        var rows = await CountAsync($"SELECT count(*) FROM bench_claims WHERE coupon_id = {coupon}");
        if (rows < run.Requests - run.Errors)
        {
            Driver.Wrong($"row lock: {run.Requests} requests, {rows} rows");
        }

        return run;
    }

    public async Task<Run> RedisAsync(int connections, int seconds)
    {
        var coupon = 6_000_000 + ++runs;
        Tool("redis-cli", "-p", Text(redisPort), "set", $"stock:{Text(coupon)}", "100000000");
        return await WrkAsync("/silo.bench.v1.ControlsService/RedisClaim", coupon, connections, seconds);
    }

    /// <summary>Drives one path with wrk over gRPC-Web.</summary>
    public async Task<Run> WrkAsync(
        string path, long coupon, int connections, int seconds, string mode = "one", int firstUser = 1, int? span = null, string? name = null,
        string script = "claim.lua")
    {
        var (cpu, databaseCpu) = (ServerCpu(), DatabaseCpu());
        var output = await ToolAsync(
            "wrk",
            "-t", connections == 1 ? "1" : "2", "-c", Text(connections), "-d", $"{Text(seconds)}s", "--timeout", "20s",
            "-s", Path.Combine(AppContext.BaseDirectory, script), $"http://127.0.0.1:{Text(httpPort)}", "--",
            path, Text(coupon), Text(firstUser), Text(span ?? users), name ?? $"r{Text(++runs)}", mode);
        var numbers = Result().Match(output);
        if (!numbers.Success)
        {
            throw new InvalidOperationException($"wrk said nothing of its result:\n{output}");
        }

        var values = numbers.Groups.Values.Skip(1).Select(g => long.Parse(g.Value, CultureInfo.InvariantCulture)).ToArray();
        var (requests, errors) = (values[0], values[4] + values[5]);
        if (errors > 0)
        {
            Driver.Wrong($"{path}: {errors} errors of {requests}");
        }

        return new(
            requests / (values[1] / 1e6), values[2] / 1e3, values[3] / 1e3, requests, errors,
            (ServerCpu() - cpu).TotalMicroseconds / Math.Max(1, requests),
            (DatabaseCpu() - databaseCpu).TotalMicroseconds / Math.Max(1, requests));
    }

    public async Task<double> H2LoadAsync()
    {
        var body = Path.Combine(home, "body");
        await File.WriteAllBytesAsync(body, [0, 0, 0, 0, 5, 0x08, 1, 0x12, 1, (byte)'r']);
        var output = await ToolAsync(
            "h2load", "-c4", "-m32", "-t1", "-D3", "--warm-up-time=1", "-d", body, "-H", "content-type: application/grpc", "-H", "te: trailers",
            $"http://127.0.0.1:{Text(grpcPort)}/silo.bench.v1.BareEchoService/Echo");
        return double.Parse(H2Load().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>The separate pass that looks at every answer: pieces are distinct, repeats get the first one.</summary>
    public async Task CheckAnswersAsync(int calls)
    {
        var coupon = await CreateCouponAsync();
        var client = new CouponsService.CouponsServiceClient(channel);
        var pieces = new long[calls];
        for (var pass = 0; pass < 2; pass++)
        {
            await Parallel.ForAsync(0, calls, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
            {
                var answer = await client.ClaimCouponAsync(
                    new() { CouponId = coupon, RequestId = $"check{i}" }, Bearer(TokenOf(i + 1)), cancellationToken: CancellationToken.None);
                if (pieces[i] != 0 && pieces[i] != answer.UserCoupon.Id)
                {
                    Driver.Wrong($"a repeat got piece {answer.UserCoupon.Id}, the first answer was {pieces[i]}");
                }

                pieces[i] = answer.UserCoupon.Id;
            });
        }

        if (pieces.Distinct().Count() != calls)
        {
            Driver.Wrong("two claims got one piece");
        }

        claimsMade += calls;
        Console.WriteLine($"{calls} claims and {calls} repeats checked one by one");
    }

    /// <summary>Claims until the coupon has so many, with a range of users that the measured segments do not use.</summary>
    public async Task FillAsync(long coupon, long target, int firstUser, int span)
    {
        while (true)
        {
            var claimed = (await new CouponsAdminService.CouponsAdminServiceClient(channel)
                .GetCouponAsync(new() { CouponId = coupon }, owner)).Coupon.Claimed;
            if (claimed >= target)
            {
                return;
            }

            await WrkAsync(
                "/silo.coupons.v1.CouponsService/ClaimCoupon", coupon, target - claimed < 20_000 ? 16 : 128,
                target - claimed < 20_000 ? 1 : 4, "one", firstUser, span, $"f{Text(++runs)}");
        }
    }

    public async Task<long> HeapAsync()
    {
        using var client = new HttpClient();
        return long.Parse(await client.GetStringAsync(new Uri($"http://127.0.0.1:{Text(httpPort)}/bench/heap")), CultureInfo.InvariantCulture);
    }

    public async Task RestartAsync()
    {
        channel.Dispose();
        server.Kill();
        await server.WaitForExitAsync();
        Launch();
        await ReadyAsync();
        await LogInAsync();
    }

    /// <summary>Milliseconds of the first claim that a node makes of a coupon.</summary>
    public async Task<double> FirstCallAsync(long coupon)
    {
        var watch = Stopwatch.StartNew();
        await new CouponsService.CouponsServiceClient(channel).ClaimCouponAsync(
            new() { CouponId = coupon, RequestId = $"first{Text(++runs)}" }, Bearer(TokenOf(users)));
        return watch.Elapsed.TotalMilliseconds;
    }

    public async Task<string> BytesAsync()
    {
        var (table, log) = await SizesAsync();
        return Postgres
            ? $"stored per claim: {(table - bytesBefore.Table) / (double)claimsMade:F0} bytes in the table of pieces and its indexes"
            : $"stored per claim: {(table - bytesBefore.Table) / (double)claimsMade:F0} bytes of file, the controls' rows included";
    }

    public async ValueTask DisposeAsync()
    {
        channels.ForEach(c => c.Dispose());
        channel.Dispose();
        server.Kill();
        await server.WaitForExitAsync();
        redis?.Kill();
        if (connectionString is not null)
        {
            await PostgresServer.DropDatabaseAsync(connectionString);
        }

        Directory.Delete(home, recursive: true);
    }

    private static Metadata Bearer(string token) => new() { { "authorization", $"Bearer {token}" } };

    private static string TokenOf(long user) => $"00000000-0000-4000-8000-{user:x12}";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Tool(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    private static Task<string> ToolAsync(string program, params string[] arguments) => Task.Run(() => Tool(program, arguments));

    [GeneratedRegex(@"RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)")]
    private static partial Regex Result();

    [GeneratedRegex(@"finished in [^,]+, ([\d.]+) req/s")]
    private static partial Regex H2Load();

    /// <summary>CPU of all PostgreSQL and Redis processes of the machine, ended backends left out.</summary>
    private static TimeSpan DatabaseCpu()
    {
        const double ticksPerSecond = 100;
        var ticks = 0L;
        foreach (var directory in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            try
            {
                var stat = File.ReadAllText(Path.Combine(directory, "stat"));
                if (stat.Contains("(postgres)", StringComparison.Ordinal) || stat.Contains("(redis-server)", StringComparison.Ordinal))
                {
                    var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                    ticks += long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
                }
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return TimeSpan.FromSeconds(ticks / ticksPerSecond);
    }

    private TimeSpan ServerCpu()
    {
        server.Refresh();
        return server.TotalProcessorTime;
    }

    private void StartRedis()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(d => File.Exists(Path.Combine(d, "redis-server"))))
        {
            Console.WriteLine("redis-server is not installed: its arm is left out");
            return;
        }

        redis = Process.Start(new ProcessStartInfo("redis-server", [
            "--port", Text(redisPort), "--bind", "127.0.0.1", "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--dir", home,
        ])
        { RedirectStandardOutput = true });
        redis!.OutputDataReceived += (_, _) => { };
        redis.BeginOutputReadLine();
    }

    private void Launch()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Silo.Benchmarks.dll"), "serve"])
        {
            WorkingDirectory = home,
            RedirectStandardOutput = true,
        };
        Dictionary<string, string> settings = new()
        {
            ["Kestrel__Endpoints__Http__Url"] = $"http://127.0.0.1:{Text(httpPort)}",
            ["Kestrel__Endpoints__Http__Protocols"] = "Http1",
            ["Kestrel__Endpoints__Grpc__Url"] = $"http://127.0.0.1:{Text(grpcPort)}",
            ["Kestrel__Endpoints__Grpc__Protocols"] = "Http2",
            ["Silo__Database__Provider"] = Postgres ? "PostgreSql" : "Sqlite",
            ["Silo__DataDirectory"] = Path.Combine(home, "data"),
            ["Silo__Operator__UserName"] = "bench",
            ["Silo__Operator__Password"] = Password,
            ["Silo__Accounts__PasswordIterations"] = "1000",
            ["Silo__Accounts__TokenCache"] = Text(4L * users),
            ["Logging__LogLevel__Default"] = "Warning",
            ["Bench__Redis"] = $"127.0.0.1:{Text(redisPort)}",
        };
        if (connectionString is not null)
        {
            settings["ConnectionStrings__Silo"] = connectionString;
        }

        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        server = Process.Start(start)!;
        server.OutputDataReceived += (_, _) => { };
        server.BeginOutputReadLine();
        channel = GrpcChannel.ForAddress($"http://127.0.0.1:{Text(grpcPort)}");
    }

    private async Task ReadyAsync()
    {
        using var client = new HttpClient();
        for (var i = 0; i < 600 && !server.HasExited; i++)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{Text(httpPort)}/health/ready"));
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        throw new InvalidOperationException("The server did not become ready.");
    }

    private async Task LogInAsync() => owner = Bearer((await new AccountsAdminService.AccountsAdminServiceClient(channel)
        .LoginOperatorAsync(new() { Username = "bench", Password = Password })).Token);

    private async Task<DbConnection> OpenAsync()
    {
        DbConnection connection = connectionString is null
            ? new SqliteConnection($"Data Source={Path.Combine(home, "data", "silo.db")};Pooling=False;Default Timeout=60")
            : new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Users and tokens straight into the tables: registering would hash a password for each.</summary>
    private async Task SeedAsync()
    {
        await using var connection = await OpenAsync();
        foreach (var statement in RowLock.Schema.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            await ExecuteAsync(statement);
        }

        if (connection is NpgsqlConnection postgres)
        {
            await using var writer = await postgres.BeginBinaryImportAsync(
                "COPY accounts_tokens (hash, owner_kind, owner_id, created_at, expires_at, device_id, device_name) FROM STDIN (FORMAT BINARY)");
            for (long user = 1; user <= users; user++)
            {
                await writer.WriteRowAsync(
                    CancellationToken.None, SHA256.HashData(Encoding.UTF8.GetBytes(TokenOf(user))), 1, user, 0L, 4_102_444_800_000L, "", "");
            }

            await writer.CompleteAsync();
            await writer.DisposeAsync();
            await ExecuteAsync(
                $"{FirstWallets} SELECT u, 0, 0, 0, 0, {PointsOfUser}, 0, {PointsOfUser}, 0 FROM generate_series(1, {users}) u");
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText =
            "INSERT INTO accounts_tokens (hash, owner_kind, owner_id, created_at, expires_at, device_id, device_name) VALUES (@h, 1, @u, 0, 4102444800000, '', '')";
        var hash = command.CreateParameter();
        var id = command.CreateParameter();
        (hash.ParameterName, id.ParameterName) = ("@h", "@u");
        command.Parameters.Add(hash);
        command.Parameters.Add(id);
        for (long user = 1; user <= users; user++)
        {
            hash.Value = SHA256.HashData(Encoding.UTF8.GetBytes(TokenOf(user)));
            id.Value = user;
            await command.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
        await ExecuteAsync(
            $"WITH RECURSIVE u(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM u WHERE n < {users}) "
            + $"{FirstWallets} SELECT n, 0, 0, 0, 0, {PointsOfUser}, 0, {PointsOfUser}, 0 FROM u");
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private async Task<long> CountAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    private async Task<(long Table, long Log)> SizesAsync()
    {
        if (Postgres)
        {
            return (await CountAsync("SELECT pg_total_relation_size('coupons_user_coupons')"), 0);
        }

        return (new FileInfo(Path.Combine(home, "data", "silo.db")).Length, 0);
    }
}
