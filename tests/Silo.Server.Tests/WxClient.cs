using System.Text.Json;
using Silo.Server.Tests.House;

namespace Silo.Server.Tests;

/// <summary>Calls functions by name, as the table of the facade says.</summary>
internal sealed class WxClient(Shop shop) : IDisposable
{
    private readonly Dictionary<string, JsonElement> functions = File
        .ReadLines(Path.Combine(Repository.Root, "src/Silo.WxApi/functions.jsonl"))
        .Select(line => JsonDocument.Parse(line).RootElement).ToDictionary(f => f.GetProperty("function").GetString()!);

    private readonly HttpClient client = new() { BaseAddress = shop.Server.Http };

    public async Task<JsonElement> CallAsync(string function, string query)
    {
        var called = functions[function];
        var tenant = called.GetProperty("tenant").GetBoolean() ? "/shop" : "";
        using var request = new HttpRequestMessage(
            new(called.GetProperty("method").GetString()!), $"{tenant}{called.GetProperty("path").GetString()}?{query}");
        using var response = await client.SendAsync(request);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }

    public void Dispose() => client.Dispose();
}
