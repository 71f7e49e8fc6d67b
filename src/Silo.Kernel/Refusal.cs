namespace Silo.Kernel;

/// <summary>What a refusal means to a caller. The edge maps each kind to one canonical gRPC status.</summary>
public enum RefusalKind
{
    /// <summary>The request itself is malformed; repeating it can never succeed.</summary>
    Invalid,

    /// <summary>The caller is not known: no token, or one that is unknown, expired or revoked.</summary>
    Unauthenticated,

    /// <summary>The caller is known and may not do this.</summary>
    Forbidden,

    /// <summary>The thing named does not exist, or is not the caller's.</summary>
    NotFound,

    /// <summary>What was to be created exists already.</summary>
    AlreadyExists,

    /// <summary>The state of the shop does not allow it.</summary>
    Precondition,

    /// <summary>A limit, a quota or a stock is used up.</summary>
    Exhausted,

    /// <summary>Not possible now; a retry with the same request id is safe.</summary>
    Unavailable,
}

/// <summary>
/// A business refusal: a value of a closed catalogue, returned and never thrown by rules. A refusal changed nothing.
/// </summary>
/// <param name="Reason">Stable upper-snake name, unique in the whole product; clients match on it.</param>
/// <param name="Kind">What the refusal means to a caller.</param>
/// <param name="Message">One English sentence for people.</param>
public sealed record Refusal(string Reason, RefusalKind Kind, string Message)
{
    private static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();

    /// <summary>Facts that a client acts on, such as an amount to pay; at most a few, by lower-snake names.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = Nothing;
}

/// <summary>The refusals that every area shares.</summary>
public static class Refusals
{
    /// <summary>No token, or one that is unknown, expired or revoked.</summary>
    public static readonly Refusal TokenInvalid =
        new("TOKEN_INVALID", RefusalKind.Unauthenticated, "The token is missing, unknown, expired or revoked.");

    /// <summary>The caller's kind or role does not reach what the rpc asks for.</summary>
    public static readonly Refusal AccessDenied =
        new("ACCESS_DENIED", RefusalKind.Forbidden, "The caller may not call this.");

    /// <summary>The request id was used before with another body.</summary>
    public static readonly Refusal RequestIdReused =
        new("REQUEST_ID_REUSED", RefusalKind.Precondition, "The request id was used before for a different request.");

    /// <summary>The queue in front of the thing named is full.</summary>
    public static readonly Refusal Busy =
        new("BUSY", RefusalKind.Exhausted, "Too many calls wait for this; try again shortly.");

    /// <summary>The outcome could not be made durable now, or is not known.</summary>
    public static readonly Refusal StorageUnavailable =
        new("STORAGE_UNAVAILABLE", RefusalKind.Unavailable, "The outcome is not known; retry with the same request id.");

    /// <summary>The caller sent more than the configured rate.</summary>
    public static readonly Refusal RateLimited =
        new("RATE_LIMITED", RefusalKind.Exhausted, "Too many calls; try again later.");
}
