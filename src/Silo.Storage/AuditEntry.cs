namespace Silo.Storage;

/// <summary>
/// One operator write: who did what to what, why, and how it looked before and after. It is written in the transaction of
/// the write itself and never changed, except that a shopper's personal data goes with the account. It also makes the write
/// repeatable: it carries the request id, the hash of the request and the first answer.
/// </summary>
public sealed class AuditEntry
{
    /// <summary>Row id.</summary>
    public long Id { get; init; }

    /// <summary>When, in unix milliseconds.</summary>
    public long At { get; init; }

    /// <summary>The operator; 0 for the system itself (first start).</summary>
    public long OperatorId { get; init; }

    /// <summary>The rpc's full name, such as <c>silo.coupons.v1.CouponsAdminService/CreateCoupon</c>.</summary>
    public required string Rpc { get; init; }

    /// <summary>What was changed, such as <c>coupon:123</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>The reason that the operator gave; may be empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The subject before, as JSON; null when it is new.</summary>
    public string? Before { get; init; }

    /// <summary>The subject after, as JSON; also the first answer to a repeated request.</summary>
    public required string After { get; init; }

    /// <summary>The caller's request id, or one made here; unique per operator and rpc.</summary>
    public required string RequestId { get; init; }

    /// <summary>Hash of the request without its request id.</summary>
    public long RequestHash { get; init; }
}
