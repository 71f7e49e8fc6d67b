using Silo.Kernel;

namespace Silo.GroupBuys;

/// <summary>The refusals of the module, each group in the order in which they are checked.</summary>
public static class GroupBuysRefusals
{
    /// <summary>There is no such group, or none that the caller may know of: its leader has not paid.</summary>
    public static readonly Refusal Unknown =
        new("GROUP_UNKNOWN", RefusalKind.NotFound, "There is no such group.");

    /// <summary>The group is of other goods than those ordered.</summary>
    public static readonly Refusal OtherGoods =
        new("GROUP_OTHER_GOODS", RefusalKind.Precondition, "The group is of other goods.");

    /// <summary>The group has failed, or its time is over.</summary>
    public static readonly Refusal Ended =
        new("GROUP_ENDED", RefusalKind.Precondition, "The group has ended without being complete.");

    /// <summary>The user has a seat in the group already.</summary>
    public static readonly Refusal JoinedAlready =
        new("GROUP_JOINED_ALREADY", RefusalKind.AlreadyExists, "The user has a seat in the group already.");

    /// <summary>The group is complete, or all of its seats are reserved.</summary>
    public static readonly Refusal Full =
        new("GROUP_FULL", RefusalKind.Exhausted, "No seat of the group is free.");

    /// <summary>The user has as many seats in groups of the campaign as one user may.</summary>
    public static readonly Refusal LimitReached = new(
        "GROUP_LIMIT_REACHED", RefusalKind.Exhausted, "The user has as many seats in the campaign's groups as one user may.");

    /// <summary>More than one order in a group may have.</summary>
    public static readonly Refusal TooManyPieces =
        new("GROUP_QUANTITY_TOO_LARGE", RefusalKind.Precondition, "An order in the group may not have this quantity.");

    /// <summary>The order has no seat in the group.</summary>
    public static readonly Refusal SeatUnknown =
        new("SEAT_UNKNOWN", RefusalKind.NotFound, "The order has no seat in the group.");

    /// <summary>The order was closed, or its member has left.</summary>
    public static readonly Refusal SeatClosed =
        new("SEAT_CLOSED", RefusalKind.Precondition, "The order's seat was given back before.");

    /// <summary>The order is paid: its seat is left and not released.</summary>
    public static readonly Refusal SeatTaken =
        new("SEAT_TAKEN", RefusalKind.Precondition, "The order's seat is paid.");

    /// <summary>The order is not paid: its seat is released and not left.</summary>
    public static readonly Refusal SeatNotTaken =
        new("SEAT_NOT_TAKEN", RefusalKind.Precondition, "The order's seat is not paid.");

    /// <summary>The group is complete: nobody leaves it any more, and nobody ends it.</summary>
    public static readonly Refusal Completed =
        new("GROUP_COMPLETED", RefusalKind.Precondition, "The group is complete.");

    internal static readonly Refusal CampaignUnknown =
        new("GROUP_CAMPAIGN_UNKNOWN", RefusalKind.NotFound, "There is no such campaign of group-buys.");

    internal static readonly Refusal CampaignDisabled =
        new("GROUP_CAMPAIGN_DISABLED", RefusalKind.Precondition, "The campaign of group-buys is disabled.");

    internal static readonly Refusal CampaignEnded =
        new("GROUP_CAMPAIGN_ENDED", RefusalKind.Precondition, "The campaign of group-buys has ended.");

    internal static readonly Refusal CampaignVersionStale =
        new("GROUP_CAMPAIGN_VERSION_STALE", RefusalKind.Precondition, "The campaign was changed meanwhile; read it again.");

    internal static readonly Refusal CampaignOver =
        new("GROUP_CAMPAIGN_OVER", RefusalKind.Precondition, "The campaign was ended early, for good.");

    internal static readonly Refusal CampaignVirtualInvalid = new(
        "GROUP_CAMPAIGN_VIRTUAL_INVALID", RefusalKind.Invalid, "Virtual members come by percentage or by count, at most the size.");

    internal static readonly Refusal CampaignPricesInvalid =
        new("GROUP_CAMPAIGN_PRICES_INVALID", RefusalKind.Invalid, "A combination has one price.");
}
