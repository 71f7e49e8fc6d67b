using Silo.GroupBuys;
using Xunit;

namespace Silo.Modules.Tests.GroupBuys;

/// <summary>
/// Goal: who gets a seat, what becomes of it, and what becomes of the group, at every boundary and in the stated order of
/// refusals. Method: tables over the pure rules; of two faults at once the first of the order is told.
/// </summary>
public sealed class GroupRulesTests
{
    private const long Leader = 1;
    private const long Goods = 77;
    private const long Opened = 1_000_000;
    private const long HourMs = 3_600_000;
    private const long Ends = Opened + (2 * HourMs);

    private static readonly GroupTerms Terms = new() { GoodsId = Goods, Size = 3, Hours = 2 };

    [Theory]
    [InlineData(false, false, 100, 99, "GROUP_CAMPAIGN_DISABLED")]
    [InlineData(true, false, 100, 99, null)]
    [InlineData(true, false, 100, 100, "GROUP_CAMPAIGN_ENDED")]
    [InlineData(false, false, 100, 100, "GROUP_CAMPAIGN_DISABLED")]
    [InlineData(false, true, 100, 99, "GROUP_CAMPAIGN_ENDED")]
    public void OpenRefusal_OfACampaign_IsAsItsStateAndTheClockSay(bool enabled, bool over, long until, long now, string? refusal) =>
        Assert.Equal(refusal, GroupRules.OpenRefusal(enabled, over, until, now)?.Reason);

    [Theory]
    [InlineData(5, 0, 0, true)]
    [InlineData(5, 60, 0, true)]
    [InlineData(5, 0, 5, true)]
    [InlineData(5, 0, 6, false)]
    [InlineData(5, 1, 1, false)]
    public void IsVirtualValid_Terms_AreOneOfBothAndAtMostTheSize(int size, int percent, int count, bool valid) =>
        Assert.Equal(valid, GroupRules.IsVirtualValid(size, percent, count));

    [Fact]
    public void Open_KeepsTheTermsAndEndsAfterItsHours()
    {
        var group = GroupRules.Open(5, 3, Terms, Leader, Opened);

        Assert.Equal((5, 3, Terms, Leader, Leader), (group.CampaignId, group.Version, group.Terms, group.OpenerId, group.LeaderId));
        Assert.Equal((GroupStatus.Open, false, Ends), (group.Status, group.Published, group.EndsAt));
    }

    /// <summary>Words: the faults of a reservation; the expected one is the first of the order.</summary>
    [Theory]
    [InlineData("", null)]
    [InlineData("hidden", "GROUP_UNKNOWN")]
    [InlineData("hidden goods", "GROUP_UNKNOWN")]
    [InlineData("goods", "GROUP_OTHER_GOODS")]
    [InlineData("goods failed", "GROUP_OTHER_GOODS")]
    [InlineData("failed", "GROUP_ENDED")]
    [InlineData("failed joined", "GROUP_ENDED")]
    [InlineData("over", "GROUP_ENDED")]
    [InlineData("over joined", "GROUP_ENDED")]
    [InlineData("completed", "GROUP_FULL")]
    [InlineData("completed joined", "GROUP_FULL")]
    [InlineData("joined", "GROUP_JOINED_ALREADY")]
    [InlineData("joined full", "GROUP_JOINED_ALREADY")]
    [InlineData("full", "GROUP_FULL")]
    [InlineData("full limit", "GROUP_FULL")]
    [InlineData("limit", "GROUP_LIMIT_REACHED")]
    [InlineData("limit pieces", "GROUP_LIMIT_REACHED")]
    [InlineData("pieces", "GROUP_QUANTITY_TOO_LARGE")]
    [InlineData("pieces past", "GROUP_QUANTITY_TOO_LARGE")]
    [InlineData("past", "GROUP_ENDED")]
    public void Reserve_Faults_AreToldInTheirOrder(string faults, string? refusal)
    {
        bool Has(string fault) => faults.Split(' ').Contains(fault);
        var seats = new List<OrderSeat> { Taken(101, Leader) };
        if (Has("joined"))
        {
            seats.Add(Reserved(102, 2, Ends));
        }

        if (Has("full"))
        {
            seats.AddRange(Enumerable.Range(0, 3 - seats.Count).Select(i => Reserved(110 + i, 20 + i, Ends)));
        }

        var group = Group([.. seats]) with
        {
            Published = !Has("hidden"),
            Status = Has("failed") ? GroupStatus.Failed : Has("completed") ? GroupStatus.Completed : GroupStatus.Open,
            Terms = Terms with { SeatsPerUser = Has("limit") ? 2 : 3, PiecesPerOrder = 5 },
        };
        var now = Has("over") ? Ends : Opened + 10;
        var asked = new SeatAsked(
            2, 200, Has("goods") ? Goods + 1 : Goods, Has("pieces") ? 6 : 5, Has("past") ? Opened : Ends + HourMs, "r", 0);

        var steps = new GroupSteps(group);
        var (told, seat, repeated) = GroupRules.Reserve(steps, asked, first: null, elsewhere: 2, now);

        Assert.Equal((refusal, refusal is null, false), (told?.Reason, seat is not null, repeated));
    }

    [Theory]
    [InlineData(HourMs, Opened + HourMs)]
    [InlineData(3 * HourMs, Ends)]
    public void Reserve_UntilTheEarlierOfOrderAndGroup(long orderMs, long until)
    {
        var steps = new GroupSteps(Group(Taken(101, Leader)));

        var (_, seat, _) = GroupRules.Reserve(steps, Asked(2, 200, Opened + orderMs), null, 0, Opened + 10);

        Assert.Equal((until, SeatStatus.Reserved, Opened + 10), (seat!.Until, seat.Status, seat.ReservedAt));
        Assert.Equal([seat], steps.Changed);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, "REQUEST_ID_REUSED")]
    public void Reserve_Repeat_IsToldTheFirstSeatBeforeAnyRule(long hash, string? refusal)
    {
        var first = Reserved(101, 2, Opened + 5) with { Status = SeatStatus.Released };
        var steps = new GroupSteps(Group() with { Status = GroupStatus.Failed });

        var (told, seat, repeated) = GroupRules.Reserve(
            steps, Asked(2, 200, Ends) with { RequestHash = hash }, first, 0, Ends + 1);

        Assert.Equal((refusal, refusal is null ? 101L : null, refusal is null), (told?.Reason, seat?.OrderId, repeated));
        Assert.Empty(steps.Changed);
    }

    [Theory]
    [InlineData(99, "GROUP_FULL")]
    [InlineData(100, null)]
    public void Reserve_ASeatWhoseTimeIsOver_IsFreeAtOnce(long now, string? refusal)
    {
        var steps = new GroupSteps(Group(Taken(101, Leader), Reserved(102, 2, Opened + 100), Reserved(103, 3, Ends)));

        var (told, _, _) = GroupRules.Reserve(steps, Asked(4, 200, Ends), null, 0, Opened + now);

        Assert.Equal(refusal, told?.Reason);
        if (refusal is null)
        {
            Assert.Equal([101, 103, 200], steps.State.Seats.Select(s => s.OrderId));
            Assert.Equal((102, SeatStatus.Lapsed, Opened + 100), (steps.Changed[0].OrderId, steps.Changed[0].Status, steps.Changed[0].EndedAt));
        }
    }

    [Fact]
    public void Reserve_OwnerOfALapsedSeat_CanReserveAgain()
    {
        var steps = new GroupSteps(Group(Taken(101, Leader), Reserved(102, 2, Opened + 100)));

        Assert.Null(GroupRules.Reserve(steps, Asked(2, 200, Ends), null, 0, Opened + 100).Refusal);

        Assert.Equal([101, 200], steps.State.Seats.Select(s => s.OrderId));
    }

    [Fact]
    public void Reserve_BeforeTheLeaderHasPaid_IsTheLeadersAlone()
    {
        var fresh = GroupRules.Open(5, 1, Terms, Leader, Opened);

        Assert.Equal("GROUP_UNKNOWN", GroupRules.Reserve(new(fresh), Asked(2, 200, Ends), null, 0, Opened).Refusal?.Reason);
        var steps = new GroupSteps(fresh);
        Assert.Null(GroupRules.Reserve(steps, Asked(Leader, 201, Ends), null, 0, Opened).Refusal);
        Assert.Equal("GROUP_UNKNOWN", GroupRules.Reserve(new(steps.State), Asked(2, 200, Ends), null, 0, Opened).Refusal?.Reason);
        Assert.Null(GroupRules.Take(steps, 201, null, 0, Opened + 1).Refusal);
        Assert.Null(GroupRules.Reserve(new(steps.State), Asked(2, 200, Ends), null, 0, Opened + 1).Refusal);
    }

    [Theory]
    [InlineData(99, "Open")]
    [InlineData(100, "Failed")]
    public void Advance_LeadersUnpaidSeat_EndsTheGroupWhenItLapses(long now, string status)
    {
        var group = GroupRules.Open(5, 1, Terms, Leader, Opened) with { Seats = [Reserved(101, Leader, Opened + 100)] };
        var steps = new GroupSteps(group);

        GroupRules.Advance(steps, Opened + now);

        Assert.Equal(status, steps.State.Status.ToString());
        Assert.Empty(steps.Works);
    }

    [Fact]
    public void Release_LeadersUnpaidSeat_EndsTheGroup()
    {
        var steps = new GroupSteps(GroupRules.Open(5, 1, Terms, Leader, Opened) with { Seats = [Reserved(101, Leader, Ends)] });

        Assert.Null(GroupRules.Release(steps, 101, null, Opened + 1).Refusal);

        Assert.Equal((GroupStatus.Failed, 0, 0), (steps.State.Status, steps.State.Seats.Count, steps.Works.Count));
        Assert.Equal(SeatStatus.Released, Assert.Single(steps.Changed).Status);
    }

    /// <summary>The seat's own state, how many have paid, and what else the group is like.</summary>
    [Theory]
    [InlineData("none", 1, "", "SEAT_UNKNOWN")]
    [InlineData("taken", 1, "", null)]
    [InlineData("taken", 1, "completed", null)]
    [InlineData("reserved", 1, "", null)]
    [InlineData("released", 1, "", "SEAT_CLOSED")]
    [InlineData("released", 1, "failed", "SEAT_CLOSED")]
    [InlineData("left", 1, "", "SEAT_CLOSED")]
    [InlineData("lapsed", 1, "", null)]
    [InlineData("lapsed", 1, "failed", "GROUP_ENDED")]
    [InlineData("lapsed", 1, "over", "GROUP_ENDED")]
    [InlineData("lapsed", 1, "completed", "GROUP_FULL")]
    [InlineData("lapsed", 1, "again", "GROUP_JOINED_ALREADY")]
    [InlineData("lapsed", 2, "again", "GROUP_JOINED_ALREADY")]
    [InlineData("lapsed", 3, "", "GROUP_FULL")]
    [InlineData("lapsed", 3, "limit", "GROUP_FULL")]
    [InlineData("lapsed", 2, "limit", "GROUP_LIMIT_REACHED")]
    public void Take_SeatAndGroup_SayWhetherItIsTaken(string seat, int members, string group, string? refusal)
    {
        var mine = Reserved(200, 2, Opened + 50);
        var seats = Enumerable.Range(0, members).Select(i => Taken(101 + i, i == 0 ? Leader : 10 + i)).ToList();
        if (seat is "taken" or "reserved")
        {
            seats.Add(seat == "taken" ? Taken(200, 2) : mine with { Until = Ends });
        }

        if (group == "again")
        {
            seats.Add(Reserved(300, 2, Ends));
        }

        var stored = seat switch
        {
            "released" => mine with { Status = SeatStatus.Released },
            "left" => mine with { Status = SeatStatus.Left },
            "lapsed" => mine with { Status = SeatStatus.Lapsed },
            _ => null,
        };
        var steps = new GroupSteps(Group([.. seats]) with
        {
            Terms = Terms with { SeatsPerUser = group == "limit" ? 1 : 0 },
            Status = group switch { "failed" => GroupStatus.Failed, "completed" => GroupStatus.Completed, _ => GroupStatus.Open },
        });

        var (told, repeated) = GroupRules.Take(steps, 200, stored, elsewhere: 1, group == "over" ? Ends : Opened + 100);

        Assert.Equal((refusal, seat == "taken"), (told?.Reason, repeated));
        if (refusal is null && !repeated)
        {
            Assert.Equal((200, SeatStatus.Taken, Opened + 100, 0), (
                steps.State.Seats[^1].OrderId, steps.State.Seats[^1].Status, steps.State.Seats[^1].TakenAt, steps.State.Seats[^1].EndedAt));
        }
    }

    [Fact]
    public void Take_TheLastSeat_CompletesTheGroupWithOneWorkForEachOrder()
    {
        var steps = new GroupSteps(Group(Taken(101, Leader), Taken(102, 2), Reserved(103, 3, Ends)));

        Assert.Null(GroupRules.Take(steps, 103, null, 0, Opened + 1).Refusal);

        Assert.Equal((GroupStatus.Completed, Opened + 1, 0), (steps.State.Status, steps.State.EndedAt, steps.State.VirtualMembers));
        Assert.Equal(
            [(GroupTask.Completed, 101), (GroupTask.Completed, 102), (GroupTask.Completed, 103)],
            steps.Works.Select(w => (w.Task, w.Seat.OrderId)));
    }

    [Theory]
    [InlineData("none", "", "SEAT_UNKNOWN", false)]
    [InlineData("reserved", "", null, false)]
    [InlineData("lapsed", "", null, false)]
    [InlineData("lapsed", "failed", null, false)]
    [InlineData("released", "", null, true)]
    [InlineData("taken", "", "SEAT_TAKEN", false)]
    [InlineData("taken", "failed", "SEAT_TAKEN", false)]
    [InlineData("left", "", "SEAT_CLOSED", false)]
    public void Release_SeatAndGroup_SayWhetherItIsGivenBack(string seat, string group, string? refusal, bool repeats)
    {
        var (steps, stored) = Named(seat, group);

        var (told, repeated) = GroupRules.Release(steps, 200, stored, Opened + 100);

        Assert.Equal((refusal, repeats), (told?.Reason, repeated));
        Assert.Equal(refusal is null && !repeats, steps.Changed.Any(s => s is { OrderId: 200, Status: SeatStatus.Released }));
    }

    [Theory]
    [InlineData("none", "", "SEAT_UNKNOWN", false)]
    [InlineData("reserved", "", "SEAT_NOT_TAKEN", false)]
    [InlineData("reserved", "over", "SEAT_NOT_TAKEN", false)]
    [InlineData("lapsed", "failed", "SEAT_NOT_TAKEN", false)]
    [InlineData("released", "", "SEAT_NOT_TAKEN", false)]
    [InlineData("left", "failed", null, true)]
    [InlineData("taken", "completed", "GROUP_COMPLETED", false)]
    [InlineData("taken", "failed", "GROUP_ENDED", false)]
    [InlineData("taken", "over", "GROUP_ENDED", false)]
    [InlineData("taken", "", null, false)]
    public void Leave_SeatAndGroup_SayWhetherItIsLeft(string seat, string group, string? refusal, bool repeats)
    {
        var (steps, stored) = Named(seat, group);

        var (told, repeated) = GroupRules.Leave(steps, 200, stored, group == "over" ? Ends : Opened + 100);

        Assert.Equal((refusal, repeats), (told?.Reason, repeated));
        Assert.Equal(refusal is null && !repeats, steps.Changed.Any(s => s is { OrderId: 200, Status: SeatStatus.Left }));
    }

    [Fact]
    public void Leave_TheLeader_TheNextWhoPaidLeadsAndTheDeadlineStays()
    {
        var steps = new GroupSteps(Group(Taken(101, Leader), Reserved(102, 2, Ends), Taken(103, 3)));

        Assert.Null(GroupRules.Leave(steps, 101, null, Opened + 1).Refusal);

        Assert.Equal((3, Leader, Ends, GroupStatus.Open), (
            steps.State.LeaderId, steps.State.OpenerId, steps.State.EndsAt, steps.State.Status));
        Assert.False(steps.State.IsOpeners);
        Assert.Empty(steps.Works);
    }

    /// <summary>He may have opened another one meanwhile, and two cannot both be what he is sent to.</summary>
    [Fact]
    public void Leave_TheSecondLeader_TheOpenerLeadsAgainAndIsNotSentToIt()
    {
        var steps = new GroupSteps(Group(Taken(101, Leader), Taken(102, 2)));
        Assert.True(steps.State.IsOpeners);

        Assert.Null(GroupRules.Leave(steps, 101, null, Opened + 1).Refusal);
        Assert.Null(GroupRules.Reserve(steps, Asked(Leader, 103, Ends), null, 0, Opened + 2).Refusal);
        Assert.Null(GroupRules.Take(steps, 103, null, 0, Opened + 3).Refusal);
        Assert.Null(GroupRules.Leave(steps, 102, null, Opened + 4).Refusal);

        Assert.Equal((Leader, true, false), (steps.State.LeaderId, steps.State.HandedOn, steps.State.IsOpeners));
    }

    [Fact]
    public void Leave_TheOnlyMember_FailsTheGroupAndClosesWhatIsReserved()
    {
        var steps = new GroupSteps(Group(Taken(101, Leader), Reserved(102, 2, Ends)));

        Assert.Null(GroupRules.Leave(steps, 101, null, Opened + 1).Refusal);

        Assert.Equal((GroupStatus.Failed, 0), (steps.State.Status, steps.State.Seats.Count));
        Assert.Equal([(GroupTask.Close, 102)], steps.Works.Select(w => (w.Task, w.Seat.OrderId)));
    }

    [Theory]
    [InlineData(-1, "Open")]
    [InlineData(0, "Failed")]
    public void Advance_AtTheEnd_RefundsEachTakenSeatAndClosesEachReservedOne(long fromEnd, string status)
    {
        var steps = new GroupSteps(Group(Taken(101, Leader), Taken(102, 2), Reserved(103, 3, Ends)));

        GroupRules.Advance(steps, Ends + fromEnd);

        Assert.Equal(status, steps.State.Status.ToString());
        if (fromEnd == 0)
        {
            Assert.Equal(
                [(GroupTask.Close, 103), (GroupTask.Refund, 101), (GroupTask.Refund, 102)],
                steps.Works.Select(w => (w.Task, w.Seat.OrderId)));
            Assert.Equal([101, 102], steps.State.Seats.Select(s => s.OrderId));
            Assert.Equal((103, SeatStatus.Lapsed), (steps.Changed[0].OrderId, steps.Changed[0].Status));
        }
    }

    [Theory]
    [InlineData(0, 0, 4, 0)]
    [InlineData(0, 4, 4, 1)]
    [InlineData(0, 4, 3, 0)]
    [InlineData(0, 1, 0, 0)]
    [InlineData(80, 0, 4, 1)]
    [InlineData(81, 0, 4, 0)]
    [InlineData(60, 0, 3, 2)]
    [InlineData(61, 0, 3, 0)]
    [InlineData(1, 0, 1, 4)]
    [InlineData(1, 0, 0, 0)]
    public void Advance_VirtualMembers_CompleteByPercentageOrCountOfTakenSeats(int percent, int count, int taken, int virtualMembers)
    {
        var seats = Enumerable.Range(0, taken).Select(i => Taken(101 + i, Leader + i)).Append(Reserved(150, 50, Ends));
        var steps = new GroupSteps(Group([.. seats]) with { Terms = Terms with { Size = 5, VirtualPercent = percent, VirtualCount = count } });

        GroupRules.Advance(steps, Ends);

        Assert.Equal(virtualMembers, steps.State.VirtualMembers);
        Assert.Equal(virtualMembers > 0 ? GroupStatus.Completed : GroupStatus.Failed, steps.State.Status);
        Assert.Equal(taken, steps.Works.Count(w => w.Task == (virtualMembers > 0 ? GroupTask.Completed : GroupTask.Refund)));
        Assert.Equal([150], steps.Works.Where(w => w.Task == GroupTask.Close).Select(w => w.Seat.OrderId));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("completed", "GROUP_COMPLETED")]
    [InlineData("failed", "GROUP_ENDED")]
    [InlineData("over", "GROUP_ENDED")]
    public void End_OfAGroup_FailsItWhereItIsOpen(string group, string? refusal)
    {
        var (steps, _) = Named("reserved", group);

        Assert.Equal(refusal, GroupRules.End(steps, group == "over" ? Ends : Opened + 1)?.Reason);

        if (refusal is null)
        {
            Assert.Equal((GroupStatus.Failed, Opened + 1), (steps.State.Status, steps.State.EndedAt));
            Assert.Equal([(GroupTask.Close, 200), (GroupTask.Refund, 101)], steps.Works.Select(w => (w.Task, w.Seat.OrderId)));
        }
    }

    [Theory]
    [InlineData(11, 900, 500, 700L, 900L)]
    [InlineData(12, 900, 500, 700L, 500L)]
    [InlineData(12, 900, 0, 700L, 700L)]
    [InlineData(12, 900, 0, null, null)]
    public void CentsOf_ALine_IsTheCombinationsElseTheCampaignsElseTheCatalogues(
        long sku, long ofCombination, long ofAll, long? ofCatalogue, long? cents)
    {
        var terms = Terms with { PriceCents = ofAll, SkuPrices = [new() { SkuId = 11, PriceCents = ofCombination }] };
        var line = new Silo.Catalog.PriceLine
        {
            GoodsId = Goods,
            SkuId = sku,
            Number = 1,
            Name = "Tea",
            Picture = "",
            Property = "",
            Categories = [],
            StoreId = 0,
            PriceCents = 1000,
            FullCents = 1000,
            Points = 0,
            GroupCents = ofCatalogue,
            BargainCents = null,
            WeightGrams = 0,
            VolumeMl = 0,
            FreightId = 0,
            MaxCoupons = 1,
        };

        Assert.Equal(cents, terms.CentsOf(line));
    }

    private static GroupBuyState Group(params OrderSeat[] seats) =>
        GroupRules.Open(5, 1, Terms, Leader, Opened) with { Published = true, Seats = seats };

    private static OrderSeat Reserved(long order, long user, long until) => new()
    {
        OrderId = order,
        UserId = user,
        Status = SeatStatus.Reserved,
        ReservedAt = Opened,
        Until = until,
        RequestId = $" {order:x}",
    };

    private static OrderSeat Taken(long order, long user) => Reserved(order, user, Ends) with { Status = SeatStatus.Taken, TakenAt = Opened };

    private static SeatAsked Asked(long user, long order, long until) => new(user, order, Goods, 1, until, $" {order:x}", 0);

    /// <summary>A group of its leader and a seat of order 200 in a state; where it is stored alone, that row too.</summary>
    private static (GroupSteps Steps, OrderSeat? Stored) Named(string seat, string group)
    {
        OrderSeat? mine = seat switch
        {
            "reserved" => Reserved(200, 2, Ends),
            "taken" => Taken(200, 2),
            "lapsed" => Reserved(200, 2, Opened + 50) with { Status = SeatStatus.Lapsed },
            "released" => Reserved(200, 2, Ends) with { Status = SeatStatus.Released },
            "left" => Taken(200, 2) with { Status = SeatStatus.Left },
            _ => null,
        };
        var state = seat is "reserved" or "taken" ? Group(Taken(101, Leader), mine!) : Group(Taken(101, Leader));
        var status = group switch { "failed" => GroupStatus.Failed, "completed" => GroupStatus.Completed, _ => GroupStatus.Open };
        return (new(state with { Status = status }), mine);
    }
}
