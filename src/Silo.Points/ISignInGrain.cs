using Silo.Kernel;
using Silo.Storage;

namespace Silo.Points;

/// <summary>One user's sign-ins and make-up cards.</summary>
[Alias("silo.points.ISignInGrain"), GrainInterfaceType("silo.points.sign_in")]
internal interface ISignInGrain : IHotGrain<SignInCommand, SignInOutcome>, IGrainWithStringKey;

/// <summary>A command to a user's sign-ins.</summary>
[GenerateSerializer, Immutable, Alias("silo.points.SignInCommand")]
internal abstract record SignInCommand
{
    /// <summary>The caller's request id, or empty.</summary>
    [Id(0)]
    public string RequestId { get; init; } = "";

    /// <summary>Hash of the request without its request id.</summary>
    [Id(1)]
    public long RequestHash { get; init; }
}

/// <summary>The user signs in for the present day.</summary>
[GenerateSerializer, Immutable, Alias("silo.points.SignTodayCommand")]
internal sealed record SignTodayCommand : SignInCommand;

/// <summary>The user makes up for a missed day.</summary>
[GenerateSerializer, Immutable, Alias("silo.points.MakeUpCommand")]
internal sealed record MakeUpCommand : SignInCommand
{
    /// <summary>The day as it was written.</summary>
    [Id(0)]
    public string Day { get; init; } = "";
}

/// <summary>The user buys make-up cards.</summary>
[GenerateSerializer, Immutable, Alias("silo.points.BuyCardsCommand")]
internal sealed record BuyCardsCommand : SignInCommand
{
    /// <summary>How many.</summary>
    [Id(0)]
    public int Count { get; init; }
}

/// <summary>An operator gives the user make-up cards.</summary>
[GenerateSerializer, Immutable, Alias("silo.points.GrantCardsCommand")]
internal sealed record GrantCardsCommand : SignInCommand, IOperatorCommand
{
    /// <summary>The operator.</summary>
    [Id(0)]
    public long OperatorId { get; init; }

    /// <summary>The rpc's full name.</summary>
    [Id(1)]
    public string Rpc { get; init; } = "";

    /// <summary>The operator's reason.</summary>
    [Id(2)]
    public string Reason { get; init; } = "";

    /// <summary>How many.</summary>
    [Id(3)]
    public int Count { get; init; }
}

/// <summary>What became of a command.</summary>
[GenerateSerializer, Immutable, Alias("silo.points.SignInOutcome")]
internal sealed record SignInOutcome : IOutcome<SignInOutcome>
{
    /// <summary>Why nothing was changed, or null.</summary>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>The day's number.</summary>
    [Id(1)]
    public int Day { get; init; }

    /// <summary>When it was signed in for, in unix milliseconds.</summary>
    [Id(2)]
    public long At { get; init; }

    /// <summary>Which day of the streak it was.</summary>
    [Id(3)]
    public int Streak { get; init; }

    /// <summary>What it gave.</summary>
    [Id(4)]
    public long Points { get; init; }

    /// <summary>Whether it was made up for.</summary>
    [Id(5)]
    public bool MadeUp { get; init; }

    /// <summary>Make-up cards after it.</summary>
    [Id(6)]
    public int Cards { get; init; }

    /// <inheritdoc/>
    public static SignInOutcome Refused(Refusal refusal) => new() { Refusal = refusal };
}
