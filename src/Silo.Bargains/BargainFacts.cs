using Silo.Storage;

namespace Silo.Bargains;

/// <summary>What the decisions of a batch need beside the bargain's state; grows as the batch decides.</summary>
internal sealed class BargainFacts
{
    private readonly Dictionary<(long Bargain, long Helper), GivenHelp> helps = [];
    private readonly Dictionary<(long Helper, string RequestId), AnsweredHelp> requests = [];
    private readonly Dictionary<long, int> answeredOf = [];
    private readonly HashSet<string> cleared = new(StringComparer.Ordinal);
    private HashSet<long>? held;
    private Dictionary<long, int>? given;

    public required long Now { get; init; }

    /// <summary>Null where there is none.</summary>
    public Campaign? Campaign { get; init; }

    /// <summary>Pieces that are free; looked at for starts.</summary>
    public long StockLeft { get; set; }

    /// <summary>Helpers who are only taken not to have helped.</summary>
    public HashSet<long> Guessed { get; } = [];

    /// <summary>The rows by which the helpers of the batch are held; empty where their helps are not limited.</summary>
    public IReadOnlyDictionary<long, long> HelperRows { get; init; } = new Dictionary<long, long>();

    /// <summary>Those of <see cref="HelperRows"/> that no other bargain holds.</summary>
    public StagedRows<HelperRow>? Held { get; set; }

    /// <summary>How many bargains of the campaign each of the helpers has helped.</summary>
    public StagedNumbers? Counts { get; set; }

    /// <summary>Bargains by the request ids that were answered with them.</summary>
    public Dictionary<string, BargainView> Started { get; } = new(StringComparer.Ordinal);

    /// <summary>The bargain that an order holds; 0 for none.</summary>
    public long Ordered { get; set; }

    /// <summary>What a purchase is decided on; null where there is none in the batch.</summary>
    public PurchaseFacts? Purchase { get; set; }

    /// <summary>Helps by bargain and helper.</summary>
    public IReadOnlyDictionary<(long Bargain, long Helper), GivenHelp> Helps => helps;

    /// <summary>Whether another bargain counts the helps of a helper just now.</summary>
    public bool IsHeldElsewhere(long helperId)
    {
        if (Held is null || !HelperRows.ContainsKey(helperId))
        {
            return false;
        }

        held ??= [.. Held.All.Select(h => h.HelperId)];
        return !held.Contains(helperId);
    }

    public Helper HelperOf(long bargainId, HelpCommand command) => new(
        command.RequestId.Length == 0 ? null : requests.GetValueOrDefault((command.HelperId, command.RequestId)),
        helps.GetValueOrDefault((bargainId, command.HelperId)),
        Given.GetValueOrDefault(command.HelperId));

    /// <summary>A help that was given before the batch.</summary>
    public void Know(long helperId, GivenHelp help)
    {
        helps[(help.BargainId, helperId)] = help;
        requests[(helperId, help.RequestId)] = new(help, help.RequestHash);
    }

    /// <summary>A request that was answered with a help that was there already.</summary>
    public void Answer(long helperId, string requestId, long requestHash, GivenHelp help) =>
        requests[(helperId, requestId)] = new(help, requestHash);

    /// <summary>How many requests of a caller were answered with what was there, before the batch.</summary>
    public void CountAnswered(long callerId, int count) => answeredOf[callerId] = count;

    /// <summary>Whether one more request of a caller is kept that is answered with what is there; counts it.</summary>
    public bool KeepsAnswered(long callerId)
    {
        var count = answeredOf.GetValueOrDefault(callerId);
        answeredOf[callerId] = count + 1;
        return count < AcceptedRequest.MostOfCaller;
    }

    /// <summary>A request that has cleared a bargain.</summary>
    public void Clear(string requestId) => cleared.Add(requestId);

    /// <summary>Whether a request has cleared a bargain.</summary>
    public bool HasCleared(string requestId) => cleared.Contains(requestId);

    /// <summary>A help that the batch gives.</summary>
    public void Give(long helperId, GivenHelp help)
    {
        Know(helperId, help);
        Given[helperId] = Given.GetValueOrDefault(helperId) + 1;
    }

    /// <summary>Bargains of the campaign that each helper has helped, as far as that is counted.</summary>
    private Dictionary<long, int> Given => given ??= Counts?.All.ToDictionary(row => row[0], row => (int)row[1]) ?? [];
}
