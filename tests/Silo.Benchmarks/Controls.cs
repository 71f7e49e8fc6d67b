using System.Globalization;
using Grpc.Core;
using Microsoft.Data.Sqlite;
using Npgsql;
using Orleans.Concurrency;
using Silo.Bench.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;
using StackExchange.Redis;

namespace Silo.Benchmarks;

public sealed class BareEchoGrpc(ShopClock clock) : BareEchoService.BareEchoServiceBase
{
    public override Task<EchoResponse> Echo(EchoRequest request, ServerCallContext context) =>
        Task.FromResult(new EchoResponse { Piece = Pieces.Of(request.CouponId, 1, clock.NowMs) });

    public override Task<PayloadResponse> Payload(PayloadRequest request, ServerCallContext context) =>
        Task.FromResult(new PayloadResponse { Payload = Google.Protobuf.ByteString.CopyFrom(new byte[request.Size]) });
}

internal static class Pieces
{
    public static Piece Of(long coupon, long id, long now) => new()
    {
        Id = id,
        CouponId = coupon,
        Name = "Ten off",
        AmountCents = 1000,
        ClaimedAt = now,
        ValidUntil = 4_102_444_800_000,
        State = 1,
    };
}

internal sealed class ControlsGrpc(IGrainFactory grains, RowLock rowLock, RedisStock redis, IdSource ids, ShopClock clock)
    : ControlsService.ControlsServiceBase
{
    private static readonly Refusal SoldOut = new("BENCH_SOLD_OUT", RefusalKind.Exhausted, "Sold out.");

    public override Task<EdgeEchoResponse> EdgeEcho(EdgeEchoRequest request, ServerCallContext context) =>
        Task.FromResult(new EdgeEchoResponse { Piece = Pieces.Of(request.CouponId, context.Caller().Id, clock.NowMs) });

    public override async Task<NaiveClaimResponse> NaiveClaim(NaiveClaimRequest request, ServerCallContext context) => new()
    {
        Piece = Pieces.Of(request.CouponId, await grains.GetGrain<INaiveGrain>(request.CouponId).ClaimAsync(), clock.NowMs),
    };

    public override async Task<RowLockClaimResponse> RowLockClaim(RowLockClaimRequest request, ServerCallContext context)
    {
        var id = ids.Next();
        if (!await rowLock.ClaimAsync(request.CouponId, id, context.Caller().Id, request.RequestId, clock.NowMs))
        {
            SoldOut.Throw();
        }

        return new() { Piece = Pieces.Of(request.CouponId, id, clock.NowMs) };
    }

    public override async Task<RedisClaimResponse> RedisClaim(RedisClaimRequest request, ServerCallContext context)
    {
        var id = ids.Next();
        if (!await redis.ClaimAsync(request.CouponId, id, context.Caller().Id, request.RequestId))
        {
            SoldOut.Throw();
        }

        return new() { Piece = Pieces.Of(request.CouponId, id, clock.NowMs) };
    }

    public override async Task<NaiveWriteResponse> NaiveWrite(NaiveWriteRequest request, ServerCallContext context) => new()
    {
        Piece = Pieces.Of(request.CouponId, await grains.GetGrain<INaiveGrain>(request.CouponId).ClaimAsync(), clock.NowMs),
    };

    public override async Task<NaiveSignInResponse> NaiveSignIn(NaiveSignInRequest request, ServerCallContext context) => new()
    {
        Piece = Pieces.Of(
            request.CouponId,
            await grains.GetGrain<INaiveSignInGrain>(context.Caller().Id).SignInAsync(request.CouponId, request.RequestId),
            clock.NowMs),
    };

    public override async Task<GroupWriteResponse> GroupWrite(GroupWriteRequest request, ServerCallContext context) => new()
    {
        Piece = Pieces.Of(request.CouponId, await grains.GetGrain<IGroupGrain>(request.CouponId).WriteAsync(), clock.NowMs),
    };
}

[Alias("silo.bench.INaiveGrain")]
internal interface INaiveGrain : IGrainWithIntegerKey
{
    [Alias("Claim")]
    Task<long> ClaimAsync();
}

[GenerateSerializer, Alias("silo.bench.Counter")]
internal sealed class Counter
{
    [Id(0)]
    public long Count { get; set; }
}

/// <summary>What the official provider gives a grain that writes its state for each call.</summary>
internal sealed class NaiveGrain(
    [PersistentState("silo.bench.naive", StorageArea.ProviderName)] IPersistentState<Counter> state) : Grain, INaiveGrain
{
    public async Task<long> ClaimAsync()
    {
        state.State.Count++;
        await state.WriteStateAsync();
        return state.State.Count;
    }
}

[Alias("silo.bench.IGroupGrain")]
internal interface IGroupGrain : IGrainWithIntegerKey
{
    [Alias("Write"), AlwaysInterleave]
    Task<long> WriteAsync();
}

[GenerateSerializer, Immutable, Alias("silo.bench.GroupState")]
internal sealed record GroupState : IOutcome<GroupState>
{
    [Id(0)]
    public long Count { get; init; }

    [Id(1)]
    public Refusal? Refusal { get; init; }

    public static GroupState Refused(Refusal refusal) => new() { Refusal = refusal };
}

/// <summary>The same write through the group commit.</summary>
internal sealed class GroupGrain(HotGrainContext context) : HotGrain<GroupState, int, GroupState, int>(context), IGroupGrain
{
    protected override StateKey Key => new("silo.bench.group", this.GetPrimaryKeyLong());

    public async Task<long> WriteAsync() => (await RunAsync([1]))[0].Count;

    protected override ValueTask<int> LoadAsync(IUnits reads, IReadOnlyList<int> batch) => ValueTask.FromResult(0);

    protected override (GroupState State, GroupState Outcome) Decide(GroupState draft, int command, int facts, Rows rows)
    {
        var next = draft with { Count = draft.Count + command };
        return (next, next);
    }
}

/// <summary>The statement that everybody writes first: a stock that must stay positive, and an insert.</summary>
internal sealed class RowLock : IDisposable
{
    public const string Schema =
        """
        CREATE TABLE bench_stock (id bigint PRIMARY KEY, stock bigint NOT NULL);
        CREATE TABLE bench_claims (id bigint PRIMARY KEY, coupon_id bigint NOT NULL, user_id bigint NOT NULL,
            request_id text NOT NULL, claimed_at bigint NOT NULL);
        CREATE UNIQUE INDEX bench_claims_once ON bench_claims (user_id, coupon_id, request_id);
        """;

    private const string Take = "UPDATE bench_stock SET stock = stock - 1 WHERE id = @c AND stock > 0";
    private const string Insert =
        "INSERT INTO bench_claims (id, coupon_id, user_id, request_id, claimed_at) VALUES (@i, @c, @u, @r, @t)";

    private readonly NpgsqlDataSource? postgres;
    private readonly SqliteConnection? sqlite;
    private readonly SemaphoreSlim gate = new(1);

    public RowLock(DatabaseOptions options)
    {
        if (options.Provider == DatabaseProvider.PostgreSql)
        {
            postgres = NpgsqlDataSource.Create(options.ConnectionString
                + ";Maximum Pool Size=4;Timeout=60;Max Auto Prepare=10;Auto Prepare Min Usages=2");
        }
        else
        {
            sqlite = new SqliteConnection($"Data Source={options.SqliteFile};Pooling=False");
        }
    }

    public Task<bool> ClaimAsync(long coupon, long id, long user, string request, long now) => postgres is not null
        ? PostgresAsync(coupon, id, user, request, now)
        : SqliteAsync(coupon, id, user, request, now);

    public void Dispose()
    {
        gate.Dispose();
        postgres?.Dispose();
        sqlite?.Dispose();
    }

    private async Task<bool> PostgresAsync(long coupon, long id, long user, string request, long now)
    {
        await using var command = postgres!.CreateCommand(
            "WITH s AS (UPDATE bench_stock SET stock = stock - 1 WHERE id = $1 AND stock > 0 RETURNING id) "
            + "INSERT INTO bench_claims (id, coupon_id, user_id, request_id, claimed_at) SELECT $2, id, $3, $4, $5 FROM s");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = coupon });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = user });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = now });
        return await command.ExecuteNonQueryAsync() == 1;
    }

    private async Task<bool> SqliteAsync(long coupon, long id, long user, string request, long now)
    {
        await gate.WaitAsync();
        try
        {
            return await Task.Run(() =>
            {
                if (sqlite!.State != System.Data.ConnectionState.Open)
                {
                    sqlite.Open();
                    using var pragma = sqlite.CreateCommand();
                    pragma.CommandText = "PRAGMA synchronous = FULL";
                    pragma.ExecuteNonQuery();
                }

                using var transaction = sqlite.BeginTransaction(deferred: false);
                using var take = sqlite.CreateCommand();
                (take.CommandText, take.Transaction) = (Take, transaction);
                take.Parameters.AddWithValue("@c", coupon);
                if (take.ExecuteNonQuery() == 0)
                {
                    return false;
                }

                using var insert = sqlite.CreateCommand();
                (insert.CommandText, insert.Transaction) = (Insert, transaction);
                insert.Parameters.AddWithValue("@i", id);
                insert.Parameters.AddWithValue("@c", coupon);
                insert.Parameters.AddWithValue("@u", user);
                insert.Parameters.AddWithValue("@r", request);
                insert.Parameters.AddWithValue("@t", now);
                insert.ExecuteNonQuery();
                transaction.Commit();
                return true;
            });
        }
        finally
        {
            gate.Release();
        }
    }
}

/// <summary>The stock in Redis: one script that checks the user and the stock and records the claim.</summary>
internal sealed class RedisStock(IConfiguration configuration) : IDisposable
{
    private const string Script =
        """
        if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then return 0 end
        if tonumber(redis.call('GET', KEYS[1]) or '0') <= 0 then return 0 end
        redis.call('DECR', KEYS[1])
        redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
        return 1
        """;

    private readonly Lazy<Task<ConnectionMultiplexer>> connection =
        new(() => ConnectionMultiplexer.ConnectAsync(configuration["Bench:Redis"] ?? "127.0.0.1:1"));

    public async Task<bool> ClaimAsync(long coupon, long id, long user, string request) =>
        (int)await (await connection.Value).GetDatabase().ScriptEvaluateAsync(
            Script,
            [new RedisKey($"stock:{coupon.ToString(CultureInfo.InvariantCulture)}"), new RedisKey($"claims:{coupon.ToString(CultureInfo.InvariantCulture)}")],
            [user, $"{request}:{id.ToString(CultureInfo.InvariantCulture)}"]) == 1;

    public void Dispose()
    {
        if (connection.IsValueCreated && connection.Value.IsCompletedSuccessfully)
        {
            connection.Value.Result.Dispose();
        }
    }
}
