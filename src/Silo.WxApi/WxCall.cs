using System.Globalization;
using System.Net;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Silo.Accounts.V1;
using Silo.Kernel;

namespace Silo.WxApi;

/// <summary>One call of a function: its parameters, and the API to serve it with.</summary>
internal sealed class WxCall(
    WxFunction function,
    IReadOnlyDictionary<string, string> given,
    InProcessApi api,
    HttpContext http,
    ShopClock clock)
{
    private const long MaxId = 9_007_199_254_740_991;
    private const int MaxTokenLength = 256;
    private readonly IPAddress address = http.Connection.RemoteIpAddress ?? IPAddress.Loopback;
    private readonly CancellationToken cancellation = http.RequestAborted;

    /// <summary>The shop's clock, for the dates of answers.</summary>
    public ShopClock Clock { get; } = clock;

    /// <summary>The shop's number, which rows of the wire carry as <c>userId</c>.</summary>
    public long MerchantId { get; init; }

    /// <summary>The API for what anybody may do; a token is not looked at.</summary>
    public CallInvoker Anyone => api.For(address, null, cancellation);

    /// <summary>The API on behalf of the shopper whose token was given.</summary>
    /// <exception cref="WxFault">No token was given, or what was given is none.</exception>
    public CallInvoker Shopper =>
        Text("token") is { Length: <= MaxTokenLength } token && !token.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? api.For(address, token, cancellation)
            : throw new WxFault(WxAnswer.TokenInvalid);

    /// <summary>The API on behalf of the shopper, or of nobody known where no token was given.</summary>
    /// <exception cref="WxFault">What was given is no token.</exception>
    public CallInvoker AnyoneOrShopper => Text("token") is null ? Anyone : Shopper;

    /// <summary>Cancelled when the client disconnects.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>A file; null where none is given.</summary>
    public IFormFile? File(string name) => http.Request.HasFormContentType ? http.Request.Form.Files.GetFile(name) : null;

    /// <summary>The answer where a parameter that the table requires is missing; a missing token comes first.</summary>
    public WxAnswer? MissingOne()
    {
        var missing = function.Parameters
            .Where(p => p.Required && p.Type != "file" && string.IsNullOrEmpty(given.GetValueOrDefault(p.Name))).Select(p => p.Name).ToArray();
        return missing.Length == 0 ? null
            : missing.Contains("token") ? WxAnswer.TokenInvalid
            : WxAnswer.Missing(missing[0]);
    }

    /// <summary>The text of a parameter, or null where it is not given.</summary>
    /// <exception cref="InvalidOperationException">The table does not have it.</exception>
    public string? Text(string name) => Sent(name) is { Length: > 0 } text ? text : null;

    /// <summary>Whether a parameter was sent empty, which for a few parameters means more than not given.</summary>
    public bool IsEmptied(string name) => Sent(name) is "";

    /// <summary>Hands the text of a parameter on where it is given.</summary>
    public void Give(string name, Action<string> take)
    {
        if (Text(name) is { } text)
        {
            take(text);
        }
    }

    /// <summary>The text of a parameter, empty where it is not given, as the API has it.</summary>
    public string TextOrEmpty(string name) => Text(name) ?? "";

    /// <summary>An id: 1 to 2^53 - 1.</summary>
    /// <exception cref="WxFault">It is given and not an id.</exception>
    public long? Id(string name) => Text(name) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id is > 0 and <= MaxId ? id
        : throw new WxFault(WxAnswer.Malformed(name));

    /// <summary>A whole number.</summary>
    /// <exception cref="WxFault">It is given and not a number.</exception>
    public int? Int(string name) => Text(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw new WxFault(WxAnswer.Malformed(name));

    /// <summary>A number of degrees, or another that is no amount.</summary>
    /// <exception cref="WxFault">It is given and not a finite number.</exception>
    public double? Double(string name) => Text(name) is not { } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number
        : throw new WxFault(WxAnswer.Malformed(name));

    /// <summary>Yes or no; no where it is not given.</summary>
    /// <exception cref="WxFault">It is given and neither.</exception>
    public bool Flag(string name) => Text(name) switch
    {
        null or "false" or "0" => false,
        "true" or "1" => true,
        _ => throw new WxFault(WxAnswer.Malformed(name)),
    };

    /// <summary>An amount of money in hundredths, from a number of yuan with at most two decimals.</summary>
    /// <exception cref="WxFault">It is given and not such a number, or negative, or above 100 million yuan.</exception>
    public long? Cents(string name) => Text(name) is not { } text ? null
        : decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var yuan)
            && yuan <= 100_000_000 && decimal.IsInteger(yuan * 100) ? (long)(yuan * 100)
        : throw new WxFault(WxAnswer.Malformed(name));

    /// <summary>A day as <c>yyyy-MM-dd</c>; what comes after it is not looked at.</summary>
    /// <exception cref="WxFault">It is given and begins with no day, or with one that no clock reaches.</exception>
    public DateOnly? Day(string name) => Text(name) is not { } text ? null
        : DateOnly.TryParseExact(text.Split(' ')[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && day.Year is >= 1970 and < 9999 ? day
        : throw new WxFault(WxAnswer.Malformed(name));

    /// <summary>The parts of a text with commas, none of them empty; null where there are none.</summary>
    public IReadOnlyList<string>? Csv(string name) =>
        Text(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } parts
            ? parts : null;

    /// <summary>Whole numbers with commas between them; null where there are none.</summary>
    /// <exception cref="WxFault">One of them is none, or not from 0 to 2^53 - 1.</exception>
    public IReadOnlyList<long>? Numbers(string name) => Csv(name)?.Select(text =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= MaxId ? number
        : throw new WxFault(WxAnswer.Malformed(name))).ToList();

    /// <summary>When a day that is given as <c>yyyy-MM-dd</c>, or a later one, begins in the shop; null where none is given.</summary>
    /// <exception cref="WxFault">It is given and not a day of the years 1970 to 9998.</exception>
    public Timestamp? StartOfDay(string name, int daysLater = 0) => Text(name) is not { } text ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && day.Year is >= 1970 and <= 9998
            ? Clock.StartOf(day, daysLater)
        : throw new WxFault(WxAnswer.Malformed(name));

    /// <summary>The page that is asked for, by <c>page</c> and <c>pageSize</c>.</summary>
    /// <exception cref="WxFault">One of them is given and not a number.</exception>
    public WxPage Page() => new(
        Math.Max(1, Int("page") ?? 1), Math.Clamp(Int("pageSize") ?? WxPage.Default, 1, WxPage.Max));

    /// <summary>No data, where that is known without a read; a bad token is still refused.</summary>
    public async Task<WxAnswer> NoneAsync()
    {
        await new AccountsService.AccountsServiceClient(Shopper).CheckTokenAsync(new());
        return WxAnswer.NoData;
    }

    private string? Sent(string name) => function.Parameters.Any(p => p.Name == name)
        ? given.GetValueOrDefault(name)
        : throw new InvalidOperationException($"{function.Function} has no parameter {name} in functions.jsonl.");
}
