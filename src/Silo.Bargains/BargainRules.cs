using Silo.Kernel;

namespace Silo.Bargains;

/// <summary>A campaign as it is now. Instants in unix milliseconds.</summary>
/// <param name="Id">The campaign.</param>
/// <param name="Version">Version of the terms.</param>
/// <param name="Terms">What it offers to bargains that are started now.</param>
/// <param name="Enabled">Whether anything can be done in it.</param>
/// <param name="EndedAt">When an operator ended it early; 0 for never.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="UpdatedAt">When an operator last changed it.</param>
internal sealed record Campaign(
    long Id, int Version, BargainTerms Terms, bool Enabled, long EndedAt, long CreatedAt, long UpdatedAt);

/// <summary>A help that was given: what a repeat is answered from.</summary>
internal sealed record GivenHelp
{
    public required long BargainId { get; init; }

    public required long Ordinal { get; init; }

    public required long CutCents { get; init; }

    /// <summary>The price that it left.</summary>
    public required long PriceCents { get; init; }

    public required string Remark { get; init; }

    public required long At { get; init; }

    public required string RequestId { get; init; }

    public required long RequestHash { get; init; }
}

/// <summary>What a request was answered with.</summary>
/// <param name="Help">The help, which another request may have given.</param>
/// <param name="RequestHash">Hash of the request.</param>
internal sealed record AnsweredHelp(GivenHelp Help, long RequestHash);

/// <summary>What is known of a helper.</summary>
/// <param name="OfRequest">What their request id was answered with, for this or an earlier bargain of the initiator.</param>
/// <param name="OfBargain">Their help of the bargain.</param>
/// <param name="Given">Bargains of the campaign that they have helped; asked for where that is limited.</param>
internal readonly record struct Helper(AnsweredHelp? OfRequest, GivenHelp? OfBargain, int Given);

/// <summary>What is known of an order that wants a bargain.</summary>
/// <param name="HasOrder">Whether an order holds the bargain.</param>
/// <param name="StockLeft">Pieces of the campaign that are free.</param>
internal readonly record struct Buyer(bool HasOrder, long StockLeft);

/// <summary>The module's decisions. Pure: the state, the campaign, what is known of the user, the time and chance go in.</summary>
internal static class BargainRules
{
    private const long MinuteMs = 60_000;

    /// <summary>Why a campaign cannot have such terms, or null.</summary>
    public static Refusal? TermsRefusal(BargainTerms terms) =>
        terms.EndsAt <= terms.StartsAt ? BargainsRefusals.WindowEmpty
        : terms.FloorCents >= terms.StartCents || terms.CutMinCents > terms.CutMaxCents ? BargainsRefusals.PricesInvalid
        : terms.HelpersToFloor > 0 && (terms.HelpersToFloor * terms.CutMinCents > terms.ToCutCents
            || terms.HelpersToFloor * terms.CutMaxCents < terms.ToCutCents) ? BargainsRefusals.PlanImpossible
        : null;

    /// <summary>When nothing can be started in a campaign any more.</summary>
    public static long EndOf(Campaign campaign) => Earlier(campaign.Terms.EndsAt, campaign);

    /// <summary>When a bargain is over: at its own end, or when its campaign was ended early.</summary>
    public static long EndOf(long endsAt, Campaign campaign) => Earlier(endsAt, campaign);

    /// <summary>Why no bargain can be started, or null. One that the user has already is looked up before.</summary>
    public static Refusal? StartRefusal(BargainState state, Campaign campaign, long stockLeft, long now) =>
        !campaign.Enabled || now < campaign.Terms.StartsAt ? BargainsRefusals.NotOpen
        : now >= EndOf(campaign) ? BargainsRefusals.Ended
        : stockLeft <= 0 ? BargainsRefusals.SoldOut
        : campaign.Terms.StartsPerUser > 0 && state.Starts >= campaign.Terms.StartsPerUser ? BargainsRefusals.StartsUsedUp
        : null;

    /// <summary>The state with a new bargain.</summary>
    public static BargainState Start(
        BargainState state, Campaign campaign, long bargainId, string requestId, int[] plan, long now)
    {
        var terms = campaign.Terms;
        return new()
        {
            BargainId = bargainId,
            RuleVersion = campaign.Version,
            Terms = terms,
            PriceCents = terms.StartCents,
            Plan = plan,
            StartedAt = now,
            EndsAt = terms.DurationMinutes == 0 ? terms.EndsAt : Math.Min(terms.EndsAt, now + (terms.DurationMinutes * MinuteMs)),
            UpdatedAt = now,
            Starts = state.Starts + 1,
            RequestId = requestId,
        };
    }

    /// <summary>
    /// Decides a help. What a request id has given is looked up before any rule, and so is what the helper has given the
    /// bargain. An accepted new help is neither a refusal nor a repeat.
    /// </summary>
    public static (Refusal? Refusal, GivenHelp? Repeat) Help(
        BargainState state, HelpCommand command, Helper helper, Campaign? campaign, long now)
    {
        if (helper.OfRequest is { } first)
        {
            return first.RequestHash == command.RequestHash ? (null, first.Help) : (Refusals.RequestIdReused, null);
        }

        if (!state.Exists || campaign is null)
        {
            return (BargainsRefusals.Unknown, null);
        }

        return helper.OfBargain is { } given ? (null, given) : (HelpRefusal(state, campaign, helper.Given, now), null);
    }

    /// <summary>Why a new help is refused, or null.</summary>
    public static Refusal? HelpRefusal(BargainState state, Campaign campaign, int given, long now) =>
        RunningRefusal(state, campaign, now) is { } closed ? closed
        : state.IsAtFloor ? BargainsRefusals.AtFloor
        : state.Terms.HelpsPerUser > 0 && given >= state.Terms.HelpsPerUser ? BargainsRefusals.HelpsUsedUp
        : null;

    /// <summary>The number of cuts that can be drawn, one cent apart.</summary>
    public static int CutValues(BargainTerms terms) => (int)(terms.CutMaxCents - terms.CutMinCents) + 1;

    /// <summary>What the next helper cuts: their part of the plan, or what is drawn, and never more than is left to the floor.</summary>
    /// <param name="state">The bargain, above its floor.</param>
    /// <param name="below">Gives a number uniform in [0, its argument).</param>
    public static long NextCut(BargainState state, Func<int, int> below) => state.Plan.Length > 0
        ? state.Plan[state.Helps]
        : Math.Min(state.Terms.CutMinCents + below(CutValues(state.Terms)), state.PriceCents - state.Terms.FloorCents);

    /// <summary>The state after a cut.</summary>
    public static BargainState AfterCut(BargainState state, long cutCents, long now) =>
        state with { PriceCents = state.PriceCents - cutCents, Helps = state.Helps + 1, UpdatedAt = now };

    /// <summary>
    /// The parts of a planned bargain: as many as helpers, each within the bounds, together exactly what is to be cut.
    /// Each is drawn uniformly; what they miss or exceed the sum by is then shared over what each has left to its bound,
    /// and at last they are shuffled, so that no helper is better placed than another.
    /// </summary>
    /// <param name="terms">Terms that <see cref="TermsRefusal"/> does not refuse.</param>
    /// <param name="below">Gives a number uniform in [0, its argument).</param>
    public static int[] Plan(BargainTerms terms, Func<int, int> below)
    {
        var parts = new int[terms.HelpersToFloor];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = (int)terms.CutMinCents + below(CutValues(terms));
        }

        Settle(parts, terms);
        for (var i = parts.Length - 1; i > 0; i--)
        {
            var other = below(i + 1);
            (parts[i], parts[other]) = (parts[other], parts[i]);
        }

        return parts;
    }

    /// <summary>Why a bargain is not sold now, or null.</summary>
    public static Refusal? BuyRefusal(BargainState state, Campaign? campaign, Buyer buyer, long now) =>
        !state.Exists || campaign is null ? BargainsRefusals.Unknown
        : RunningRefusal(state, campaign, now) is { } closed ? closed
        : buyer.HasOrder ? BargainsRefusals.Bought
        : buyer.StockLeft <= 0 ? BargainsRefusals.SoldOut
        : null;

    /// <summary>Why a bargain is not cleared, or null.</summary>
    public static Refusal? ClearRefusal(BargainState state, bool hasOrder) =>
        !state.Exists ? BargainsRefusals.Unknown
        : hasOrder ? BargainsRefusals.Bought
        : null;

    /// <summary>The state without the bargain.</summary>
    public static BargainState AfterClear(BargainState state, long now) => new() { Starts = state.Starts, UpdatedAt = now };

    private static Refusal? RunningRefusal(BargainState state, Campaign campaign, long now) =>
        !campaign.Enabled ? BargainsRefusals.NotOpen
        : now >= EndOf(state.EndsAt, campaign) ? BargainsRefusals.Ended
        : null;

    private static long Earlier(long endsAt, Campaign campaign) =>
        campaign.EndedAt > 0 ? Math.Min(endsAt, campaign.EndedAt) : endsAt;

    /// <summary>
    /// Moves parts within their bounds until they sum to what is to be cut. Each part moves by its share of the
    /// difference, rounded down, and of those whose share was not whole as many move by one more as cents are missing;
    /// rounding took less than one cent of each, so there are enough of them and none passes its bound.
    /// </summary>
    private static void Settle(int[] parts, BargainTerms terms)
    {
        var missing = terms.ToCutCents - parts.Sum(part => (long)part);
        var (sign, bound) = missing < 0 ? (-1, terms.CutMinCents) : (1, terms.CutMaxCents);
        var (left, module) = (Math.Abs(missing), parts.Sum(part => Math.Abs(bound - part)));
        if (left == 0)
        {
            return;
        }

        var (total, open) = (left, new List<int>());
        for (var i = 0; i < parts.Length; i++)
        {
            var (share, rest) = Math.DivRem(Math.Abs(bound - parts[i]) * total, module);
            parts[i] += sign * (int)share;
            left -= share;
            if (rest > 0)
            {
                open.Add(i);
            }
        }

        foreach (var i in open.Take((int)left))
        {
            parts[i] += sign;
        }
    }
}
