using Xunit;

namespace Silo.Server.Tests.House;

/// <summary>The template of a module on this checkout, and each of its rules on planted violations.</summary>
public sealed class ModuleGuardsTests
{
    [Fact]
    public void EveryModule_FollowsTheTemplate()
    {
        var modules = ModuleGuards.Modules(Repository.Files("src", ".cs")).ToArray();
        var complaints = modules.SelectMany(ModuleGuards.All).Distinct().ToArray();

        Assert.Equal(12, modules.Length);
        Assert.True(complaints.Length == 0, string.Join('\n', complaints));
    }

    [Fact]
    public void TypesOutOfPlace_TypeInAnotherFileAndFileWithoutItsType_AreFound() => Begin(
        ["src/Silo.A/Things.cs has ThingReads,", "src/Silo.A/ThingWrites.cs has no ThingWrites."],
        ModuleGuards.TypesOutOfPlace(Module(
            ("Things.cs", "internal sealed class ThingReads(IUnits units)\n{\n}"),
            ("ThingWrites.cs", "internal static class Other\n{\n}"),
            ("ThingGrain.Claims.cs", "internal sealed partial class ThingGrain\n{\n}"),
            ("AWork.cs", "internal sealed class EndWork : IWorkHandler\n{\n}"))));

    [Theory]
    [InlineData("internal sealed class Tables : IModuleModel\n{\n}", "XModel.cs")]
    [InlineData("internal sealed class Tidying(IUnits units, Func<int> f)\n    : IWorkHandler\n{\n}", "XWork.cs")]
    [InlineData("internal sealed class Joined : IJoinedWork\n{\n}", "XWork.cs")]
    [InlineData("internal sealed class Example(IUnits units) : IDemoData\n{\n}", "XDemo.cs")]
    [InlineData("internal sealed class Forgetting : IPersonalData\n{\n}", "XPersonalData.cs")]
    [InlineData("internal sealed class Rpcs(A a) : ThingsService.ThingsServiceBase\n{\n}", "XGrpc.cs")]
    [InlineData("internal sealed class Rpcs(A a)\n    : ThingsAdminService.ThingsAdminServiceBase\n{\n}", "XAdminGrpc.cs")]
    [InlineData("internal sealed partial class Hot : HotGrain<S, F>, IThingGrain\n{\n}", "XGrain.cs")]
    [InlineData("public static class Door\n{\n    static void Add(IServiceCollection services) { }\n}", "XArea.cs")]
    [InlineData("internal static class Told\n{\n    static Refusal A = new(\"A\", RefusalKind.Invalid, \"A.\");\n}", "XRefusals.cs")]
    public void RolesOutOfPlace_ByTheirBases_AreFound(string planted, string file)
    {
        Assert.EndsWith($"{file}.", Assert.Single(ModuleGuards.RolesOutOfPlace(Module(("Thing.cs", planted)))), StringComparison.Ordinal);
        Assert.Empty(ModuleGuards.RolesOutOfPlace(Module((file, planted))));
    }

    [Fact]
    public void RolesOutOfPlace_WorkInTwoFiles_IsFound() => Assert.Single(
        ModuleGuards.RolesOutOfPlace(Module(("AWork.cs", ""), ("BWork.cs", ""))));

    [Theory]
    [InlineData("    public string Kind => \"things.end\";")]
    [InlineData("        await unit.EnqueueAsync(\n            \"things.end\", key, 0, \"\", cancellation);")]
    public void KindsInline_AreFound(string planted)
    {
        Assert.Single(ModuleGuards.KindsInline(Module(("AWork.cs", planted))));
        Assert.Empty(ModuleGuards.KindsInline(Module(("AWork.cs", planted.Replace("\"things.end\"", "AWork.End", StringComparison.Ordinal)))));
    }

    [Fact]
    public void DoorsOutOfPlace_WithWhatIsBehindThem_AreFound() => Begin(
        ["src/Silo.A/Things.cs has the door", "src/Silo.A/IThings.cs: behind IThings is"],
        ModuleGuards.DoorsOutOfPlace(Module(
            ("Things.cs", "public interface IOthers\n{\n}"),
            ("IThings.cs", "public interface IThings\n{\n}\n\ninternal sealed class Things(IUnits units) : IThings\n{\n}"),
            ("IRight.cs", "public interface IRight\n{\n}"),
            ("RightDoor.cs", "internal sealed class RightDoor(IUnits units) : IRight\n{\n}"),
            ("IThingGrain.cs", "public interface IThingGrain : IGrainWithIntegerKey\n{\n}"))));

    [Fact]
    public void PublicTypes_NoDoorNames_AreFound() => Begin(
        ["src/Silo.A/Open.cs: Open is public,"],
        ModuleGuards.PublicTypes(Module(
            ("IThings.cs", "public interface IThings\n{\n    Task<First> GetAsync();\n}"),
            ("First.cs", "public sealed record First(Second Second);"),
            ("Second.cs", "public readonly record struct Second(long Id);"),
            ("ThingsArea.cs", "public static class ThingsArea\n{\n}"),
            ("ThingsRefusals.cs", "public static class ThingsRefusals\n{\n}"),
            ("Open.cs", "/// <summary>Not <see cref=\"IThings\"/>.</summary>\npublic sealed class Open\n{\n}"))));

    [Theory]
    [InlineData("ThingStore", true)]
    [InlineData("ThingEditor", true)]
    [InlineData("ThingQueries", true)]
    [InlineData("ContentEditor", false)]
    [InlineData("ThingReads", false)]
    public void OtherNames_OfReadsAndWrites_AreFound(string name, bool isFound)
    {
        Assert.Equal(isFound, ModuleGuards.OtherNames(Module(($"{name}.cs", $"internal sealed class {name}(IUnits units)\n{{\n}}"))).Any());
        Assert.Empty(ModuleGuards.OtherNames(Module(($"{name}.cs", $"internal sealed class {name}(string directory)\n{{\n}}"))));
    }

    [Theory]
    [InlineData("using Microsoft.EntityFrameworkCore;")]
    [InlineData("internal sealed class ThingsGrpc(IUnits units)\n{\n}")]
    [InlineData("        r => r.Query<ThingRow>()")]
    [InlineData("        unit.Set<ThingRow>();")]
    [InlineData("        row.UpdatedAt = unit.NowMs;")]
    public void RpcsThatDoMore_ThanTranslate_AreFound(string planted)
    {
        Assert.NotEmpty(ModuleGuards.RpcsThatDoMore(Module(("ThingsGrpc.cs", planted))));
        Assert.NotEmpty(ModuleGuards.RpcsThatDoMore(Module(("ThingsAdminGrpc.cs", planted))));
        Assert.Empty(ModuleGuards.RpcsThatDoMore(Module(("ThingsWrites.cs", planted))));
        Assert.Empty(ModuleGuards.RpcsThatDoMore(Module(("ThingsGrpc.cs", "unit => ThingsWrites.CreateAsync(unit, request)"))));
    }

    [Fact]
    public void WireTypesOutOfPlace_InModulesWithGrainsAndInDoors_AreFound()
    {
        const string uses = "using Silo.A.V1;\n";
        const string door = "public interface IThings\n{\n}";
        (string, string)[] files =
        [
            ("IThings.cs", uses + door), ("ThingRules.cs", uses), ("ThingState.cs", "V1.Thing"), ("ThingsDemo.cs", uses),
            ("ThingWire.cs", uses), ("ThingsGrpc.cs", uses), ("ThingsAdminGrpc.cs", uses),
        ];

        Assert.Equal(["IThings.cs"], ModuleGuards.WireTypesOutOfPlace(Module(files)).Select(FileOf));
        Assert.Equal(
            ["IThings.cs", "ThingRules.cs", "ThingState.cs", "ThingsDemo.cs"],
            ModuleGuards.WireTypesOutOfPlace(Module([.. files, ("ThingGrain.cs", "")])).Select(FileOf));

        static string FileOf(string complaint) => complaint["src/Silo.A/".Length..complaint.IndexOf(' ', StringComparison.Ordinal)];
    }

    [Fact]
    public void NounsOfTwoForms_AreFound()
    {
        Assert.Single(ModuleGuards.NounsOfTwoForms(Module(("ThingReads.cs", ""), ("ThingsArea.cs", ""), ("OtherRules.cs", ""))));
        Assert.Single(ModuleGuards.NounsOfTwoForms(Module(("CategoryReads.cs", ""), ("CategoriesWrites.cs", ""))));
        Assert.Empty(ModuleGuards.NounsOfTwoForms(Module(("ThingGrain.cs", ""), ("ThingsArea.cs", ""))));
    }

    [Fact]
    public void Modules_AreTheProjectsWithRpcs_AndTheirCommentsDoNotCount()
    {
        var module = Assert.Single(ModuleGuards.Modules(
        [
            new("src/Silo.A/AGrpc.cs", "/// <summary>By V1.</summary>\nvar url = \"http://a\"; // V1\n"), new("src/Silo.B/BArea.cs", ""),
        ]));

        Assert.DoesNotContain("V1", Assert.Single(module).Text, StringComparison.Ordinal);
        Assert.Contains("http://a", module[0].Text, StringComparison.Ordinal);
    }

    private static SourceFile[] Module(params (string Name, string Text)[] files) =>
        [.. files.Select(file => new SourceFile($"src/Silo.A/{file.Name}", file.Text))];

    /// <summary>The complaints begin with these texts, one each.</summary>
    private static void Begin(IReadOnlyList<string> expected, IEnumerable<string> complaints) => Assert.Equal(
        expected,
        complaints.Select((complaint, i) => i < expected.Count && complaint.StartsWith(expected[i], StringComparison.Ordinal) ? expected[i] : complaint));
}
