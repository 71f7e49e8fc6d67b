using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Silo.Edge;
using Silo.Edge.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>
/// Says whose a token is. Known tokens are answered from memory; unknown ones that arrive together share one query. A
/// revocation is seen at once on the node that made it and by polling on the others; while the poll fails, memory is
/// not trusted.
/// </summary>
internal sealed class Tokens : BackgroundService, ICallerResolver
{
    /// <summary>How old the last successful poll may be: what is revoked elsewhere is refused within this time.</summary>
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    /// <summary>A poll looks back so far, since transactions become visible later than they began.</summary>
    private const long OverlapMs = 30_000;

    /// <summary>What is remembered is read again after this time, so that lives are slid and nothing is kept for ever.</summary>
    private const long MemoryMs = 60 * 60 * 1000;

    private readonly IUnits units;
    private readonly ShopClock clock;
    private readonly ILogger<Tokens> logger;
    private readonly Coalescer<int, byte[], Known?> loads;
    private readonly int generation;
    private readonly ConcurrentDictionary<long, byte> seenRevocations = new();

    // Whatever puts a token into memory or takes it out; a token that is known is found without it.
    private readonly Lock gate = new();
    private ConcurrentDictionary<TokenKey, Known> young = new();
    private ConcurrentDictionary<TokenKey, Known> old = new();
    private int youngCount;
    private long revocations;
    private long lastPoll;

    public Tokens(IUnits units, ShopClock clock, AccountsOptions options, ILogger<Tokens> logger)
    {
        (this.units, this.clock, this.logger) = (units, clock, logger);
        generation = options.TokenCache / 2;
        loads = new((_, hashes) => LoadAsync(hashes), maxBatch: 256, maxWaiting: 16_384);
        lastPoll = clock.Time.GetTimestamp();
    }

    /// <summary>The hash under which a token is stored.</summary>
    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>A new token: a random UUID, 36 characters.</summary>
    public static string NewToken()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    public ValueTask<Caller?> ResolveAsync(string token, CancellationToken cancellation)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> text = stackalloc byte[256];
        if (!Encoding.UTF8.TryGetBytes(token, text, out var length))
        {
            return ValueTask.FromResult<Caller?>(null);
        }

        SHA256.HashData(text[..length], hash);
        var key = MemoryMarshal.Read<TokenKey>(hash);
        if (clock.Time.GetElapsedTime(Volatile.Read(ref lastPoll)) < Trust && Find(key) is { } known)
        {
            var now = clock.NowMs;
            if (now < known.ExpiresAt && now - known.ReadAt < MemoryMs)
            {
                return ValueTask.FromResult<Caller?>(known.Caller);
            }
        }

        return LoadOneAsync(hash.ToArray(), cancellation);
    }

    /// <summary>
    /// Adds a token of an owner, and ends their oldest beyond the limit. Part of the caller's unit; where some were ended,
    /// see <see cref="Forget"/>.
    /// </summary>
    public static async Task<(string Token, bool EndedOthers)> IssueAsync(
        Unit unit, OwnerKind kind, long ownerId, string deviceId, string deviceName, CancellationToken cancellation)
    {
        var (token, row) = New(kind, ownerId, deviceId, deviceName, unit.NowMs);
        unit.Set<TokenRow>().Add(row);
        await unit.SaveAsync(cancellation);
        var beyond = await unit.Set<TokenRow>().Where(t => t.OwnerKind == kind && t.OwnerId == ownerId)
            .OrderByDescending(t => t.CreatedAt).ThenBy(t => t.Hash).Skip(AccountsRules.TokensPerOwner)
            .Select(t => t.Hash).ToListAsync(cancellation);
        if (beyond.Count > 0)
        {
            await unit.Set<TokenRow>().Where(t => beyond.Contains(t.Hash)).ExecuteDeleteAsync(cancellation);
            Announce(unit, kind, ownerId);
        }

        return (token, beyond.Count > 0);
    }

    /// <summary>A new token and its row.</summary>
    public static (string Token, TokenRow Row) New(
        OwnerKind kind, long ownerId, string deviceId, string deviceName, long nowMs)
    {
        var token = NewToken();
        return (token, new()
        {
            Hash = HashOf(token),
            OwnerKind = kind,
            OwnerId = ownerId,
            CreatedAt = nowMs,
            ExpiresAt = nowMs + AccountsRules.TokenLifeMs,
            DeviceId = deviceId,
            DeviceName = deviceName,
        });
    }

    /// <summary>Ends tokens of an owner: one, or all but one. Part of the caller's unit; see <see cref="Forget"/>.</summary>
    public static async Task EndAsync(
        Unit unit, OwnerKind kind, long ownerId, byte[]? only, byte[]? except, CancellationToken cancellation)
    {
        var tokens = unit.Set<TokenRow>().Where(t => t.OwnerKind == kind && t.OwnerId == ownerId);
        tokens = only is not null ? tokens.Where(t => t.Hash == only)
            : except is not null ? tokens.Where(t => t.Hash != except)
            : tokens;
        await tokens.ExecuteDeleteAsync(cancellation);
        Announce(unit, kind, ownerId);
    }

    /// <summary>Tells every node to read this owner's tokens anew. Part of the caller's unit.</summary>
    public static void Announce(Unit unit, OwnerKind kind, long ownerId) => unit.Set<RevocationRow>().Add(new RevocationRow
    {
        Id = unit.NewId(),
        At = unit.NowMs,
        OwnerKind = kind,
        OwnerId = ownerId,
    });

    /// <summary>Forgets an owner's tokens on this node, once the unit that changed them is committed.</summary>
    public void Forget(OwnerKind kind, long ownerId)
    {
        lock (gate)
        {
            // A load under way may have read the rows before; it must not put them back.
            revocations++;
            foreach (var tokens in new[] { young, old })
            {
                foreach (var (key, known) in tokens)
                {
                    if (known.Kind == kind && known.Caller.Id == ownerId)
                    {
                        tokens.TryRemove(key, out _);
                    }
                }
            }
        }
    }

    /// <summary>Ends the token with which a caller calls.</summary>
    public async Task LogoutAsync(OwnerKind kind, Caller caller, CancellationToken cancellation)
    {
        await units.RunAsync(
            unit => EndAsync(unit, kind, caller.Id, caller.TokenHash.ToArray(), null, cancellation), cancellation);
        Forget(kind, caller.Id);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Poll, clock.Time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await PollAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                logger.LogWarning(exception, "Revoked tokens could not be read; every token is looked up until they can");
            }
        }
    }

    private async Task PollAsync(CancellationToken cancellation)
    {
        var began = clock.Time.GetTimestamp();
        var since = clock.NowMs - OverlapMs;
        var rows = await units.ReadAsync(
            r => r.Query<RevocationRow>().Where(x => x.At >= since).ToListAsync(cancellation), cancellation);
        foreach (var row in rows)
        {
            if (seenRevocations.TryAdd(row.Id, 0))
            {
                Forget(row.OwnerKind, row.OwnerId);
            }
        }

        var present = rows.Select(row => row.Id).ToHashSet();
        foreach (var id in seenRevocations.Keys.Where(id => !present.Contains(id)))
        {
            seenRevocations.TryRemove(id, out _);
        }

        Volatile.Write(ref lastPoll, began);
    }

    private Known? Find(TokenKey key)
    {
        if (young.TryGetValue(key, out var known))
        {
            return known;
        }

        if (!old.ContainsKey(key))
        {
            return null;
        }

        lock (gate)
        {
            // It may have been forgotten since.
            if (old.TryGetValue(key, out known))
            {
                Remember(key, known);
            }
        }

        return known;
    }

    /// <summary>
    /// Two generations bound the memory: what is not asked for while one of them fills is dropped. Within the gate.
    /// </summary>
    private void Remember(TokenKey key, Known known)
    {
        if (young.TryAdd(key, known))
        {
            // Counted here: the dictionary's own count takes all of its locks. What is forgotten stays counted.
            if (++youngCount > generation)
            {
                (old, young, youngCount) = (young, new(), 0);
            }
        }
        else
        {
            young[key] = known;
        }
    }

    private async ValueTask<Caller?> LoadOneAsync(byte[] hash, CancellationToken cancellation) =>
        (await loads.SubmitAsync(0, hash).WaitAsync(cancellation))?.Caller;

    private async Task<Known?[]> LoadAsync(byte[][] hashes)
    {
        long before;
        lock (gate)
        {
            before = revocations;
        }

        var now = clock.NowMs;
        var (tokens, operators, disabled) = await units.ReadAsync(
            async r =>
            {
                var rows = await r.Query<TokenRow>().Where(t => hashes.Contains(t.Hash) && t.ExpiresAt > now).ToListAsync();
                var operatorIds = rows.Where(t => t.OwnerKind == OwnerKind.Operator).Select(t => t.OwnerId).Distinct().ToArray();
                var userIds = rows.Where(t => t.OwnerKind == OwnerKind.User).Select(t => t.OwnerId).Distinct().ToArray();
                var roles = operatorIds.Length == 0 ? [] : await r.Query<OperatorRow>()
                    .Where(o => operatorIds.Contains(o.Id) && !o.Disabled).ToDictionaryAsync(o => o.Id, o => o.Role);
                var closed = userIds.Length == 0 ? [] : await r.Query<UserRow>()
                    .Where(u => userIds.Contains(u.Id) && u.Disabled).Select(u => u.Id).ToListAsync();
                return (rows, roles, closed.ToHashSet());
            },
            CancellationToken.None);
        var byKey = new Dictionary<TokenKey, Known>();
        foreach (var token in tokens)
        {
            if (token.OwnerKind == OwnerKind.Operator
                ? !operators.ContainsKey(token.OwnerId)
                : disabled.Contains(token.OwnerId))
            {
                continue;
            }

            var caller = token.OwnerKind == OwnerKind.Operator
                ? new Caller(CallerKind.Operator, token.OwnerId, (Role)operators[token.OwnerId], token.Hash)
                : new Caller(CallerKind.User, token.OwnerId, Role.Unspecified, token.Hash);
            var known = new Known(caller, token.OwnerKind, token.ExpiresAt, now);
            byKey[MemoryMarshal.Read<TokenKey>(token.Hash)] = known;
            lock (gate)
            {
                if (before == revocations)
                {
                    Remember(MemoryMarshal.Read<TokenKey>(token.Hash), known);
                }
            }
        }

        await SlideAsync(tokens.FindAll(t => AccountsRules.IsSlideDue(t.ExpiresAt, now)), now);
        return Array.ConvertAll(hashes, hash => byKey.GetValueOrDefault(MemoryMarshal.Read<TokenKey>(hash)));
    }

    private async Task SlideAsync(List<TokenRow> due, long now)
    {
        if (due.Count == 0)
        {
            return;
        }

        try
        {
            var hashes = due.ConvertAll(t => t.Hash);
            await units.RunAsync(
                unit => unit.Set<TokenRow>().Where(t => hashes.Contains(t.Hash))
                    .ExecuteUpdateAsync(t => t.SetProperty(x => x.ExpiresAt, now + AccountsRules.TokenLifeMs)),
                CancellationToken.None);
        }
        catch (StorageUnavailableException exception)
        {
            // The token is valid all the same; the next read tries again.
            logger.LogWarning(exception, "Lives of tokens could not be extended");
        }
    }

    /// <summary>The first half of a token's hash: enough to tell tokens apart, half the memory.</summary>
    private readonly record struct TokenKey(ulong High, ulong Low);

    private sealed record Known(Caller Caller, OwnerKind Kind, long ExpiresAt, long ReadAt);
}
