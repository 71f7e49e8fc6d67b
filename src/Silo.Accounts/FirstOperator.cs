using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Silo.Edge;
using Silo.Edge.V1;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>
/// Makes the first operator, an owner: from the configuration, or, on the embedded database, with a random password
/// that only the owner of the process can read from a file.
/// </summary>
internal sealed class FirstOperator(
    IUnits units, Passwords passwords, AccountsOptions options, DatabaseOptions database, ILogger<FirstOperator> logger)
{
    private const string DefaultName = "owner";

    private string PasswordFile => Path.Combine(Path.GetFullPath(database.DataDirectory), "operator-password");

    public async Task<bool> EnsureAsync(CancellationToken cancellation)
    {
        if (await units.ReadAsync(r => r.Query<OperatorRow>().AnyAsync(cancellation), cancellation))
        {
            return false;
        }

        var (name, password) = (options.OperatorUserName, options.OperatorPassword);
        var generated = string.IsNullOrEmpty(name) && string.IsNullOrEmpty(password)
            && database.Provider == DatabaseProvider.Sqlite;
        if (generated)
        {
            (name, password) = (DefaultName, RandomNumberGenerator.GetHexString(24, lowercase: true));
        }

        if (string.IsNullOrEmpty(name) || string.IsNullOrEmpty(password))
        {
            throw new InvalidOperationException(
                "There is no operator yet: set Silo:Operator:UserName and Silo:Operator:Password.");
        }

        if ((AccountsRules.NameRefusal(name)
            ?? AccountsRules.PasswordRefusal(password, AccountsRules.MinOperatorPassword)) is { } refusal)
        {
            throw new InvalidOperationException($"Silo:Operator is not usable: {refusal.Message}");
        }

        if (generated)
        {
            WritePassword(password);
        }

        var hash = (await passwords.HashAsync(password, cancellation)).OrRefuse();
        await units.RunAsync(
            unit => unit.ExecuteAsync(
                $"""
                INSERT INTO accounts_operators (id, user_name, normalised_name, password_hash, role, disabled, created_at)
                VALUES ({unit.NewId()}, {name}, {AccountsRules.NormaliseName(name)}, {hash}, {(int)Role.Owner}, {false}, {unit.NowMs})
                ON CONFLICT DO NOTHING
                """,
                cancellation),
            cancellation);
        if (generated)
        {
            logger.LogWarning("The operator '{Name}' was created; the password is in {File}", name, PasswordFile);
        }

        return true;
    }

    /// <summary>The generated password is no longer true; its file goes.</summary>
    public void PasswordChanged(string normalisedName)
    {
        if (database.Provider == DatabaseProvider.Sqlite && normalisedName == DefaultName)
        {
            File.Delete(PasswordFile);
        }
    }

    private void WritePassword(string password)
    {
        // Replaced, so that the mode is that of a new file.
        File.Delete(PasswordFile);
        var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var stream = new FileStream(PasswordFile, create);
        using var writer = new StreamWriter(stream);
        writer.WriteLine(password);
    }
}
