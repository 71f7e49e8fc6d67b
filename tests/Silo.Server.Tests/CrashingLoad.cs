using System.Collections.Concurrent;
using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using Silo.Coupons.V1;
using Silo.Testing;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Claims of one coupon from many connections until the server is killed at a random moment. SILO_TEST_SEED repeats the
/// moments of a run.
/// </summary>
internal sealed class CrashingLoad
{
    public const int Workers = 64;
    private readonly Shop shop;
    private readonly long coupon;
    private readonly int usersOfWorker;
    private readonly ITestOutputHelper output;
    private readonly int seed;
    private readonly Random random;

    /// <summary>Worker n claims for its own users, from <c>n * usersOfWorker + 1</c> on.</summary>
    public CrashingLoad(Shop shop, long coupon, int usersOfWorker, ITestOutputHelper output)
    {
        (this.shop, this.coupon, this.usersOfWorker, this.output) = (shop, coupon, usersOfWorker, output);
        seed = TestSeed.Draw();
        random = new Random(seed);
    }

    /// <summary>The piece of each claim that was answered with one, over all rounds.</summary>
    public ConcurrentDictionary<(long User, string Request), long> Acknowledged { get; } = new();

    /// <summary>Rounds on each database: the short form, or SILO_CRASH_ROUNDS.</summary>
    public static int Rounds(int shortForm) =>
        int.TryParse(Environment.GetEnvironmentVariable("SILO_CRASH_ROUNDS"), CultureInfo.InvariantCulture, out var rounds) ? rounds : shortForm;

    /// <summary>
    /// Runs the load until the kill, starts the server again and checks that every acknowledged claim is stored. Returns
    /// the stored pieces and the claims that were not answered.
    /// </summary>
    /// <param name="round">Part of the request ids.</param>
    /// <param name="beside">
    /// What else is done meanwhile; it says when it has begun, and ends at the first call that is not answered.
    /// </param>
    public async Task<(Dictionary<(long User, string Request), long> Pieces, ConcurrentBag<(long User, string Request)> Unanswered)> RunRoundAsync(
        int round, Func<Action, Task>? beside = null)
    {
        var delay = TimeSpan.FromSeconds(random.NextDouble() * 3);
        var before = Acknowledged.Count;
        var unanswered = new ConcurrentBag<(long, string)>();
        using var killed = new CancellationTokenSource();
        var (claiming, working) = (NewSignal(), NewSignal());
        Task[] load =
        [
            .. Enumerable.Range(0, Workers).Select(worker => Task.Run(() => ClaimAsync(worker, round, unanswered, claiming, killed.Token))),
            Task.Run(() => beside is null ? Task.CompletedTask : beside(() => working.TrySetResult())),
        ];
        // The moment counts from the first answers, however slow the machine is.
        await Task.WhenAll(claiming.Task, beside is null ? Task.CompletedTask : working.Task).WaitAsync(TimeSpan.FromSeconds(30));
        await Task.Delay(delay, TimeProvider.System);
        await shop.Server.KillAsync();
        await killed.CancelAsync();
        await Task.WhenAll(load);
        var ofRound = Acknowledged.Count - before;
        output.WriteLine(
            $"{shop.Database} round {round}: killed after {delay.TotalSeconds:F2} s, {ofRound} acknowledged, {unanswered.Count} unanswered");
        Assert.True(ofRound > 0 && !unanswered.IsEmpty, $"Round {round} proves nothing, seed {seed}.");

        await shop.RestartAsync();
        await shop.LogInAsync();
        var pieces = await shop.PiecesAsync(coupon);
        foreach (var (claim, piece) in Acknowledged)
        {
            Assert.True(pieces.TryGetValue(claim, out var stored) && stored == piece, $"{claim} was lost, seed {seed}");
        }

        return (pieces, unanswered);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ClaimAsync(
        int worker, int round, ConcurrentBag<(long User, string Request)> unanswered, TaskCompletionSource claiming, CancellationToken killed)
    {
        using var channel = GrpcChannel.ForAddress(shop.Server.Grpc);
        var client = new CouponsService.CouponsServiceClient(channel);
        for (var i = 0; !killed.IsCancellationRequested; i++)
        {
            var user = ((long)worker * usersOfWorker) + (i % usersOfWorker) + 1;
            var request = $"k{round}-{i}";
            try
            {
                var answer = await client.ClaimCouponAsync(
                    new() { CouponId = coupon, RequestId = request }, Shop.Bearer(Shop.TokenOf(user)), cancellationToken: CancellationToken.None);
                Acknowledged[(user, request)] = answer.UserCoupon.Id;
                claiming.TrySetResult();
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.ResourceExhausted)
            {
                return;
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.FailedPrecondition)
            {
                // Refused; the worker's next user may have what it takes.
            }
            catch (RpcException exception)
            {
                unanswered.Add((user, request));
                if (exception.GetRpcStatus() is null)
                {
                    // Nothing of the server: it is gone.
                    return;
                }
            }
        }
    }
}
