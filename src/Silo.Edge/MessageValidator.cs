using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Silo.Edge.V1;
using Silo.Kernel;

namespace Silo.Edge;

/// <summary>The validators of all message types, each made once from its descriptor.</summary>
internal sealed class MessageValidators
{
    private readonly ConcurrentDictionary<string, MessageValidator> known = new(StringComparer.Ordinal);

    public MessageValidator Of(MessageDescriptor message) =>
        known.GetOrAdd(message.FullName, static (_, args) => new(args.message, args.me), (message, me: this));
}

/// <summary>
/// Checks a message against the rules of its fields. A good message costs one look at each field; only a bad one is
/// gone through again to name what is wrong.
/// </summary>
internal sealed class MessageValidator
{
    /// <summary>Faults named in one answer; trailers are small, and a client mends a few at a time.</summary>
    private const int MaxFaults = 20;

    private readonly MessageDescriptor message;
    private readonly Lazy<FieldCheck[]> checks;

    public MessageValidator(MessageDescriptor message, MessageValidators all)
    {
        this.message = message;
        // Later, since message types may contain each other.
        checks = new(() => [.. message.Fields.InFieldNumberOrder().Select(f => new FieldCheck(f, all))]);
    }

    public bool IsValid(IMessage value) => Check(value, "", null);

    public IReadOnlyList<BadRequest.Types.FieldViolation> Explain(IMessage value)
    {
        var faults = new List<BadRequest.Types.FieldViolation>();
        Check(value, "", faults);
        return faults;
    }

    internal bool Check(IMessage value, string path, List<BadRequest.Types.FieldViolation>? faults)
    {
        if (value is Timestamp or Duration)
        {
            return IsInRange(value) || Fault(faults, path, "", $"is not a valid {message.Name}");
        }

        var valid = true;
        foreach (var check in checks.Value)
        {
            if (!check.Run(value, path, faults))
            {
                valid = false;
                if (faults is null || faults.Count >= MaxFaults)
                {
                    return false;
                }
            }
        }

        return valid;
    }

    /// <summary>Notes a fault, where faults are asked for; always false.</summary>
    internal static bool Fault(List<BadRequest.Types.FieldViolation>? faults, string path, string name, string what)
    {
        if (faults?.Count < MaxFaults)
        {
            faults.Add(new() { Field = Join(path, name), Description = what });
        }

        return false;
    }

    internal static string Join(string path, string name) =>
        path.Length == 0 ? name : name.Length == 0 ? path : $"{path}.{name}";

    private static bool IsInRange(IMessage value) => value switch
    {
        Timestamp t => t.Seconds is >= -62135596800 and <= 253402300799 && t.Nanos is >= 0 and < 1_000_000_000,
        Duration d => d.Seconds is >= -315576000000 and <= 315576000000 && d.Nanos is > -1_000_000_000 and < 1_000_000_000
            && (long)Math.Sign(d.Seconds) * Math.Sign(d.Nanos) >= 0,
        _ => true,
    };
}

/// <summary>The checks of one field, chosen once by its type, its rule and its name.</summary>
internal sealed class FieldCheck
{
    private const int DefaultMaxLength = 1000;
    private const int DefaultMaxItems = 100;
    private const int MaxPageSize = 100;
    private const int MaxRequestId = 64;
    private readonly string name;
    private readonly IFieldAccessor accessor;
    private readonly FieldType type;
    private readonly bool isList;
    private readonly bool isMap;
    private readonly bool hasPresence;
    private readonly bool isRequestId;
    private readonly bool required;
    private readonly int minLength;
    private readonly int maxLength;
    private readonly int maxItems;
    private readonly long min;
    private readonly long max;
    private readonly FrozenSet<int>? defined;
    private readonly MessageValidator? nested;
    private readonly FieldCheck? key;
    private readonly FieldCheck? value;

    public FieldCheck(FieldDescriptor field, MessageValidators all)
        : this(field, all, field.GetOptions()?.GetExtension(EdgeExtensions.Rule) ?? new FieldRule())
    {
    }

    private FieldCheck(FieldDescriptor field, MessageValidators all, FieldRule rule)
    {
        (name, accessor, type) = (field.Name, field.Accessor, field.FieldType);
        (isMap, isList) = (field.IsMap, field.IsRepeated && !field.IsMap);
        hasPresence = field.HasPresence;
        required = rule.Required;
        minLength = rule.MinLength;
        maxLength = rule.MaxLength > 0 ? rule.MaxLength : DefaultMaxLength;
        maxItems = rule.MaxItems > 0 ? rule.MaxItems : DefaultMaxItems;
        isRequestId = type == FieldType.String && name == "request_id";
        (min, max) = (name, type) switch
        {
            ("page", FieldType.Int32 or FieldType.Int64) => (0L, (long)int.MaxValue),
            ("page_size", FieldType.Int32 or FieldType.Int64) => (0L, (long)MaxPageSize),
            _ => (long.MinValue, long.MaxValue),
        };
        min = rule.HasMin ? rule.Min : min;
        max = rule.HasMax ? rule.Max : max;
        if (isMap)
        {
            // The rule's lengths hold for the texts inside; being required is said of the map itself.
            var inside = new FieldRule(rule) { Required = false };
            key = new(field.MessageType.FindFieldByNumber(1), all, inside);
            value = new(field.MessageType.FindFieldByNumber(2), all, inside);
        }
        else if (type == FieldType.Enum)
        {
            defined = field.EnumType.Values.Select(v => v.Number).ToFrozenSet();
        }
        else if (type is FieldType.Message or FieldType.Group)
        {
            if (field.MessageType.File.Name == "google/protobuf/wrappers.proto")
            {
                // The accessor hands out what is wrapped.
                type = field.MessageType.FindFieldByNumber(1).FieldType;
            }
            else
            {
                nested = all.Of(field.MessageType);
            }
        }
    }

    public bool Run(IMessage message, string path, List<BadRequest.Types.FieldViolation>? faults)
    {
        if (isMap)
        {
            return RunMap((IDictionary)accessor.GetValue(message), path, faults);
        }

        if (isList)
        {
            return RunList((IList)accessor.GetValue(message), path, faults);
        }

        if (hasPresence && !accessor.HasValue(message))
        {
            return !required || MessageValidator.Fault(faults, path, name, "is required");
        }

        return One(accessor.GetValue(message), path, name, required, faults);
    }

    private static string? TextFault(string text, bool required, int min, int max, bool isRequestId)
    {
        if (text.Length == 0)
        {
            return required ? "is required" : null;
        }

        if (required && VisibleText.IsBlank(text))
        {
            return "is required";
        }

        if (isRequestId)
        {
            return text.Length > MaxRequestId || text.AsSpan().ContainsAnyExceptInRange('!', '~')
                ? "must be 1 to 64 visible ASCII characters" : null;
        }

        // PostgreSQL stores no U+0000, and text with U+FFFE cannot be normalised.
        if (text.AsSpan().IndexOfAny('\0', '\uFFFE') is >= 0 and var at)
        {
            return $"must not contain the character U+{(int)text[at]:X4}";
        }

        var characters = text.Length;
        if (text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            if (!IsWellFormed(text))
            {
                return "is not valid Unicode";
            }

            characters -= text.Count(char.IsLowSurrogate);
        }

        return characters < min ? $"must have at least {min} characters"
            : characters > max ? $"must have at most {max} characters"
            : null;
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsLowSurrogate(text[i]) || (char.IsHighSurrogate(text[i])
                && !(++i < text.Length && char.IsLowSurrogate(text[i]))))
            {
                return false;
            }
        }

        return true;
    }

    private bool RunList(IList list, string path, List<BadRequest.Types.FieldViolation>? faults)
    {
        if (list.Count == 0)
        {
            return !required || MessageValidator.Fault(faults, path, name, "is required");
        }

        if (list.Count > maxItems)
        {
            return MessageValidator.Fault(faults, path, name, $"must have at most {maxItems} elements");
        }

        var valid = true;
        for (var i = 0; i < list.Count && (valid || faults is not null); i++)
        {
            valid &= One(list[i], path, faults is null ? name : $"{name}[{i}]", false, faults);
        }

        return valid;
    }

    private bool RunMap(IDictionary map, string path, List<BadRequest.Types.FieldViolation>? faults)
    {
        if (map.Count == 0)
        {
            return !required || MessageValidator.Fault(faults, path, name, "is required");
        }

        if (map.Count > maxItems)
        {
            return MessageValidator.Fault(faults, path, name, $"must have at most {maxItems} elements");
        }

        var valid = true;
        foreach (DictionaryEntry entry in map)
        {
            // Keys are the client's own text and may be long or broken; the path names the map only.
            valid &= key!.One(entry.Key, path, name, false, faults) & value!.One(entry.Value, path, name, false, faults);
            if (!valid && faults is null)
            {
                return false;
            }
        }

        return valid;
    }

    private bool One(
        object? item, string path, string label, bool must, List<BadRequest.Types.FieldViolation>? faults)
    {
        var fault = type switch
        {
            FieldType.String => TextFault((string)item!, must, minLength, maxLength, isRequestId),
            FieldType.Bytes => BytesFault(((ByteString)item!).Length, must),
            FieldType.Enum => EnumFault((int)item!, must),
            FieldType.Bool => null,
            FieldType.Double => double.IsFinite((double)item!) ? null : "must be a finite number",
            FieldType.Float => float.IsFinite((float)item!) ? null : "must be a finite number",
            FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => NumberFault((long)item!, must),
            FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => NumberFault((int)item!, must),
            FieldType.UInt32 or FieldType.Fixed32 => NumberFault((uint)item!, must),
            FieldType.UInt64 or FieldType.Fixed64 => NumberFault((long)Math.Min((ulong)item!, long.MaxValue), must),
            _ => null,
        };
        if (fault is not null)
        {
            return MessageValidator.Fault(faults, path, label, fault);
        }

        return nested is null
            || nested.Check((IMessage)item!, faults is null ? "" : MessageValidator.Join(path, label), faults);
    }

    private string? BytesFault(int length, bool must) =>
        length == 0 ? must ? "is required" : null
        : length < minLength ? $"must have at least {minLength} bytes"
        : length > maxLength ? $"must have at most {maxLength} bytes"
        : null;

    private string? EnumFault(int number, bool must) =>
        must && number == 0 ? "is required" : defined!.Contains(number) ? null : "is not a known value";

    private string? NumberFault(long number, bool must) =>
        must && number == 0 && !hasPresence ? "is required"
        : number < min ? $"must be at least {min}"
        : number > max ? $"must be at most {max}"
        : null;
}
