using Orleans.Concurrency;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>One group: its seats, and what becomes of it. Its key is <c>group:</c> and its id.</summary>
[Alias("silo.groupbuys.IGroupGrain"), GrainInterfaceType("silo.groupbuys.group")]
internal interface IGroupGrain : IGrainWithStringKey
{
    /// <summary>Decides a command that needs no other module's work.</summary>
    [Alias("Run"), AlwaysInterleave]
    Task<GroupOutcome> RunAsync([Immutable] GroupCommand command);

    /// <summary>Decides a command together with another module's work, which stands or falls with it.</summary>
    [Alias("RunJoined"), AlwaysInterleave]
    Task<JoinedOutcome<GroupOutcome>> RunJoinedAsync([Immutable] GroupCommand command, JoinedCommand joined);

    /// <summary>The group, once it differs from what the caller has seen or some seconds have passed.</summary>
    /// <param name="seen">The answer that the caller has, or null.</param>
    [Alias("Watch"), AlwaysInterleave]
    Task<GroupProgress?> WatchAsync(GroupProgress? seen);
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
    /// <summary>An instant that the caller knows to be past: his clock may be ahead of the grain's.</summary>
    [Id(0)]
    public long Now { get; init; }
}

/// <summary>Ends the group early; for an operator, or for the campaign that he has ended.</summary>
[GenerateSerializer, Immutable, Alias("silo.groupbuys.EndCommand")]
internal sealed record EndCommand : GroupCommand
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

    public static GroupProgress Of(GroupBuyState state, long now) => new()
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
