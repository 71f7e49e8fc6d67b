using System.Text.Json;
using Grpc.Core;
using Silo.Server.Tests.House;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: what a version left in a database serves on: its tokens, its pieces and its request ids. Method: a server of
/// this build starts over each database that is kept in tests/Fixtures: of every released version, and of the next one
/// as it was when it last changed. What this build would keep is made on every run, so that the maker cannot rot; where
/// SILO_FIXTURES names a directory, it stays there.
/// </summary>
public sealed class FixtureTests
{
    private const string UserName = "fixture-user";
    private static readonly string Fixtures = Path.Combine(Repository.Root, "tests", "Fixtures");

    public static TheoryData<string, Database> Versions => [.. Directory.GetDirectories(Fixtures)
        .SelectMany(version => Enum.GetValues<Database>(), (version, database) => (Path.GetFileName(version), database))];

    [Theory]
    [MemberData(nameof(Versions))]
    public Task Start_OverAKeptDatabase_ServesWhatItPromised(string version, Database database) =>
        CheckAsync(Path.Combine(Fixtures, version), database);

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Make_OfThisBuild_ServesWhatItPromised(Database database)
    {
        var scratch = Directory.CreateTempSubdirectory("silo-fixture-").FullName;
        try
        {
            var target = Environment.GetEnvironmentVariable("SILO_FIXTURES") is { Length: > 0 } given ? given : scratch;
            await MakeAsync(target, database);
            await CheckAsync(target, database);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    [Fact]
    public async Task Breaking_AgainstTheKeptImage_IsNone()
    {
        Buf.SkipWhereMissing();
        var image = Path.Combine(Fixtures, "next", "protos.binpb");
        var planted = Directory.CreateTempSubdirectory("silo-protos-").FullName;
        try
        {
            foreach (var path in Repository.Paths("protos").Append("buf.yaml"))
            {
                var copy = Path.Combine(planted, path);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, path));
                await File.WriteAllTextAsync(copy, text.Replace("int64 claimants = 7;", "int32 claimants = 7;", StringComparison.Ordinal));
            }

            Assert.Equal((0, ""), await Buf.RunAsync("breaking", Repository.Root, "--against", image));
            var (code, output) = await Buf.RunAsync("breaking", planted, "--against", image);
            Assert.Equal(100, code);
            Assert.Contains("\"claimants\" on message \"Coupon\" changed type", output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(planted, recursive: true);
        }
    }

    /// <summary>An operator, a user with a token, a coupon and two claims; the database, and beside it what was told.</summary>
    private static async Task MakeAsync(string directory, Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        var coupon = await shop.CreateCouponAsync(10, limit: 2);
        var user = await shop.Accounts.RegisterUsernameAsync(
            new() { Username = UserName, Password = "secret1", AutoLogin = true });
        var told = new Told(user.Token, coupon, []);
        foreach (var request in (string[])["first", "second"])
        {
            var answer = await shop.Coupons.ClaimCouponAsync(
                new() { CouponId = coupon, RequestId = request }, Shop.Bearer(user.Token));
            told.Pieces[request] = answer.UserCoupon.Id;
        }

        Assert.Equal(0, await shop.Server.TerminateAsync());
        await using (var connection = await shop.OpenDatabaseAsync())
        {
            await using var command = connection.CreateCommand();
            // The token outlives the fixture, the ids' lease does not; and one file without a log beside it.
            command.CommandText = "UPDATE accounts_tokens SET expires_at = 4102444800000"
                + (database == Database.Sqlite ? "; PRAGMA journal_mode = DELETE; VACUUM" : "");
            await command.ExecuteNonQueryAsync();
        }

        if (database == Database.Sqlite)
        {
            File.Copy(Path.Combine(shop.Server.DataDirectory, "silo.db"), Path.Combine(directory, "silo.db"));
        }
        else
        {
            await File.WriteAllTextAsync(Path.Combine(directory, "silo.sql"), await shop.DumpAsync());
        }

        await File.WriteAllTextAsync(ToldFile(directory, database), JsonSerializer.Serialize(told) + "\n");
    }

    private static async Task CheckAsync(string directory, Database database)
    {
        var told = JsonSerializer.Deserialize<Told>(await File.ReadAllTextAsync(ToldFile(directory, database)))!;
        var data = Directory.CreateTempSubdirectory("silo-fixture-").FullName;
        try
        {
            string? dump = null;
            if (database == Database.Sqlite)
            {
                File.Copy(Path.Combine(directory, "silo.db"), Path.Combine(data, "silo.db"));
            }
            else
            {
                dump = await File.ReadAllTextAsync(Path.Combine(directory, "silo.sql"));
            }

            // Starting includes the operator's login.
            await using var shop = await Shop.StartAsync(database, new() { ["Silo__DataDirectory"] = data }, dump);
            var user = Shop.Bearer(told.Token);

            var listed = await shop.Coupons.ListMyCouponsAsync(new(), user);
            Assert.Equal(told.Pieces.Values.Order(), listed.UserCoupons.Select(piece => piece.Id).Order());
            foreach (var (request, piece) in told.Pieces)
            {
                var again = await shop.Coupons.ClaimCouponAsync(new() { CouponId = told.CouponId, RequestId = request }, user);
                Assert.Equal(listed.UserCoupons.Single(p => p.Id == piece), again.UserCoupon);
            }

            var coupon = (await shop.CouponsAdmin.GetCouponAsync(new() { CouponId = told.CouponId }, shop.Owner)).Coupon;
            Assert.Equal((2, 8, 1), (coupon.Claimed, coupon.StockLeft, coupon.Claimants));
            Assert.Equal(("Ten off", 1000, 10, 2),
                (coupon.Terms.Name, coupon.Terms.AmountCents, coupon.Terms.StockTotal, coupon.Terms.LimitPerUser));
            var more = await Assert.ThrowsAsync<RpcException>(
                () => shop.Coupons.ClaimCouponAsync(new() { CouponId = told.CouponId }, user).ResponseAsync);
            Assert.Equal(StatusCode.ResourceExhausted, more.StatusCode);
            await shop.Accounts.LoginUsernameAsync(new() { Username = UserName, Password = "secret1" });
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static string ToldFile(string directory, Database database) =>
        Path.Combine(directory, database == Database.Sqlite ? "silo.db.json" : "silo.sql.json");

    /// <summary>What the server answered: the user's token, the coupon, and the piece of each request id.</summary>
    private sealed record Told(string Token, long CouponId, Dictionary<string, long> Pieces);
}
