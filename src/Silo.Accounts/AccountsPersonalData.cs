using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts.V1;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>What this module holds of shoppers: profile, addresses, tokens, tried passwords, and operators' writes to them.</summary>
internal sealed class AccountsPersonalData : IPersonalData
{
    /// <summary>The rpc whose audit entries show a shopper, as <see cref="User"/>.</summary>
    private static readonly string Audited =
        $"{AccountsAdminService.Descriptor.FullName}/{nameof(AccountsAdminService.AccountsAdminServiceBase.SetUserEnabled)}";

    public string Name => "accounts";

    public async Task<JsonNode> ExportAsync(IReads reads, long userId, CancellationToken cancellation)
    {
        var user = await reads.Query<UserRow>().SingleAsync(u => u.Id == userId, cancellation);
        var addresses = await AddressesReads.ListAsync(reads, userId, cancellation);
        var tokens = await reads.Query<TokenRow>().Where(t => t.OwnerKind == OwnerKind.User && t.OwnerId == userId)
            .OrderBy(t => t.CreatedAt).ToListAsync(cancellation);
        return new JsonObject
        {
            ["profile"] = Json(AccountsWire.Profile(user)),
            ["addresses"] = new JsonArray([.. addresses.Select(a => Json(AccountsWire.Address(a)))]),
            ["logins"] = new JsonArray([.. tokens.Select(t => (JsonNode)new JsonObject
            {
                ["at"] = DateTimeOffset.FromUnixTimeMilliseconds(t.CreatedAt).ToString("O"),
                ["deviceId"] = t.DeviceId,
                ["deviceName"] = t.DeviceName,
            })]),
        };
    }

    public async Task EraseAsync(Unit unit, long userId, CancellationToken cancellation)
    {
        await unit.LockAsync<UserRow>([userId], wait: true, cancellation);
        var user = await unit.Set<UserRow>().SingleOrDefaultAsync(u => u.Id == userId && u.DeletedAt == 0, cancellation);
        if (user is null)
        {
            return;
        }

        await unit.Set<AddressRow>().Where(a => a.UserId == userId).ExecuteDeleteAsync(cancellation);
        await Tokens.EndAsync(unit, OwnerKind.User, userId, null, null, cancellation);
        var (byName, byId) = (Logins.PairOf(OwnerKind.User, Logins.ByName(user.NormalisedName), ""), Logins.PairOf(OwnerKind.User, Logins.ById(userId), ""));
        await unit.Set<AttemptRow>().Where(a => a.Key.StartsWith(byName) || a.Key.StartsWith(byId)).ExecuteDeleteAsync(cancellation);
        await ForgetInAuditAsync(unit, userId, cancellation);
        var pseudonym = ProfilesRules.Pseudonym(userId);
        (user.UserName, user.NormalisedName, user.PasswordHash) = (pseudonym, pseudonym, "");
        (user.Nick, user.AvatarUrl, user.Gender, user.Birthday) = ("", "", 0, "");
        (user.Province, user.City, user.ExtraJson) = ("", "", "");
        (user.RegisteredAddress, user.LastLoginAddress, user.LastLoginAt) = ("", "", 0);
        (user.Disabled, user.DeletedAt) = (true, unit.NowMs);
    }

    private static async Task ForgetInAuditAsync(Unit unit, long userId, CancellationToken cancellation)
    {
        var subject = $"user:{userId}";
        var entries = await unit.Query<AuditEntry>().Where(a => a.Subject == subject && a.Rpc == Audited)
            .Select(a => new { a.Id, a.Before, a.After }).ToListAsync(cancellation);
        foreach (var entry in entries)
        {
            var (before, after) = (Forget(entry.Before), Forget(entry.After)!);
            await unit.Set<AuditEntry>().Where(a => a.Id == entry.Id).ExecuteUpdateAsync(
                a => a.SetProperty(x => x.Before, before).SetProperty(x => x.After, after), cancellation);
        }
    }

    private static string? Forget(string? json)
    {
        if (json is null)
        {
            return null;
        }

        var user = JsonParser.Default.Parse<User>(json);
        (user.Username, user.Nick, user.Province, user.City) = (ProfilesRules.Pseudonym(user.Id), "", "", "");
        return JsonFormatter.Default.Format(user);
    }

    private static JsonNode Json(IMessage message) => JsonNode.Parse(JsonFormatter.Default.Format(message))!;
}
