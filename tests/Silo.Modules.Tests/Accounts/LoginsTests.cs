using System.Net;
using Silo.Accounts;
using Silo.Kernel;
using Xunit;

namespace Silo.Modules.Tests.Accounts;

/// <summary>
/// How wrong passwords are limited, where a running server cannot show it: by time, by address, and while the machine is
/// too busy to look at passwords at all.
/// </summary>
public sealed class LoginsTests : IAsyncLifetime
{
    private const string Right = "the right password";
    private static readonly IPAddress Here = IPAddress.Parse("203.0.113.1");
    private AccountsNode node = null!;
    private string hash = "";

    public async ValueTask InitializeAsync()
    {
        node = await AccountsNode.CreateAsync();
        using var passwords = new Passwords(new AccountsOptions { PasswordIterations = 1000 });
        hash = (await passwords.HashAsync(Right, CancellationToken.None)).Value!;
    }

    public ValueTask DisposeAsync() => node.DisposeAsync();

    [Fact]
    public async Task CheckAsync_FiveWrong_LocksTheAccountForThatAddressForAQuarterOfAnHour()
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            Assert.Equal("LOGIN_WRONG", await TellAsync("wrong"));
        }

        Assert.Equal("TOO_MANY_ATTEMPTS", await TellAsync(Right));
        Assert.Null(await TellAsync(Right, IPAddress.Parse("203.0.113.2")));
        Assert.Null(await TellAsync(Right, name: "other"));
        // Shoppers and operators have names of their own.
        Assert.Null(await TellAsync(Right, kind: OwnerKind.Operator));
        node.Time.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromMilliseconds(1));
        Assert.Equal("TOO_MANY_ATTEMPTS", await TellAsync(Right));
        node.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await TellAsync(Right));
    }

    [Fact]
    public async Task CheckAsync_FromOneHouseholdOfIPv6_IsOneAddress()
    {
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            Assert.Equal("LOGIN_WRONG", await TellAsync("wrong", IPAddress.Parse($"2001:db8:1:2::{attempt}")));
        }

        Assert.Equal("TOO_MANY_ATTEMPTS", await TellAsync(Right, IPAddress.Parse("2001:db8:1:2:ffff::1")));
        Assert.Null(await TellAsync(Right, IPAddress.Parse("2001:db8:1:3::1")));
    }

    [Fact]
    public async Task CheckAsync_FiftyWrongFromOneAddress_LocksEveryAccountForIt()
    {
        for (var attempt = 0; attempt < 50; attempt++)
        {
            Assert.Equal("LOGIN_WRONG", await TellAsync("wrong", name: $"name{attempt / 5}"));
        }

        Assert.Equal("TOO_MANY_ATTEMPTS", await TellAsync(Right, name: "never tried"));
        Assert.Null(await TellAsync(Right, IPAddress.Parse("203.0.113.2"), name: "never tried"));
    }

    [Fact]
    public async Task CheckAsync_ManyFromLoopback_AreLimitedByAccountOnly()
    {
        for (var attempt = 0; attempt < 55; attempt++)
        {
            Assert.Equal("LOGIN_WRONG", await TellAsync("wrong", IPAddress.Loopback, $"name{attempt / 5}"));
        }

        Assert.Null(await TellAsync(Right, IPAddress.Loopback, "never tried"));
        Assert.Equal("TOO_MANY_ATTEMPTS", await TellAsync(Right, IPAddress.Loopback, "name0"));
    }

    [Fact]
    public async Task CheckAsync_RightPassword_ForgivesTheAccountAndCountsForNothingByAddress()
    {
        for (var round = 0; round < 15; round++)
        {
            Assert.Equal("LOGIN_WRONG", await TellAsync("wrong"));
            Assert.Equal("LOGIN_WRONG", await TellAsync("wrong"));
            Assert.Equal("LOGIN_WRONG", await TellAsync("wrong"));
            Assert.Null(await TellAsync(Right));
        }

        // 45 wrong ones so far, whatever the right ones between them; five are left to the address.
        for (var attempt = 0; attempt < 5; attempt++)
        {
            Assert.Equal("LOGIN_WRONG", await TellAsync("wrong", name: "another"));
        }

        Assert.Equal("TOO_MANY_ATTEMPTS", await TellAsync(Right));
    }

    [Fact]
    public async Task CheckAsync_Disabled_IsToldOnlyWithTheRightPassword()
    {
        Assert.Equal("LOGIN_WRONG", await TellAsync("wrong", disabled: true));
        Assert.Equal("ACCOUNT_DISABLED", await TellAsync(Right, disabled: true));
    }

    [Fact]
    public async Task CheckAsync_UnknownName_CountsAndIsToldLikeAWrongPassword()
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            Assert.Equal("LOGIN_WRONG", await TellAsync(Right, known: false));
        }

        Assert.Equal("TOO_MANY_ATTEMPTS", await TellAsync(Right, known: false));
    }

    [Fact]
    public async Task CheckAsync_TooBusyToLook_GivesTheAttemptBackAndNoMore()
    {
        for (var attempt = 0; attempt < 4; attempt++)
        {
            Assert.Equal("LOGIN_WRONG", await TellAsync("wrong"));
        }

        // As many slow hashes as may wait are begun between the booking and the look at the password.
        using var slow = new Passwords(new AccountsOptions { PasswordIterations = 500_000 });
        using var enough = new CancellationTokenSource();
        Task<Result<string>>[] queue = [];
        var busy = await new Logins(node.Units, slow, new AttemptsDoor()).CheckAsync(
            OwnerKind.User,
            "name",
            "wrong",
            Here,
            _ =>
            {
                queue = [.. Enumerable.Range(0, 64).Select(_ => slow.HashAsync("x", enough.Token))];
                return Task.FromResult<Account?>(new Account(1, hash, false));
            },
            AccountsRefusals.LoginWrong,
            CancellationToken.None);
        await enough.CancelAsync();
        await Task.WhenAll(queue).ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.Equal("BUSY", busy.Refusal?.Reason);
        Assert.Equal("LOGIN_WRONG", await TellAsync("wrong"));
        Assert.Equal("TOO_MANY_ATTEMPTS", await TellAsync(Right));
    }

    private async Task<string?> TellAsync(
        string password,
        IPAddress? address = null,
        string name = "name",
        OwnerKind kind = OwnerKind.User,
        bool known = true,
        bool disabled = false)
    {
        using var passwords = new Passwords(new AccountsOptions { PasswordIterations = 1000 });
        var told = await new Logins(node.Units, passwords, new AttemptsDoor()).CheckAsync(
            kind,
            name,
            password,
            address ?? Here,
            _ => Task.FromResult(known ? new Account(1, hash, disabled) : null),
            AccountsRefusals.LoginWrong,
            CancellationToken.None);
        return told.Refusal?.Reason;
    }
}
