using System.Collections.ObjectModel;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Lotteries;

/// <summary>What the decisions of a batch need beside the lottery's state; grows as the batch decides.</summary>
internal sealed class LotteryFacts
{
    public required long Now { get; init; }

    /// <summary>The draws of each user of the batch.</summary>
    public Dictionary<long, List<AcceptedDraw>> DrawsByUser { get; } = [];

    /// <summary>Users who are only taken to have no draws.</summary>
    public HashSet<long> Guessed { get; } = [];

    /// <summary>The wallets of those who draw; null where nothing of the batch moves any.</summary>
    public LedgerDraft? Ledger { get; set; }

    /// <summary>The operator writes with a request id of the batch; null where the facts are a guess, which is of draws alone.</summary>
    public OperatorLog? Log { get; set; }

    /// <summary>The goods of the batch's new terms that are in the catalogue.</summary>
    public IReadOnlySet<long> Goods { get; set; } = ReadOnlySet<long>.Empty;

    public List<AcceptedDraw> DrawsOf(long userId) =>
        DrawsByUser.TryGetValue(userId, out var draws) ? draws : DrawsByUser[userId] = [];
}
