using Silo.Kernel;

namespace Silo.Bargains;

/// <summary>The refusals of the module, each group in the order in which they are checked.</summary>
internal static class BargainsRefusals
{
    public static readonly Refusal CampaignUnknown =
        new("BARGAIN_CAMPAIGN_UNKNOWN", RefusalKind.NotFound, "There is no such campaign.");

    public static readonly Refusal Unknown =
        new("BARGAIN_UNKNOWN", RefusalKind.NotFound, "There is no such bargain.");

    public static readonly Refusal NotOpen =
        new("BARGAIN_NOT_OPEN", RefusalKind.Precondition, "The campaign has not started or is disabled.");

    public static readonly Refusal Ended =
        new("BARGAIN_ENDED", RefusalKind.Precondition, "The time of the campaign or of the bargain is over.");

    public static readonly Refusal Bought =
        new("BARGAIN_BOUGHT", RefusalKind.Precondition, "An order holds the bargain.");

    public static readonly Refusal SoldOut =
        new("BARGAIN_SOLD_OUT", RefusalKind.Exhausted, "No stock of the campaign is free.");

    public static readonly Refusal StartsUsedUp =
        new("BARGAIN_STARTS_USED_UP", RefusalKind.Exhausted, "The user has started as many bargains as one user may.");

    public static readonly Refusal AtFloor =
        new("BARGAIN_AT_FLOOR", RefusalKind.Precondition, "The bargain has reached its floor.");

    public static readonly Refusal HelpsUsedUp =
        new("BARGAIN_HELPS_USED_UP", RefusalKind.Exhausted, "The user has helped as many bargains as one user may.");

    public static readonly Refusal HelpUnknown =
        new("BARGAIN_HELP_UNKNOWN", RefusalKind.NotFound, "The user has not helped the bargain.");

    public static readonly Refusal VersionStale =
        new("BARGAIN_VERSION_STALE", RefusalKind.Precondition, "The campaign was changed meanwhile; read it again.");

    public static readonly Refusal WindowEmpty =
        new("BARGAIN_WINDOW_EMPTY", RefusalKind.Invalid, "The campaign must end after it starts.");

    public static readonly Refusal PricesInvalid = new(
        "BARGAIN_PRICES_INVALID", RefusalKind.Invalid, "The floor is below the start, and the least cut not above the most.");

    public static readonly Refusal PlanImpossible = new(
        "BARGAIN_PLAN_IMPOSSIBLE", RefusalKind.Invalid, "So many cuts between the bounds cannot make up what is to be cut.");

    public static readonly Refusal GoodsFixed =
        new("BARGAIN_GOODS_FIXED", RefusalKind.Invalid, "A campaign stays with its goods.");

    public static readonly Refusal StockBelowSold = new(
        "BARGAIN_STOCK_BELOW_SOLD", RefusalKind.Precondition, "More is sold or reserved than the new total.");
}
