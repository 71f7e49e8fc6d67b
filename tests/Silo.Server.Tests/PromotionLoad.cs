using System.Collections.Concurrent;
using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using Silo.Bargains.V1;
using Silo.GroupBuys.V1;
using Silo.Lotteries.V1;
using Silo.Points.V1;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>What a call of the load is for; each has rows of its own.</summary>
internal enum Act
{
    Draw,
    Help,
    SignIn,
    OpenGroup,
}

/// <summary>A call by what makes it one: repeated, it gets the first answer.</summary>
internal readonly record struct ActCall(Act Act, long User, string Request);

/// <summary>What the calls of a round are made of.</summary>
/// <param name="Number">Part of the request ids.</param>
/// <param name="FirstUser">The first of those who sign in, help and open groups in this round.</param>
/// <param name="Campaigns">The campaigns in each of which <paramref name="Initiator"/> has a bargain.</param>
/// <param name="Initiator">Whose bargains are helped.</param>
internal sealed record PromotionRound(int Number, long FirstUser, IReadOnlyList<long> Campaigns, long Initiator);

/// <summary>
/// Draws, helps, sign-ins and openings of groups at once, until the server is gone. An answer is kept as text that can be
/// made of the rows again.
/// </summary>
internal sealed class PromotionLoad(Shop shop, long lottery, long goods, int users, int usersOfRound)
{
    private static readonly (Act Act, int Workers)[] Parts = [(Act.Draw, 16), (Act.Help, 8), (Act.SignIn, 8), (Act.OpenGroup, 4)];

    /// <summary>The answer of each call that was answered with one, over all rounds.</summary>
    public ConcurrentDictionary<ActCall, string> Acknowledged { get; } = new();

    /// <summary>The calls that the last round left without an answer.</summary>
    public ConcurrentBag<ActCall> Unanswered { get; } = [];

    /// <summary>Calls until the server is gone.</summary>
    /// <param name="round">What is called.</param>
    /// <param name="begun">Called once each act has been acknowledged at least once.</param>
    public async Task RunAsync(PromotionRound round, Action begun)
    {
        Unanswered.Clear();
        var address = shop.Server.Grpc;
        var waiting = Parts.Length;
        await Task.WhenAll(Parts.SelectMany(part =>
        {
            var (next, first) = (-1, 0);
            return Enumerable.Range(0, part.Workers).Select(_ => Task.Run(async () =>
            {
                using var channel = GrpcChannel.ForAddress(address);
                while (await TryAsync(channel, round, CallOf(part.Act, round, Interlocked.Increment(ref next))) is { } acknowledged)
                {
                    if (acknowledged && Interlocked.Exchange(ref first, 1) == 0 && Interlocked.Decrement(ref waiting) == 0)
                    {
                        begun();
                    }
                }
            }));
        }));
    }

    /// <summary>Makes a call, and returns its answer as text.</summary>
    public async Task<string> AnswerAsync(GrpcChannel channel, PromotionRound round, ActCall call)
    {
        var headers = Shop.Bearer(Shop.TokenOf(call.User));
        switch (call.Act)
        {
            case Act.Draw:
                var draw = (await new LotteriesService.LotteriesServiceClient(channel).DrawLotteryAsync(
                    new() { LotteryId = lottery, RequestId = call.Request }, headers)).Draw;
                return Text(draw.Id, draw.Position, draw.Prize.Id, draw.UserCouponId);
            case Act.Help:
                var campaign = round.Campaigns[int.Parse(call.Request.Split('-')[1], CultureInfo.InvariantCulture)];
                var help = (await new BargainsService.BargainsServiceClient(channel).HelpBargainAsync(
                    new() { CampaignId = campaign, InitiatorId = round.Initiator, RequestId = call.Request }, headers)).Help;
                return Text(campaign, help.Ordinal, help.CutCents, help.PriceCents);
            case Act.SignIn:
                var day = (await new PointsService.PointsServiceClient(channel).SignInAsync(
                    new() { RequestId = call.Request }, headers)).SignIn;
                return Text(DateOnly.ParseExact(day.Day, "yyyy-MM-dd", CultureInfo.InvariantCulture).DayNumber, day.Streak, day.Points);
            default:
                var group = (await new GroupBuysService.GroupBuysServiceClient(channel).OpenGroupAsync(
                    new() { GoodsId = goods, RequestId = call.Request }, headers)).Group;
                return Text(group.Id);
        }
    }

    /// <summary>The stored calls with their answers.</summary>
    public async Task<Dictionary<ActCall, string>> StoredAsync()
    {
        var stored = new Dictionary<ActCall, string>();
        await AddAsync(Act.Draw, $"SELECT user_id, request_id, id, position, prize_id, user_coupon_id FROM lotteries_draws WHERE lottery_id = {lottery}");
        await AddAsync(Act.Help, "SELECT helper_id, request_id, campaign_id, ordinal, cut_cents, price_cents FROM bargains_helps");
        await AddAsync(Act.SignIn, "SELECT user_id, request_id, day, streak, points FROM points_sign_ins");
        await AddAsync(Act.OpenGroup, "SELECT caller_id, request_id, answer FROM silo_requests WHERE scope = 'groupbuys.open'");
        return stored;

        async Task AddAsync(Act act, string sql)
        {
            foreach (var (call, answer) in await shop.QueryAsync(sql, r => (
                new ActCall(act, r.GetInt64(0), r.GetString(1)),
                Text([.. Enumerable.Range(2, r.FieldCount - 2).Select(i => Convert.ToInt64(r.GetValue(i), CultureInfo.InvariantCulture))]))))
            {
                stored.Add(call, answer);
            }
        }
    }

    private static string Text(params long[] numbers) => string.Join(':', numbers);

    /// <summary>The n-th call: two each of one user, which mostly are under way at once.</summary>
    private ActCall CallOf(Act act, PromotionRound round, int n)
    {
        var mine = round.FirstUser + (n / 2 % usersOfRound);
        return act switch
        {
            Act.Draw => new(act, (n / 2 % users) + 1, $"d{round.Number}-{n}"),
            Act.Help => new(act, mine, $"h{round.Number}-{n % round.Campaigns.Count}"),
            Act.SignIn => new(act, mine, $"s{round.Number}-{n % 2}"),
            _ => new(act, mine, $"g{round.Number}-{n % 2}"),
        };
    }

    /// <summary>Whether a call was acknowledged; null once the server is gone.</summary>
    private async Task<bool?> TryAsync(GrpcChannel channel, PromotionRound round, ActCall call)
    {
        try
        {
            var answer = await AnswerAsync(channel, round, call);
            Assert.Equal(answer, Acknowledged.GetOrAdd(call, answer));
            return true;
        }
        catch (RpcException exception) when (exception.StatusCode is StatusCode.FailedPrecondition or StatusCode.ResourceExhausted)
        {
            return false;
        }
        catch (RpcException exception)
        {
            Unanswered.Add(call);
            // Without a status of the server it is gone.
            return exception.GetRpcStatus() is null ? null : false;
        }
    }
}
