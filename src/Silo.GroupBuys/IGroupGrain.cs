using System.Globalization;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>One group: its seats, and what becomes of it. Its key is <c>group:</c> and its id.</summary>
[Alias("silo.groupbuys.IGroupGrain"), GrainInterfaceType("silo.groupbuys.group")]
internal interface IGroupGrain : IHotGrain<GroupCommand, GroupOutcome>, IWatchedGrain<GroupProgress>, IGrainWithStringKey;

/// <summary>Names of groups.</summary>
internal static class GroupKeys
{
    private const string Prefix = "group:";

    /// <summary>The grain's key; it begins with a letter that is no hexadecimal digit.</summary>
    public static string Of(long groupId) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{groupId}");

    public static long IdOf(string key) => long.Parse(key.AsSpan(Prefix.Length), CultureInfo.InvariantCulture);

    public static StateKey StateOf(long groupId) => new(GroupBuyState.Name, Of(groupId));

    public static IGroupGrain GetGroup(this IGrainFactory grains, long groupId) => grains.GetGrain<IGroupGrain>(Of(groupId));
}

/// <summary>A command to a group.</summary>
[GenerateSerializer, Immutable, Alias("silo.groupbuys.GroupCommand")]
internal abstract record GroupCommand;

/// <summary>Opens the group, which is new.</summary>
[GenerateSerializer, Immutable, Alias("silo.groupbuys.OpenCommand")]
internal sealed record OpenCommand : GroupCommand
{
    [Id(0)]
    public long UserId { get; init; }

    [Id(1)]
    public long CampaignId { get; init; }

    /// <summary>The caller's request id, or empty.</summary>
    [Id(2)]
    public string RequestId { get; init; } = "";

    [Id(3)]
    public long RequestHash { get; init; }
}

/// <summary>Reserves a seat for an order.</summary>
[GenerateSerializer, Immutable, Alias("silo.groupbuys.ReserveCommand")]
internal sealed record ReserveCommand : GroupCommand
{
    [Id(0)]
    public long OrderId { get; init; }

    [Id(1)]
    public long UserId { get; init; }

    [Id(2)]
    public long GoodsId { get; init; }

    [Id(3)]
    public long Pieces { get; init; }

    /// <summary>When the order is closed unpaid, in unix milliseconds.</summary>
    [Id(4)]
    public long Until { get; init; }

    /// <summary>The order's request id, or empty.</summary>
    [Id(5)]
    public string RequestId { get; init; } = "";

    [Id(6)]
    public long RequestHash { get; init; }
}

/// <summary>Takes the seat of an order that is paid.</summary>
[GenerateSerializer, Immutable, Alias("silo.groupbuys.TakeCommand")]
internal sealed record TakeCommand : GroupCommand
{
    [Id(0)]
    public long OrderId { get; init; }
}

/// <summary>Gives back the seat of an order that is closed unpaid.</summary>
[GenerateSerializer, Immutable, Alias("silo.groupbuys.ReleaseCommand")]
internal sealed record ReleaseCommand : GroupCommand
{
    [Id(0)]
    public long OrderId { get; init; }
}

/// <summary>Gives back the seat of a paid order.</summary>
[GenerateSerializer, Immutable, Alias("silo.groupbuys.LeaveCommand")]
internal sealed record LeaveCommand : GroupCommand
{
    [Id(0)]
    public long OrderId { get; init; }
}

/// <summary>Stores what the clock has done.</summary>
[GenerateSerializer, Immutable, Alias("silo.groupbuys.ExpireCommand")]
internal sealed record ExpireCommand : GroupCommand
{
    /// <summary>An instant that the caller knows to be past: the caller's clock may be ahead of the grain's.</summary>
    [Id(0)]
    public long Now { get; init; }
}

/// <summary>Ends the group early; for an operator, or for a campaign that an operator has ended.</summary>
[GenerateSerializer, Immutable, Alias("silo.groupbuys.EndCommand")]
internal sealed record EndCommand : GroupCommand, IOperatorCommand
{
    /// <summary>The operator; 0 where the end of the campaign is what the audit log has.</summary>
    [Id(0)]
    public long OperatorId { get; init; }

    /// <summary>The rpc's full name.</summary>
    [Id(1)]
    public string Rpc { get; init; } = "";

    [Id(2)]
    public string Reason { get; init; } = "";

    [Id(3)]
    public string RequestId { get; init; } = "";

    [Id(4)]
    public long RequestHash { get; init; }
}

/// <summary>What became of a command to a group.</summary>
[GenerateSerializer, Immutable, Alias("silo.groupbuys.GroupOutcome")]
internal sealed record GroupOutcome : IOutcome<GroupOutcome>
{
    /// <summary>Why nothing was changed, or null.</summary>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>The group.</summary>
    [Id(1)]
    public long GroupId { get; init; }

    /// <summary>The order that has the seat; of a repeat the first one.</summary>
    [Id(2)]
    public long OrderId { get; init; }

    /// <summary>Whether it was done before, and nothing was changed now.</summary>
    [Id(3)]
    public bool Repeated { get; init; }

    /// <summary>Until when the seat is reserved, in unix milliseconds.</summary>
    [Id(4)]
    public long ReservedUntil { get; init; }

    /// <summary>Whether the group is complete with this.</summary>
    [Id(5)]
    public bool IsComplete { get; init; }

    /// <summary>The version of the campaign's terms that the group keeps.</summary>
    [Id(6)]
    public int Version { get; init; }

    /// <summary>The terms of the group, for the order's prices; null where they do not matter.</summary>
    [Id(7)]
    public GroupTerms? Terms { get; init; }

    /// <summary>What orders see of it.</summary>
    public GroupSeat Seat => new()
    {
        GroupId = GroupId,
        OrderId = OrderId,
        Repeated = Repeated,
        ReservedUntil = ReservedUntil,
        IsComplete = IsComplete,
        Version = Version,
        Terms = Terms!,
    };

    public object? Decision => Seat;

    public static GroupOutcome Refused(Refusal refusal) => new() { Refusal = refusal };
}

/// <summary>A group as it is watched, after a number of commits.</summary>
[GenerateSerializer, Immutable, Alias("silo.groupbuys.GroupProgress")]
internal sealed record GroupProgress
{
    [Id(0)]
    public GroupStatus Status { get; init; }

    [Id(1)]
    public int Size { get; init; }

    [Id(2)]
    public int Taken { get; init; }

    [Id(3)]
    public int Held { get; init; }

    [Id(4)]
    public int VirtualMembers { get; init; }

    [Id(5)]
    public long EndsAt { get; init; }

    [Id(6)]
    public bool Published { get; init; }

    [Id(7)]
    public long LeaderId { get; init; }

    /// <summary>Null where there is no group.</summary>
    public static GroupProgress? Of(GroupBuyState state, long now) => !state.Exists ? null : new()
    {
        Status = state.Status,
        Size = state.Terms.Size,
        Taken = state.Taken,
        Held = state.HeldAt(now),
        VirtualMembers = state.VirtualMembers,
        EndsAt = state.EndsAt,
        Published = state.Published,
        LeaderId = state.LeaderId,
    };
}
