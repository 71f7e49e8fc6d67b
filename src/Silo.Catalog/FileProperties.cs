using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>
/// The properties and values that a file's combinations name, by ids or in words. What is named in words and not there
/// is created.
/// </summary>
internal sealed class FileProperties
{
    private const int MaxNameLength = 50;
    private const int MaxValues = 100;

    private readonly Dictionary<long, PropertyRow> properties;
    private readonly Dictionary<long, ValueRow> values;
    private readonly ILookup<string, long> byName;
    private readonly ILookup<(long Property, string Name), long> valuesByName;

    private FileProperties(List<PropertyRow> properties, List<ValueRow> values)
    {
        (this.properties, this.values) = (properties.ToDictionary(p => p.Id), values.ToDictionary(v => v.Id));
        byName = properties.ToLookup(p => p.Name, p => p.Id);
        valuesByName = values.ToLookup(v => (v.PropertyId, v.Name), v => v.Id);
    }

    /// <summary>The property of every value.</summary>
    public IReadOnlyDictionary<long, long> PropertyOf => values.ToDictionary(v => v.Key, v => v.Value.PropertyId);

    /// <summary>The names of properties and values.</summary>
    public Dictionary<long, string> Names =>
        properties.Values.Select(p => (p.Id, p.Name)).Concat(values.Values.Select(v => (v.Id, v.Name))).ToDictionary();

    /// <summary>Reads what combinations name, and creates what they name in words and is not there, as far as there is room.</summary>
    public static async Task<FileProperties> MakeAsync(Unit unit, IReadOnlyList<SkuReading> combinations, CancellationToken cancellation)
    {
        if (combinations.Count == 0)
        {
            return new([], []);
        }

        var properties = await unit.Query<PropertyRow>().ToListAsync(cancellation);
        var words = combinations.Where(c => c.Pairs is null).SelectMany(c => Words(c.Combination) ?? []).Distinct().ToList();
        var names = words.Select(w => w.Property).ToHashSet();
        var named = properties.Where(p => names.Contains(p.Name)).Select(p => p.Id).ToArray();
        var ids = combinations.SelectMany(c => Ids(c.Pairs ?? "") ?? []).Select(p => p.Value).Distinct().ToArray();
        var values = await unit.Query<ValueRow>().Where(v => named.Contains(v.PropertyId) || ids.Contains(v.Id)).ToListAsync(cancellation);
        await AddAsync(unit, properties, values, words, cancellation);
        return new(properties, values);
    }

    /// <summary>The values of a combination; where one cannot be found, a fault is noted.</summary>
    public IReadOnlyList<long> ValuesOf(SkuReading combination) => combination.Pairs is { } pairs
        ? ByIds(pairs, combination)
        : ByWords(combination);

    /// <summary>Properties in their order.</summary>
    public IReadOnlyList<long> InOrder(IEnumerable<long> ids) =>
        [.. ids.Distinct().Select(id => properties[id]).OrderBy(p => p.Sort).ThenBy(p => p.Id).Select(p => p.Id)];

    private static async Task AddAsync(
        Unit unit,
        List<PropertyRow> properties,
        List<ValueRow> values,
        List<(string Property, string Value)> words,
        CancellationToken cancellation)
    {
        var known = properties.ToLookup(p => p.Name);
        var added = words.Select(w => w.Property).Distinct().Where(name => !known.Contains(name))
            .Take(PropertiesWrites.MaxProperties - properties.Count).ToList();
        var sizes = values.CountBy(v => v.PropertyId).ToDictionary();
        var there = values.Select(v => (v.PropertyId, v.Name)).ToHashSet();
        // An id for each word is more than enough; those that are left over are never given out.
        var next = await PropertiesWrites.TakeIdsAsync(unit, added.Count + words.Count, cancellation);
        foreach (var name in added)
        {
            properties.Add(new() { Id = next++, Name = name, SearchName = SearchText.Normalise(name), CreatedAt = unit.NowMs });
            unit.Set<PropertyRow>().Add(properties[^1]);
        }

        var byName = properties.ToLookup(p => p.Name, p => p.Id);
        foreach (var (property, value) in words)
        {
            // Of two properties with one name neither is meant, which is told later.
            if (byName[property].ToArray() is not [var id] || there.Contains((id, value)) || sizes.GetValueOrDefault(id) >= MaxValues)
            {
                continue;
            }

            sizes[id] = sizes.GetValueOrDefault(id) + 1;
            values.Add(new() { Id = next++, PropertyId = id, Name = value, Remark = "", Sort = sizes[id] - 1 });
            unit.Set<ValueRow>().Add(values[^1]);
        }

        await unit.SaveAsync(cancellation);
    }

    private static IReadOnlyList<(long Property, long Value)>? Ids(string text)
    {
        List<(long, long)> pairs = [];
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split(':') is not [var property, var value]
                || !long.TryParse(property, NumberStyles.None, CultureInfo.InvariantCulture, out var propertyId)
                || !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var valueId))
            {
                return null;
            }

            pairs.Add((propertyId, valueId));
        }

        return pairs;
    }

    private static IReadOnlyList<(string Property, string Value)>? Words(string text)
    {
        List<(string, string)> pairs = [];
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split(':', 2, StringSplitOptions.TrimEntries) is not [{ Length: > 0 and <= MaxNameLength } property, { Length: > 0 and <= MaxNameLength } value])
            {
                return null;
            }

            pairs.Add((property, value));
        }

        return pairs;
    }

    private List<long> ByIds(string pairs, SkuReading combination)
    {
        if (Ids(pairs) is not { Count: > 0 } ids)
        {
            combination.Fault("pairs", "must be ids of properties and values, such as 1000000:1000001,1000010:1000012");
            return [];
        }

        if (ids.Any(p => !values.TryGetValue(p.Value, out var value) || value.PropertyId != p.Property))
        {
            combination.Fault("pairs", CatalogRefusals.PropertyValueUnknown.Message);
            return [];
        }

        return [.. ids.Select(p => p.Value)];
    }

    private List<long> ByWords(SkuReading combination)
    {
        if (Words(combination.Combination) is not { Count: > 0 } words)
        {
            combination.Fault("combination", $"must be names of properties and values of at most {MaxNameLength} characters, such as colour:red,size:L");
            return [];
        }

        List<long> found = [];
        foreach (var (property, value) in words)
        {
            var ids = byName[property].SelectMany(id => valuesByName[(id, value)]).ToArray();
            if (byName[property].Skip(1).Any() || ids.Length > 1)
            {
                combination.Fault("combination", "names a property or value of which there are several; name them by pairs");
                return [];
            }

            if (ids.Length == 0)
            {
                combination.Fault("combination", "names a property or value for which there is no place");
                return [];
            }

            found.Add(ids[0]);
        }

        return found;
    }
}
