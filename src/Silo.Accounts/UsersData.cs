using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>Gathers what all modules hold of a shopper, and has all of them erase it.</summary>
internal sealed class UsersData(IUnits units, IEnumerable<IPersonalData> modules)
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Everything as the text of a JSON object, a member for each module; null where there is no such shopper.</summary>
    public Task<string?> ExportAsync(long userId, CancellationToken cancellation) => units.ReadAsync<string?>(
        async reads =>
        {
            if (!await reads.Query<UserRow>().AnyAsync(u => u.Id == userId && u.DeletedAt == 0, cancellation))
            {
                return null;
            }

            var all = new JsonObject();
            foreach (var module in modules)
            {
                all[module.Name] = await module.ExportAsync(reads, userId, cancellation);
            }

            return all.ToJsonString(Json);
        },
        cancellation);

    /// <summary>Erases what is personal; part of the caller's unit. Then <see cref="Tokens.Forget"/>.</summary>
    public async Task EraseAsync(Unit unit, long userId, CancellationToken cancellation)
    {
        foreach (var module in modules)
        {
            await module.EraseAsync(unit, userId, cancellation);
        }
    }
}
