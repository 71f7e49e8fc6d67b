namespace Silo.Bargains;

/// <summary>What the decisions of a batch need beside the bargain's state; grows as the batch decides.</summary>
internal sealed class BargainFacts
{
    public required long Now { get; init; }

    /// <summary>Null where there is none.</summary>
    public Campaign? Campaign { get; set; }

    /// <summary>Pieces that are free; looked at for starts and purchases.</summary>
    public long StockLeft { get; set; }

    /// <summary>Helps by bargain and helper.</summary>
    public Dictionary<(long Bargain, long Helper), GivenHelp> Helps { get; } = [];

    /// <summary>Helps by helper and request id, of earlier bargains of the initiator too.</summary>
    public Dictionary<(long Helper, string RequestId), GivenHelp> Requests { get; } = [];

    /// <summary>Helpers who are only taken not to have helped.</summary>
    public HashSet<long> Guessed { get; } = [];

    /// <summary>Bargains of the campaign that each helper has helped; of those who are held for the batch.</summary>
    public Dictionary<long, int> Given { get; } = [];

    /// <summary>Bargains by the request ids that started them.</summary>
    public Dictionary<string, BargainView> Started { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether an order holds the bargain.</summary>
    public bool HasOrder { get; set; }

    /// <summary>The campaign's pieces, held for a purchase.</summary>
    public StockRow? Stock { get; set; }

    /// <summary>The order that the purchase's request id made before.</summary>
    public BargainOrderRow? FirstOrder { get; set; }

    public Helper HelperOf(long bargainId, HelpCommand command) => new(
        command.RequestId.Length == 0 ? null : Requests.GetValueOrDefault((command.HelperId, command.RequestId)),
        Helps.GetValueOrDefault((bargainId, command.HelperId)),
        Given.GetValueOrDefault(command.HelperId));

    public void Add(long helperId, GivenHelp help)
    {
        Helps[(help.BargainId, helperId)] = help;
        Requests[(helperId, help.RequestId)] = help;
    }
}
