using System.Text;
using Silo.Kernel;
using Xunit;

namespace Silo.Modules.Tests.Kernel;

/// <summary>Goal: a file says what was written and nothing else, and what is broken is told of its own line. Method: tables of files.</summary>
public sealed class CsvTextTests
{
    private const string Unclosed = "has a quote that is opened and not closed";
    private const string NotTwice = "has a quote inside that is not written twice";
    private const string Inside = "has a quote inside; such a field is in quotes itself, with each of them written twice";

    [Theory]
    [InlineData("", "")]
    [InlineData("a,b\r\nc,d\r\n", "1:a|b 2:c|d")]
    [InlineData("a,b\nc,d", "1:a|b 2:c|d")]
    [InlineData("a,b\rc,d\r", "1:a|b 2:c|d")]
    [InlineData("\uFEFFa,b", "1:a|b")]
    [InlineData("\r\n\na,\r\n\r\n,b\r\n", "3:a| 5:|b")]
    [InlineData("\"a,\"\"b\"\"\",\"\",\"\"\"\"", "1:a,\"b\"||\"")]
    [InlineData("\"a\r\nb\rc\nd\",e\r\nf", "1:a\r\nb\rc\nd|e 5:f")]
    [InlineData(" a , b", "1: a | b")]
    [InlineData("'=1,''-1,'a,','\t", "1:=1|'-1|'a|'|\t")]
    public void Read_OfAGoodFile_HasItsFields(string file, string expected)
    {
        var records = CsvText.Read(file).ToList();

        Assert.All(records, r => Assert.Empty(r.Faults));
        Assert.Equal(expected, string.Join(' ', records.Select(r => $"{r.Line}:{string.Join('|', r.Fields)}")));
    }

    [Theory]
    [InlineData("a,\"b\r\nc,d\r\ne,f", $"1.1 {Unclosed};2;3")]
    [InlineData("a,\"b\"\"\r\nc,d\r\n", $"1.1 {Unclosed};2")]
    [InlineData("\"a\r\n\"b\",c\r\nd\r\n", $"1.0 {Unclosed};2;3")]
    [InlineData("\"a\"b\",c\r\nd\r\n", $"1.0 {NotTwice};2")]
    [InlineData("a,\"b\" \r\nd\r\n", $"1.1 {NotTwice};2")]
    [InlineData("a,b\"c\r\nd\r\n", $"1.1 {Inside};2")]
    [InlineData("a,\"x\ny\",\"b\nc\n", $"1.2 {Unclosed};3")]
    [InlineData("a\0,b\uFFFE,c", "1.0 must not contain the character U+0000,1.1 must not contain the character U+FFFE")]
    [InlineData("a\uFFFD", "1.0 has U+FFFD for what was lost when the file was saved; save it as UTF-8")]
    public void Read_OfABrokenFile_TellsTheLineAndGoesOnWithTheNext(string file, string expected) => Assert.Equal(
        expected,
        string.Join(';', CsvText.Read(file).Select(
            r => r.Faults.Count == 0 ? $"{r.Line}" : string.Join(',', r.Faults.Select(f => $"{r.Line}.{f.Field} {f.Fault}")))));

    [Theory]
    [InlineData("a|b", "a,b")]
    [InlineData("|", ",")]
    [InlineData("a,b|\"|a\nb|a\rb| a", "\"a,b\",\"\"\"\",\"a\nb\",\"a\rb\",\" a\"")]
    [InlineData("=1|+1|-1|@a|\ta|\ra", "'=1,'+1,'-1,'@a,'\ta,\"'\ra\"")]
    [InlineData("'=1|''=1|'a|'|a=1", "''=1,'''=1,'a,',a=1")]
    public void Write_OfFields_IsReadAsTheyWere(string fields, string expected)
    {
        var line = CsvText.Write(fields.Split('|'));

        Assert.Equal($"{expected}\r\n", line);
        Assert.Equal(fields, string.Join('|', Assert.Single(CsvText.Read(line)).Fields));
    }

    [Fact]
    public void Read_OfManyBrokenLines_TakesNoLongerThanTheirNumber()
    {
        // Each opened quote could be looked for to the end of the file.
        var file = string.Concat(Enumerable.Repeat("a,\"\"\"\r\n\"b\"c,\"\r\n", 200_000));

        Assert.All(CsvText.Read(file).Where(r => r.Line % 1000 == 0), r => Assert.NotEmpty(r.Faults));
    }

    [Fact]
    public void Decode_OfAFile_IsCertainOrNothing()
    {
        var gbk = CodePagesEncodingProvider.Instance.GetEncoding("GBK")!;

        Assert.Equal("plum", CsvText.Decode("plum"u8));
        Assert.Equal("苹果", CsvText.Decode("苹果"u8));
        Assert.Equal("\uFEFFé", CsvText.Decode("\uFEFFé"u8));
        Assert.Equal("苹果", CsvText.Decode(gbk.GetBytes("苹果")));
        Assert.Equal("联通", CsvText.Decode(gbk.GetBytes("联通")));
        // Of these bytes nobody knows which they are.
        Assert.Null(CsvText.Decode("é"u8));
        Assert.Null(CsvText.Decode([0xFF, 0xFE, 0x41, 0x00]));
        Assert.Null(CsvText.Decode("苹果"u8[..^1]));
    }

    [Theory]
    [InlineData("6.90123E+12", true)]
    [InlineData("6,90123e+12", true)]
    [InlineData(" 7E+12", true)]
    [InlineData("6901234567890", false)]
    [InlineData("7E12", false)]
    [InlineData("A7E+12", false)]
    [InlineData("", false)]
    public void IsRounded_OfAText_IsWhatASpreadsheetWrites(string text, bool expected) =>
        Assert.Equal(expected, CsvText.IsRounded(text));
}
