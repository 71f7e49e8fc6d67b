using System.Text.Json;
using Silo.Accounts.V1;
using Silo.Catalog.V1;

namespace Silo.WxApi;

/// <summary>What is known of a shopper.</summary>
internal static class WxUsers
{
    public static readonly IReadOnlyDictionary<string, WxHandler> Handlers = new Dictionary<string, WxHandler>
    {
        ["userDetail"] = DetailAsync,
        ["modifyUserInfo"] = ModifyAsync,
        ["userDelete"] = DeleteAsync,
    };

    /// <summary>Extended attributes as an object of texts; null where there are none.</summary>
    public static IReadOnlyDictionary<string, string>? Extra(string json) =>
        json.Length == 0 ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(json);

    private static async Task<WxAnswer> DetailAsync(WxCall call)
    {
        var answer = await new ProfilesService.ProfilesServiceClient(call.Shopper).GetProfileAsync(new());
        var profile = answer.Profile;
        var member = await new MembersService.MembersServiceClient(call.Shopper).DescribeMyLevelAsync(new());
        return WxAnswer.Of(new WxUser(
            WxBase.Of(profile, member, call),
            Extra(profile.ExtraJson),
            member.Level is { } level ? WxUserLevel.Of(level, call) : null,
            answer.Inviter is { } inviter ? new(inviter.UserId, inviter.Nick, inviter.AvatarUrl) : null));
    }

    private static async Task<WxAnswer> ModifyAsync(WxCall call)
    {
        var request = new UpdateProfileRequest();
        call.Give("nick", text => request.Nick = text);
        call.Give("avatarUrl", text => request.AvatarUrl = text);
        call.Give("province", text => request.Province = text);
        call.Give("city", text => request.City = text);
        call.Give("birthday", text => request.Birthday = text);
        call.Give("extJsonStr", text => request.ExtraJson = text);
        if (call.Int("gender") is { } gender)
        {
            request.Gender = (Gender)gender;
        }

        await new ProfilesService.ProfilesServiceClient(call.Shopper).UpdateProfileAsync(request);
        return WxAnswer.Success;
    }

    private static async Task<WxAnswer> DeleteAsync(WxCall call)
    {
        await new ProfilesService.ProfilesServiceClient(call.Shopper).DeleteMyAccountAsync(new());
        return WxAnswer.Success;
    }

    private sealed record WxUser(
        WxBase Base, IReadOnlyDictionary<string, string>? Ext, WxUserLevel? UserLevel, WxReferrer? Referrer);

    /// <summary>Who invited the shopper.</summary>
    private sealed record WxReferrer(long Id, string Nick, string AvatarUrl);

    /// <summary>A member's level.</summary>
    private sealed record WxUserLevel
    {
        public required long Id { get; init; }

        public required string Name { get; init; }

        /// <summary>How high it is.</summary>
        public required int Level { get; init; }

        /// <summary>10 is the full price.</summary>
        public required decimal Rebate { get; init; }

        public required int Paixu { get; init; }

        /// <summary>A level that somebody has is in use.</summary>
        public int Status { get; init; }

        public required string? DateAdd { get; init; }

        public required string? DateUpdate { get; init; }

        public required long UserId { get; init; }

        public static WxUserLevel Of(Level level, WxCall call) => new()
        {
            Id = level.Id,
            Name = level.Name,
            Level = level.Number,
            Rebate = WxScalars.Yuan(level.Rebate),
            Paixu = level.Sort,
            DateAdd = call.Clock.Time(level.CreatedAt),
            DateUpdate = call.Clock.Time(level.UpdatedAt),
            UserId = call.MerchantId,
        };
    }

    private sealed record WxBase
    {
        public required long Id { get; init; }

        /// <summary>The shop's number.</summary>
        public required long UserId { get; init; }

        public required string? Nick { get; init; }

        public required string? AvatarUrl { get; init; }

        public required string? Province { get; init; }

        public required string? City { get; init; }

        /// <summary>1 male, 2 female; absent where it is not said.</summary>
        public required int? Gender { get; init; }

        public required string? Birthday { get; init; }

        /// <summary>Every account is registered by user name.</summary>
        public int Source { get; init; } = 2;

        public string SourceStr { get; init; } = "用户名注册";

        /// <summary>A disabled account cannot ask.</summary>
        public int Status { get; init; }

        public string StatusStr { get; init; } = "默认";

        /// <summary>"yes" where a password is set; never the password.</summary>
        public required string? Pwd { get; init; }

        /// <summary>Nobody is a distributor, and no team, manager or identity is checked: the client hides their menus.</summary>
        public bool IsSeller { get; init; }

        public bool IsIdcardCheck { get; init; }

        public bool IsFaceCheck { get; init; }

        public bool IsManager { get; init; }

        public bool IsShopManager { get; init; }

        public bool IsTeamLeader { get; init; }

        public bool IsTeamMember { get; init; }

        public bool IsUserAttendant { get; init; }

        public bool IsSendRegisterCoupons { get; init; }

        /// <summary>18 digits.</summary>
        public required string CardNumber { get; init; }

        public required long? LevelId { get; init; }

        public required string? GetLevelDate { get; init; }

        /// <summary>Absent for a level that stays.</summary>
        public required string? LevelExpire { get; init; }

        /// <summary>No level is prolonged by itself; absent without a level.</summary>
        public required bool? LevelRenew { get; init; }

        /// <summary>The inviting user.</summary>
        public required long? Referrer { get; init; }

        public required string? DateAdd { get; init; }

        public required string? IpAdd { get; init; }

        public required string? DateLogin { get; init; }

        public required string? IpLogin { get; init; }

        public required long SecondsAfterRegister { get; init; }

        public static WxBase Of(Profile profile, DescribeMyLevelResponse member, WxCall call) => new()
        {
            Id = profile.UserId,
            UserId = call.MerchantId,
            Nick = WxScalars.NullIfEmpty(profile.Nick),
            AvatarUrl = WxScalars.NullIfEmpty(profile.AvatarUrl),
            Province = WxScalars.NullIfEmpty(profile.Province),
            City = WxScalars.NullIfEmpty(profile.City),
            Gender = profile.Gender == Accounts.V1.Gender.Unspecified ? null : (int)profile.Gender,
            Birthday = WxScalars.NullIfEmpty(profile.Birthday),
            Pwd = profile.HasPassword ? "yes" : null,
            CardNumber = profile.CardNumber,
            LevelId = member.Level?.Id,
            GetLevelDate = call.Clock.Time(member.Since),
            LevelExpire = call.Clock.Time(member.ExpiresAt),
            LevelRenew = member.Level is null ? null : false,
            Referrer = profile.ReferrerUserId == 0 ? null : profile.ReferrerUserId,
            DateAdd = call.Clock.Time(profile.RegisteredAt),
            IpAdd = WxScalars.NullIfEmpty(profile.RegisteredAddress),
            DateLogin = call.Clock.Time(profile.LastLoginAt),
            IpLogin = WxScalars.NullIfEmpty(profile.LastLoginAddress),
            SecondsAfterRegister = Math.Max(0, call.Clock.NowMs - WxScalars.Milliseconds(profile.RegisteredAt)) / 1000,
        };
    }
}
