using Silo.GroupBuys;
using Silo.Testing;
using Xunit;

namespace Silo.Modules.Tests.GroupBuys;

/// <summary>
/// Goal: whatever orders do and whenever they do it, a group never has more seats than its size, nobody is in it twice,
/// and every order that it ends with is told once. Method: long random runs against a model that keeps a line for each
/// order and counts anew every time; a seed that fails is printed and can be named.
/// </summary>
public sealed class GroupModelTests
{
    private const long Goods = 9;
    private const int Runs = 300;
    private const int Commands = 120;

    [Fact]
    public void Commands_InAnyOrderAndAtAnyTime_AreDecidedAsByTheModel()
    {
        var first = TestSeed.Draw();
        for (var run = 0; run < Runs; run++)
        {
            Run(unchecked(first + run));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20_261_124)]
    public void Commands_OfASeed_AreDecidedAsByTheModel(int seed) => Run(seed);

    [Fact]
    public void Check_OfAModelThatFreesNothing_Fails() =>
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() =>
        {
            for (var seed = 0; seed < 50; seed++)
            {
                Run(seed, lapses: false);
            }
        });

    private static void Run(int seed, bool lapses = true)
    {
        var random = new Random(seed);
        var terms = new GroupTerms
        {
            GoodsId = Goods,
            Size = random.Next(2, 6),
            Hours = 1,
            VirtualCount = random.Next(3) == 0 ? random.Next(1, 3) : 0,
        };
        var now = 1_000_000L;
        var state = GroupRules.Open(5, 1, terms, 1, now);
        var model = new Model(terms.Size, terms.VirtualCount, state.EndsAt, lapses);
        Dictionary<long, OrderSeat> rows = [];
        HashSet<(GroupTask, long)> works = [];
        for (var i = 0; i < Commands; i++)
        {
            now += random.Next(4) == 0 ? random.Next(400_000) : random.Next(2_000);
            var (order, user) = (random.Next(1, 25), random.Next(1, 9));
            var steps = new GroupSteps(state);
            var stored = rows.GetValueOrDefault(order);
            model.Advance(now);
            var (refusal, expected, name) = random.Next(10) switch
            {
                < 4 => (
                    GroupRules.Reserve(steps, new(user, order, Goods, 1, now + random.Next(1, 900_000), $" {order}", 0), stored, 0, now).Refusal,
                    model.Reserve(order, user), "reserve"),
                < 7 => (GroupRules.Take(steps, order, stored, 0, now).Refusal, model.Take(order), "take"),
                7 => (GroupRules.Release(steps, order, stored, now).Refusal, model.Release(order), "release"),
                8 => (GroupRules.Leave(steps, order, stored, now).Refusal, model.Leave(order), "leave"),
                _ => (Expire(steps, now), true, "expire"),
            };
            var where = $"seed {seed}, command {i}: {name} order {order} user {user} at {now}, told {refusal?.Reason ?? "yes"}";
            Assert.True(expected == refusal is null, where);
            if (refusal is not null || (name == "reserve" && stored is not null))
            {
                // What is refused, or answered as a repeat, changes nothing, not even what the clock does.
                Assert.True(refusal is not null || ReferenceEquals(state, steps.State), where);
                continue;
            }

            state = steps.State;
            foreach (var seat in steps.Changed)
            {
                rows[seat.OrderId] = seat;
            }

            Assert.All(steps.Works, w => Assert.True(works.Add((w.Task, w.Seat.OrderId)), $"{where}: {w.Task} twice"));
            model.Learn(order, rows.GetValueOrDefault(order)?.Until ?? 0);
            Check(state, rows, works, model, now, where);
        }
    }

    private static Silo.Kernel.Refusal? Expire(GroupSteps steps, long now)
    {
        GroupRules.Advance(steps, now);
        return null;
    }

    private static void Check(
        GroupBuyState state, Dictionary<long, OrderSeat> rows, HashSet<(GroupTask Task, long Order)> works, Model model, long now, string where)
    {
        Assert.True(state.Taken + state.HeldAt(now) <= state.Terms.Size, where);
        Assert.True(state.Seats.Count <= state.Terms.Size, where);
        Assert.True(state.Seats.Select(s => s.UserId).Distinct().Count() == state.Seats.Count, where);
        // What is stored of the live seats is what the state says, and nothing else is live.
        Assert.True(
            state.Seats.OrderBy(s => s.OrderId).SequenceEqual(
                rows.Values.Where(s => s.Status is SeatStatus.Reserved or SeatStatus.Taken).OrderBy(s => s.OrderId)),
            where);
        Assert.True(model.Live.Order().SequenceEqual(state.Seats.Select(s => s.OrderId).Order()), where);
        Assert.True(model.Leader == state.LeaderId || state.Status != GroupStatus.Open, where);
        Assert.True(model.Status == state.Status, $"{where}: {state.Status} and not {model.Status}");
        var told = works.Where(w => w.Task != GroupTask.Close).ToList();
        Assert.True(told.Count == (state.Status == GroupStatus.Open ? 0 : state.Taken), where);
        Assert.All(told, w => Assert.Equal(state.Status == GroupStatus.Completed ? GroupTask.Completed : GroupTask.Refund, w.Task));
    }

    /// <summary>A line for each order, and nothing kept that can be counted.</summary>
    private sealed class Model(int size, int virtualCount, long ends, bool lapses)
    {
        private readonly Dictionary<long, (long User, long Until, char State, int Paid)> lines = [];
        private int payments;
        private bool published;

        public GroupStatus Status { get; private set; } = GroupStatus.Open;

        public long Leader { get; private set; } = 1;

        public IEnumerable<long> Live => lines.Where(l => l.Value.State is 'r' or 't').Select(l => l.Key);

        private int Paid => lines.Values.Count(l => l.State == 't');

        public void Advance(long now)
        {
            if (Status != GroupStatus.Open)
            {
                return;
            }

            if (now >= ends)
            {
                Close(virtualCount > 0 && Paid >= virtualCount ? GroupStatus.Completed : GroupStatus.Failed);
                return;
            }

            if (!lapses)
            {
                return;
            }

            foreach (var (order, line) in lines.Where(l => l.Value.State == 'r' && l.Value.Until <= now).ToList())
            {
                lines[order] = line with { State = 'l' };
                if (!published && line.User == Leader)
                {
                    Close(GroupStatus.Failed);
                }
            }
        }

        public bool Reserve(long order, long user)
        {
            if (lines.ContainsKey(order))
            {
                return true;
            }

            if ((!published && user != Leader) || !HasSeatFor(user))
            {
                return false;
            }

            lines[order] = (user, ends, 'r', 0);
            return true;
        }

        /// <summary>Until when the last reservation is, as the order said.</summary>
        public void Learn(long order, long until)
        {
            if (lines.TryGetValue(order, out var line) && line.State == 'r')
            {
                lines[order] = line with { Until = until };
            }
        }

        public bool Take(long order)
        {
            if (!lines.TryGetValue(order, out var line) || line.State is 'c' or 'q' || (line.State == 'l' && !HasSeatFor(line.User)))
            {
                return false;
            }

            if (line.State != 't')
            {
                lines[order] = line with { State = 't', Paid = ++payments };
                published = true;
                if (Paid == size)
                {
                    Close(GroupStatus.Completed);
                }
            }

            return true;
        }

        public bool Release(long order)
        {
            if (!lines.TryGetValue(order, out var line) || line.State is 't' or 'q')
            {
                return false;
            }

            lines[order] = line with { State = 'c' };
            if (line.State == 'r' && !published)
            {
                Close(GroupStatus.Failed);
            }

            return true;
        }

        public bool Leave(long order)
        {
            if (!lines.TryGetValue(order, out var line) || (line.State != 'q' && (line.State != 't' || Status != GroupStatus.Open)))
            {
                return false;
            }

            lines[order] = line with { State = 'q' };
            if (line.State == 't' && line.User == Leader)
            {
                if (Paid == 0)
                {
                    Close(GroupStatus.Failed);
                }
                else
                {
                    Leader = lines.Values.Where(l => l.State == 't').MinBy(l => l.Paid).User;
                }
            }

            return true;
        }

        private bool HasSeatFor(long user) =>
            Status == GroupStatus.Open && Live.Count() < size && Live.All(order => lines[order].User != user);

        private void Close(GroupStatus status)
        {
            Status = status;
            foreach (var (order, line) in lines.Where(l => l.Value.State == 'r').ToList())
            {
                lines[order] = line with { State = 'l' };
            }
        }
    }
}
