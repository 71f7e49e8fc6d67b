using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>The demo shop's shopper.</summary>
internal sealed class AccountsDemo(IUnits units, Passwords passwords) : IDemoData
{
    public const string UserName = "demo";
    private const string Password = "demo-shop";

    public async Task LoadAsync(CancellationToken cancellation)
    {
        var hash = await passwords.HashAsync(Password, cancellation);
        await units.RunAsync<int>(
            async unit => await unit.ExecuteAsync(
                $"""
                INSERT INTO accounts_users (id, user_name, normalised_name, password_hash, nick, province, city,
                    referrer_id, extra_json, disabled, created_at)
                VALUES ({unit.NewId()}, {UserName}, {UserName}, {hash.Value}, {"演示用户"}, {"广东"}, {"深圳"}, 0, '', {false},
                    {unit.NowMs})
                ON CONFLICT (normalised_name) DO NOTHING
                """,
                cancellation),
            cancellation);
    }
}
