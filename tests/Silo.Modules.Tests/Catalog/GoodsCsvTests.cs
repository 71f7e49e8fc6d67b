using Silo.Catalog;
using Silo.Edge;
using Xunit;

namespace Silo.Modules.Tests.Catalog;

/// <summary>Goal: a file of goods is read as RFC 4180 has it, and each fault is told with its line. Method: tables of files.</summary>
public sealed class GoodsCsvTests
{
    [Theory]
    [InlineData("name,category_id,price\r\nApple,1,9.90\r\n", "2:Apple|1|9.90")]
    [InlineData("name,category_id,price\nApple,1,9.90", "2:Apple|1|9.90")]
    [InlineData("\uFEFFname,category_id,price\nApple,1,9.90\n", "2:Apple|1|9.90")]
    [InlineData("Name, CATEGORY_ID ,price\n\"Red, \"\"big\"\" apple\",1,9.90\n", "2:Red, \"big\" apple|1|9.90")]
    [InlineData("name,category_id,price\n\"two\nlines\",1,9.90\nPear,2,1\n", "2:two\nlines|1|9.90 4:Pear|2|1")]
    [InlineData("name,category_id,price\n\n,,\nPear,2,1\n", "4:Pear|2|1")]
    [InlineData("name,category_id,price,content\nPear,2,1,\"Water,\nsalt, sugar, 5, pears\"\n", "2:Pear|2|1")]
    [InlineData("content,name,category_id,price\n\"It costs, per 12, 5\nor less\",Pear,2,1\n", "2:Pear|2|1")]
    public void Parse_GoodFile_HasItsLines(string file, string expected)
    {
        var (lines, faults) = GoodsFile.Parse(file);

        Assert.Empty(faults);
        Assert.Equal(expected, string.Join(' ', lines.Select(
            l => $"{l.Line}:{l.Fields["name"]}|{l.Fields["category_id"]}|{l.Fields["price"]}")));
    }

    [Theory]
    [InlineData("", "1::the file is empty")]
    [InlineData("name,price\n", "1:category_id:the column is missing")]
    [InlineData("name,category_id,price,colour\n", "1:colour:no such column")]
    [InlineData("name,name,category_id,price\n", "1:name:the column is there twice")]
    [InlineData("name,category_id,price\nApple,1\n", "2::has 2 fields, the header has 3")]
    [InlineData("name,category_id,price\nApple,1,1,1\n", "2::has 4 fields, the header has 3")]
    public void Parse_BadFile_SaysWhereAndWhat(string file, string expected)
    {
        var fault = Assert.Single(GoodsFile.Parse(file).Faults);

        Assert.Equal(expected, $"{fault.Line}:{fault.Column}:{fault.Fault}");
    }

    [Fact]
    public void Parse_OfNothingButFaults_StopsAtAsManyAsAreTold()
    {
        const string header = "name,category_id,price\n";

        Assert.Equal(GoodsFile.MaxFaults, GoodsFile.Parse(header + string.Concat(Enumerable.Repeat("a\n", 100_000))).Faults.Count);
        var fault = Assert.Single(GoodsFile.Parse(new string(',', 1_000_000)).Faults);
        Assert.Equal("1::has more than 1000 fields", $"{fault.Line}:{fault.Column}:{fault.Fault}");
        Assert.Equal("IMPORT_TOO_LARGE", Assert.Throws<RefusalException>(
            () => GoodsFile.Parse(header + string.Concat(Enumerable.Repeat("Apple,1,1\n", 5_001)))).Refusal.Reason);
    }

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("9.9", 990L)]
    [InlineData("9.90", 990L)]
    [InlineData("1000000", 100_000_000L)]
    [InlineData("1000000.01", null)]
    [InlineData("9.999", null)]
    [InlineData("-1", null)]
    [InlineData("1,5", null)]
    [InlineData("x", null)]
    public void TryCents_Text_IsExact(string text, long? expected) =>
        Assert.Equal(expected, GoodsCsv.TryCents(text, out var cents) ? cents : null);

    [Theory]
    [InlineData("1", true)]
    [InlineData("true", true)]
    [InlineData("是", true)]
    [InlineData("0", false)]
    [InlineData("否", false)]
    [InlineData("maybe", null)]
    public void Flag_Text_IsYesOrNo(string text, bool? expected) => Assert.Equal(expected, GoodsCsv.Flag(text));
}
