using Grpc.Core;
using Silo.Bargains.V1;
using Xunit;

namespace Silo.Server.Tests;

public sealed class BargainOnSqlite(ShopOnSqlite shared) : BargainSuite(shared);

public sealed class BargainOnPostgres(ShopOnPostgres shared) : BargainSuite(shared);

/// <summary>
/// Goal: bargains behave as their rpcs promise. Method: a running server, once over each database; what each role may call
/// and what each field may hold is swept elsewhere, and clock, contention and orders are in the module's own tests.
/// </summary>
public abstract class BargainSuite(SharedShop shared) : ShopSuite(shared)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private BargainsService.BargainsServiceClient Bargains => BargainShop.Shopper(Shop);

    private BargainsAdminService.BargainsAdminServiceClient Admin => BargainShop.Admin(Shop);

    [Fact]
    public async Task Campaign_CreatedChangedDisabledAndEnded_IsWhatShoppersSee()
    {
        var goods = await BargainShop.GoodsAsync(Shop);
        var create = new CreateCampaignRequest { Terms = BargainShop.Terms(goods), Reason = "spring", RequestId = $"create-{goods}" };
        var created = (await Admin.CreateCampaignAsync(create, Shop.Owner)).Campaign;
        Assert.Equal(created, (await Admin.CreateCampaignAsync(create, Shop.Owner)).Campaign);
        create.Terms.StockTotal = 4;
        Assert.Equal("FailedPrecondition:REQUEST_ID_REUSED", await Shop.AnswerOf(Admin.CreateCampaignAsync(create, Shop.Owner).ResponseAsync));
        Assert.Equal((1, true, 0, 0), (created.Version, created.Enabled, created.Sold, created.Reserved));
        Assert.Equal([created], await OpenAsync(goods));

        var terms = new CampaignTerms(created.Terms) { StockTotal = 8, HelpersToFloor = 10 };
        var update = new UpdateCampaignRequest { CampaignId = created.Id, Terms = terms, ExpectedVersion = 1 };
        var updated = (await Admin.UpdateCampaignAsync(update, Shop.Owner)).Campaign;
        Assert.Equal((2, terms), (updated.Version, updated.Terms));
        Assert.Equal(
            "FailedPrecondition:BARGAIN_VERSION_STALE", await Shop.AnswerOf(Admin.UpdateCampaignAsync(update, Shop.Owner).ResponseAsync));
        Assert.Equal([updated], await OpenAsync(goods));

        await Admin.SetCampaignEnabledAsync(new() { CampaignId = created.Id }, Shop.Owner);
        Assert.Empty(await OpenAsync(goods));
        await Admin.SetCampaignEnabledAsync(new() { CampaignId = created.Id, Enabled = true }, Shop.Owner);
        Assert.Single(await OpenAsync(goods));

        var ended = (await Admin.EndCampaignAsync(new() { CampaignId = created.Id, Reason = "over" }, Shop.Owner)).Campaign;
        Assert.NotNull(ended.EndedAt);
        Assert.Equal(ended, (await Admin.EndCampaignAsync(new() { CampaignId = created.Id }, Shop.Owner)).Campaign);
        Assert.Equal(ended, (await Admin.GetCampaignAsync(new() { CampaignId = created.Id }, Shop.Owner)).Campaign);
        Assert.Empty(await OpenAsync(goods));
        var audit = await Shop.AccountsAdmin.ListAuditAsync(new() { Subject = $"bargain-campaign:{created.Id}" }, Shop.Owner);
        Assert.Equal(["", "over", "", "", "", "spring"], audit.Records.Select(r => r.Reason));
    }

    [Theory]
    [InlineData("NotFound:GOODS_UNKNOWN", 0)]
    [InlineData("InvalidArgument:BARGAIN_PRICES_INVALID", 1)]
    [InlineData("InvalidArgument:BARGAIN_PLAN_IMPOSSIBLE", 2)]
    [InlineData("InvalidArgument:BARGAIN_WINDOW_EMPTY", 3)]
    [InlineData("InvalidArgument:INVALID_ARGUMENT", 4)]
    public async Task CreateCampaign_OfImpossibleTerms_IsRefused(string expected, int fault)
    {
        var terms = BargainShop.Terms(4_711);
        _ = fault switch
        {
            1 => terms.FloorCents = terms.StartCents,
            2 => terms.HelpersToFloor = 9,
            3 => (terms.EndsAt = terms.StartsAt).Seconds,
            4 => terms.CutMinCents = -1,
            _ => 0,
        };

        Assert.Equal(expected, await Shop.AnswerOf(Admin.CreateCampaignAsync(new() { Terms = terms }, Shop.Owner).ResponseAsync));
    }

    [Fact]
    public async Task Bargain_FromItsStartToItsEnd_IsSeenAlikeByEverybody()
    {
        var campaign = await BargainShop.CreateAsync(Shop, await BargainShop.GoodsAsync(Shop), t =>
            (t.CutMinCents, t.CutMaxCents, t.HelpersToFloor) = (5_000, 5_000, 2));
        var (initiator, friend) = (await ShopperAsync("发起人"), await ShopperAsync("朋友"));
        var start = new StartBargainRequest { CampaignId = campaign, RequestId = "start" };
        var started = (await Bargains.StartBargainAsync(start, initiator.Headers)).Bargain;
        Assert.Equal(started, (await Bargains.StartBargainAsync(start, initiator.Headers)).Bargain);
        Assert.Equal((20_000, BargainState.Running, initiator.Id), (started.PriceCents, started.State, started.InitiatorId));
        Assert.Equal("NotFound:BARGAIN_UNKNOWN", await Shop.AnswerOf(
            Bargains.DescribeMyBargainAsync(new() { CampaignId = campaign }, friend.Headers).ResponseAsync));
        var mine = new DescribeMyHelpRequest { CampaignId = campaign, InitiatorId = initiator.Id };
        Assert.Equal("NotFound:BARGAIN_HELP_UNKNOWN", await Shop.AnswerOf(Bargains.DescribeMyHelpAsync(mine, friend.Headers).ResponseAsync));

        var help = new HelpBargainRequest { CampaignId = campaign, InitiatorId = initiator.Id, Remark = "加油", RequestId = "help" };
        var first = await Bargains.HelpBargainAsync(help, friend.Headers);
        Assert.Equal((false, 5_000, 15_000, 1, "加油"), (first.Repeated, first.Help.CutCents, first.Help.PriceCents, first.Help.Ordinal, first.Help.Remark));
        Assert.Equal(first, await Bargains.HelpBargainAsync(help, friend.Headers));
        Assert.Equal("FailedPrecondition:REQUEST_ID_REUSED", await Shop.AnswerOf(
            Bargains.HelpBargainAsync(new(help) { Remark = "再来" }, friend.Headers).ResponseAsync));
        var again = await Bargains.HelpBargainAsync(new(help) { Remark = "再来", RequestId = "" }, friend.Headers);
        Assert.Equal((true, first.Help), (again.Repeated, again.Help));
        Assert.Equal(first.Help, (await Bargains.DescribeMyHelpAsync(mine, friend.Headers)).Help);
        await Bargains.HelpBargainAsync(new(help) { RequestId = "" }, initiator.Headers);

        var seen = await Bargains.DescribeBargainAsync(new() { CampaignId = campaign, InitiatorId = initiator.Id });
        Assert.Equal((10_000, 2, BargainState.AtFloor, "发起人"), (seen.Bargain.PriceCents, seen.Bargain.Helps, seen.Bargain.State, seen.Nick));
        Assert.Equal(seen.Bargain, (await Bargains.DescribeMyBargainAsync(new() { CampaignId = campaign }, initiator.Headers)).Bargain);
        var page = new ListHelpsRequest { CampaignId = campaign, InitiatorId = initiator.Id, PageSize = 1 };
        var helps = await Bargains.ListHelpsAsync(page);
        Assert.Equal((2, "发起人", 2), (helps.TotalCount, helps.Helps.Single().Nick, helps.Helps.Single().Ordinal));
        page.Page = 2;
        Assert.Equal("朋友", (await Bargains.ListHelpsAsync(page)).Helps.Single().Nick);
        Assert.Equal("FailedPrecondition:BARGAIN_AT_FLOOR", await Shop.AnswerOf(
            Bargains.HelpBargainAsync(new(help) { RequestId = "" }, (await ShopperAsync("")).Headers).ResponseAsync));

        var all = await Admin.ListBargainsAsync(new() { CampaignId = campaign, State = BargainState.AtFloor }, Shop.Owner);
        Assert.Equal((1, seen.Bargain), (all.TotalCount, all.Bargains.Single()));
        Assert.Empty((await Admin.ListBargainsAsync(new() { CampaignId = campaign, State = BargainState.Running }, Shop.Owner)).Bargains);
        Assert.Equal(2, (await Admin.ListHelpsOfBargainAsync(new() { BargainId = seen.Bargain.Id }, Shop.Owner)).Helps.Count);
        Assert.Equal(
            new CampaignProgress { Bargains = 1, AtFloor = 1, Helps = 2 },
            (await Admin.GetCampaignAsync(new() { CampaignId = campaign }, Shop.Owner)).Progress);

        await Bargains.ClearBargainAsync(new() { CampaignId = campaign }, initiator.Headers);
        Assert.Equal("NotFound:BARGAIN_UNKNOWN", await Shop.AnswerOf(
            Bargains.DescribeBargainAsync(new() { CampaignId = campaign, InitiatorId = initiator.Id }).ResponseAsync));
        Assert.Equal(
            BargainState.Cleared,
            (await Admin.ListBargainsAsync(new() { CampaignId = campaign, State = BargainState.Cleared }, Shop.Owner)).Bargains.Single().State);
    }

    [Fact]
    public async Task EndCampaign_OfRunningBargains_EndsThemAll()
    {
        var campaign = await BargainShop.CreateAsync(Shop, await BargainShop.GoodsAsync(Shop));
        var initiator = await ShopperAsync("");
        await Bargains.StartBargainAsync(new() { CampaignId = campaign }, initiator.Headers);

        var ended = (await Admin.EndCampaignAsync(new() { CampaignId = campaign }, Shop.Owner)).Campaign;

        var bargain = (await Bargains.DescribeMyBargainAsync(new() { CampaignId = campaign }, initiator.Headers)).Bargain;
        Assert.Equal((BargainState.Expired, ended.EndedAt), (bargain.State, bargain.EndsAt));
        Assert.Equal("FailedPrecondition:BARGAIN_ENDED", await Shop.AnswerOf(Bargains.HelpBargainAsync(
            new() { CampaignId = campaign, InitiatorId = initiator.Id }, initiator.Headers).ResponseAsync));
        Assert.Single((await Admin.ListBargainsAsync(new() { CampaignId = campaign, State = BargainState.Expired }, Shop.Owner)).Bargains);
    }

    [Fact]
    public async Task ListCampaigns_OfSeveralGoods_ListsTheNewestFirstByPages()
    {
        var goods = new[] { await BargainShop.GoodsAsync(Shop), await BargainShop.GoodsAsync(Shop) };
        var made = new List<long>();
        foreach (var id in new[] { goods[0], goods[1], goods[0] })
        {
            made.Insert(0, await BargainShop.CreateAsync(Shop, id));
        }

        await BargainShop.CreateAsync(Shop, goods[0], t => t.StartsAt = new() { Seconds = 4_000_000_000 });
        await BargainShop.CreateAsync(Shop, goods[0], t => t.EndsAt = new() { Seconds = 1_600_000_000 });

        Assert.Equal(made, (await OpenAsync(goods)).Select(c => c.Id));
        var second = new ListCampaignsRequest { Page = 2, PageSize = 2 };
        second.GoodsIds.Add(goods);
        var page = await Bargains.ListCampaignsAsync(second);
        Assert.Equal((3, made[2]), (page.TotalCount, page.Campaigns.Single().Id));
        var whole = await Bargains.ListCampaignsAsync(new() { PageSize = 100 });
        Assert.Equal(made, whole.Campaigns.Select(c => c.Id).Where(made.Contains));
        Assert.Equal(whole.TotalCount, whole.Campaigns.Count);
        Assert.Equal(4, (await Admin.SearchCampaignsAsync(new() { GoodsId = goods[0] }, Shop.Owner)).TotalCount);
    }

    [Fact]
    public async Task WatchBargain_WhileOthersHelp_EndsWithTheLatest()
    {
        var campaign = await BargainShop.CreateAsync(Shop, await BargainShop.GoodsAsync(Shop));
        var initiator = await ShopperAsync("");
        var started = (await Bargains.StartBargainAsync(new() { CampaignId = campaign }, initiator.Headers)).Bargain;
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        using var stream = Bargains.WatchBargain(
            new() { CampaignId = campaign, InitiatorId = initiator.Id }, cancellationToken: limit.Token);
        Assert.True(await stream.ResponseStream.MoveNext(limit.Token));
        Assert.Equal((started.Id, 20_000, 0), (stream.ResponseStream.Current.BargainId, stream.ResponseStream.Current.PriceCents, stream.ResponseStream.Current.Helps));

        var helpers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ShopperAsync("")));
        await Task.WhenAll(helpers.Select(h => Bargains.HelpBargainAsync(
            new() { CampaignId = campaign, InitiatorId = initiator.Id }, h.Headers).ResponseAsync));
        var now = (await Bargains.DescribeMyBargainAsync(new() { CampaignId = campaign }, initiator.Headers)).Bargain;

        var (last, seen) = (20_000L, 0L);
        while (seen < helpers.Length)
        {
            Assert.True(await stream.ResponseStream.MoveNext(limit.Token));
            var progress = stream.ResponseStream.Current;
            Assert.True(progress.Helps > seen && progress.PriceCents < last);
            (last, seen) = (progress.PriceCents, progress.Helps);
        }

        Assert.Equal((now.PriceCents, now.Helps, now.EndsAt), (last, seen, stream.ResponseStream.Current.EndsAt));
        using var unknown = Bargains.WatchBargain(new() { CampaignId = campaign, InitiatorId = 1 });
        Assert.Equal("NotFound:BARGAIN_UNKNOWN", await Shop.AnswerOf(unknown.ResponseStream.MoveNext(CancellationToken.None)));
    }

    private async Task<IEnumerable<Campaign>> OpenAsync(params long[] goods)
    {
        var request = new ListCampaignsRequest();
        request.GoodsIds.Add(goods);
        return (await Bargains.ListCampaignsAsync(request)).Campaigns;
    }

    private async Task<(long Id, Metadata Headers)> ShopperAsync(string nick)
    {
        var user = await Shop.Accounts.RegisterUsernameAsync(
            new() { Username = Shopper.NewName(), Password = Shopper.Password, Nick = nick, AutoLogin = true });
        return (user.UserId, Shop.Bearer(user.Token));
    }
}
