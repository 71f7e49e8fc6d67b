using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Silo.Catalog;
using Silo.Edge;
using Silo.GroupBuys;
using Silo.Kernel;
using Silo.Server;
using Silo.Storage;
using Silo.Testing;
using Xunit;

namespace Silo.Modules.Tests.GroupBuys;

/// <summary>
/// Goal: the unmodified apifm-wxapi package reads group-buys as from the hosted API. Method: the server runs in this
/// process over the demo shop, where the tests' own work stands for orders; a script under tests/node drives the SDK, and by
/// plain HTTP what package 2.6.0 lacks.
/// </summary>
public sealed class GroupBuysSdkTests(ITestOutputHelper output)
{
    private static readonly JoinedKind<GroupSeat, NoPayload> Kind = new("tests.ordered");
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static string Scripts => Path.GetFullPath(Path.Combine(
        typeof(GroupBuysSdkTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(m => m.Key == "SiloProtos").Value!,
        "..",
        "tests",
        "node"));

    [Fact]
    public async Task GroupBuys_OverTheSdk_AnswerAsTheHostedApi()
    {
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable("CI") == "true"
            || (Node() is not null && Directory.Exists(Path.Combine(Scripts, "node_modules", "apifm-wxapi"))),
            "Node or the package apifm-wxapi is not installed; npm install in tests/node");
        var directory = Directory.CreateTempSubdirectory("silo-groups-sdk-").FullName;
        var http = $"http://127.0.0.1:{Ports.Free()}";
        var app = SiloServer.Build(
            [
                $"--Silo:DataDirectory={directory}", $"--Kestrel:Endpoints:Http:Url={http}",
                "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0", "--Silo:Accounts:PasswordIterations=1000",
                "--Logging:LogLevel:Default=Warning",
            ],
            builder => builder.Services.AddSingleton<IJoinedWork, Ordered>());
        try
        {
            await SiloServer.StartAsync(app);
            await RunAsync(await FillAsync(app, http));
        }
        finally
        {
            await app.StopAsync();
            await app.DisposeAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string? Node() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(path => Path.Combine(path, "node")).FirstOrDefault(File.Exists);

    /// <summary>Groups of every kind: open with two of five, hidden, complete, failed, complete with virtual members.</summary>
    private static async Task<object> FillAsync(WebApplication app, string http)
    {
        var services = app.Services;
        var units = services.GetRequiredService<IUnits>();
        var writes = services.GetRequiredService<GroupWrites>();
        var goods = await units.ReadAsync(
            r => r.Query<GoodsRow>().OrderBy(g => g.GroupBuy ? 0 : 1).ThenBy(g => g.Id).Select(g => g.Id).ToListAsync(), CancellationToken.None);
        var campaigns = new Dictionary<string, (long Goods, CampaignRow Campaign)>();
        foreach (var (name, id, change) in new (string, long, Func<CampaignTerms, CampaignTerms>)[]
        {
            ("disabled", goods[2], terms => terms),
            ("over", goods[3], terms => terms with { OpenUntil = 1_600_000_000_000 }),
            ("virtual", goods[4], terms => terms with
            {
                Group = terms.Group with { VirtualCount = 1, RefundTo = GroupRefundTo.Channel },
                NamesRefund = true,
            }),
        })
        {
            var terms = change(new() { Group = new() { GoodsId = id, Size = 3, Hours = 1 }, OpenUntil = 4_000_000_000_000 });
            campaigns[name] = (id, (await units.RunAsync<CampaignRow>(
                async unit => (await services.GetRequiredService<CampaignWrites>().CreateAsync(unit, terms, CancellationToken.None)).OrRefuse().After,
                CancellationToken.None)).OrRefuse());
        }

        (await units.RunAsync<bool>(
            async unit =>
            {
                (await CampaignWrites.ChangeAsync(
                    unit,
                    campaigns["disabled"].Campaign.Id,
                    row => row.Enabled = false,
                    alsoOver: false,
                    CancellationToken.None)).OrRefuse();
                await unit.SaveAsync(CancellationToken.None);
                return true;
            },
            CancellationToken.None)).OrRefuse();
        var users = new List<(long Id, string Token)>();
        using var client = new HttpClient();
        foreach (var nick in new[] { "团长", "团员", "路人" })
        {
            using var form = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["username"] = $"user{users.Count}",
                ["pwd"] = "secret-of-a-user",
                ["nick"] = nick,
                ["autoLogin"] = "true",
            });
            using var answer = await client.PostAsync(new Uri($"{http}/shop/user/username/register"), form);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            var data = json.RootElement.GetProperty("data");
            users.Add((data.GetProperty("uid").GetInt64(), data.GetProperty("token").GetString()!));
        }

        var (leader, member, stranger) = (users[0], users[1], users[2]);
        var door = services.GetRequiredService<IGroupBuys>();
        var order = 0L;
        async Task<long> OpenAsync(long user, long of) => (await writes.OpenAsync(user, of, "", 0, CancellationToken.None)).OrRefuse();
        async Task<long> JoinAsync(long group, long user, long of)
        {
            order++;
            var joined = Kind.Command(order, NoPayload.Value);
            var seat = new SeatRequest { GroupId = group, UserId = user, GoodsId = of, Pieces = 1, UntilMs = long.MaxValue };
            Assert.Null((await door.ReserveAsync(joined, order, seat)).Refusal);
            Assert.Null((await door.ConfirmAsync(joined, order, group)).Refusal);
            return order;
        }

        var complete = await OpenAsync(leader.Id, goods[0]);
        await JoinAsync(complete, leader.Id, goods[0]);
        await JoinAsync(complete, member.Id, goods[0]);
        var open = await OpenAsync(leader.Id, goods[1]);
        await JoinAsync(open, leader.Id, goods[1]);
        var membersOrder = await JoinAsync(open, member.Id, goods[1]);
        var hidden = await OpenAsync(stranger.Id, goods[1]);
        var failed = await OpenAsync(member.Id, goods[1]);
        await JoinAsync(failed, member.Id, goods[1]);
        var groups = services.GetRequiredService<HotGrains<long, GroupCommand, GroupOutcome>>();
        Assert.Null((await groups.RunAsync(failed, new EndCommand())).Refusal);
        var filled = await OpenAsync(stranger.Id, campaigns["virtual"].Goods);
        await JoinAsync(filled, stranger.Id, campaigns["virtual"].Goods);
        // As the shop's clock will say in an hour.
        await groups.RunAsync(filled, new ExpireCommand { Now = services.GetRequiredService<ShopClock>().NowMs + 3_600_000 });
        return new
        {
            baseUrl = http,
            subDomain = "shop",
            goods = new
            {
                complete = goods[0],
                open = goods[1],
                disabled = campaigns["disabled"].Goods,
                over = campaigns["over"].Goods,
                filled = campaigns["virtual"].Goods,
            },
            groups = new { complete, open, hidden, failed, filled },
            leader = new { leader.Id, leader.Token },
            member = new { member.Id, member.Token },
            stranger = new { stranger.Id, stranger.Token },
            membersOrder,
        };
    }

    private async Task RunAsync(object settings)
    {
        var start = new ProcessStartInfo(Node() ?? "node", ["wx-groupbuys.js"])
        {
            WorkingDirectory = Scripts,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SILO_TEST"] = JsonSerializer.Serialize(settings, JsonSerializerOptions.Web);
        using var node = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        try
        {
            var errors = node.StandardError.ReadToEndAsync(limit.Token);
            var printed = await node.StandardOutput.ReadToEndAsync(limit.Token);
            await node.WaitForExitAsync(limit.Token);
            output.WriteLine(printed);
            Assert.True(node.ExitCode == 0, await errors);
            Assert.Contains("ok ", printed, StringComparison.Ordinal);
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill();
            }
        }
    }

    /// <summary>An order without rows of its own.</summary>
    private sealed class Ordered() : JoinedWork<GroupSeat, NoPayload>(GroupBuysSdkTests.Kind)
    {
        protected override Func<JoinedDecision<GroupSeat>, Rows, JoinedAnswer> Stage(Stage stage, long id, NoPayload payload) =>
            (_, _) => JoinedAnswer.Keep();
    }
}
