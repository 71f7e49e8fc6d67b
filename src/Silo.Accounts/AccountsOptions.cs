using Microsoft.Extensions.Configuration;

namespace Silo.Accounts;

/// <summary>Settings of the module; section <c>Silo:Accounts</c>.</summary>
internal sealed class AccountsOptions
{
    /// <summary><c>TokenCache</c>: tokens that a node remembers, 1,000 to 10,000,000; default 262,144.</summary>
    public int TokenCache { get; init; }

    /// <summary><c>PasswordIterations</c>: PBKDF2 rounds of new passwords, 1,000 to 10,000,000; default 100,000.</summary>
    public int PasswordIterations { get; init; }

    /// <summary><c>Silo:Operator:UserName</c>: the first operator; with SQLite "owner" where it is not set.</summary>
    public string? OperatorUserName { get; init; }

    /// <summary><c>Silo:Operator:Password</c>: the first operator's password.</summary>
    public string? OperatorPassword { get; init; }

    public static AccountsOptions From(IConfiguration configuration) => new()
    {
        TokenCache = Number(configuration, "Silo:Accounts:TokenCache", 262_144, 1_000, 10_000_000),
        PasswordIterations = Number(configuration, "Silo:Accounts:PasswordIterations", 100_000, 1_000, 10_000_000),
        OperatorUserName = configuration["Silo:Operator:UserName"],
        OperatorPassword = configuration["Silo:Operator:Password"],
    };

    private static int Number(IConfiguration configuration, string key, int otherwise, int min, int max)
    {
        if (configuration[key] is not { Length: > 0 } text)
        {
            return otherwise;
        }

        return int.TryParse(text, out var value) && value >= min && value <= max
            ? value
            : throw new InvalidOperationException($"{key} must be a number between {min} and {max}.");
    }
}
