using Silo.Accounts.V1;

namespace Silo.WxApi;

/// <summary>Registration, login and tokens.</summary>
internal static class WxAccounts
{
    private const long MaxId = 9_007_199_254_740_991;

    public static readonly IReadOnlyDictionary<string, WxHandler> Handlers = new Dictionary<string, WxHandler>
    {
        ["register_username"] = RegisterAsync,
        ["login_username"] = LoginAsync,
        ["checkToken"] = CheckTokenAsync,
        ["loginout"] = LogoutAsync,
    };

    private static async Task<WxAnswer> RegisterAsync(WxCall call)
    {
        var login = call.Flag("autoLogin");
        var answer = await new AccountsService.AccountsServiceClient(call.Anyone).RegisterUsernameAsync(new()
        {
            Username = call.TextOrEmpty("username"),
            Password = call.TextOrEmpty("pwd"),
            AutoLogin = login,
            Nick = call.TextOrEmpty("nick"),
            Province = call.TextOrEmpty("province"),
            City = call.TextOrEmpty("city"),
            ReferrerUserId = Referrer(call.Text("referrer")),
            ExtraJson = call.TextOrEmpty("postJsonString"),
        });
        return login ? WxAnswer.Of(new WxLogin(answer.Token, answer.UserId)) : WxAnswer.Success;
    }

    private static async Task<WxAnswer> LoginAsync(WxCall call)
    {
        var answer = await new AccountsService.AccountsServiceClient(call.Anyone).LoginUsernameAsync(new()
        {
            Username = call.TextOrEmpty("username"),
            Password = call.TextOrEmpty("pwd"),
            DeviceId = call.TextOrEmpty("deviceId"),
            DeviceName = call.TextOrEmpty("deviceName"),
        });
        return WxAnswer.Of(new WxLogin(answer.Token, answer.UserId));
    }

    private static async Task<WxAnswer> CheckTokenAsync(WxCall call)
    {
        await new AccountsService.AccountsServiceClient(call.Shopper).CheckTokenAsync(new());
        return WxAnswer.Success;
    }

    private static async Task<WxAnswer> LogoutAsync(WxCall call)
    {
        await new AccountsService.AccountsServiceClient(call.Shopper).LogoutAsync(new());
        return WxAnswer.Success;
    }

    /// <summary>
    /// The inviter comes out of a shared link, so it may be anything; an unknown one is ignored, and so is what is no
    /// id: nobody should fail to register because of it.
    /// </summary>
    private static long Referrer(string? text) => long.TryParse(text, out var id) && id is > 0 and <= MaxId ? id : 0;

    /// <summary>The answer of every login.</summary>
    private sealed record WxLogin(string Token, long Uid);
}
