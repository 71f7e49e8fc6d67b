using System.Globalization;
using Silo.Catalog.V1;
using Silo.Kernel;

namespace Silo.Catalog;

/// <summary>Decisions of the module that need nothing but their arguments.</summary>
internal static class CatalogRules
{
    /// <summary>The full price, in hundredths of a tenth.</summary>
    public const int FullPrice = 1_000;

    public const long MaxStock = 1_000_000_000;

    public const int MaxLevels = 4;

    private const double EarthMetres = 6_371_000;

    /// <summary>
    /// Whether a text is empty or times of a day such as <c>09:00-21:30</c>, with commas between several, as clients parse it.
    /// One may end after midnight.
    /// </summary>
    public static bool AreOpeningHours(string text) => text.Length == 0 || text.Split(',').All(part =>
        part.Split('-') is [var from, var until] && IsTime(from) && IsTime(until) && from != until);

    private static bool IsTime(string text) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>
    /// Pairs of property and value as they are compared: trimmed, each once, in order, whatever commas surround them.
    /// </summary>
    public static string KeyOf(string pairs) => string.Join(',', pairs
        .Split([',', '，'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    /// <summary>Pairs as the wire has them, each followed by a comma.</summary>
    public static string PairsOf(IEnumerable<(long Property, long Value)> pairs) => string.Concat(
        pairs.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Property}:{p.Value},")));

    /// <summary>The pairs of a combination that is stored.</summary>
    public static IReadOnlyList<(long Property, long Value)> ParsePairs(string pairs) => [.. pairs
        .Split(',', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split(':'))
        .Select(p => (long.Parse(p[0], CultureInfo.InvariantCulture), long.Parse(p[1], CultureInfo.InvariantCulture)))];

    /// <summary>
    /// The pairs of each combination in the order of the properties; null where they do not have one value each of the
    /// same properties, or where two are the same.
    /// </summary>
    /// <param name="skus">The values of each.</param>
    /// <param name="propertyOf">The property of every value.</param>
    /// <param name="properties">The properties in their order.</param>
    public static IReadOnlyList<string>? Combine(
        IReadOnlyCollection<IReadOnlyCollection<long>> skus,
        IReadOnlyDictionary<long, long> propertyOf,
        IReadOnlyList<long> properties)
    {
        List<string> combined = [];
        foreach (var values in skus)
        {
            var byProperty = values.Select(v => (Property: propertyOf[v], Value: v)).ToLookup(p => p.Property);
            if (byProperty.Count != values.Count || byProperty.Count != properties.Count
                || properties.Any(p => !byProperty.Contains(p)))
            {
                return null;
            }

            combined.Add(PairsOf(properties.Select(p => byProperty[p].Single())));
        }

        return combined.Distinct(StringComparer.Ordinal).Count() == combined.Count ? combined : null;
    }

    /// <summary>What a member pays for a piece: the price of their level where there is one, else the rebate, to the cent.</summary>
    public static long MemberPrice(long cents, int rebate, long? ownCents) =>
        ownCents ?? (((cents * rebate) + (FullPrice / 2)) / FullPrice);

    /// <summary>Whether what ends at an instant, exclusive, has ended; 0 never ends.</summary>
    public static bool HasEnded(long expiresAt, long nowMs) => expiresAt != 0 && expiresAt <= nowMs;

    /// <summary>The stock after an operator's change; below zero where it cannot be.</summary>
    public static long Changed(long stock, StockOperation operation, long number) => operation switch
    {
        StockOperation.Set => number,
        StockOperation.Add => stock + number,
        StockOperation.Take => stock - number,
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };

    /// <summary>What shipping costs: the first units one amount, each further step, begun or full, another one.</summary>
    /// <param name="rate">The carrier's.</param>
    /// <param name="units">In thousandths of the template's unit.</param>
    public static long FreightCents(FreightRate rate, long units) => units <= 0 ? 0
        : units <= rate.FirstMilli ? rate.FirstCents
        : rate.FirstCents + ((units - rate.FirstMilli + rate.StepMilli - 1) / rate.StepMilli * rate.StepCents);

    /// <summary>What shipping of all that has one template costs, to a place and with a carrier.</summary>
    /// <param name="terms">The template.</param>
    /// <param name="regions">The regions that the place is in, from the province down.</param>
    /// <param name="carrier">1 express, 2 EMS, 3 surface mail; one that is not offered costs what the first does.</param>
    /// <param name="units">In thousandths of the template's unit.</param>
    /// <param name="cents">What the goods cost.</param>
    public static long FreightCents(FreightTerms terms, IReadOnlyList<string> regions, int carrier, long units, long cents)
    {
        if (terms.IsFree)
        {
            return 0;
        }

        var region = RegionOf(terms, regions);
        var free = region?.FreeFromCents ?? terms.FreeFromCents;
        var rates = RatesAt(terms, regions);
        return free > 0 && cents >= free ? 0
            : FreightCents(rates.FirstOrDefault(r => CarrierOf(r) == (Carrier)carrier) ?? rates[0], units);
    }

    /// <summary>
    /// What goods must have for a template, since without it their freight would be nothing: the refusal of those that have
    /// not; null where a template asks for nothing.
    /// </summary>
    public static Refusal? MeasureOf(FreightTerms terms) => terms switch
    {
        { IsFree: false, Unit: FreightUnit.Weight } => CatalogRefusals.GoodsWithoutWeight,
        { IsFree: false, Unit: FreightUnit.Volume } => CatalogRefusals.GoodsWithoutVolume,
        _ => null,
    };

    /// <summary>Why goods cannot have a template, or null.</summary>
    /// <param name="freight">The template.</param>
    /// <param name="terms">The goods.</param>
    /// <param name="grams">What each of their combinations weighs, 0 for what the goods do; empty without combinations.</param>
    public static Refusal? MeasureRefusal(FreightTerms freight, GoodsTerms terms, IEnumerable<long> grams) => MeasureOf(freight) is not { } refusal
        || (freight.Unit == FreightUnit.Weight
            ? terms.WeightGrams > 0 || grams.DefaultIfEmpty(0).All(g => g > 0)
            : terms.VolumeMl > 0)
            ? null
            : refusal;

    /// <summary>The rates that count at a place.</summary>
    public static IReadOnlyList<FreightRate> RatesAt(FreightTerms terms, IReadOnlyList<string> regions) =>
        RegionOf(terms, regions)?.Rates ?? terms.Rates;

    public static bool IsValid(FreightTerms terms)
    {
        var ids = terms.Regions.SelectMany(r => r.RegionIds).ToList();
        return (terms.IsFree || terms.Rates.Count > 0)
            && terms.Regions.Select(r => r.Rates).Append(terms.Rates).All(r => r.DistinctBy(CarrierOf).Count() == r.Count)
            && ids.TrueForAll(id => id.All(char.IsAsciiDigit)) && ids.Distinct().Count() == ids.Count;
    }

    private static Carrier CarrierOf(FreightRate rate) => rate.Carrier == Carrier.Unspecified ? Carrier.Express : rate.Carrier;

    /// <summary>What names the smallest region of a place; null where none does.</summary>
    private static FreightRegion? RegionOf(FreightTerms terms, IReadOnlyList<string> regions) => regions.Reverse()
        .Select(id => terms.Regions.FirstOrDefault(r => r.RegionIds.Contains(id))).FirstOrDefault(r => r is not null);

    /// <summary>The distance on a sphere, in metres.</summary>
    public static long Metres(Position from, Position to)
    {
        var (latitude, otherLatitude) = (Radians(from.LatitudeMicro), Radians(to.LatitudeMicro));
        var (north, east) = (otherLatitude - latitude, Radians(to.LongitudeMicro) - Radians(from.LongitudeMicro));
        var chord = Math.Pow(Math.Sin(north / 2), 2)
            + (Math.Cos(latitude) * Math.Cos(otherLatitude) * Math.Pow(Math.Sin(east / 2), 2));
        return (long)Math.Round(2 * EarthMetres * Math.Asin(Math.Min(1, Math.Sqrt(chord))));
    }

    private static double Radians(long micro) => micro / 1e6 * Math.PI / 180;
}
