using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>When the answer to a commit is lost.</summary>
public enum Loss
{
    /// <summary>While it is outstanding.</summary>
    Answer,

    /// <summary>After it came, before anybody knows.</summary>
    Commit,
}

/// <summary>What a caller of a hot grain can rely on when a commit breaks.</summary>
public abstract class FaultSuite<TDatabase>(NodeFixture<TDatabase> fixture) : NodeSuite<TDatabase>(fixture)
    where TDatabase : TestDatabase, new()
{
    private const long Account = 1;

    [Fact]
    public async Task BeforeSend_FailsOnce_TheBatchRunsAgainAndTheCallerIsAnswered()
    {
        var grain = NewGrain();
        var sends = 0;
        Faults.BeforeSend = () => ThrowIf(Interlocked.Increment(ref sends) == 1);

        var outcome = await AddAsync(grain, "a", 4);

        Assert.Equal((4, false), (outcome.Total, outcome.Repeated));
        Assert.Equal(2, sends);
        Assert.Single((await ConsistentAsync(grain)).Rows);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Account)]
    public async Task BeforeSend_FailsAlways_NothingIsStoredAndTheNextCommandWorks(long account)
    {
        var grain = NewGrain();
        await PayAsync(account);
        Faults.BeforeSend = () => ThrowIf(true);

        var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => AddAsync(grain, "a", 4, account));

        Assert.False(refused.OutcomeUnknown);
        Assert.Empty(await Node.EntriesAsync(grain));
        Assert.Null((await Node.StoredAsync(grain)).Version);
        Faults.BeforeSend = null;
        var next = await AddAsync(grain, "a", 4, account);
        Assert.Equal((4, false), (next.Total, next.Repeated));
        await ConsistentAsync(grain);
    }

    [Theory]
    [InlineData(Loss.Answer, 0)]
    [InlineData(Loss.Answer, Account)]
    [InlineData(Loss.Commit, 0)]
    [InlineData(Loss.Commit, Account)]
    public async Task CommitWithoutAnswer_IsUnknownAndTheRetryGetsTheFirstAnswer(Loss loss, long account)
    {
        var grain = NewGrain();
        await PayAsync(account);
        await AddAsync(grain, "before", 10, account);
        var balance = account == 0 ? 0 : await Node.BalanceAsync(account);
        var before = await Node.Counter(grain).ViewAsync();
        Lose(loss);

        var unknown = await Assert.ThrowsAsync<StorageUnavailableException>(() => AddAsync(grain, "a", 4, account));
        Heal();
        var retry = await AddAsync(grain, "a", 4, account);

        Assert.True(unknown.OutcomeUnknown);
        Assert.Equal((14, true), (retry.Total, retry.Repeated));
        Assert.Equal(2, (await ConsistentAsync(grain)).Rows.Count);
        Assert.NotEqual(before.Activation, (await Node.Counter(grain).ViewAsync()).Activation);
        if (account != 0)
        {
            Assert.Equal(balance - 4, await Node.BalanceAsync(account));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds.OfEveryRun), MemberType = typeof(Seeds))]
    public async Task GeneratedSequences_WithFaults_AgreeWithTheModel(int seed)
    {
        var random = new Random(seed);
        var account = 1_000_000L + seed;
        const long funds = 60;
        await Node.AddBalanceAsync(account, funds);
        var grains = Enumerable.Range(0, 3).Select(_ => NewGrain()).ToArray();
        var model = grains.ToDictionary(g => g, _ => new ModelCounter());
        var balance = funds;
        for (var step = 0; step < 40; step++)
        {
            var grain = grains[random.Next(grains.Length)];
            var counter = model[grain];
            var commands = Enumerable.Range(0, random.Next(1, 6)).Select(_ => new CounterCommand
            {
                RequestId = $"r{random.Next(30)}",
                Amount = random.Next(1, 8),
                Account = random.Next(3) == 0 ? account : 0,
                Limit = random.Next(2) == 0 ? 40 : long.MaxValue,
            }).ToArray();
            var fault = random.Next(6);
            var locks = commands.Any(c => c.Account != 0);
            var (next, balanceAfter, expected) = counter.Apply(commands, balance);
            var commits = next.Answers.Count > counter.Answers.Count;
            var sends = 0;
            switch (fault)
            {
                case 0:
                    Faults.BeforeSend = () => ThrowIf(Interlocked.Increment(ref sends) == 1);
                    break;
                case 1:
                    Faults.BeforeSend = () => ThrowIf(true);
                    break;
                case 2:
                    Lose(Loss.Commit);
                    break;
                case 3:
                    Lose(Loss.Answer);
                    break;
                default:
                    break;
            }

            StorageUnavailableException? failure = null;
            CounterOutcome[] outcomes = [];
            try
            {
                outcomes = await Node.Counter(grain).RunAsync(commands).Soon();
            }
            catch (StorageUnavailableException exception)
            {
                failure = exception;
            }

            Heal();
            // A transaction that begins with locks is not run again.
            var rolledBack = commits && (fault == 1 || (fault == 0 && locks));
            var lost = commits && (fault == 2 || fault == 3);
            Assert.True(failure is not null == (rolledBack || lost), $"seed {seed}, step {step}: {failure}");
            Assert.True(failure is null || failure.OutcomeUnknown == lost, $"seed {seed}, step {step}: {failure}");
            if (failure is null)
            {
                Assert.True(
                    expected.SequenceEqual(outcomes.Select(o => (o.RequestId, o.Total, o.Refusal?.Reason, o.Repeated))),
                    $"seed {seed}, step {step}: {string.Join(';', expected)} but {string.Join(';', outcomes.AsEnumerable())}");
            }

            if (!rolledBack)
            {
                (model[grain], balance) = (next, balanceAfter);
            }
        }

        foreach (var grain in grains)
        {
            var (state, rows) = await ConsistentAsync(grain);
            Assert.Equal(model[grain].Total, state.Total);
            Assert.Equal(model[grain].Answers, rows.ToDictionary(r => r.RequestId, r => r.TotalAfter));
        }

        Assert.Equal(balance, await Node.BalanceAsync(account));
    }

    private protected static void ThrowIf(bool condition)
    {
        if (condition)
        {
            throw new IOException("Broken on purpose.");
        }
    }

    private protected void Heal() => (Faults.BeforeSend, Faults.AfterSend, Faults.AfterCommit) = (null, null, null);

    private void Lose(Loss loss)
    {
        if (loss == Loss.Commit)
        {
            Faults.AfterCommit = () => ThrowIf(true);
        }
        else
        {
            Faults.AfterSend = async answer =>
            {
                await answer;
                ThrowIf(true);
            };
        }
    }

    /// <summary>Makes sure that the account has what a test spends.</summary>
    private async Task PayAsync(long account)
    {
        if (account != 0 && !await Node.Units.ReadAsync(
            reads => Task.FromResult(reads.Query<BalanceRow>().Any(b => b.Id == account)), CancellationToken.None))
        {
            await Node.AddBalanceAsync(account, 1000);
        }
    }

    /// <summary>What the counters must do, without a database.</summary>
    private sealed record ModelCounter
    {
        public long Total { get; init; }

        public Dictionary<string, long> Answers { get; init; } = [];

        public (ModelCounter Next, long Balance, List<(string, long, string?, bool)> Outcomes) Apply(
            CounterCommand[] commands, long balance)
        {
            var (total, answers) = (Total, new Dictionary<string, long>(Answers));
            List<(string, long, string?, bool)> outcomes = [];
            foreach (var command in commands)
            {
                if (answers.TryGetValue(command.RequestId, out var first))
                {
                    outcomes.Add((command.RequestId, first, null, true));
                }
                else if (total + command.Amount > command.Limit)
                {
                    outcomes.Add((command.RequestId, 0, "LIMIT", false));
                }
                else if (command.Account != 0 && balance < command.Amount)
                {
                    outcomes.Add((command.RequestId, 0, "POOR", false));
                }
                else
                {
                    total += command.Amount;
                    balance -= command.Account != 0 ? command.Amount : 0;
                    answers[command.RequestId] = total;
                    outcomes.Add((command.RequestId, total, null, false));
                }
            }

            return (new() { Total = total, Answers = answers }, balance, outcomes);
        }
    }
}

/// <summary>Some that stay and one of today; the seed is in the name and in the messages of its test.</summary>
public static class Seeds
{
    public static TheoryData<int> OfEveryRun() => [.. Enumerable.Range(1, 6).Append(1000 + (TestSeed.Value % 1_000_000))];
}

public sealed class FaultsOnPostgres(NodeFixture<PostgresDatabase> fixture) : FaultSuite<PostgresDatabase>(fixture);

public sealed class FaultsOnSqlite(NodeFixture<SqliteDatabase> fixture) : FaultSuite<SqliteDatabase>(fixture);
