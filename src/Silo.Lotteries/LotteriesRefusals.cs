using Silo.Kernel;

namespace Silo.Lotteries;

/// <summary>The refusals of the module, each group in the order in which they are checked.</summary>
internal static class LotteriesRefusals
{
    public static readonly Refusal Unknown =
        new("LOTTERY_UNKNOWN", RefusalKind.NotFound, "There is no such lottery.");

    public static readonly Refusal NotOpen =
        new("LOTTERY_NOT_OPEN", RefusalKind.Precondition, "The lottery has not started or is disabled.");

    public static readonly Refusal Ended =
        new("LOTTERY_ENDED", RefusalKind.Precondition, "The lottery has ended.");

    public static readonly Refusal DeckEmpty =
        new("LOTTERY_DECK_EMPTY", RefusalKind.Exhausted, "Everything in the deck is drawn.");

    public static readonly Refusal LimitReached =
        new("LOTTERY_LIMIT_REACHED", RefusalKind.Exhausted, "The user has drawn as often as one user may.");

    public static readonly Refusal PointsTooLow =
        new("LOTTERY_POINTS_TOO_LOW", RefusalKind.Precondition, "The user has too few points for a draw.");

    public static readonly Refusal DrawUnknown =
        new("DRAW_UNKNOWN", RefusalKind.NotFound, "There is no such draw.");

    public static readonly Refusal NotEnded =
        new("LOTTERY_NOT_ENDED", RefusalKind.Precondition, "The lottery has not ended; its seed is still secret.");

    public static readonly Refusal VersionStale =
        new("LOTTERY_VERSION_STALE", RefusalKind.Precondition, "The lottery was changed meanwhile; read it again.");

    public static readonly Refusal WindowEmpty =
        new("LOTTERY_WINDOW_EMPTY", RefusalKind.Invalid, "The lottery must end after it starts.");

    public static readonly Refusal PrizeTitleTaken =
        new("LOTTERY_PRIZE_TITLE_TAKEN", RefusalKind.Invalid, "Two prizes have one title.");

    public static readonly Refusal PrizeInvalid =
        new("LOTTERY_PRIZE_INVALID", RefusalKind.Invalid, "What a prize gives, its weight or its stock does not fit its kind.");

    public static readonly Refusal NoLoss = new(
        "LOTTERY_NO_LOSS", RefusalKind.Invalid, "A prize of kind NONE without end must take the weight of those that are gone.");

    public static readonly Refusal PrizeUnknown = new(
        "LOTTERY_PRIZE_UNKNOWN", RefusalKind.NotFound, "A prize is named by an id that is none of the lottery's, or twice.");

    public static readonly Refusal StockBelowWon =
        new("LOTTERY_STOCK_BELOW_WON", RefusalKind.Precondition, "More of a prize were won than its new stock.");

    public static readonly Refusal NotDeliverable =
        new("DRAW_NOT_DELIVERABLE", RefusalKind.Precondition, "The prize of the draw is no goods.");

    public static readonly Refusal Delivered =
        new("DRAW_DELIVERED", RefusalKind.Precondition, "The prize is sent already.");

    public static readonly Refusal PrizeAddressesFull =
        new("PRIZE_ADDRESSES_FULL", RefusalKind.Exhausted, "The address of the prize was changed too often; ask the shop.");
}
