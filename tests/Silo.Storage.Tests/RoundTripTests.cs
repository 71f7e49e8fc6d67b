using System.Net;
using System.Net.Sockets;
using Npgsql;
using Silo.Kernel;
using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>
/// Goal: a command costs as many round trips as it must, and none more: one to read, and one to write and commit. Method: a
/// proxy between the node and PostgreSQL counts how often the direction turns towards the server. Others on the node talk to
/// the database too (it looks for work and for changes), so the fewest of many tries count: nothing takes a trip away.
/// </summary>
public sealed class RoundTripTests(RoundTripTests.Fixture fixture) : IClassFixture<RoundTripTests.Fixture>, IAsyncLifetime
{
    private static readonly Refusal No = new("NO", RefusalKind.Precondition, "No.");
    private static long lastId = 1000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private TestStore Node => fixture.Node!;

    public async ValueTask InitializeAsync()
    {
        await fixture.ReadyAsync();
        Node.Probe.Clear();
        Node.Probe.ReadsNothing = true;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task PlainCommand_ReadsInOneAndWritesWithTheCommitInOne()
    {
        var id = await GoodsAsync();

        Assert.Equal(2, await FewestAsync(() => Node.Units.StageAsync<bool>(
            stage =>
            {
                Name(stage, id);
                return rows => Write(rows, id, stage.NewId());
            },
            Cancel)));
    }

    [Fact]
    public async Task PlainCommand_WithoutReads_TakesOne()
    {
        var id = await GoodsAsync();

        Assert.Equal(1, await FewestAsync(() => Node.Units.StageAsync<bool>(
            stage => rows => Write(rows, id, stage.NewId()), Cancel)));
    }

    [Fact]
    public async Task PlainCommand_ThatRefuses_TakesOne()
    {
        var id = await GoodsAsync();

        Assert.Equal(1, await FewestAsync(() => Node.Units.StageAsync<bool>(
            stage =>
            {
                Name(stage, id);
                return _ => No;
            },
            Cancel)));
    }

    [Fact]
    public async Task PlainCommand_WithNeither_TakesNone() =>
        Assert.Equal(0, await FewestAsync(() => Node.Units.StageAsync<bool>(_ => _ => true, Cancel)));

    [Fact]
    public async Task ExclusiveCommand_LocksInOneAndWritesWithTheCommitInOne()
    {
        var id = await GoodsAsync();
        var transactions = Node.Get<Transactions>();

        Assert.Equal(2, await FewestAsync(() =>
        {
            var stage = transactions.NewStage(isExclusive: true);
            Name(stage, id);
            return transactions.RunExclusiveAsync(stage, () =>
            {
                var rows = new Rows();
                Write(rows, id, stage.NewId());
                return new Batch(rows);
            });
        }));
    }

    [Fact]
    public async Task CommandOfAGrain_TakesOne()
    {
        var grain = Next();

        Assert.Equal(1, await FewestAsync(() => Node.Counter(grain).RunAsync([new() { RequestId = $"{Next()}" }])));
    }

    [Fact]
    public async Task CommandOfAGrain_ThatLocks_TakesTwo()
    {
        var (grain, account) = (Next(), Next());
        await Node.AddBalanceAsync(account, 1_000_000);

        Assert.Equal(2, await FewestAsync(() => Node.Counter(grain).RunAsync([new() { RequestId = $"{Next()}", Account = account }])));
    }

    [Fact]
    public async Task JoinedCommand_LocksAndReadsInOneAndWritesWithTheCommitInOne()
    {
        var (grain, account, purse) = (Next(), Next(), Next());
        await Node.AddBalanceAsync(account, 1_000_000);
        await Node.AddBalanceAsync(purse, 1_000_000);

        // It locks what the grain needs and what the work needs.
        Assert.Equal(2, await FewestAsync(() => Node.Counters.RunJoinedAsync(
            grain,
            new() { RequestId = $"{Next()}", Account = account },
            PurseWork.Spend.Command(Next(), new(purse, 1, JoinedVerdict.Keep)))));
    }

    /// <summary>Names something of every kind.</summary>
    private static void Name(Stage stage, long id)
    {
        stage.Read<EntryRow>([id, -id]);
        stage.Read<GoodsRow, string>(g => g.Name, [$"{id}"]);
        stage.Where<EntryRow>($"grain_id = {id} LIMIT {1}");
        stage.Numbers($"SELECT count(*) FROM test_goods WHERE id = {id}");
        stage.LockBy<BalanceRow>($"INSERT INTO test_balances (id, balance) VALUES ({id}, {0}) ON CONFLICT DO NOTHING");
        stage.Lock<GoodsRow>([id], RowLock.Alone);
        stage.Lock<BalanceRow>([id], RowLock.Wait);
    }

    /// <summary>Writes something of every kind.</summary>
    private static Result<bool> Write(Rows rows, long id, long newId)
    {
        rows.Append(new EntryRow { Id = newId, GrainId = newId, RequestId = $"{newId}", Note = "" });
        rows.Put(new BalanceRow { Id = id, Balance = 1 });
        rows.Update<GoodsRow>(id, $"UPDATE test_goods SET stock = stock - {1} WHERE id = {id} AND stock >= {1}");
        rows.Enqueue(new WorkKind<long>("tests.trips"), $"{newId}", long.MaxValue, newId);
        rows.Invalidate("tests.trips");
        rows.Invalidate("tests.trips.keys", [newId]);
        return true;
    }

    private static long Next() => Interlocked.Increment(ref lastId);

    private async Task<long> GoodsAsync()
    {
        var id = Next();
        await Node.Units.StageAsync<bool>(
            _ => rows =>
            {
                rows.Append(new GoodsRow { Id = id, Name = $"{id}", Stock = 1_000_000 });
                return true;
            },
            Cancel);
        return id;
    }

    private async Task<int> FewestAsync(Func<Task> command)
    {
        // Connections are opened, and statements prepared, with the first ones.
        var fewest = int.MaxValue;
        for (var i = 0; i < 40; i++)
        {
            var before = fixture.Proxy.Trips;
            await command().Soon();
            fewest = Math.Min(fewest, fixture.Proxy.Trips - before);
        }

        return fewest;
    }

    public sealed class Fixture : IAsyncLifetime
    {
        private readonly ProxiedDatabase database = new();

        internal TestStore? Node { get; private set; }

        internal CountingProxy Proxy => database.Proxy!;

        public ValueTask InitializeAsync() => ValueTask.CompletedTask;

        public async ValueTask DisposeAsync()
        {
            if (Node is not null)
            {
                await Node.DisposeAsync();
            }

            await database.DisposeAsync();
        }

        internal async Task ReadyAsync()
        {
            if (Node is null)
            {
                Assert.SkipWhen(database.SkipReason is not null, database.SkipReason ?? "");
                await database.InitializeAsync();
                Node = await TestStore.StartAsync(database, settings: [("Silo:Database:CommitLanes", "1")]);
            }
        }
    }

    /// <summary>A database behind a proxy.</summary>
    private sealed class ProxiedDatabase : TestDatabase
    {
        private readonly PostgresDatabase database = new();

        public CountingProxy? Proxy { get; private set; }

        public override string? SkipReason => database.SkipReason;

        public override async ValueTask InitializeAsync()
        {
            await database.InitializeAsync();
            var server = new NpgsqlConnectionStringBuilder(database.ConnectionString);
            Proxy = new CountingProxy(server.Host!, server.Port);
        }

        public override async ValueTask DisposeAsync()
        {
            if (Proxy is not null)
            {
                await Proxy.DisposeAsync();
            }

            await database.DisposeAsync();
        }

        protected override IEnumerable<(string Key, string Value)> Settings() =>
        [
            ("Silo:Database:Provider", "PostgreSql"),
            ("ConnectionStrings:Silo", new NpgsqlConnectionStringBuilder(database.ConnectionString)
            {
                Host = "127.0.0.1", Port = Proxy!.Port, SslMode = SslMode.Disable,
            }.ConnectionString),
        ];
    }

    /// <summary>Passes everything on between clients and a server, and counts how often a client speaks after the server.</summary>
    internal sealed class CountingProxy : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource stop = new();
        private readonly Task accepting;
        private int trips;

        public CountingProxy(string host, int port)
        {
            listener.Start();
            accepting = AcceptAsync(host, port);
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public int Trips => Volatile.Read(ref trips);

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            listener.Dispose();
            await accepting;
            stop.Dispose();
        }

        private async Task AcceptAsync(string host, int port)
        {
            List<Task> connections = [];
            try
            {
                while (true)
                {
                    connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token), host, port));
                }
            }
            catch (OperationCanceledException)
            {
                await Task.WhenAll(connections);
            }
        }

        private async Task ServeAsync(TcpClient client, string host, int port)
        {
            using var server = new TcpClient();
            using (client)
            {
                try
                {
                    await server.ConnectAsync(host, port, stop.Token);
                    (client.NoDelay, server.NoDelay) = (true, true);
                    var clientSpoke = 0;
                    await Task.WhenAny(
                        PassAsync(client, server, () =>
                        {
                            if (Interlocked.Exchange(ref clientSpoke, 1) == 0)
                            {
                                Interlocked.Increment(ref trips);
                            }
                        }),
                        PassAsync(server, client, () => Interlocked.Exchange(ref clientSpoke, 0)));
                }
                catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException)
                {
                    // The node opens another one, or is gone.
                }
            }
        }

        private async Task PassAsync(TcpClient from, TcpClient to, Action spoke)
        {
            var buffer = new byte[64 * 1024];
            int count;
            while ((count = await from.GetStream().ReadAsync(buffer, stop.Token)) > 0)
            {
                spoke();
                await to.GetStream().WriteAsync(buffer.AsMemory(0, count), stop.Token);
            }
        }
    }
}
