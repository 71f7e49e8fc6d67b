using System.Diagnostics.CodeAnalysis;

namespace Silo.Kernel;

/// <summary>Either a value or the refusal that took its place.</summary>
public readonly struct Result<T>
{
    private Result(T? value, Refusal? refusal) => (Value, Refusal) = (value, refusal);

    /// <summary>The value; null exactly when <see cref="Refusal"/> is set.</summary>
    public T? Value { get; }

    /// <summary>The refusal, or null.</summary>
    public Refusal? Refusal { get; }

    /// <summary>Whether there is a value.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsAccepted => Refusal is null;

    /// <summary>An accepted value.</summary>
    public static implicit operator Result<T>(T value) => new(value, null);

    internal static Result<T> Accept(T value) => new(value, null);

    /// <summary>A refusal.</summary>
    public static implicit operator Result<T>(Refusal refusal) => new(default, refusal);
}

/// <summary>Makes results of types that an implicit conversion cannot name: interfaces.</summary>
public static class Result
{
    /// <summary>An accepted value.</summary>
    public static Result<T> Of<T>(T value) => Result<T>.Accept(value);
}
