using Silo.Edge.V1;

namespace Silo.Edge;

/// <summary>Who calls.</summary>
public enum CallerKind
{
    /// <summary>Nobody known: a public rpc without a token.</summary>
    Anonymous,

    /// <summary>A signed-in shopper.</summary>
    User,

    /// <summary>A signed-in operator.</summary>
    Operator,
}

/// <summary>The caller of an rpc, as its token says.</summary>
/// <param name="Kind">What kind of caller it is.</param>
/// <param name="Id">The id of the user or the operator; 0 when anonymous.</param>
/// <param name="Role">The operator's role; unspecified for others.</param>
/// <param name="TokenHash">SHA-256 of the token in use, by which logout finds it; empty when anonymous.</param>
public sealed record Caller(CallerKind Kind, long Id, Role Role, ReadOnlyMemory<byte> TokenHash)
{
    /// <summary>Nobody known.</summary>
    public static readonly Caller Anonymous = new(CallerKind.Anonymous, 0, Role.Unspecified, default);

    /// <summary>Whether the caller is an operator whose role includes <paramref name="asked"/>.</summary>
    public bool HasRole(Role asked) => Kind == CallerKind.Operator && Role switch
    {
        Role.Owner => true,
        Role.Finance => asked is Role.Finance or Role.Support,
        Role.Catalogue => asked is Role.Catalogue or Role.Support,
        Role.Support => asked is Role.Support,
        _ => false,
    };

    /// <summary>Kind and id; never the token.</summary>
    public override string ToString() => $"{Kind}:{Id}";
}

/// <summary>Says whose a token is. Called for every call that carries one, so a known token must cost next to nothing.</summary>
public interface ICallerResolver
{
    /// <summary>The caller that the token belongs to, or null when it is unknown, expired or revoked.</summary>
    ValueTask<Caller?> ResolveAsync(string token, CancellationToken cancellation);
}
