using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>Whose a token is.</summary>
internal enum OwnerKind
{
    User = 1,
    Operator = 2,
}

/// <summary>A shopper.</summary>
internal sealed class UserRow
{
    public long Id { get; init; }

    public required string UserName { get; set; }

    public required string NormalisedName { get; set; }

    /// <summary>Empty where no password is set.</summary>
    public required string PasswordHash { get; set; }

    public string Nick { get; set; } = "";

    public string AvatarUrl { get; set; } = "";

    /// <summary>As <see cref="V1.Gender"/> numbers it.</summary>
    public int Gender { get; set; }

    /// <summary>As yyyy-MM-dd; empty where it is not known.</summary>
    public string Birthday { get; set; } = "";

    public string Province { get; set; } = "";

    public string City { get; set; } = "";

    public long ReferrerId { get; init; }

    public string ExtraJson { get; set; } = "";

    public bool Disabled { get; set; }

    public long CreatedAt { get; init; }

    /// <summary>Where the shopper registered from; empty where it is not known.</summary>
    public string RegisteredAddress { get; set; } = "";

    /// <summary>0 where it is not known.</summary>
    public long LastLoginAt { get; set; }

    public string LastLoginAddress { get; set; } = "";

    /// <summary>Counts the changes of the shopper's addresses: what is decided on them stands only while it is the same.</summary>
    public int AddressesVersion { get; init; }

    /// <summary>When the account was deleted; 0 while it is there. Of a deleted one only the id says anything.</summary>
    public long DeletedAt { get; set; }
}

/// <summary>An operator.</summary>
internal sealed class OperatorRow
{
    public long Id { get; init; }

    public required string UserName { get; init; }

    public required string NormalisedName { get; init; }

    public required string PasswordHash { get; set; }

    public int Role { get; set; }

    public bool Disabled { get; set; }

    public long CreatedAt { get; init; }
}

/// <summary>A live token, by its hash.</summary>
internal sealed class TokenRow
{
    public required byte[] Hash { get; init; }

    public OwnerKind OwnerKind { get; init; }

    public long OwnerId { get; init; }

    public long CreatedAt { get; init; }

    public long ExpiresAt { get; init; }

    public string DeviceId { get; init; } = "";

    public string DeviceName { get; init; } = "";
}

/// <summary>Passwords that were tried and not found right, per account and address, or per address.</summary>
internal sealed class AttemptRow
{
    public required string Key { get; init; }

    public int Count { get; init; }

    public long Since { get; init; }
}

/// <summary>Tells every node to forget what it remembers of an owner's tokens.</summary>
internal sealed class RevocationRow
{
    public long Id { get; init; }

    public long At { get; init; }

    public OwnerKind OwnerKind { get; init; }

    public long OwnerId { get; init; }
}

/// <summary>The module's part of the database model.</summary>
internal sealed class AccountsModel : IModuleModel
{
    public void Configure(ModelBuilder model)
    {
        model.Entity<UserRow>(user =>
        {
            user.ToTable("accounts_users");
            user.HasLockRank(LockRank.Shopper);
            user.HasKey(u => u.Id);
            user.HasIndex(u => u.NormalisedName).IsUnique();
        });
        model.Entity<OperatorRow>(op =>
        {
            op.ToTable("accounts_operators");
            op.HasKey(o => o.Id);
            op.HasIndex(o => o.NormalisedName).IsUnique();
        });
        model.Entity<TokenRow>(token =>
        {
            token.ToTable("accounts_tokens");
            token.HasKey(t => t.Hash);
            token.HasIndex(t => new { t.OwnerKind, t.OwnerId });
            token.HasIndex(t => t.ExpiresAt);
        });
        model.Entity<AttemptRow>(attempt =>
        {
            attempt.ToTable("accounts_attempts");
            attempt.HasKey(a => a.Key);
        });
        model.Entity<RevocationRow>(revocation =>
        {
            revocation.ToTable("accounts_revocations");
            revocation.HasKey(r => r.Id);
            revocation.HasIndex(r => r.At);
        });
        AddressesModel.Configure(model);
    }
}
