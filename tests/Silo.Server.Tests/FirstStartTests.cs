using System.Globalization;
using Grpc.Core;
using Npgsql;
using Silo.Accounts.V1;
using Silo.Coupons.V1;
using Silo.Testing;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: a first start ends in a server that works, or in one line that says why not; whoever starts beside it, and
/// however often it was killed before. Method: processes over empty databases, two at once, killed at random moments,
/// or with settings that must not start.
/// </summary>
public sealed class FirstStartTests(ITestOutputHelper output)
{
    private const string Schema =
        """
        SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT "MigrationId" FROM "__EFMigrationsHistory"
        ORDER BY 1
        """;

    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static int Rounds => int.Parse(
        Environment.GetEnvironmentVariable("SILO_CRASH_ROUNDS") ?? "3", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Start_TwoAtOnceOnOneEmptyPostgres_BothServeOneSchema()
    {
        Assert.SkipWhen(PostgresServer.SkipReason is not null, PostgresServer.SkipReason ?? "");
        await using var alone = await Shop.StartAsync(Database.PostgreSql);
        var database = await PostgresServer.CreateDatabaseAsync("two");
        ServerProcess[] servers = [];
        try
        {
            servers = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => ServerProcess.StartAsync(Shop.SettingsOf(database))));

            Assert.Equal(await alone.QueryAsync(Schema, r => r.GetString(0)), await SchemaAsync(database));
            await SellOutOverBothAsync(servers);
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }

            await PostgresServer.DropDatabaseAsync(database);
        }
    }

    [Fact]
    public async Task Start_TheFirstTime_AlarmsNobodyAndKeepsItsFilesToItself()
    {
        // Readiness is asked for all the while, as a balancer or a newcomer does.
        await using var server = await ServerProcess.StartAsync([]);

        var lines = server.Output.Split('\n');
        Assert.DoesNotContain(lines, line => line.StartsWith("fail:", StringComparison.Ordinal) || line.StartsWith("crit:", StringComparison.Ordinal));
        Assert.Equal(["warn: Silo.Accounts.FirstOperator[0]"], lines.Where(line => line.StartsWith("warn:", StringComparison.Ordinal)));
        Assert.Contains(lines, line => line.EndsWith("The demo shop is loaded", StringComparison.Ordinal));
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Assert.Equal(Mine | UnixFileMode.UserExecute, File.GetUnixFileMode(server.DataDirectory));
        foreach (var file in (string[])["operator-password", "silo.db", "silo.db-shm", "silo.db-wal", "silo.lock"])
        {
            Assert.Equal((file, Mine), (file, File.GetUnixFileMode(Path.Combine(server.DataDirectory, file))));
        }
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Start_AfterKillsDuringTheFirstStart_BecomesReadyAndWorks(Database database)
    {
        Assert.SkipWhen(database == Database.PostgreSql && !PostgresServer.IsAvailable, PostgresServer.SkipReason ?? "");
        var seed = TestSeed.Draw();
        var random = new Random(seed);
        var whole = await StartTimeAsync(database);
        var starting = 0;
        for (var round = 1; round <= Rounds; round++)
        {
            await using var home = await Home.CreateAsync(database);
            // In the last round until one has met a start: the one that was timed may have had a busier machine.
            for (var kill = 1; kill <= 2 || (round == Rounds && starting == 0 && kill <= 10); kill++)
            {
                // Before that, the runtime itself is not up.
                var delay = (0.25 + (0.75 * random.NextDouble())) * whole;
                var printed = await ServerProcess.KillDuringStartAsync(home.Settings, delay);
                var started = printed.Contains("Application started", StringComparison.Ordinal);
                starting += started ? 0 : 1;
                whole = started ? delay : whole;
                output.WriteLine(
                    $"{database} round {round}: killed {(started ? "after its start" : "while it started")}, at {delay.TotalSeconds:F2} s");
            }

            await using var server = await ServerProcess.StartAsync(home.Settings);
            await WorksAsync(server, home.OwnerName, await home.OwnerPasswordAsync());
        }

        Assert.True(starting > 0, $"No kill met a start, which proves nothing, seed {seed}.");
    }

    [Fact]
    public async Task Start_WithALeftOverMigrationLock_BecomesReady()
    {
        await using var shop = await Shop.StartAsync(Database.Sqlite);
        await shop.Server.KillAsync();
        await using (var connection = await shop.OpenDatabaseAsync())
        {
            await using var command = connection.CreateCommand();
            command.CommandText =
                """INSERT INTO "__EFMigrationsLock" ("Id", "Timestamp") VALUES (1, '2026-01-01 00:00:00')""";
            await command.ExecuteNonQueryAsync();
        }

        await shop.RestartAsync();

        await WorksAsync(shop.Server, Shop.OwnerName, Shop.OwnerPassword);
    }

    [Fact]
    public async Task Start_OfASecondProcessOnOneDataDirectory_EndsWithOneClearLineAndTheFirstGoesOn()
    {
        await using var shop = await Shop.StartAsync(Database.Sqlite);
        var settings = Shop.SettingsOf(null);
        settings["Silo__DataDirectory"] = shop.Server.DataDirectory;

        var (code, printed) = await ServerProcess.RunToExitAsync(settings);

        Assert.Equal(
            (1, $"Silo does not start: The data directory {shop.Server.DataDirectory} is in use by another process."),
            (code, printed));
        await WorksAsync(shop.Server, Shop.OwnerName, Shop.OwnerPassword);
    }

    [Theory]
    [InlineData(Database.Sqlite, "SQLite runs with synchronous = 1 (FULL is 2)")]
    [InlineData(Database.PostgreSql, "PostgreSQL runs with synchronous_commit = off")]
    public async Task Start_WithWeakDurability_EndsWithOneClearLineUnlessAllowed(Database database, string weakness)
    {
        Assert.SkipWhen(database == Database.PostgreSql && !PostgresServer.IsAvailable, PostgresServer.SkipReason ?? "");
        await using var home = await Home.CreateAsync(database);
        home.Settings["Silo__Database__SqliteSynchronous"] = "NORMAL";
        if (home.Settings.TryGetValue("ConnectionStrings__Silo", out var given))
        {
            home.Settings["ConnectionStrings__Silo"] =
                new NpgsqlConnectionStringBuilder(given) { Options = "-c synchronous_commit=off" }.ConnectionString;
        }

        var (code, printed) = await ServerProcess.RunToExitAsync(home.Settings);

        Assert.Equal(1, code);
        Assert.Equal(
            $"Silo does not start: {weakness}: acknowledged commits could be lost."
            + " Set Silo:Database:AllowWeakDurability to accept that.",
            printed);

        home.Settings["Silo__Database__AllowWeakDurability"] = "true";
        await using var server = await ServerProcess.StartAsync(home.Settings);
        await WorksAsync(server, home.OwnerName, await home.OwnerPasswordAsync());
        Assert.Contains($"{weakness}: acknowledged commits can be lost", server.Output, StringComparison.Ordinal);
    }

    /// <summary>How long a first start takes on this machine now.</summary>
    private static async Task<TimeSpan> StartTimeAsync(Database database)
    {
        await using var home = await Home.CreateAsync(database);
        var began = TimeProvider.System.GetTimestamp();
        await using var server = await ServerProcess.StartAsync(home.Settings);
        return TimeProvider.System.GetElapsedTime(began);
    }

    /// <summary>Logs in as the owner, and claims a coupon as a new user.</summary>
    private static async Task WorksAsync(ServerProcess server, string ownerName, string ownerPassword)
    {
        using var channel = server.OpenChannel();
        var coupon = await CreateCouponAsync(channel, ownerName, ownerPassword);
        var piece = await ClaimAsync(channel, coupon, "shopper");
        Assert.Equal(coupon, piece?.CouponId);
    }

    /// <summary>Two clusters of one database: a coupon is claimed on both at once, and never more often than it may.</summary>
    private static async Task SellOutOverBothAsync(ServerProcess[] servers)
    {
        const int stock = 8;
        using var one = servers[0].OpenChannel();
        using var two = servers[1].OpenChannel();
        var coupon = await CreateCouponAsync(one, Shop.OwnerName, Shop.OwnerPassword, stock);

        var claims = await Task.WhenAll(Enumerable.Range(0, 2 * stock)
            .Select(i => ClaimAsync(i % 2 == 0 ? one : two, coupon, $"shopper-{i}")));

        Assert.Equal(stock, claims.OfType<UserCoupon>().Select(piece => piece.Id).Distinct().Count());
        Assert.Equal(stock, claims.Count(piece => piece is null));
    }

    private static async Task<long> CreateCouponAsync(ChannelBase channel, string name, string password, int stock = 1)
    {
        var login = await new AccountsAdminService.AccountsAdminServiceClient(channel)
            .LoginOperatorAsync(new() { Username = name, Password = password });
        var answer = await new CouponsAdminService.CouponsAdminServiceClient(channel)
            .CreateCouponAsync(new() { Terms = Shop.Terms(stock) }, Shop.Bearer(login.Token));
        return answer.Coupon.Id;
    }

    /// <summary>Registers a user and claims; null where the coupon is sold out.</summary>
    private static async Task<UserCoupon?> ClaimAsync(ChannelBase channel, long coupon, string user)
    {
        var registered = await new AccountsService.AccountsServiceClient(channel)
            .RegisterUsernameAsync(new() { Username = user, Password = "secret1", AutoLogin = true });
        var coupons = new CouponsService.CouponsServiceClient(channel);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await coupons.ClaimCouponAsync(
                    new() { CouponId = coupon, RequestId = "once" }, Shop.Bearer(registered.Token));
                return answer.UserCoupon;
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.ResourceExhausted)
            {
                return null;
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Unavailable && attempt < 50)
            {
                // The other cluster wrote the coupon meanwhile; the retry decides on what it wrote.
            }
        }
    }

    private static async Task<List<string>> SchemaAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(Schema, connection);
        await using var reader = await command.ExecuteReaderAsync();
        List<string> lines = [];
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }

    /// <summary>An empty database that outlives the servers started over it.</summary>
    private sealed class Home : IAsyncDisposable
    {
        private readonly string directory = Directory.CreateTempSubdirectory("silo-start-").FullName;
        private string? connectionString;

        private Home(Dictionary<string, string> settings) => Settings = settings;

        public Dictionary<string, string> Settings { get; }

        public string OwnerName => Settings.GetValueOrDefault("Silo__Operator__UserName", "owner");

        public static async Task<Home> CreateAsync(Database database)
        {
            var connectionString = database == Database.PostgreSql ? await PostgresServer.CreateDatabaseAsync("start") : null;
            var home = new Home(Shop.SettingsOf(connectionString)) { connectionString = connectionString };
            home.Settings["Silo__DataDirectory"] = home.directory;
            if (database == Database.Sqlite)
            {
                // The embedded default: the server makes up the password.
                home.Settings.Remove("Silo__Operator__UserName");
                home.Settings.Remove("Silo__Operator__Password");
            }

            return home;
        }

        public async Task<string> OwnerPasswordAsync() => Settings.TryGetValue("Silo__Operator__Password", out var given)
            ? given
            : (await File.ReadAllTextAsync(Path.Combine(directory, "operator-password"))).Trim();

        public async ValueTask DisposeAsync()
        {
            Directory.Delete(directory, recursive: true);
            if (connectionString is not null)
            {
                await PostgresServer.DropDatabaseAsync(connectionString);
            }
        }
    }
}
