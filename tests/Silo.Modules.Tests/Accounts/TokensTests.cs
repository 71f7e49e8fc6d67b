using Silo.Accounts;
using Silo.Edge;
using Silo.Edge.V1;
using Silo.Storage;
using Silo.Testing;
using Xunit;

namespace Silo.Modules.Tests.Accounts;

/// <summary>
/// Goal: a token is what the database says, within five seconds on every node and at once on the node that ended it.
/// Method: several memories over one database, and a clock of the test's own.
/// </summary>
public sealed class TokensTests
{
    private const int User = 7;
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task ResolveAsync_KnownToken_IsItsOwnersAndReadOnce()
    {
        await using var node = await AccountsNode.CreateAsync();
        var units = new WatchedUnits(node.Units);
        using var tokens = node.Remember(units);
        var token = await node.IssueAsync(OwnerKind.User, User);

        var first = await ResolveAsync(tokens, token);
        var again = await ResolveAsync(tokens, token);

        Assert.Equal((CallerKind.User, User, Role.Unspecified), (first?.Kind, first?.Id, first?.Role));
        Assert.Equal(Tokens.HashOf(token), first!.TokenHash.ToArray());
        Assert.Same(first, again);
        Assert.Equal(1, units.Reads);
    }

    [Theory]
    [InlineData("")]
    [InlineData("unknown")]
    [InlineData("00000000-0000-4000-8000-000000000000")]
    public async Task ResolveAsync_UnknownToken_IsNobodys(string token)
    {
        await using var node = await AccountsNode.CreateAsync();
        await node.IssueAsync(OwnerKind.User, User);
        using var tokens = node.Remember();

        Assert.Null(await ResolveAsync(tokens, token));
        Assert.Null(await ResolveAsync(tokens, new string('x', 257)));
    }

    [Fact]
    public async Task ResolveAsync_OperatorsToken_HasTheRoleUnlessDisabled()
    {
        await using var node = await AccountsNode.CreateAsync();
        await node.AddAsync(Operator(1, Role.Finance, disabled: false));
        await node.AddAsync(Operator(2, Role.Owner, disabled: true));
        using var tokens = node.Remember();

        Assert.Equal(Role.Finance, (await ResolveAsync(tokens, await node.IssueAsync(OwnerKind.Operator, 1)))?.Role);
        Assert.Null(await ResolveAsync(tokens, await node.IssueAsync(OwnerKind.Operator, 2)));
        Assert.Null(await ResolveAsync(tokens, await node.IssueAsync(OwnerKind.Operator, 3)));
    }

    [Fact]
    public async Task Forget_WhileOthersAreRememberedAndDropped_EndsTheTokenForGood()
    {
        await using var node = await AccountsNode.CreateAsync();
        // So small that a token moves between the generations all the time.
        using var tokens = node.Remember(cache: 8);
        var others = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => node.IssueAsync(OwnerKind.User, 1000 + i)));
        using var over = new CancellationTokenSource();
        var noise = Enumerable.Range(0, 3).Select(worker => Task.Run(async () =>
        {
            for (var i = worker; !over.IsCancellationRequested; i++)
            {
                await ResolveAsync(tokens, others[i % others.Length]);
            }
        })).ToArray();

        for (var round = 0; round < 300; round++)
        {
            var mine = await node.IssueAsync(OwnerKind.User, User);
            var users = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
            {
                while (await ResolveAsync(tokens, mine) is not null)
                {
                }
            })).ToArray();
            await node.EndAsync(OwnerKind.User, User);
            tokens.Forget(OwnerKind.User, User);

            Assert.Null(await ResolveAsync(tokens, mine));
            await Task.WhenAll(users).Soon();
            Assert.Null(await ResolveAsync(tokens, mine));
        }

        await over.CancelAsync();
        await Task.WhenAll(noise).Soon();
    }

    [Fact]
    public async Task Forget_AfterARevocation_EndsTheTokenAtOnceAndNoOtherOwners()
    {
        await using var node = await AccountsNode.CreateAsync();
        await node.AddAsync(Operator(User, Role.Owner, disabled: false));
        using var tokens = node.Remember();
        var (mine, others) = (await node.IssueAsync(OwnerKind.User, User), await node.IssueAsync(OwnerKind.Operator, User));
        var other = await ResolveAsync(tokens, others);
        Assert.NotNull(await ResolveAsync(tokens, mine));

        await node.EndAsync(OwnerKind.User, User);
        tokens.Forget(OwnerKind.User, User);

        Assert.Null(await ResolveAsync(tokens, mine));
        Assert.Same(other, await ResolveAsync(tokens, others));
    }

    [Fact]
    public async Task ResolveAsync_RevokedOnAnotherNode_IsRefusedWithinFiveSeconds()
    {
        await using var node = await AccountsNode.CreateAsync();
        using var tokens = node.Remember();
        await tokens.StartAsync(CancellationToken.None);
        var token = await node.IssueAsync(OwnerKind.User, User);
        Assert.NotNull(await ResolveAsync(tokens, token));

        await node.EndAsync(OwnerKind.User, User);
        // Remembered still: that it is refused later is the poll's doing or that of the limit.
        Assert.NotNull(await ResolveAsync(tokens, token));
        node.Time.Advance(Trust);

        Assert.Null(await ResolveAsync(tokens, token));
        await tokens.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task ResolveAsync_PollSucceeds_ForgetsTheRevokedOwnerAndTrustsTheOthers()
    {
        await using var node = await AccountsNode.CreateAsync();
        var units = new WatchedUnits(node.Units);
        using var tokens = node.Remember(units);
        await tokens.StartAsync(CancellationToken.None);
        var (mine, others) = (await node.IssueAsync(OwnerKind.User, User), await node.IssueAsync(OwnerKind.User, User + 1));
        await ResolveAsync(tokens, mine);
        var other = await ResolveAsync(tokens, others);
        await node.EndAsync(OwnerKind.User, User);

        // Polls until two have ended: the first has then been booked.
        for (var poll = 0; poll < 2; poll++)
        {
            var polled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            units.AfterQuery = () =>
            {
                polled.TrySetResult();
                return Task.CompletedTask;
            };
            node.Time.Advance(TimeSpan.FromSeconds(2));
            await polled.Task.Soon();
        }

        units.AfterQuery = () => Task.CompletedTask;
        Assert.Null(await ResolveAsync(tokens, mine));
        // Four seconds on, and in memory still: without the polls it would be trusted for one second more.
        node.Time.Advance(TimeSpan.FromMilliseconds(1500));
        var before = units.Reads;
        Assert.Same(other, await ResolveAsync(tokens, others));
        Assert.Equal(before, units.Reads);
        await tokens.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task ResolveAsync_PollFailsForFiveSeconds_TrustsMemoryNoLonger()
    {
        await using var node = await AccountsNode.CreateAsync();
        var units = new WatchedUnits(node.Units);
        using var tokens = node.Remember(units);
        await tokens.StartAsync(CancellationToken.None);
        var token = await node.IssueAsync(OwnerKind.User, User);
        Assert.NotNull(await ResolveAsync(tokens, token));
        units.IsAway = true;

        node.Time.Advance(Trust - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(await ResolveAsync(tokens, token));
        node.Time.Advance(TimeSpan.FromMilliseconds(1));

        await Assert.ThrowsAsync<StorageUnavailableException>(() => ResolveAsync(tokens, token));
        units.IsAway = false;
        Assert.NotNull(await ResolveAsync(tokens, token));
        await tokens.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task ResolveAsync_RevokedWhileItIsRead_IsNotRemembered()
    {
        await using var node = await AccountsNode.CreateAsync();
        var units = new WatchedUnits(node.Units);
        using var tokens = node.Remember(units);
        var token = await node.IssueAsync(OwnerKind.User, User);
        var (reached, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        units.AfterQuery = () =>
        {
            reached.SetResult();
            return go.Task;
        };
        var reading = ResolveAsync(tokens, token);
        await reached.Task.Soon();
        units.AfterQuery = () => Task.CompletedTask;

        await node.EndAsync(OwnerKind.User, User);
        tokens.Forget(OwnerKind.User, User);
        go.SetResult();

        // This call began before the revocation. The next one did not.
        Assert.NotNull(await reading);
        Assert.Null(await ResolveAsync(tokens, token));
    }

    [Fact]
    public async Task ResolveAsync_TokenUnusedForThirtyDays_HasExpired()
    {
        await using var node = await AccountsNode.CreateAsync();
        var (used, unused) = (await node.IssueAsync(OwnerKind.User, User), await node.IssueAsync(OwnerKind.User, User));
        using var tokens = node.Remember();
        node.Time.Advance(TimeSpan.FromDays(29));
        await node.RenewIdsAsync();
        Assert.NotNull(await ResolveAsync(tokens, used));
        node.Time.Advance(TimeSpan.FromDays(1));

        Assert.Null(await ResolveAsync(tokens, unused));
        Assert.NotNull(await ResolveAsync(tokens, used));
    }

    [Fact]
    public async Task ResolveAsync_TokenExpiresInMemory_IsRefusedAtThatMoment()
    {
        await using var node = await AccountsNode.CreateAsync();
        using var tokens = node.Remember();
        var token = await node.IssueAsync(OwnerKind.User, User);
        var row = Assert.Single(await node.RowsAsync<TokenRow>());
        await node.EndAsync(OwnerKind.User, User);
        await node.AddAsync(new TokenRow
        {
            Hash = row.Hash,
            OwnerKind = row.OwnerKind,
            OwnerId = row.OwnerId,
            ExpiresAt = node.Clock.NowMs + 2_000,
        });
        // Its life is written anew by being read; put back, as if the store had not taken that.
        var units = new WatchedUnits(node.Units);
        using var memory = node.Remember(units);
        units.AfterQuery = () =>
        {
            units.IsAway = true;
            return Task.CompletedTask;
        };
        Assert.NotNull(await ResolveAsync(memory, token));
        units.IsAway = false;
        units.AfterQuery = () => Task.CompletedTask;

        node.Time.Advance(TimeSpan.FromSeconds(2) - TimeSpan.FromMilliseconds(1));
        var reads = units.Reads;
        Assert.NotNull(await ResolveAsync(memory, token));
        Assert.Equal(reads, units.Reads);
        node.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Null(await ResolveAsync(memory, token));
    }

    [Theory]
    [InlineData(24 * 60, false)]
    [InlineData((24 * 60) + 1, true)]
    public async Task ResolveAsync_TokenOfSomeAge_HasItsLifeWrittenAtMostOnceADay(int minutes, bool written)
    {
        await using var node = await AccountsNode.CreateAsync();
        using var tokens = node.Remember();
        var token = await node.IssueAsync(OwnerKind.User, User);
        var before = Assert.Single(await node.RowsAsync<TokenRow>()).ExpiresAt;
        node.Time.Advance(TimeSpan.FromMinutes(minutes));
        await node.RenewIdsAsync();

        await ResolveAsync(tokens, token);

        var after = Assert.Single(await node.RowsAsync<TokenRow>()).ExpiresAt;
        Assert.Equal(written ? node.Clock.NowMs + AccountsRules.TokenLifeMs : before, after);
    }

    [Fact]
    public async Task ResolveAsync_MoreTokensThanAreRemembered_ForgetsTheIdleOnes()
    {
        await using var node = await AccountsNode.CreateAsync();
        var units = new WatchedUnits(node.Units);
        using var tokens = node.Remember(units, cache: 10);
        var all = new List<string>();
        for (var owner = 1; owner <= 20; owner++)
        {
            all.Add(await node.IssueAsync(OwnerKind.User, owner));
            await ResolveAsync(tokens, all[^1]);
            // In use all the time, so it stays.
            await ResolveAsync(tokens, all[0]);
        }

        Assert.Equal(20, units.Reads);
        await ResolveAsync(tokens, all[0]);
        Assert.Equal(20, units.Reads);
        await ResolveAsync(tokens, all[1]);
        Assert.Equal(21, units.Reads);
    }

    [Fact]
    public async Task IssueAsync_BeyondFifty_EndsTheOldestOfThatOwner()
    {
        await using var node = await AccountsNode.CreateAsync();
        var issued = new List<string>();
        var other = await node.IssueAsync(OwnerKind.User, User + 1);
        var operators = await node.IssueAsync(OwnerKind.Operator, User);
        for (var i = 0; i < AccountsRules.TokensPerOwner + 2; i++)
        {
            issued.Add(await node.IssueAsync(OwnerKind.User, User));
            node.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        var left = (await node.RowsAsync<TokenRow>()).Select(t => Convert.ToHexString(t.Hash)).ToHashSet();

        Assert.Equal(
            issued.Skip(2).Append(other).Append(operators).Select(t => Convert.ToHexString(Tokens.HashOf(t))).ToHashSet(), left);
        Assert.All(await node.RowsAsync<RevocationRow>(), r => Assert.Equal((OwnerKind.User, User), (r.OwnerKind, r.OwnerId)));
    }

    [Fact]
    public void NewToken_Many_AreUuidsAndAllDifferent()
    {
        var tokens = Enumerable.Range(0, 1000).Select(_ => Tokens.NewToken()).ToArray();

        Assert.All(tokens, token => Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", token));
        Assert.Equal(tokens.Length, tokens.Distinct().Count());
    }

    [Fact]
    public async Task Purge_WhatIsOver_IsRemovedAndNothingElse()
    {
        await using var node = await AccountsNode.CreateAsync();
        await node.IssueAsync(OwnerKind.User, User);
        await node.AddAsync(new AttemptRow { Key = "over", Count = 5, Since = node.Clock.NowMs });
        await node.AddAsync(new RevocationRow { Id = 1, At = node.Clock.NowMs, OwnerKind = OwnerKind.User, OwnerId = User });
        node.Time.Advance(TimeSpan.FromDays(30));
        await node.RenewIdsAsync();
        var fresh = await node.IssueAsync(OwnerKind.User, User);
        await node.AddAsync(new AttemptRow { Key = "fresh", Count = 5, Since = node.Clock.NowMs });
        await node.AddAsync(new RevocationRow { Id = 2, At = node.Clock.NowMs, OwnerKind = OwnerKind.User, OwnerId = User });

        await new AccountPurge(node.Units, node.Clock).RunAsync();

        Assert.Equal(Tokens.HashOf(fresh), Assert.Single(await node.RowsAsync<TokenRow>()).Hash);
        Assert.Equal("fresh", Assert.Single(await node.RowsAsync<AttemptRow>()).Key);
        Assert.Equal(2, Assert.Single(await node.RowsAsync<RevocationRow>()).Id);
    }

    private static Task<Caller?> ResolveAsync(Tokens tokens, string token) =>
        tokens.ResolveAsync(token, CancellationToken.None).AsTask().Soon();

    private static OperatorRow Operator(long id, Role role, bool disabled) => new()
    {
        Id = id,
        UserName = $"operator{id}",
        NormalisedName = $"operator{id}",
        PasswordHash = "",
        Role = (int)role,
        Disabled = disabled,
    };
}
