using Xunit;

namespace Silo.Server.Tests.House;

/// <summary>Each guard on this checkout, and on a planted violation: a guard that cannot fail guards nothing.</summary>
public sealed class GuardsTests
{
    [Fact]
    public void EveryProjectOfSrc_HasAReadme()
    {
        Assert.Empty(Guards.ProjectsWithoutReadme(Repository.Paths("src")));
        Assert.Single(Guards.ProjectsWithoutReadme(
            ["src/Silo.A/Silo.A.csproj", "src/Silo.A/README.md", "src/Silo.B/Silo.B.csproj", "src/Silo.B/sub/README.md"]));
    }

    [Fact]
    public void EveryProject_IsInItsPlace()
    {
        Assert.Empty(Guards.ProjectsOutOfPlace(Repository.Paths()));
        Assert.Equal(3, Guards.ProjectsOutOfPlace(
            ["Tool.csproj", "src/Silo.A/Silo.B.csproj", "tools/Silo.C/Silo.C.csproj", "tests/Silo.D/Silo.D.csproj"]).Count());
    }

    [Fact]
    public void EveryProject_IsInTheSolution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Silo.sln"));

        Assert.Empty(Guards.ProjectsNotInSolution(Repository.Paths(), solution));
        Assert.Single(Guards.ProjectsNotInSolution(["src/Silo.Kernel/Silo.Kernel.csproj", "src/Planted/Planted.csproj"], solution));
    }

    [Fact]
    public void EveryFileOfSrc_IsShort()
    {
        Assert.Empty(Guards.LongFiles(Repository.Files("src", ".cs")));

        var (most, tooMuch) = (new string('\n', Guards.MaxLines - 1) + "x", new string('\n', Guards.MaxLines) + "x");
        Assert.Single(Guards.LongFiles([new("src/A/Fits.cs", most + "\n"), new("src/A/Long.cs", tooMuch)]));
        Assert.Empty(Guards.LongFiles([new("src/Silo.Server/Migrations/Long.cs", tooMuch)]));
    }

    [Theory]
    [InlineData("// TODO later")]
    [InlineData("/* FIXME */")]
    [InlineData("// a HACK")]
    [InlineData("throw new NotImplementedException();")]
    [InlineData("System.Threading.Thread.Sleep(1);")]
    public void SourceOfSrc_LeavesNothingForLater(string planted)
    {
        Assert.Empty(Guards.BannedWords(Repository.Files("src", ".cs")));
        Assert.Empty(Guards.BannedWords(Repository.Files("protos", ".proto")));

        var complaint = Assert.Single(Guards.BannedWords([new("src/A/A.cs", $"one\n{planted}\nthree")]));
        Assert.StartsWith("src/A/A.cs(2)", complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryProto_IsWhereItsPackageSays()
    {
        var protos = Repository.Files("protos", ".proto");

        Assert.NotEmpty(protos);
        Assert.Empty(Guards.ProtosOutOfPlace(protos));
        Assert.Equal(3, Guards.ProtosOutOfPlace(
        [
            new("protos/silo/coupons/v1/a.proto", "package silo.coupons.v2;"),
            new("protos/silo/coupons/v1/b.proto", "// package silo.coupons.v1;"),
            new("protos/silo/coupons/c.proto", "package silo.coupons;"),
            new("protos/silo/coupons/v1/d.proto", "syntax = \"proto3\";\npackage silo.coupons.v1;"),
        ]).Count());
    }
}
