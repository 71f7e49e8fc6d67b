using Silo.Lotteries;
using Silo.Testing;
using Xunit;

namespace Silo.Modules.Tests.Lotteries;

/// <summary>
/// Goal: what is drawn follows the odds that were published the moment before, whatever was added, taken away or put into
/// another order in between, in a deck and by weight. Method: random lotteries are drawn from and changed by turns; before
/// each draw every number is tried, and the odds are compared with how many give each prize and, in a deck, with the cards
/// of a model that takes them out one by one. The seed is printed.
/// </summary>
public sealed class LotteryPropertyTests(ITestOutputHelper output)
{
    private const int Lotteries = 300;
    private const int Steps = 60;
    private long nextId;

    [Fact]
    public void Odds_WhileALotteryIsChanged_AreThoseOfTheDraw()
    {
        var seed = TestSeed.Draw();
        var random = new Random(seed);
        var (draws, changes, empty, switched) = (0, 0, 0, 0);
        for (var i = 0; i < Lotteries; i++)
        {
            var state = LotteryRules.Create(Terms(random, null), new byte[32], new byte[32], now: 0).Value;
            Assert.NotNull(state);
            var deck = new Deck(state.Terms.Prizes);
            for (var step = 0; step < Steps; step++)
            {
                if (random.Next(6) == 0)
                {
                    var terms = Terms(random, state);
                    Assert.Null(LotteryRules.SavingRefusal(state, AsAsked(terms, state), 0, now: 1));
                    switched += terms.IsDeck == state.Terms.IsDeck ? 0 : 1;
                    state = LotteryRules.Update(state, terms, now: 1);
                    deck.Change(state.Terms.Prizes);
                    changes++;
                }

                AssertOdds(state, deck);
                var total = LotteryRules.OddsTotal(state.Terms.IsDeck, state.Terms.Prizes, state.Won);
                if (total == 0)
                {
                    empty++;
                    Assert.Equal("LOTTERY_DECK_EMPTY", LotteryRules.DrawRefusal(state, 0, 0, now: 1)?.Reason);
                    continue;
                }

                var place = LotteryRules.Pick(state.Terms.IsDeck, state.Terms.Prizes, state.Won, random.NextInt64(total));
                deck.TakeOut(state.Terms.Prizes[place]);
                state = LotteryRules.AfterDraw(state, place, firstOfUser: true);
                draws++;
            }
        }

        output.WriteLine($"{draws} draws, {changes} changes, {switched} of the mode, {empty} empty decks");
        Assert.True(draws > 0 && changes > 0 && switched > 0 && empty > 0);
    }

    /// <summary>The published odds, the draw of every number, and the model agree.</summary>
    private static void AssertOdds(LotteryState state, Deck deck)
    {
        var (isDeck, prizes, won) = (state.Terms.IsDeck, state.Terms.Prizes, state.Won);
        var published = LotteryRules.Progress(state);
        var odds = published.Prizes.Select(p => p.Odds).ToArray();
        Assert.Equal(LotteryRules.OddsTotal(isDeck, prizes, won), published.OddsTotal);
        var drawn = new long[prizes.Count];
        for (var number = 0L; number < published.OddsTotal; number++)
        {
            drawn[LotteryRules.Pick(isDeck, prizes, won, number)]++;
        }

        Assert.Equal(drawn, odds);
        Assert.All(prizes.Select((p, i) => (Prize: p, Odds: odds[i], Left: published.Prizes[i].Left)), p =>
        {
            if (isDeck)
            {
                Assert.Equal(deck.Left(p.Prize), p.Odds);
            }

            Assert.Equal(p.Prize.IsEndless ? 0 : deck.Left(p.Prize), p.Left);
            Assert.True(p.Prize.IsEndless || p.Left > 0 || p.Odds == 0, "A prize that is gone has odds.");
        });
    }

    /// <summary>The terms before prizes that come have got their ids.</summary>
    private static LotteryTerms AsAsked(LotteryTerms terms, LotteryState state) => terms with
    {
        Prizes = [.. terms.Prizes.Select(p => state.Terms.Prizes.Any(q => q.Id == p.Id) ? p : p with { Id = 0 })],
    };

    /// <summary>Terms that may follow a state: some prizes stay, with more or less stock, some go, others come.</summary>
    private LotteryTerms Terms(Random random, LotteryState? state)
    {
        var isDeck = random.Next(3) > 0;
        var kept = (state?.Terms.Prizes ?? []).Where(_ => random.Next(4) > 0).Select(p => p with
        {
            Weight = random.Next(1, 6),
            Stock = Math.Max(1, LotteryRules.WonOf(state!, p.Id) + random.Next(0, 5)),
        }).ToList();
        while (kept.Count == 0 || (kept.Count < 7 && random.Next(3) == 0))
        {
            kept.Add(new()
            {
                Id = ++nextId,
                Kind = LotteryPrizeKind.Points,
                Title = $"{nextId}",
                Points = 1,
                Weight = random.Next(1, 6),
                Stock = random.Next(1, 8),
            });
        }

        var prizes = kept.ToArray();
        random.Shuffle(prizes);
        if (!isDeck)
        {
            prizes = [.. prizes, new() { Id = ++nextId, Kind = LotteryPrizeKind.None, Title = $"{nextId}", Weight = random.Next(0, 4) }];
        }

        return new() { Title = "T", StartsAt = 0, EndsAt = 10, TimesPerUser = 1, IsDeck = isDeck, Prizes = prizes };
    }

    /// <summary>Cards, one by one, and nothing else.</summary>
    private sealed class Deck
    {
        private readonly List<long> cards = [];
        private readonly Dictionary<long, long> stocks = [];
        private readonly Dictionary<long, long> taken = [];

        public Deck(IEnumerable<Prize> prizes) => Change(prizes);

        public long Left(Prize prize) => cards.LongCount(c => c == prize.Id);

        public void TakeOut(Prize prize)
        {
            taken[prize.Id] = taken.GetValueOrDefault(prize.Id) + 1;
            Assert.True(prize.IsEndless || cards.Remove(prize.Id), $"{prize.Title} was drawn and was not there.");
        }

        /// <summary>Cards are added and taken away one by one, up to what the prizes now say.</summary>
        public void Change(IEnumerable<Prize> prizes)
        {
            var present = prizes.ToDictionary(p => p.Id, p => p.Stock);
            foreach (var id in stocks.Keys.Union(present.Keys).ToList())
            {
                var wasEndless = stocks.TryGetValue(id, out var before) && before == 0;
                // Of what was without end, what was drawn is out already.
                var more = present.GetValueOrDefault(id) - (wasEndless ? taken.GetValueOrDefault(id) : before);
                for (; more > 0; more--)
                {
                    cards.Add(id);
                }

                for (; more < 0 && cards.Remove(id); more++)
                {
                }

                if (!present.ContainsKey(id))
                {
                    cards.RemoveAll(c => c == id);
                }

                stocks[id] = present.GetValueOrDefault(id);
            }
        }
    }
}
