using Silo.GroupBuys;
using Silo.Storage;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.GroupBuys;

/// <summary>
/// Goal: an order's seat goes through its life as the door says, whatever is asked twice, too late or of another order.
/// Method: tables of steps over the door on both databases, orders of the tests' own in the group's transactions; after each
/// step the answer and the group's seats are compared.
/// </summary>
public abstract class GroupBuysDoorTests<TDatabase>(GroupNode<TDatabase> node) : GroupSuite<TDatabase>(node)
    where TDatabase : TestDatabase, new()
{
    private const string Published = "reserve yes 1/1; ";

    /// <summary>
    /// Steps of the life of one order in a group of three, whose leader has paid: what is asked, what is answered, and the
    /// seats taken and reserved afterwards. "other" is an order that has reserved nothing, "twin" another order of the user.
    /// </summary>
    [Theory]
    [InlineData(Published + "confirm yes 2/0; return yes 1/0; return repeat 1/0; confirm SEAT_CLOSED 1/0; release SEAT_CLOSED 1/0")]
    [InlineData(Published + "release yes 1/0; release repeat 1/0; confirm SEAT_CLOSED 1/0; return SEAT_NOT_TAKEN 1/0")]
    [InlineData(Published + "reserve repeat 1/1; confirm yes 2/0; reserve repeat 2/0; confirm repeat 2/0; release SEAT_TAKEN 2/0")]
    [InlineData(Published + "return SEAT_NOT_TAKEN 1/1; twin GROUP_JOINED_ALREADY 1/1; release yes 1/0; twin yes 1/1")]
    [InlineData(Published + "confirm-other SEAT_UNKNOWN 1/1; release-other SEAT_UNKNOWN 1/1; return-other SEAT_UNKNOWN 1/1")]
    [InlineData(Published + "lapse - 1/0; confirm yes 2/0; return yes 1/0")]
    [InlineData(Published + "lapse - 1/0; release yes 1/0; confirm SEAT_CLOSED 1/0")]
    [InlineData(Published + "confirm yes 2/0; third yes 3/0; return GROUP_COMPLETED 3/0; release SEAT_TAKEN 3/0; confirm repeat 3/0")]
    [InlineData(Published + "confirm yes 2/0; end - 2/0; return GROUP_ENDED 2/0; confirm repeat 2/0; twin GROUP_ENDED 2/0")]
    [InlineData(Published + "end - 1/0; confirm GROUP_ENDED 1/0; release yes 1/0")]
    public async Task Order_ThroughItsLife_MovesItsSeatOnce(string steps)
    {
        var (group, goods, _) = await Node.PublishAsync(terms => terms with { Size = 3 });
        var (user, order, other) = (NewId(), NewId(), NewId());
        foreach (var step in steps.Split("; "))
        {
            var asked = step.Split(' ')[0];
            var answer = asked switch
            {
                "reserve" => Answer(await Node.ReserveAsync(group, goods, user, order, Node.Clock.NowMs + 1_000_000)),
                "twin" => Answer(await Node.ReserveAsync(group, goods, user, NewId())),
                "third" => await ThirdAsync(group, goods),
                "confirm" => Answer(await Node.ConfirmAsync(group, order)),
                "release" => Answer(await Node.ReleaseAsync(group, order)),
                "return" => Answer(await Node.ReturnAsync(group, order)),
                "confirm-other" => Answer(await Node.ConfirmAsync(group, other)),
                "release-other" => Answer(await Node.ReleaseAsync(group, other)),
                "return-other" => Answer(await Node.ReturnAsync(group, other)),
                "lapse" => await LapseAsync(group),
                _ => await EndAsync(group),
            };
            var state = await Node.StateAsync(group);
            Assert.Equal(step, $"{asked} {answer} {state.Taken}/{state.HeldAt(Node.Clock.NowMs)}");
        }
    }

    [Fact]
    public async Task Confirm_OfTheLastSeat_SaysThatTheGroupIsCompleteAndWhatItsTermsAre()
    {
        var (group, goods, _) = await Node.PublishAsync(terms => terms with { Size = 2, PriceCents = 700 });
        var order = NewId();

        var reserved = (await Node.ReserveAsync(group, goods, NewId(), order)).Decision.Value!;
        var confirmed = (await Node.ConfirmAsync(group, order)).Decision.Value!;

        Assert.Equal((group, order, false, 700L), (reserved.GroupId, reserved.OrderId, reserved.IsComplete, reserved.Terms.PriceCents));
        Assert.True(reserved.ReservedUntil > Node.Clock.NowMs);
        Assert.Equal((group, order, true, 1), (confirmed.GroupId, confirmed.OrderId, confirmed.IsComplete, confirmed.Version));
    }

    private static string Answer(Joined<GroupSeat> joined) =>
        joined.Refusal?.Reason ?? (joined.Decision.Value!.Repeated ? "repeat" : "yes");

    private async Task<string> ThirdAsync(long group, long goods)
    {
        var order = NewId();
        Assert.Null((await Node.ReserveAsync(group, goods, NewId(), order)).Refusal);
        return Answer(await Node.ConfirmAsync(group, order));
    }

    private async Task<string> LapseAsync(long group)
    {
        Node.Time.Advance(1_000_001);
        Assert.Null((await Node.RunAsync(group, new ExpireCommand())).Refusal);
        return "-";
    }

    private async Task<string> EndAsync(long group)
    {
        Assert.Null((await Node.RunAsync(group, new EndCommand())).Refusal);
        return "-";
    }
}

public sealed class GroupBuysDoorOnSqlite(GroupNode<SqliteDatabase> node) : GroupBuysDoorTests<SqliteDatabase>(node);

public sealed class GroupBuysDoorOnPostgres(GroupNode<PostgresDatabase> node) : GroupBuysDoorTests<PostgresDatabase>(node);
