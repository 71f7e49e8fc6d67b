using Google.Rpc;
using Grpc.Core;
using Silo.Accounts.V1;
using Silo.Edge.V1;
using Silo.Testing;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Server.Tests;

public sealed class AccountsOnSqlite(ShopOnSqlite shared) : AccountsSuite(shared);

public sealed class AccountsOnPostgres(ShopOnPostgres shared) : AccountsSuite(shared);

/// <summary>
/// Goal: accounts, tokens and operators behave as their rpcs promise. Method: a running server, once over each database;
/// what each role may call and what each field may hold is swept elsewhere, and the clock is moved in the module's own tests.
/// </summary>
public abstract class AccountsSuite(SharedShop shared) : ShopSuite(shared)
{
    private const string Password = "secret-word";
    private const string OperatorPassword = "a-longer-secret-word";
    private static int numbers;

    private AccountsService.AccountsServiceClient Accounts => Shop.Accounts;

    private AccountsAdminService.AccountsAdminServiceClient Admin => Shop.AccountsAdmin;

    [Fact]
    public async Task Register_NewName_IsAUserWithATokenOnlyWhenAskedFor()
    {
        var (plain, signedIn) = (NewName(), NewName());

        var first = await Accounts.RegisterUsernameAsync(new() { Username = plain, Password = Password });
        var second = await Accounts.RegisterUsernameAsync(new()
        {
            Username = signedIn,
            Password = Password,
            AutoLogin = true,
            Nick = "Nick",
            Province = "Province",
            City = "City",
            ReferrerUserId = first.UserId,
        });

        Assert.Equal("", first.Token);
        Assert.Equal(second.UserId, await CheckAsync(second.Token));
        Assert.Equal(36, second.Token.Length);
        var user = Assert.Single((await Admin.ListUsersAsync(new() { UsernamePrefix = signedIn }, Shop.Owner)).Users);
        Assert.Equal(
            (second.UserId, signedIn, "Nick", "Province", "City", first.UserId, true),
            (user.Id, user.Username, user.Nick, user.Province, user.City, user.ReferrerUserId, user.Enabled));
    }

    [Fact]
    public async Task Register_UnknownReferrer_IsIgnored()
    {
        var name = NewName();

        await Accounts.RegisterUsernameAsync(new() { Username = name, Password = Password, ReferrerUserId = 9_007_199_254_740_991 });

        Assert.Equal(0, Assert.Single((await Admin.ListUsersAsync(new() { UsernamePrefix = name }, Shop.Owner)).Users).ReferrerUserId);
    }

    [Fact]
    public async Task Register_NameTakenInAnotherCaseOrWidth_IsRefused()
    {
        var name = NewName();
        var user = await Accounts.RegisterUsernameAsync(new() { Username = name, Password = Password });
        var wide = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? (char)(c + 0xfee0) : c));

        foreach (var other in new[] { name, name.ToUpperInvariant(), wide })
        {
            Assert.Equal(
                "AlreadyExists:USER_NAME_TAKEN",
                await TellAsync(Accounts.RegisterUsernameAsync(new() { Username = other, Password = Password })));
            // Whoever may log in under the name may also do so by registering with auto_login.
            Assert.Equal(
                "Unauthenticated:LOGIN_WRONG",
                await TellAsync(Accounts.RegisterUsernameAsync(
                    new() { Username = other, Password = "another", AutoLogin = true }, From())));
            var again = await Accounts.RegisterUsernameAsync(new() { Username = other, Password = Password, AutoLogin = true });
            Assert.Equal((user.UserId, user.UserId), (again.UserId, await CheckAsync(again.Token)));
            Assert.Equal(user.UserId, (await Accounts.LoginUsernameAsync(new() { Username = other, Password = Password })).UserId);
        }
    }

    [Fact]
    public async Task Login_OneNameByAFewAtOnceFromOneAddress_NeverWaitsForItself()
    {
        var name = NewName();
        await Accounts.RegisterUsernameAsync(new() { Username = name, Password = Password });
        var from = From();

        for (var round = 0; round < 25; round++)
        {
            var told = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
                TellAsync(Accounts.LoginUsernameAsync(new() { Username = name, Password = Password }, from))));

            Assert.All(told, answer => Assert.Equal("OK", answer));
        }
    }

    [Fact]
    public async Task Register_OneNameByManyAtOnce_MakesOneUser()
    {
        var name = NewName();

        var told = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ =>
            TellAsync(Accounts.RegisterUsernameAsync(new() { Username = name, Password = Password }))));

        Assert.Equal(["AlreadyExists:USER_NAME_TAKEN", "OK"], told.Distinct().Order());
        Assert.Single(told, "OK");
        Assert.Equal(1, (await Admin.ListUsersAsync(new() { UsernamePrefix = name }, Shop.Owner)).TotalCount);
    }

    [Theory]
    [InlineData("abc", Password, "InvalidArgument:USER_NAME_INVALID")]
    [InlineData("with blank", Password, "InvalidArgument:USER_NAME_INVALID")]
    [InlineData("abc", "12345", "InvalidArgument:USER_NAME_INVALID")]
    [InlineData("long-enough", "12345", "InvalidArgument:PASSWORD_INVALID")]
    [InlineData("with\ufffenoncharacter", Password, "InvalidArgument:INVALID_ARGUMENT")]
    public async Task Register_BrokenRule_IsRefusedInThePromisedOrder(string name, string password, string expected) =>
        Assert.Equal(expected, await TellAsync(Accounts.RegisterUsernameAsync(new() { Username = name, Password = password })));

    [Fact]
    public async Task Login_WrongPasswordAndUnknownName_AreToldAlike()
    {
        var name = await RegisterAsync();

        var wrong = await RefusedAsync(Accounts.LoginUsernameAsync(new() { Username = name, Password = "another" }, From()));
        var unknown = await RefusedAsync(Accounts.LoginUsernameAsync(new() { Username = NewName(), Password = "another" }, From()));
        var operators = await RefusedAsync(Admin.LoginOperatorAsync(new() { Username = name, Password = Password }, From()));

        Assert.Equal(StatusCode.Unauthenticated, wrong.StatusCode);
        Assert.Equal((wrong.StatusCode, wrong.Status.Detail), (unknown.StatusCode, unknown.Status.Detail));
        Assert.Equal(wrong.GetRpcStatus(), unknown.GetRpcStatus());
        Assert.Equal(wrong.GetRpcStatus(), operators.GetRpcStatus());
    }

    [Fact]
    public async Task Login_FiveWrongPasswords_LocksTheAccountForThatAddressOnly()
    {
        var name = await RegisterAsync();
        var address = From();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            Assert.Equal("Unauthenticated:LOGIN_WRONG", await LoginAsync(name, "another", address));
        }

        Assert.Equal("ResourceExhausted:TOO_MANY_ATTEMPTS", await LoginAsync(name, Password, address));
        // Nor by the other way in, nor in another spelling of the name.
        Assert.Equal("ResourceExhausted:TOO_MANY_ATTEMPTS", await LoginAsync(name.ToUpperInvariant(), Password, address));
        Assert.Equal(
            "ResourceExhausted:TOO_MANY_ATTEMPTS",
            await TellAsync(Accounts.RegisterUsernameAsync(new() { Username = name, Password = Password, AutoLogin = true }, address)));
        Assert.Equal("OK", await LoginAsync(name, Password, From()));
        Assert.Equal("OK", await LoginAsync(await RegisterAsync(), Password, address));
    }

    [Fact]
    public async Task Login_SixtyFourWrongPasswordsAtOnce_LooksAtFive()
    {
        var name = await RegisterAsync();
        var address = From();

        var told = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => LoginAsync(name, $"another{i}", address)));

        Assert.Equal(5, told.Count(t => t == "Unauthenticated:LOGIN_WRONG"));
        Assert.Equal(59, told.Count(t => t == "ResourceExhausted:TOO_MANY_ATTEMPTS"));
    }

    [Fact]
    public async Task Login_RightPassword_ForgivesTheWrongOnes()
    {
        var name = await RegisterAsync();
        var address = From();
        for (var round = 0; round < 3; round++)
        {
            for (var attempt = 0; attempt < 4; attempt++)
            {
                Assert.Equal("Unauthenticated:LOGIN_WRONG", await LoginAsync(name, "another", address));
            }

            Assert.Equal("OK", await LoginAsync(name, Password, address));
        }
    }

    [Fact]
    public async Task ChangePassword_Right_EndsTheOtherTokensAndTheOldPassword()
    {
        var name = await RegisterAsync();
        var (mine, other) = (await TokenAsync(name), await TokenAsync(name));
        Assert.NotEqual(0, await CheckAsync(other));

        await Accounts.ChangePasswordAsync(new() { OldPassword = Password, NewPassword = "new-secret" }, Shop.Bearer(mine));

        Assert.NotEqual(0, await CheckAsync(mine));
        Assert.Equal(0, await CheckAsync(other));
        Assert.Equal("Unauthenticated:LOGIN_WRONG", await LoginAsync(name, Password, From()));
        Assert.Equal("OK", await LoginAsync(name, "new-secret", From()));
    }

    [Fact]
    public async Task ChangePassword_FiveWrongOldOnes_IsLimitedLikeALogin()
    {
        var name = await RegisterAsync();
        var mine = await TokenAsync(name);
        var headers = From();
        headers.Add("authorization", $"Bearer {mine}");
        Task<string> ChangeAsync(string old, string fresh = "new-secret") =>
            TellAsync(Accounts.ChangePasswordAsync(new() { OldPassword = old, NewPassword = fresh }, headers));
        // A new password that cannot be set is told first, and costs no attempt.
        Assert.Equal("InvalidArgument:PASSWORD_INVALID", await ChangeAsync("another", "12345"));
        for (var attempt = 0; attempt < 5; attempt++)
        {
            Assert.Equal("FailedPrecondition:PASSWORD_WRONG", await ChangeAsync("another"));
        }

        Assert.Equal("ResourceExhausted:TOO_MANY_ATTEMPTS", await ChangeAsync(Password));
        Assert.Equal("OK", await LoginAsync(name, Password, From()));
    }

    [Fact]
    public async Task ChangePassword_AfterLoginsThatSpellItsOwnersId_IsNotLimitedByThem()
    {
        var mine = await TokenAsync(await RegisterAsync());
        var headers = From();
        var id = await CheckAsync(mine);
        for (var attempt = 0; attempt < 6; attempt++)
        {
            await LoginAsync($"#{id}", "another", headers);
        }

        headers.Add("authorization", $"Bearer {mine}");

        Assert.Equal("OK", await TellAsync(Accounts.ChangePasswordAsync(new() { OldPassword = Password, NewPassword = "new-secret" }, headers)));
    }

    [Fact]
    public async Task Logout_OfOneToken_EndsItAtOnceAndNoOther()
    {
        var name = await RegisterAsync();
        var (mine, other) = (await TokenAsync(name), await TokenAsync(name));
        Assert.NotEqual(0, await CheckAsync(mine));

        await Accounts.LogoutAsync(new(), Shop.Bearer(mine));

        Assert.Equal(0, await CheckAsync(mine));
        Assert.NotEqual(0, await CheckAsync(other));
        Assert.Equal("Unauthenticated:TOKEN_INVALID", await TellAsync(Accounts.LogoutAsync(new(), Shop.Bearer(mine))));
    }

    [Fact]
    public async Task Login_BeyondFiftyTokens_EndsTheOldestAtOnce()
    {
        var name = await RegisterAsync();
        var tokens = new List<string>();
        for (var login = 0; login < 51; login++)
        {
            tokens.Add(await TokenAsync(name));
            // In use, so that the node remembers it.
            await CheckAsync(tokens[^1]);
        }

        Assert.Equal(0, await CheckAsync(tokens[0]));
        Assert.NotEqual(0, await CheckAsync(tokens[1]));
        Assert.NotEqual(0, await CheckAsync(tokens[50]));
    }

    [Fact]
    public async Task SetUserEnabled_Disabled_EndsTheTokensAndIsToldWithTheRightPasswordOnly()
    {
        var name = await RegisterAsync();
        var token = await TokenAsync(name);
        var user = await CheckAsync(token);

        var changed = await Admin.SetUserEnabledAsync(new() { UserId = user, Enabled = false, Reason = "fraud" }, Shop.Owner);

        Assert.False(changed.User.Enabled);
        Assert.Equal(0, await CheckAsync(token));
        Assert.Equal("FailedPrecondition:ACCOUNT_DISABLED", await LoginAsync(name, Password, From()));
        Assert.Equal("Unauthenticated:LOGIN_WRONG", await LoginAsync(name, "another", From()));
        await Admin.SetUserEnabledAsync(new() { UserId = user, Enabled = true }, Shop.Owner);
        Assert.Equal("OK", await LoginAsync(name, Password, From()));
        var audited = await AuditAsync($"user:{user}");
        Assert.Equal(["", "fraud"], audited.Select(a => a.Reason));
        Assert.Contains("\"enabled\": true", audited[1].BeforeJson, StringComparison.Ordinal);
        Assert.DoesNotContain("\"enabled\": true", audited[1].AfterJson, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UpdateOperator_Role_HoldsAtOnceAndIsAudited()
    {
        var (created, headers) = await CreateOperatorAsync(Role.Support);
        Assert.Equal("PermissionDenied:ACCESS_DENIED", await TellAsync(Admin.ListOperatorsAsync(new(), headers)));

        await Admin.UpdateOperatorAsync(
            new() { OperatorId = created.Id, Role = Role.Owner, Enabled = true, Reason = "promoted" }, Shop.Owner);

        Assert.Equal("OK", await TellAsync(Admin.ListOperatorsAsync(new(), headers)));
        var audited = await AuditAsync($"operator:{created.Id}");
        Assert.Equal(
            ["silo.accounts.v1.AccountsAdminService/UpdateOperator", "silo.accounts.v1.AccountsAdminService/CreateOperator"],
            audited.Select(a => a.Rpc));
        Assert.Equal(["promoted", "hired"], audited.Select(a => a.Reason));
        Assert.Equal("", audited[1].BeforeJson);
        Assert.Contains("ROLE_SUPPORT", audited[1].AfterJson, StringComparison.Ordinal);
        Assert.Equal(audited[1].AfterJson, audited[0].BeforeJson);
        Assert.Contains("ROLE_OWNER", audited[0].AfterJson, StringComparison.Ordinal);
        Assert.All(audited, a => Assert.NotEqual(0, a.OperatorId));
    }

    [Fact]
    public async Task UpdateOperator_Disabled_EndsTheTokens()
    {
        var (created, headers) = await CreateOperatorAsync(Role.Support);
        Assert.Equal("OK", await TellAsync(Admin.ListUsersAsync(new(), headers)));

        await Admin.UpdateOperatorAsync(new() { OperatorId = created.Id, Role = Role.Support, Enabled = false }, Shop.Owner);

        Assert.Equal("Unauthenticated:TOKEN_INVALID", await TellAsync(Admin.ListUsersAsync(new(), headers)));
        var login = new LoginOperatorRequest { Username = created.Username, Password = OperatorPassword };
        Assert.Equal("FailedPrecondition:ACCOUNT_DISABLED", await TellAsync(Admin.LoginOperatorAsync(login, From())));
        // Enabled again, the old tokens stay ended.
        await Admin.UpdateOperatorAsync(new() { OperatorId = created.Id, Role = Role.Support, Enabled = true }, Shop.Owner);
        Assert.Equal("Unauthenticated:TOKEN_INVALID", await TellAsync(Admin.ListUsersAsync(new(), headers)));
        Assert.Equal("OK", await TellAsync(Admin.LoginOperatorAsync(login, From())));
    }

    [Fact]
    public async Task ChangeOperatorPassword_Right_EndsTheOtherTokensAndIsAuditedWithoutIt()
    {
        var (created, mine) = await CreateOperatorAsync(Role.Support);
        var other = Shop.Bearer((await Admin.LoginOperatorAsync(new() { Username = created.Username, Password = OperatorPassword })).Token);
        Assert.Equal("OK", await TellAsync(Admin.ListUsersAsync(new(), other)));
        Task<string> ChangeAsync(string old, string fresh) =>
            TellAsync(Admin.ChangeOperatorPasswordAsync(new() { OldPassword = old, NewPassword = fresh }, mine));

        Assert.Equal("InvalidArgument:PASSWORD_INVALID", await ChangeAsync(OperatorPassword, "123456789"));
        Assert.Equal("FailedPrecondition:PASSWORD_WRONG", await ChangeAsync("another", "a-new-secret-word"));
        Assert.Equal("OK", await ChangeAsync(OperatorPassword, "a-new-secret-word"));

        Assert.Equal("OK", await TellAsync(Admin.ListUsersAsync(new(), mine)));
        Assert.Equal("Unauthenticated:TOKEN_INVALID", await TellAsync(Admin.ListUsersAsync(new(), other)));
        var audited = (await AuditAsync($"operator:{created.Id}"))[0];
        Assert.Equal(("silo.accounts.v1.AccountsAdminService/ChangeOperatorPassword", created.Id), (audited.Rpc, audited.OperatorId));
        Assert.Equal("{\"passwordChanged\":true}", audited.AfterJson);
    }

    [Fact]
    public async Task CreateOperator_RepeatedWithItsRequestId_GetsTheFirstAnswer()
    {
        var request = NewOperator(Role.Catalogue) with { RequestId = NewName() };

        var first = await Admin.CreateOperatorAsync(request.ToMessage(), Shop.Owner);
        var again = await Admin.CreateOperatorAsync(request.ToMessage(), Shop.Owner);

        Assert.Equal(first, again);
        Assert.Single(await AuditAsync($"operator:{first.Operator.Id}"));
        // Another body is another request; another operator's request ids are his own.
        Assert.Equal(
            "FailedPrecondition:REQUEST_ID_REUSED",
            await TellAsync(Admin.CreateOperatorAsync((request with { Role = Role.Owner }).ToMessage(), Shop.Owner)));
        var (_, owner) = await CreateOperatorAsync(Role.Owner);
        Assert.Equal("AlreadyExists:USER_NAME_TAKEN", await TellAsync(Admin.CreateOperatorAsync(request.ToMessage(), owner)));
    }

    [Fact]
    public async Task UpdateOperator_RepeatedAfterOthersChangedIt_GetsTheFirstAnswerAndChangesNothing()
    {
        var (created, _) = await CreateOperatorAsync(Role.Support);
        var request = new UpdateOperatorRequest
        {
            OperatorId = created.Id,
            Role = Role.Catalogue,
            Enabled = true,
            RequestId = NewName(),
        };
        var first = await Admin.UpdateOperatorAsync(request, Shop.Owner);
        await Admin.UpdateOperatorAsync(new() { OperatorId = created.Id, Role = Role.Finance, Enabled = true }, Shop.Owner);

        Assert.Equal(first, await Admin.UpdateOperatorAsync(request, Shop.Owner));

        Assert.Equal(Role.Finance, await RoleAsync(created.Id));
    }

    [Fact]
    public async Task CreateOperator_ManyAtOnceWithOneRequestId_MakeOne()
    {
        var request = NewOperator(Role.Support) with { RequestId = NewName() };

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
            await Admin.CreateOperatorAsync(request.ToMessage(), Shop.Owner)));

        Assert.Single(answers.Distinct());
        Assert.Single(await AuditAsync($"operator:{answers[0].Operator.Id}"));
    }

    [Fact]
    public async Task CreateOperator_ManyAtOnceUnderOneName_MakeOneAndTellTheOthers()
    {
        var request = NewOperator(Role.Support);

        var told = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            TellAsync(Admin.CreateOperatorAsync(request.ToMessage(), Shop.Owner))));

        Assert.Equal(["AlreadyExists:USER_NAME_TAKEN", "OK"], told.Distinct().Order());
        Assert.Single(told, "OK");
    }

    [Fact]
    public async Task CreateOperator_ShopperHasTheName_IsAnotherAccount()
    {
        var name = await RegisterAsync();

        await Admin.CreateOperatorAsync((NewOperator(Role.Support) with { Name = name }).ToMessage(), Shop.Owner);

        Assert.Equal("OK", await LoginAsync(name, Password, From()));
        Assert.Equal("Unauthenticated:LOGIN_WRONG", await LoginAsync(name, OperatorPassword, From()));
    }

    private static string NewName() => $"name-{Interlocked.Increment(ref numbers):d6}";

    /// <summary>Headers of a caller at an address that nobody else has.</summary>
    private static Metadata From()
    {
        var number = Interlocked.Increment(ref numbers);
        return new() { { "x-forwarded-for", $"198.18.{number / 256}.{number % 256}" } };
    }

    private static NewOperatorFields NewOperator(Role role) => new(NewName(), role, "");

    private async Task<string> RegisterAsync()
    {
        var name = NewName();
        await Accounts.RegisterUsernameAsync(new() { Username = name, Password = Password });
        return name;
    }

    private async Task<string> TokenAsync(string name) =>
        (await Accounts.LoginUsernameAsync(new() { Username = name, Password = Password })).Token;

    private Task<string> LoginAsync(string name, string password, Metadata headers) =>
        TellAsync(Accounts.LoginUsernameAsync(new() { Username = name, Password = password }, headers));

    /// <summary>Whose a token is; 0 when it is refused.</summary>
    private async Task<long> CheckAsync(string token)
    {
        try
        {
            return (await Accounts.CheckTokenAsync(new(), Shop.Bearer(token))).UserId;
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Unauthenticated)
        {
            return 0;
        }
    }

    private async Task<(Operator Operator, Metadata Headers)> CreateOperatorAsync(Role role)
    {
        var request = NewOperator(role).ToMessage();
        var created = (await Admin.CreateOperatorAsync(request, Shop.Owner)).Operator;
        var login = await Admin.LoginOperatorAsync(new() { Username = request.Username, Password = OperatorPassword });
        Assert.Equal((created.Id, role), (login.OperatorId, login.Role));
        return (created, Shop.Bearer(login.Token));
    }

    private async Task<Role> RoleAsync(long id)
    {
        for (var page = 1; ; page++)
        {
            var operators = (await Admin.ListOperatorsAsync(new() { Page = page, PageSize = 100 }, Shop.Owner)).Operators;
            if (operators.FirstOrDefault(o => o.Id == id) is { } found)
            {
                return found.Role;
            }

            Assert.NotEmpty(operators);
        }
    }

    /// <summary>What was written of a subject, newest first.</summary>
    private async Task<IList<AuditRecord>> AuditAsync(string subject) =>
        (await Admin.ListAuditAsync(new() { Subject = subject }, Shop.Owner)).Records;

    private static async Task<RpcException> RefusedAsync<T>(AsyncUnaryCall<T> call) =>
        await Assert.ThrowsAsync<RpcException>(async () => await call);

    private static async Task<string> TellAsync<T>(AsyncUnaryCall<T> call)
    {
        try
        {
            await call;
            return "OK";
        }
        catch (RpcException exception)
        {
            return $"{exception.StatusCode}:{exception.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason}";
        }
    }

    private sealed record NewOperatorFields(string Name, Role Role, string RequestId)
    {
        public CreateOperatorRequest ToMessage() => new()
        {
            Username = Name,
            Password = OperatorPassword,
            Role = Role,
            Reason = "hired",
            RequestId = RequestId,
        };
    }
}

/// <summary>The first operator of a database, and that there is always an owner left.</summary>
public sealed class FirstOperatorTests
{
    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task UpdateOperator_LastEnabledOwner_CanBeNeitherDisabledNorDemoted(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        var admin = shop.AccountsAdmin;
        var first = Assert.Single((await admin.ListOperatorsAsync(new(), shop.Owner)).Operators);
        async Task<string?> UpdateAsync(long id, Role role, bool enabled)
        {
            try
            {
                await admin.UpdateOperatorAsync(new() { OperatorId = id, Role = role, Enabled = enabled }, shop.Owner);
                return null;
            }
            catch (RpcException exception)
            {
                return exception.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason;
            }
        }

        Assert.Equal("LAST_OWNER", await UpdateAsync(first.Id, Role.Owner, enabled: false));
        Assert.Equal("LAST_OWNER", await UpdateAsync(first.Id, Role.Finance, enabled: true));
        Assert.Null(await UpdateAsync(first.Id, Role.Owner, enabled: true));
        var second = (await admin.CreateOperatorAsync(
            new() { Username = "second-owner", Password = Shop.OwnerPassword, Role = Role.Owner }, shop.Owner)).Operator;
        // A disabled owner is none.
        Assert.Null(await UpdateAsync(second.Id, Role.Owner, enabled: false));
        Assert.Equal("LAST_OWNER", await UpdateAsync(first.Id, Role.Owner, enabled: false));
        Assert.Null(await UpdateAsync(second.Id, Role.Owner, enabled: true));

        // Two owners disable each other at once: one of them remains.
        var others = Shop.Bearer(
            (await admin.LoginOperatorAsync(new() { Username = "second-owner", Password = Shop.OwnerPassword })).Token);
        await Task.WhenAll(
            UpdateAsync(second.Id, Role.Owner, enabled: false),
            admin.UpdateOperatorAsync(new() { OperatorId = first.Id, Role = Role.Owner }, others).ResponseAsync
                .ContinueWith(_ => { }, TaskScheduler.Default));
        Assert.Equal(1, await shop.CountAsync("SELECT COUNT(*) FROM accounts_operators WHERE role = 4 AND disabled = false"));
    }

    [Fact]
    public async Task Start_EmbeddedDatabaseWithoutAnOperator_MakesOneWithAPasswordInAFile()
    {
        var settings = ServerProcess.Sqlite();
        settings.Remove("Silo__Operator__UserName");
        settings.Remove("Silo__Operator__Password");
        await using var server = await ServerProcess.StartAsync(settings);
        var file = Path.Combine(server.DataDirectory, "operator-password");
        var password = (await File.ReadAllTextAsync(file)).TrimEnd('\n');
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        var printed = await File.ReadAllTextAsync(server.LogFile);
        Assert.Contains(file, printed, StringComparison.Ordinal);
        Assert.DoesNotContain(password, printed, StringComparison.Ordinal);

        // The file stays true over a restart.
        await server.TerminateAsync();
        await server.RestartAsync();
        Assert.Equal(password, (await File.ReadAllTextAsync(file)).TrimEnd('\n'));
        using var channel = server.OpenChannel();
        var admin = new AccountsAdminService.AccountsAdminServiceClient(channel);
        var login = await admin.LoginOperatorAsync(new() { Username = "owner", Password = password });
        Assert.Equal(Role.Owner, login.Role);
        var owner = Shop.Bearer(login.Token);

        // Another operator's change is not the owner's.
        await admin.CreateOperatorAsync(new() { Username = "other", Password = "a-long-password", Role = Role.Support }, owner);
        var other = await admin.LoginOperatorAsync(new() { Username = "other", Password = "a-long-password" });
        await admin.ChangeOperatorPasswordAsync(
            new() { OldPassword = "a-long-password", NewPassword = "another-password" }, Shop.Bearer(other.Token));
        Assert.True(File.Exists(file));

        await admin.ChangeOperatorPasswordAsync(new() { OldPassword = password, NewPassword = "a-password-of-my-own" }, owner);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task Start_PostgreSqlWithoutAnOperator_EndsWithOneClearLine()
    {
        Assert.SkipWhen(!PostgresServer.IsAvailable, PostgresServer.SkipReason ?? "");
        var connectionString = await PostgresServer.CreateDatabaseAsync();
        var settings = ServerProcess.PostgreSql(connectionString);
        settings.Remove("Silo__Operator__UserName");
        settings.Remove("Silo__Operator__Password");

        var (code, output) = await ServerProcess.RunToExitAsync(settings);

        Assert.Equal(1, code);
        Assert.Equal(
            "Silo does not start: There is no operator yet: set Silo:Operator:UserName and Silo:Operator:Password.", output);
        await PostgresServer.DropDatabaseAsync(connectionString);
    }

    [Theory]
    [InlineData("boss", "123456789", "The password is too short.")]
    [InlineData("b s", "a-long-password", "A user name has 4 to 32 letters, digits, CJK characters, '_', '-' or '.'.")]
    public async Task Start_UnusableOperator_EndsWithOneClearLineThatKeepsThePassword(string name, string password, string expected)
    {
        var settings = ServerProcess.Sqlite();
        (settings["Silo__Operator__UserName"], settings["Silo__Operator__Password"]) = (name, password);

        var (code, output) = await ServerProcess.RunToExitAsync(settings);

        Assert.Equal(1, code);
        Assert.Equal($"Silo does not start: Silo:Operator is not usable: {expected}", output);
    }
}
