using Silo.Storage;
using Silo.Wallets;

namespace Silo.Points;

/// <summary>What the decisions of a batch need beside the user's state; grows as the batch decides.</summary>
internal sealed class SignInFacts
{
    public required long Now { get; init; }

    /// <summary>The shop's day at that instant.</summary>
    public required int Today { get; init; }

    public required SignInTerms Terms { get; init; }

    /// <summary>The day on which the user registered; after all days where nothing of the batch asks for it.</summary>
    public int Registered { get; set; } = int.MaxValue;

    /// <summary>The user's wallet; null where nothing of the batch can move points.</summary>
    public LedgerDraft? Ledger { get; set; }

    /// <summary>The operators' writes with request ids of the batch.</summary>
    public OperatorLog Operators { get; set; } = new();

    /// <summary>The answers that a shopper's request ids of the batch have got, each with the hash of its request.</summary>
    public Dictionary<(Type Command, string RequestId), (long Hash, SignInOutcome Outcome)> Answered { get; } = [];
}
