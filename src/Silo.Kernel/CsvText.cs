using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace Silo.Kernel;

/// <summary>A record of a file: one line, or several where a quoted field has line breaks.</summary>
/// <param name="Line">The line of the file on which it begins, from 1.</param>
/// <param name="Fields">What its fields say; where quotes are wrong, not all of them.</param>
/// <param name="Faults">What is wrong: with which field, counted from 0, and what.</param>
public sealed record CsvRecord(int Line, IReadOnlyList<string> Fields, IReadOnlyList<(int Field, string Fault)> Faults);

/// <summary>
/// Files of comma-separated values (RFC 4180) that people edit in spreadsheets. They are read strictly, since a guess would be
/// written into the shop, and written so that a spreadsheet takes no text for a formula.
/// </summary>
public static partial class CsvText
{
    /// <summary>What a file begins with, so that a spreadsheet takes it for UTF-8.</summary>
    public const char ByteOrderMark = '\uFEFF';

    /// <summary>Fields of a record that are read; what comes behind them is a fault.</summary>
    public const int MaxFields = 1_000;

    private const char Quote = '"';

    private static readonly Encoding Gbk = CodePagesEncodingProvider.Instance.GetEncoding(
        "GB18030", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;

    /// <summary>
    /// The text of a file in UTF-8 or GBK; null where it is neither, or both: letters of Europe are two bytes in UTF-8, and
    /// these are a Chinese character in GBK.
    /// </summary>
    public static string? Decode(ReadOnlySpan<byte> file)
    {
        if (Utf8.IsValid(file))
        {
            var text = Encoding.UTF8.GetString(file);
            return Ascii.IsValid(text) || text.AsSpan().ContainsAnyInRange('\u0800', '\uFFFF') ? text : null;
        }

        try
        {
            return Gbk.GetString(file);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The records of a file, without empty lines. After one whose quotes are wrong comes its next line.</summary>
    public static IEnumerable<CsvRecord> Read(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var reader = new Reader(file);
        while (reader.Next() is { } record)
        {
            if (record.Faults.Count > 0 || record.Fields is not [""])
            {
                yield return record;
            }
        }
    }

    /// <summary>A record as it is written, with its line end.</summary>
    public static string Write(IEnumerable<string> fields) => string.Join(',', fields.Select(Written)) + "\r\n";

    /// <summary>Whether a text is what a spreadsheet makes of a long number, such as 6.90123E+12; the number is lost.</summary>
    public static bool IsRounded(string text) => RoundedNumber().IsMatch(text);

    private static string Written(string field)
    {
        var text = IsFormula(field) ? $"'{field}" : field;
        return text.AsSpan().ContainsAny(",\"\r\n") || text.Trim().Length < text.Length
            ? $"{Quote}{text.Replace("\"", "\"\"", StringComparison.Ordinal)}{Quote}"
            : text;
    }

    /// <summary>A field without the quote that <see cref="Write"/> has put before it.</summary>
    private static string Meant(string field) => field.StartsWith('\'') && IsFormula(field) ? field[1..] : field;

    /// <summary>Whether a spreadsheet takes it for a formula, or once did: one with quotes before it gets another one.</summary>
    private static bool IsFormula(string field) =>
        field.AsSpan().TrimStart('\'') is ['=' or '+' or '-' or '@' or '\t' or '\r', ..];

    /// <summary>What shows that a field is not what it was, or cannot be stored; null for nothing.</summary>
    private static string? DamageOf(string field) => field.AsSpan().IndexOfAny('\uFFFD', '\uFFFE', '\0') switch
    {
        < 0 => null,
        var at when field[at] == '\uFFFD' => "has U+FFFD for what was lost when the file was saved; save it as UTF-8",
        var at => $"must not contain the character U+{(int)field[at]:X4}",
    };

    [GeneratedRegex(@"^\s*\d([.,]\d+)?[eE]\+\d+\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex RoundedNumber();

    private sealed class Reader(string text)
    {
        private int at = text.StartsWith(ByteOrderMark) ? 1 : 0;
        private int line = 1;

        /// <summary>The next record; null at the end.</summary>
        public CsvRecord? Next()
        {
            if (at == text.Length)
            {
                return null;
            }

            var record = (Line: line, Fields: new List<string>(), Faults: new List<(int, string)>());
            do
            {
                var (field, fault) = Has(Quote) ? Quoted() : Plain();
                fault ??= DamageOf(field);
                if (fault is not null)
                {
                    record.Faults.Add((record.Fields.Count, fault));
                }

                record.Fields.Add(Meant(field));
            }
            while (Took(',') && record.Fields.Count < MaxFields);

            if (record.Fields.Count == MaxFields && at < EndOfLine(at))
            {
                record.Faults.Add((0, $"has more than {MaxFields} fields"));
            }

            // Beyond what is wrong with a quote.
            at = EndOfLine(at);
            line += Took('\r') | Took('\n') ? 1 : 0;
            return new(record.Line, record.Fields, record.Faults);
        }

        private (string Field, string? Fault) Plain()
        {
            var end = text.AsSpan(at).IndexOfAny(",\r\n\"");
            var field = end < 0 ? text[at..] : text.Substring(at, end);
            at += field.Length;
            return (field, Has(Quote) ? "has a quote inside; such a field is in quotes itself, with each of them written twice" : null);
        }

        private (string Field, string? Fault) Quoted()
        {
            var (opened, field, fault) = (at++, new StringBuilder(), "has a quote that is opened and not closed");
            while (text.IndexOf(Quote, at) is >= 0 and var closed)
            {
                field.Append(text, at, closed - at);
                at = closed + 1;
                if (Took(Quote))
                {
                    field.Append(Quote);
                }
                else if (at == text.Length || text[at] is ',' or '\r' or '\n')
                {
                    line += Breaks(field.ToString());
                    return (field.ToString(), null);
                }
                else
                {
                    fault = closed < EndOfLine(opened) ? "has a quote inside that is not written twice" : fault;
                    break;
                }
            }

            // Whatever lines it has swallowed are read for themselves.
            at = opened;
            return ("", fault);
        }

        private bool Has(char c) => at < text.Length && text[at] == c;

        private bool Took(char c)
        {
            var has = Has(c);
            at += has ? 1 : 0;
            return has;
        }

        private int EndOfLine(int from) => text.AsSpan(from).IndexOfAny("\r\n") is >= 0 and var end ? from + end : text.Length;

        private static int Breaks(string field) => field.Replace("\r\n", "\n", StringComparison.Ordinal).Count(c => c is '\r' or '\n');
    }
}
