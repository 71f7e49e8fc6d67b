using Microsoft.EntityFrameworkCore;
using Silo.Bargains;
using Silo.Storage;
using Silo.Testing;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.Bargains;

/// <summary>
/// Goal: a helper counts once, cuts and price always agree, limits hold over bargains, and what is decided is what the
/// database has. Method: the grain over a real database, with 64 callers at once where something is contended.
/// </summary>
public abstract class BargainGrainSuite<TDatabase>(BargainNode<TDatabase> node) : BargainSuite<TDatabase>(node)
    where TDatabase : TestDatabase, new()
{
    private const int Callers = 64;

    [Theory]
    [InlineData(0)]
    [InlineData(Callers)]
    public async Task Help_By64AtOnceEachSeveralTimes_CountsEachOnce(int planned)
    {
        const int tries = 4;
        var campaign = await Node.CreateAsync(t => t with { HelpersToFloor = planned });
        var key = await Node.StartedAsync(campaign);
        var helpers = Enumerable.Range(0, Callers).Select(_ => NewId()).ToArray();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, tries * Callers).Select(async i =>
            (Helper: helpers[i % Callers], Outcome: await Node.HelpAsync(key, helpers[i % Callers]))));

        var state = await Node.Reads.StateAsync(key);
        var helps = await Node.HelpsAsync(state.BargainId);
        AssertAgree(state, helps);
        if (planned > 0)
        {
            Assert.Equal((Callers, 2_000L), (helps.Count, state.PriceCents));
            Assert.True(state.IsAtFloor);
            Assert.Equal(8_000, helps.Sum(h => h.CutCents));
        }

        foreach (var helper in helpers)
        {
            var mine = outcomes.Where(o => o.Helper == helper).Select(o => o.Outcome).ToArray();
            if (helps.SingleOrDefault(h => h.HelperId == helper) is { } help)
            {
                Assert.Single(mine, o => !o.Repeated);
                Assert.All(mine, o => Assert.Equal((help.CutCents, help.Ordinal), (o.Help!.CutCents, o.Help.Ordinal)));
            }
            else
            {
                Assert.All(mine, o => Assert.Equal("BARGAIN_AT_FLOOR", o.Refusal?.Reason));
            }
        }
    }

    [Fact]
    public async Task Help_BeyondTheFloor_EndsThereExactly()
    {
        var key = await Node.StartedAsync(await Node.CreateAsync(t => t with { CutMinCents = 3_000, CutMaxCents = 3_000 }));

        var cuts = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            cuts.Add((await Node.HelpAsync(key, NewId())).Help!.CutCents);
        }

        Assert.Equal([3_000, 3_000, 2_000], cuts);
        Assert.Equal("BARGAIN_AT_FLOOR", (await Node.HelpAsync(key, NewId())).Refusal?.Reason);
        var row = (await Node.Reads.RowAsync((await Node.Reads.StateAsync(key)).BargainId, CancellationToken.None))!;
        Assert.Equal((2_000, 3), (row.PriceCents, row.Helps));
    }

    [Fact]
    public async Task Help_Again_GetsTheFirstCutAlsoAfterTheGrainForgot()
    {
        var key = await Node.StartedAsync(await Node.CreateAsync());
        var helper = NewId();
        var first = await Node.HelpAsync(key, helper, "one", 5);
        await Node.HelpAsync(key, NewId());

        await Node.ForgetAsync();
        var again = await Node.HelpAsync(key, helper, "two", 6);
        var retry = await Node.HelpAsync(key, helper, "one", 5);

        Assert.Equal((false, true, false), (first.Repeated, again.Repeated, retry.Repeated));
        Assert.Equal((first.Help, first.Help), (again.Help, retry.Help));
        Assert.Equal("REQUEST_ID_REUSED", (await Node.HelpAsync(key, helper, "one", 6)).Refusal?.Reason);
        Assert.Equal(2, (await Node.Reads.StateAsync(key)).Helps);
    }

    [Fact]
    public async Task Help_OfARequestOfAClearedBargain_GetsTheFirstAnswer()
    {
        var key = await Node.StartedAsync(await Node.CreateAsync());
        var helper = NewId();
        var first = await Node.HelpAsync(key, helper, "one", 5);
        Assert.Null(await Node.ClearAsync(key));
        Assert.Equal(first.Help, (await Node.HelpAsync(key, helper, "one", 5)).Help);
        Assert.Null((await Node.StartAsync(key)).Refusal);

        // As a guess, remembered, and from the rows.
        Assert.Equal(first.Help, (await Node.HelpAsync(key, helper, "one", 5)).Help);
        var second = await Node.HelpAsync(key, helper, "two", 5);
        Assert.Equal(first.Help, (await Node.HelpAsync(key, helper, "one", 5)).Help);
        await Node.ForgetAsync();
        Assert.Equal(first.Help, (await Node.HelpAsync(key, helper, "one", 5)).Help);

        Assert.Equal((1L, false), (second.Help!.Ordinal, second.Repeated));
        Assert.Equal(1, (await Node.Reads.StateAsync(key)).Helps);
    }

    [Fact]
    public async Task Help_ThatWasAnsweredWithAnEarlierCut_KeepsThatAnswer()
    {
        var key = await Node.StartedAsync(await Node.CreateAsync());
        var helper = NewId();
        var first = await Node.HelpAsync(key, helper, "one", 5);
        var second = await Node.RunAsync(key, Enumerable.Repeat(Help(6), 3).ToArray<BargainCommand>());
        Assert.All(second, o => Assert.Equal((true, first.Help), (o.Repeated, o.Help)));

        await AnswersAsync();
        Assert.Null(await Node.ClearAsync(key));
        await AnswersAsync();
        Assert.Null((await Node.StartAsync(key)).Refusal);
        await AnswersAsync();
        await Node.ForgetAsync();
        await AnswersAsync();

        Assert.Equal(0, (await Node.Reads.StateAsync(key)).Helps);
        var third = await Node.HelpAsync(key, helper, "three", 7);
        Assert.Equal((1L, false), (third.Help!.Ordinal, third.Repeated));

        async Task AnswersAsync()
        {
            var again = (await Node.RunAsync(key, Help(6)))[0];
            Assert.Equal((null, true, first.Help), (again.Refusal, again.Repeated, again.Help));
            Assert.Equal("REQUEST_ID_REUSED", (await Node.RunAsync(key, Help(8)))[0].Refusal?.Reason);
        }

        HelpCommand Help(long hash) => new() { HelperId = helper, RequestId = "two", RequestHash = hash };
    }

    [Fact]
    public async Task Start_ThatWasAnsweredWithTheBargainThatThereIs_KeepsThatAnswer()
    {
        var key = new BargainKey(await Node.CreateAsync(t => t with { StartsPerUser = 2 }), NewId());
        var first = (await Node.StartAsync(key, "one")).Bargain!.Id;
        var starts = await Node.RunAsync(
            key, new StartCommand { RequestId = "two" }, new StartCommand { RequestId = "two" }, new StartCommand { RequestId = "one" });
        Assert.Equal([first, first, first], starts.Select(o => o.Bargain!.Id));
        Assert.Null(await Node.ClearAsync(key));

        Assert.Equal(first, (await Node.StartAsync(key, "two")).Bargain?.Id);
        Assert.False((await Node.Reads.StateAsync(key)).Exists);
        var next = (await Node.StartAsync(key, "three")).Bargain!.Id;
        await Node.ForgetAsync();
        Assert.Equal(first, (await Node.StartAsync(key, "two")).Bargain?.Id);
        Assert.Equal(next, (await Node.StartAsync(key, "three")).Bargain?.Id);
        Assert.Equal(2, (await Node.Reads.StateAsync(key)).Starts);
    }

    [Fact]
    public async Task Start_AgainInOneBatchWithAnotherBetween_GetsTheFirst()
    {
        var key = new BargainKey(await Node.CreateAsync(), NewId());

        var outcomes = await Node.RunAsync(
            key,
            new StartCommand { RequestId = "one" },
            new ClearCommand(),
            new StartCommand { RequestId = "two" },
            new StartCommand { RequestId = "one" });

        Assert.Equal(outcomes[0].Bargain!.Id, outcomes[3].Bargain!.Id);
        Assert.NotEqual(outcomes[0].Bargain!.Id, outcomes[2].Bargain!.Id);
        await Node.ForgetAsync();
        Assert.Equal(outcomes[0].Bargain!.Id, (await Node.StartAsync(key, "one")).Bargain!.Id);
    }

    [Fact]
    public async Task Requests_ForWhatIsThere_AreKeptToALimitAndGoWithTheAccount()
    {
        var key = await Node.StartedAsync(await Node.CreateAsync());
        var helper = NewId();
        var first = await Node.HelpAsync(key, helper, "first", 1);

        var again = new List<BargainOutcome>();
        foreach (var some in Enumerable.Range(0, AcceptedRequest.MostOfCaller + 50).Chunk(700))
        {
            again.AddRange(await Node.RunAsync(key, [.. some.Select(n => new HelpCommand { HelperId = helper, RequestId = $"{n}" })]));
        }

        var later = await Node.HelpAsync(key, helper, "later", 1);

        Assert.All(again.Append(later), o => Assert.Equal((null, true, first.Help), (o.Refusal, o.Repeated, o.Help)));
        Assert.Equal(AcceptedRequest.MostOfCaller, await CountAsync());
        var data = Node.Get<IEnumerable<IPersonalData>>().Single(d => d.Name == "requests");
        Assert.Equal(AcceptedRequest.MostOfCaller, (await Node.ReadAsync(r => data.ExportAsync(r, helper, CancellationToken.None))).AsArray().Count);
        await Node.Units.RunAsync(unit => data.EraseAsync(unit, helper, CancellationToken.None), CancellationToken.None);
        Assert.Equal(0, await CountAsync());

        Task<int> CountAsync() => Node.ReadAsync(r => r.Query<AcceptedRequest>().CountAsync(a => a.CallerId == helper));
    }

    [Fact]
    public async Task Clear_Repeated_DoesNotClearTheNextBargain()
    {
        var key = await Node.StartedAsync(await Node.CreateAsync());
        var outcomes = await Node.RunAsync(key, new ClearCommand { RequestId = "one" }, new ClearCommand { RequestId = "one" });
        Assert.All(outcomes, o => Assert.Null(o.Refusal));
        Assert.Equal("BARGAIN_UNKNOWN", await Node.ClearAsync(key, "two"));
        var next = (await Node.StartAsync(key)).Bargain!.Id;

        Assert.Null(await Node.ClearAsync(key, "one"));
        await Node.ForgetAsync();
        Assert.Null(await Node.ClearAsync(key, "one"));
        Assert.Equal(next, (await Node.Reads.StateAsync(key)).BargainId);
        // It was refused and so not used up.
        Assert.Null(await Node.ClearAsync(key, "two"));
        Assert.False((await Node.Reads.StateAsync(key)).Exists);
    }

    [Fact]
    public async Task Helps_WhileTheClockIsPutForthAndBack_AreGivenOnceEachInOneOrder()
    {
        var key = await Node.StartedAsync(await Node.CreateAsync(t => t with { CutMaxCents = 20 }));
        var helpers = Enumerable.Range(0, 128).Select(_ => NewId()).ToArray();
        var first = new List<BargainOutcome>();
        foreach (var some in helpers.Chunk(16))
        {
            var helps = Task.WhenAll(some.Select(helper => Node.HelpAsync(key, helper, "once", helper)));
            Node.Time.Advance(first.Count % 32 == 0 ? Hours(3) : -Hours(3));
            first.AddRange(await helps);
        }

        Node.Time.Advance(-Hours(2));
        var again = await Task.WhenAll(helpers.Select(helper => Node.HelpAsync(key, helper, "once", helper)));
        Node.Time.Advance(Hours(2));

        Assert.Equal(first.Select(o => o.Help), again.Select(o => o.Help));
        var state = await Node.Reads.StateAsync(key);
        var rows = await Node.HelpsAsync(state.BargainId);
        Assert.Equal(Enumerable.Range(1, helpers.Length).Select(n => (long)n), rows.Select(h => h.Ordinal));
        Assert.Equal(helpers.Order(), rows.Select(h => h.HelperId).Order());
        Assert.Equal(10_000 - state.PriceCents, rows.Sum(h => h.CutCents));

        static long Hours(int hours) => hours * 60L * 60 * 1000;
    }

    [Fact]
    public async Task AcceptedRequests_OlderThanSevenDays_AreRemoved()
    {
        var caller = NewId();
        await Node.Units.StageAsync<bool>(
            _ => rows =>
            {
                for (var age = 0; age < 2; age++)
                {
                    rows.Append(new AcceptedRequest
                    {
                        Scope = "test",
                        CallerId = caller,
                        RequestId = $"{age}",
                        At = Node.Now - AcceptedRequest.KeptMs + 60_000 - (age * 60_001),
                    });
                }

                return true;
            },
            CancellationToken.None);

        var purge = Node.Get<IEnumerable<IWorkHandler>>().Single(h => h.Kind == "storage.purge_requests");
        var ended = await purge.RunAsync(new WorkItem(purge.Kind, "recurring", 0, 1), Payloads.Write(NoPayload.Value), CancellationToken.None);

        Assert.Equal(WorkOutcome.Done, ended);
        Assert.Equal(["0"], await Node.ReadAsync(
            r => r.Query<AcceptedRequest>().Where(a => a.CallerId == caller).Select(a => a.RequestId).ToListAsync()));
    }

    [Fact]
    public async Task Help_OfNobodysBargain_IsUnknownAndLeavesNothing()
    {
        var campaign = await Node.CreateAsync();

        Assert.Equal("BARGAIN_UNKNOWN", (await Node.HelpAsync(new(campaign, NewId()), NewId())).Refusal?.Reason);
        Assert.Equal("BARGAIN_UNKNOWN", (await Node.HelpAsync(new(NewId(), NewId()), NewId())).Refusal?.Reason);
        Assert.Empty(await Node.ReadAsync(r => r.Query<HelpRow>().Where(h => h.CampaignId == campaign).ToListAsync()));
    }

    [Fact]
    public async Task Help_Of64BargainsAtOnceWithALimit_HelpsAsManyAsOneMay()
    {
        const int limit = 3;
        var campaign = await Node.CreateAsync(t => t with { HelpsPerUser = limit });
        var keys = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Node.StartedAsync(campaign)));
        var helper = NewId();

        var reasons = await Task.WhenAll(keys.Select(async key =>
        {
            while (true)
            {
                // Where another bargain holds the helper just now, the caller asks again.
                var reason = (await Node.HelpAsync(key, helper)).Refusal?.Reason;
                if (reason != Deferral.Refusal.Reason)
                {
                    return reason;
                }
            }
        }));

        Assert.Equal(limit, reasons.Count(r => r is null));
        Assert.Equal(Callers - limit, reasons.Count(r => r == "BARGAIN_HELPS_USED_UP"));
        Assert.Equal(limit, await Node.ReadAsync(r => r.Query<HelpRow>().CountAsync(h => h.HelperId == helper)));
        Assert.Null((await Node.HelpAsync(keys[0], NewId())).Refusal);
    }

    [Fact]
    public async Task Help_ByManyNewHelpersWithALimit_MakesTheirRowsWithOneStatement()
    {
        const int many = 1000;
        var campaign = await Node.CreateAsync(t => t with { HelpsPerUser = 1, StartCents = 9_000_000, CutMaxCents = 5 });
        var (one, other, known) = (await Node.StartedAsync(campaign), await Node.StartedAsync(campaign), NewId());
        Assert.Null((await Node.HelpAsync(one, known)).Refusal);
        Node.Statements.Take();

        var outcomes = await Node.RunAsync(
            other, [.. Enumerable.Range(1, many).Select(_ => new HelpCommand { HelperId = NewId() }), new HelpCommand { HelperId = known }]);

        Assert.All(outcomes[..many], o => Assert.Null(o.Refusal));
        Assert.Equal("BARGAIN_HELPS_USED_UP", outcomes[many].Refusal?.Reason);
        Assert.Single(Node.Statements.Take(), s => s.Contains("INSERT INTO bargains_helpers", StringComparison.Ordinal));
        Assert.Equal(many + 1, await Node.ReadAsync(r => r.Query<HelperRow>().CountAsync(h => h.CampaignId == campaign)));
    }

    [Fact]
    public async Task Campaigns_OfGoodsWithMoreThanAreShown_AreThoseThatAreOpenByTheClock()
    {
        const int shown = 100;
        const long hour = 3_600_000;
        var (goods, now) = (NewId(), Node.Now);
        var running = await Node.CreateAsync(t => t with { GoodsId = goods });
        await CreateManyAsync(now - hour, now);
        Assert.Equal([running], await OpenAsync());

        var soon = await CreateManyAsync(now + hour, now + (2 * hour));
        Assert.Equal([running], await OpenAsync());

        Node.Time.Advance(hour);
        Assert.Equal(soon.OrderDescending(), await OpenAsync());
        Node.Time.Advance(hour);
        Assert.Equal([running], await OpenAsync());

        async Task<List<long>> CreateManyAsync(long startsAt, long endsAt)
        {
            List<long> ids = [];
            while (ids.Count < shown)
            {
                ids.Add(await Node.CreateAsync(t => t with { GoodsId = goods, StartsAt = startsAt, EndsAt = endsAt }));
            }

            return ids;
        }

        async Task<IEnumerable<long>> OpenAsync() =>
            (await Node.Campaigns.OpenAsync([goods], Node.Now, CancellationToken.None)).Select(c => c.Id);
    }

    [Fact]
    public async Task Campaigns_OfManyGoods_AreReadTogether()
    {
        // The newest first, of those that go on.
        var goods = NewId();
        var first = await Node.CreateAsync(t => t with { GoodsId = goods });
        var second = await Node.CreateAsync(t => t with { GoodsId = goods });
        var ended = await Node.CreateAsync(t => t with { GoodsId = goods });
        await Node.ChangeAsync(ended, c => c.EndedAt = Node.Now);
        var alone = await Node.CreateAsync();
        var aloneGoods = (await Node.Campaigns.FindAsync(alone, CancellationToken.None))!.Terms.GoodsId;
        var wanted = Enumerable.Range(0, 98).Select(_ => NewId()).Append(goods).Append(aloneGoods).ToArray();
        Node.Statements.Take();

        var open = await Node.Campaigns.OpenAsync(wanted, Node.Now, CancellationToken.None);

        Assert.Equal([alone, second, first], open.Select(c => c.Id));
        Assert.All(open, c => Assert.Equal(100, c.Terms.StockTotal));
        // A query that is under way when the others ask, and theirs; each with its stocks.
        Assert.InRange(Node.Statements.Take().Count(s => s.Contains("bargains_campaigns", StringComparison.Ordinal)), 1, 2);
    }

    [Fact]
    public async Task Help_InTheBatchOfTheStartWithALimit_IsCounted()
    {
        var campaign = await Node.CreateAsync(t => t with { HelpsPerUser = 1 });
        var helper = NewId();
        Assert.Null((await Node.HelpAsync(await Node.StartedAsync(campaign), helper)).Refusal);

        var outcomes = await Node.RunAsync(
            new(campaign, NewId()), new StartCommand(), new HelpCommand { HelperId = helper }, new HelpCommand { HelperId = NewId() });

        Assert.Equal([null, "BARGAIN_HELPS_USED_UP", null], outcomes.Select(o => o.Refusal?.Reason));
    }

    [Fact]
    public async Task Start_By64AtOnce_StartsOne()
    {
        var key = new BargainKey(await Node.CreateAsync(), NewId());

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Node.StartAsync(key)));

        Assert.Single(outcomes.Select(o => o.Bargain!.Id).Distinct());
        Assert.Equal(1, await Node.ReadAsync(r => r.Query<BargainRow>().CountAsync(b => b.InitiatorId == key.InitiatorId)));
    }

    [Fact]
    public async Task Start_AfterAClear_IsNewAndCountsAgainstTheLimit()
    {
        var key = new BargainKey(await Node.CreateAsync(t => t with { StartsPerUser = 2 }), NewId());
        var first = (await Node.StartAsync(key, "one")).Bargain!;
        await Node.HelpAsync(key, NewId());

        Assert.Null(await Node.ClearAsync(key));
        Assert.Equal("BARGAIN_UNKNOWN", await Node.ClearAsync(key));
        var second = (await Node.StartAsync(key, "two")).Bargain!;
        var retry = (await Node.StartAsync(key, "one")).Bargain!;

        Assert.Equal((10_000, 0, 0), (second.PriceCents, second.Helps, second.ClearedAt));
        Assert.Equal((first.Id, 1), (retry.Id, retry.Helps));
        Assert.True(retry.ClearedAt > 0);
        Assert.Null(await Node.ClearAsync(key));
        Assert.Equal("BARGAIN_STARTS_USED_UP", (await Node.StartAsync(key)).Refusal?.Reason);
    }

    [Fact]
    public async Task Start_OfAClosedCampaign_GivesOnlyWhatThereIs()
    {
        var campaign = await Node.CreateAsync();
        var key = await Node.StartedAsync(campaign);
        await Node.ChangeAsync(campaign, c => c.Enabled = false);

        Assert.NotNull((await Node.StartAsync(key)).Bargain);
        Assert.Equal("BARGAIN_NOT_OPEN", (await Node.StartAsync(new(campaign, NewId()))).Refusal?.Reason);
        Assert.Equal("BARGAIN_CAMPAIGN_UNKNOWN", (await Node.StartAsync(new(NewId(), NewId()))).Refusal?.Reason);
        Assert.Equal("BARGAIN_NOT_OPEN", (await Node.HelpAsync(key, NewId())).Refusal?.Reason);

        await Node.ChangeAsync(campaign, c => c.Enabled = true);
        Assert.Null((await Node.HelpAsync(key, NewId())).Refusal);
    }

    [Fact]
    public async Task Help_AtTheEndOfABargain_IsDecidedByTheClock()
    {
        var campaign = await Node.CreateAsync(t => t with { DurationMinutes = 60 });
        var key = await Node.StartedAsync(campaign);
        Assert.Null((await Node.HelpAsync(key, NewId())).Refusal);

        Node.Time.Advance(61 * 60_000);

        Assert.Equal("BARGAIN_ENDED", (await Node.HelpAsync(key, NewId())).Refusal?.Reason);
        Assert.Equal("BARGAIN_ENDED", (await Node.ReserveAsync(key, NewId())).Refusal?.Reason);
        Assert.Null((await Node.StartAsync(new(campaign, NewId()))).Refusal);
    }

    [Fact]
    public async Task Help_AfterTheTermsChanged_KeepsThoseOfItsStart()
    {
        var terms = Node.Terms(t => t with { CutMinCents = 100, CutMaxCents = 100 });
        var campaign = await Node.CreateAsync(_ => terms);
        var key = await Node.StartedAsync(campaign);

        Assert.Null(await Node.UpdateAsync(campaign, terms with { CutMinCents = 7, CutMaxCents = 7, EndsAt = Node.Now, FloorCents = 9_000 }));

        Assert.Equal(100, (await Node.HelpAsync(key, NewId())).Help!.CutCents);
        var state = await Node.Reads.StateAsync(key);
        Assert.Equal((1, 2_000L), (state.RuleVersion, state.Terms.FloorCents));
        Assert.Equal("BARGAIN_ENDED", (await Node.StartAsync(new(campaign, NewId()))).Refusal?.Reason);
    }

    [Fact]
    public async Task Watch_OfABargain_TellsTheLatestAndThatItWasCleared()
    {
        var campaign = await Node.CreateAsync();
        Assert.Null(await Node.Grain(new(campaign, NewId())).WatchAsync(null).Soon());
        var key = await Node.StartedAsync(campaign);

        var first = await Node.Grain(key).WatchAsync(null).Soon();
        var waiting = Node.Grain(key).WatchAsync(first);
        var help = (await Node.HelpAsync(key, NewId())).Help!;
        var second = (await waiting.Soon())!;
        await Node.ClearAsync(key);
        var third = (await Node.Grain(key).WatchAsync(second).Soon())!;

        Assert.Equal((10_000L, 0L), (first!.PriceCents, first.Helps));
        Assert.Equal((help.PriceCents, 1L), (second.PriceCents, second.Helps));
        Assert.Equal(0, third.BargainId);
    }

    [Fact]
    public async Task Lists_OfACampaign_ShowWhatIsNow()
    {
        var campaign = await Node.CreateAsync(t => t with { CutMinCents = 4_000, CutMaxCents = 4_000 });
        var (running, done, cleared) = (
            await Node.StartedAsync(campaign), await Node.StartedAsync(campaign), await Node.StartedAsync(campaign));
        foreach (var key in new[] { running, done, done, cleared })
        {
            await Node.HelpAsync(key, NewId());
        }

        await Node.ClearAsync(cleared);

        var (page, total) = await Node.Reads.BargainsAsync(campaign, rows => rows, new(1, 2), CancellationToken.None);
        var (rest, _) = await Node.Reads.BargainsAsync(campaign, rows => rows, new(2, 2), CancellationToken.None);
        Assert.Equal(3, total);
        Assert.Equal(
            [(cleared.InitiatorId, 6_000L, 1L), (done.InitiatorId, 2_000, 2), (running.InitiatorId, 6_000, 1)],
            page.Concat(rest).Select(b => (b.InitiatorId, b.PriceCents, b.Helps)));
        Assert.Equal(new Progress(2, 1, 1, 4), await Node.Reads.ProgressAsync(campaign, CancellationToken.None));
    }

    private static void AssertAgree(BargainState state, List<HelpRow> helps)
    {
        Assert.Equal(state.Helps, helps.Count);
        Assert.Equal(Enumerable.Range(1, helps.Count).Select(i => (long)i), helps.Select(h => h.Ordinal));
        Assert.Equal(state.Terms.StartCents - state.PriceCents, helps.Sum(h => h.CutCents));
        Assert.True(state.PriceCents >= state.Terms.FloorCents);
        var price = state.Terms.StartCents;
        foreach (var help in helps)
        {
            Assert.InRange(help.CutCents, help.PriceCents == state.Terms.FloorCents ? 1 : state.Terms.CutMinCents, state.Terms.CutMaxCents);
            price -= help.CutCents;
            Assert.Equal(price, help.PriceCents);
        }
    }
}

public sealed class BargainGrainOnSqlite(BargainNode<SqliteDatabase> node) : BargainGrainSuite<SqliteDatabase>(node);

public sealed class BargainGrainOnPostgres(BargainNode<PostgresDatabase> node) : BargainGrainSuite<PostgresDatabase>(node)
{
    [Fact]
    public async Task Help_OfAHelperWhoseFirstHelpElsewhereIsNotCommitted_IsPutOffAndTheNeighboursAreAnswered()
    {
        var campaign = await Node.CreateAsync(t => t with { HelpsPerUser = 2 });
        var (one, other) = (await Node.StartedAsync(campaign), await Node.StartedAsync(campaign));
        var (helper, faults) = (NewId(), Node.Get<CommitFaults>());
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var commit = new ManualResetEventSlim();
        faults.BeforeSend = () =>
        {
            if (reached.TrySetResult())
            {
                commit.Wait(TimeSpan.FromSeconds(20));
            }
        };
        try
        {
            var first = Node.HelpAsync(one, helper);
            await reached.Task.Soon();

            var outcomes = await Node.RunAsync(other, new HelpCommand { HelperId = helper }, new HelpCommand { HelperId = NewId() }).Soon();

            Assert.Equal([Deferral.Refusal.Reason, null], outcomes.Select(o => o.Refusal?.Reason));
            Assert.False(first.IsCompleted);
            commit.Set();
            Assert.Null((await first.Soon()).Refusal);
            Assert.Null((await Node.HelpAsync(other, helper)).Refusal);
        }
        finally
        {
            commit.Set();
            faults.BeforeSend = null;
        }
    }
}
