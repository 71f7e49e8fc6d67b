using System.Net;
using Silo.Accounts.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>Makes accounts of shoppers, with what other modules do when one registers.</summary>
internal sealed class RegistrationWrites(IUnits units, IEnumerable<IOnRegistered> modules)
{
    /// <summary>Makes an account; refused with USER_NAME_TAKEN.</summary>
    /// <param name="request">What the shopper says.</param>
    /// <param name="name">The normalised name.</param>
    /// <param name="passwordHash">The hash of the password.</param>
    /// <param name="address">Where the shopper is.</param>
    /// <param name="cancellation">The caller left.</param>
    public Task<Result<RegisterUsernameResponse>> RegisterAsync(
        RegisterUsernameRequest request, string name, string passwordHash, IPAddress address, CancellationToken cancellation) =>
        units.StageAsync<RegisterUsernameResponse>(
            stage =>
            {
                var referrers = stage.Read<UserRow>([request.ReferrerUserId]);
                // Of two at once with one name the second finds the key taken, and then the first here.
                var taken = stage.Read<UserRow, string>(u => u.NormalisedName, [name]);
                return rows =>
                {
                    if (taken.Only is not null)
                    {
                        return AccountsRefusals.UserNameTaken;
                    }

                    var referrer = referrers.Only is { DeletedAt: 0 } there ? there.Id : 0;
                    var loginAt = request.AutoLogin ? stage.NowMs : 0;
                    var user = new UserRow
                    {
                        Id = stage.NewId(),
                        UserName = request.Username,
                        NormalisedName = name,
                        PasswordHash = passwordHash,
                        Nick = request.Nick,
                        Province = request.Province,
                        City = request.City,
                        ReferrerId = referrer,
                        ExtraJson = request.ExtraJson,
                        CreatedAt = stage.NowMs,
                        RegisteredAddress = address.ToString(),
                        LastLoginAt = loginAt,
                        LastLoginAddress = loginAt > 0 ? address.ToString() : "",
                    };
                    rows.Append(user);
                    foreach (var module in modules)
                    {
                        module.Registered(rows, user.Id, referrer, stage.NowMs);
                    }

                    var response = new RegisterUsernameResponse { UserId = user.Id };
                    if (request.AutoLogin)
                    {
                        (response.Token, var token) = Tokens.New(OwnerKind.User, user.Id, "", "", stage.NowMs);
                        rows.Append(token);
                    }

                    return response;
                };
            },
            cancellation);
}
