using System.Collections.Frozen;
using System.Text.Json;

namespace Silo.WxApi;

/// <summary>Serves one function.</summary>
internal delegate Task<WxAnswer> WxHandler(WxCall call);

/// <summary>A parameter of a function.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Type">string, int, id, bool, money, double, date, csv, json or file.</param>
/// <param name="Required">Whether the function needs it.</param>
internal sealed record WxParameter(string Name, string Type, bool Required);

/// <summary>A line of <c>functions.jsonl</c>.</summary>
/// <param name="Function">Its name in the public SDK; unique.</param>
/// <param name="Area">The area of the public SDK.</param>
/// <param name="Method">The method that the SDK uses; the server takes GET and POST for every function.</param>
/// <param name="Path">Its path without the tenant segment; unique.</param>
/// <param name="Tenant">Whether the path has a tenant segment; where not, one is tolerated.</param>
/// <param name="Mission">Whether it belongs to the functions that a complete server has.</param>
/// <param name="Expected">It has no handler yet, and answers that it is not opened.</param>
/// <param name="Parameters">Its parameters.</param>
internal sealed record WxFunction(
    string Function,
    string Area,
    string Method,
    string Path,
    bool Tenant,
    bool Mission,
    bool Expected,
    IReadOnlyList<WxParameter> Parameters)
{
    /// <summary>The parameter in which a shared path names the shop, where it does.</summary>
    public const string TenantParameter = "subDomain";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Whether it takes a file, and so a larger body.</summary>
    public bool TakesFile => Parameters.Any(p => p.Type == "file");

    /// <summary>The project's own table.</summary>
    public static IReadOnlyList<WxFunction> ReadTable()
    {
        using var stream = typeof(WxFunction).Assembly.GetManifestResourceStream("functions.jsonl")!;
        using var reader = new StreamReader(stream);
        List<WxFunction> table = [];
        while (reader.ReadLine() is { } line)
        {
            table.Add(JsonSerializer.Deserialize<WxFunction>(line, Json)!);
        }

        return table;
    }
}

/// <summary>A function that can be called.</summary>
/// <param name="Function">Its line in the table.</param>
/// <param name="Handler">Serves it; null while it is expected.</param>
internal sealed record WxRoute(WxFunction Function, WxHandler? Handler);

/// <summary>From paths to functions: the table joined with the handlers.</summary>
internal sealed class WxRoutes
{
    private readonly FrozenDictionary<string, WxRoute> routes;
    private readonly string[] tenants;

    /// <summary>Joins them.</summary>
    /// <param name="table">Every function.</param>
    /// <param name="handlers">Handlers by the names of their functions.</param>
    /// <param name="tenants">What a tenant segment may be.</param>
    /// <exception cref="InvalidOperationException">Table and handlers do not fit; the message is one clear line.</exception>
    public WxRoutes(
        IReadOnlyCollection<WxFunction> table, IReadOnlyDictionary<string, WxHandler> handlers, params string[] tenants)
    {
        this.tenants = tenants;
        if (FaultOf(table, handlers) is { } fault)
        {
            throw new InvalidOperationException($"src/Silo.WxApi/functions.jsonl: {fault}");
        }

        routes = table.ToFrozenDictionary(
            f => f.Path.Trim('/'),
            f => new WxRoute(f, handlers.GetValueOrDefault(f.Function)),
            StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>All of them.</summary>
    public IEnumerable<WxRoute> All => routes.Values;

    /// <summary>The function of a path, or the answer where there is none. Duplicate slashes count as one.</summary>
    public (WxRoute? Route, WxAnswer? Fault) Find(string path)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var whole = string.Join('/', segments);
        if (routes.TryGetValue(whole, out var shared) && !shared.Function.Tenant)
        {
            return (shared, null);
        }

        if (segments.Length < 2)
        {
            return (null, WxAnswer.FunctionUnknown);
        }

        return !tenants.Contains(segments[0], StringComparer.OrdinalIgnoreCase) ? (null, WxAnswer.TenantUnknown)
            : routes.TryGetValue(whole[(segments[0].Length + 1)..], out var route) ? (route, null)
            : (null, WxAnswer.FunctionUnknown);
    }

    /// <summary>The answer where a function without a tenant segment is given another shop's name as a parameter.</summary>
    public WxAnswer? TenantFault(WxFunction function, IReadOnlyDictionary<string, string> given) =>
        !function.Tenant && function.Parameters.Any(p => p.Name == WxFunction.TenantParameter)
            && given.TryGetValue(WxFunction.TenantParameter, out var tenant)
            && !tenants.Contains(tenant, StringComparer.OrdinalIgnoreCase) ? WxAnswer.TenantUnknown : null;

    private static string? FaultOf(
        IReadOnlyCollection<WxFunction> table, IReadOnlyDictionary<string, WxHandler> handlers)
    {
        var names = table.Select(f => f.Function).ToHashSet();
        return Twice(table.Select(f => f.Function)) is { } name ? $"{name} is there twice."
            : Twice(table.Select(f => f.Path)) is { } path ? $"{path} is there twice."
            : handlers.Keys.FirstOrDefault(h => !names.Contains(h)) is { } stray ? $"{stray} has a handler and no line."
            : table.FirstOrDefault(f => !f.Expected && !handlers.ContainsKey(f.Function)) is { } bare
                ? $"{bare.Function} has no handler and is not expected."
            : table.FirstOrDefault(f => f.Expected && handlers.ContainsKey(f.Function)) is { } served
                ? $"{served.Function} is expected and has a handler: remove \"expected\"."
            : null;
    }

    private static string? Twice(IEnumerable<string> texts) =>
        texts.GroupBy(t => t, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Skip(1).Any())?.Key;
}
