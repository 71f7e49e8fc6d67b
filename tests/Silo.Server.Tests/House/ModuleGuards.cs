using System.Text.RegularExpressions;

namespace Silo.Server.Tests.House;

/// <summary>
/// The template of a module, as pure functions from the files of one module to complaints: one role of a file has one
/// name. X is the module's name or one of its nouns: XArea registers, IX is a door and XDoor what is behind it, XRules
/// decides, IXGrain, XGrain, XState and XFacts are a hot grain, XReads and XWrites query and write, XWork has the work that
/// is due or joined, XModel the tables, XWire, XGrpc and XAdminGrpc the wire, and XRefusals, XDemo and XPersonalData what
/// they say. Helpers of other names are free.
/// </summary>
public static partial class ModuleGuards
{
    private static readonly string[] Roles =
    [
        "Area", "Door", "Rules", "Grain", "Facts", "Reads", "Writes", "Work", "Model", "Wire", "AdminGrpc", "Grpc", "Refusals",
        "Demo", "PersonalData",
    ];

    private static readonly string[] RolesOfOneFile = ["Area", "Work", "Demo", "PersonalData"];

    /// <summary>What a base type or interface says of the role of a class.</summary>
    private static readonly (string Base, string Role)[] RolesOfBases =
    [
        (@"IModuleModel", "Model"), (@"(I?WorkHandler|RecurringWork|I?JoinedWork)\b", "Work"), (@"IDemoData", "Demo"),
        (@"IPersonalData", "PersonalData"), (@"\w+AdminService\.\w+Base", "AdminGrpc"), (@"\w+(?<!Admin)Service\.\w+Base", "Grpc"),
        (@"HotGrain<.*>", "Grain"),
    ];

    /// <summary>The modules of src: the projects that have rpcs.</summary>
    public static IEnumerable<IReadOnlyList<SourceFile>> Modules(IEnumerable<SourceFile> files) => files
        .GroupBy(FolderOf).Where(module => module.Any(f => f.Path.EndsWith("Grpc.cs", StringComparison.Ordinal)))
        .Select(module => module.Select(f => f with { Text = Comment().Replace(f.Text, "") }).ToArray());

    /// <summary>
    /// A type with a role's name is in the file of its name, and a file with a role's name has that type. Only the classes
    /// of work share one file.
    /// </summary>
    public static IEnumerable<string> TypesOutOfPlace(IReadOnlyList<SourceFile> module) =>
    [
        .. from file in module
           from type in TypesOf(file)
           where RoleOf(type.Name) is not (null or "Work") && type.Name != NameOf(file)
           select $"{file.Path} has {type.Name}, which belongs into {type.Name}.cs.",
        .. from file in module
           where RoleOf(NameOf(file)) is not (null or "Work") && TypesOf(file).All(t => t.Name != NameOf(file))
           select $"{file.Path} has no {NameOf(file)}.",
    ];

    /// <summary>What a class is, by its bases, is what it is called, or at least what its file is called: one of work has many.</summary>
    public static IEnumerable<string> RolesOutOfPlace(IReadOnlyList<SourceFile> module) =>
    [
        .. from file in module
           from type in TypesOf(file)
           from role in RolesOfBases
           where type.Kind == "class" && Regex.IsMatch(type.Bases, $@"\b{role.Base}") && RoleOf(NameOf(file)) != role.Role
           select $"{file.Path}: {type.Name} belongs into an X{role.Role}.cs.",
        .. from file in module
           where file.Text.Contains("IServiceCollection", StringComparison.Ordinal) && RoleOf(NameOf(file)) != "Area"
           select $"{file.Path}: services are registered in an XArea.cs.",
        .. from file in module
           where NewRefusal().IsMatch(file.Text) && RoleOf(NameOf(file)) != "Refusals"
           select $"{file.Path}: a refusal is made in an XRefusals.cs.",
        .. from role in RolesOfOneFile
           let files = module.Where(f => RoleOf(NameOf(f)) == role).ToArray()
           where files.Length > 1
           select $"{FolderOf(files[0])} has {files.Length} X{role}.cs; a module has one.",
    ];

    /// <summary>Kinds of work are constants, so that who enqueues names what runs.</summary>
    public static IEnumerable<string> KindsInline(IReadOnlyList<SourceFile> module) =>
        from file in module
        where InlineKind().IsMatch(file.Text)
        select $"{file.Path}: the kind of work is a constant of XWork.";

    /// <summary>A door's contract is IX.cs, and XDoor.cs is behind it.</summary>
    public static IEnumerable<string> DoorsOutOfPlace(IReadOnlyList<SourceFile> module)
    {
        var doors = module.SelectMany(f => TypesOf(f).Where(IsDoor).Select(t => (File: f, t.Name))).ToArray();
        return
        [
            .. from door in doors
               where NameOf(door.File) != door.Name
               select $"{door.File.Path} has the door {door.Name}, which belongs into {door.Name}.cs.",
            .. from file in module
               from type in TypesOf(file)
               where type.Kind == "class"
               from door in doors
               where Regex.IsMatch(type.Bases, $@"\b{door.Name}\b") && type.Name != $"{door.Name[1..]}Door"
               select $"{file.Path}: behind {door.Name} is {door.Name[1..]}Door, not {type.Name}.",
        ];
    }

    /// <summary>
    /// Others see of a module its area, doors, grains' interfaces and refusals, and the types that these name, and the types
    /// that those name in turn.
    /// </summary>
    public static IEnumerable<string> PublicTypes(IReadOnlyList<SourceFile> module)
    {
        var open = module.SelectMany(f => TypesOf(f).Where(t => t.IsPublic).Select(t => (File: f, Type: t))).ToList();
        var seen = open.Where(o => o.Type.Kind == "interface").Select(o => o.File.Path).ToHashSet(StringComparer.Ordinal);
        while (open.FirstOrDefault(o => !seen.Contains(o.File.Path) && IsNamed(o.Type.Name)) is { Type: not null } named)
        {
            seen.Add(named.File.Path);
        }

        return
            from o in open
            where !seen.Contains(o.File.Path) && RoleOf(o.Type.Name) is not ("Area" or "Refusals")
            select $"{o.File.Path}: {o.Type.Name} is public, and no door names it.";

        bool IsNamed(string name) =>
            module.Any(f => seen.Contains(f.Path) && Regex.IsMatch(f.Text, $@"\b{name}\b"));
    }

    /// <summary>Who queries or writes is called Reads or Writes, and nothing else.</summary>
    public static IEnumerable<string> OtherNames(IReadOnlyList<SourceFile> module) =>
        from file in module
        where UsesUnits().IsMatch(file.Text)
        from type in TypesOf(file)
        where OtherName().IsMatch(type.Name)
        select $"{file.Path}: {type.Name} is an XReads or an XWrites.";

    /// <summary>A gRPC class translates: it neither queries nor writes.</summary>
    public static IEnumerable<string> RpcsThatDoMore(IReadOnlyList<SourceFile> module) =>
        from file in module
        where RoleOf(NameOf(file)) is "Grpc" or "AdminGrpc"
        from Match found in QueryOrUnit().Matches(file.Text)
        select $"{file.Path}: {found.Value}";

    /// <summary>
    /// Where the wire ends: in a module with grains the types of the API are in its wire and gRPC classes only; elsewhere they
    /// are in no door.
    /// </summary>
    public static IEnumerable<string> WireTypesOutOfPlace(IReadOnlyList<SourceFile> module)
    {
        var hasGrains = module.Any(f => RoleOf(NameOf(f)) == "Grain");
        return
            from file in module
            where WireType().IsMatch(file.Text)
            where hasGrains ? RoleOf(NameOf(file)) is not ("Wire" or "Grpc" or "AdminGrpc") : TypesOf(file).Any(IsDoor)
            select $"{file.Path} uses types of the API.";
    }

    /// <summary>A noun has one form: no CommentReads beside a CommentsWrites. Of modules with grains the singular is the grain's.</summary>
    public static IEnumerable<string> NounsOfTwoForms(IReadOnlyList<SourceFile> module)
    {
        var nouns = module.Where(f => RoleOf(NameOf(f)) is not null)
            .Select(f => NameOf(f)[..^RoleOf(NameOf(f))!.Length]).ToHashSet(StringComparer.Ordinal);
        return module.Any(f => RoleOf(NameOf(f)) == "Grain")
            ? []
            : from noun in nouns
              where nouns.Contains($"{noun}s") || (noun.EndsWith('y') && nouns.Contains($"{noun[..^1]}ies"))
              select $"{FolderOf(module[0])} has files of {noun} in two forms.";
    }

    /// <summary>All complaints of the template.</summary>
    public static IEnumerable<string> All(IReadOnlyList<SourceFile> module) =>
    [
        .. TypesOutOfPlace(module), .. RolesOutOfPlace(module), .. KindsInline(module), .. DoorsOutOfPlace(module),
        .. PublicTypes(module), .. OtherNames(module), .. RpcsThatDoMore(module), .. WireTypesOutOfPlace(module),
        .. NounsOfTwoForms(module),
    ];

    private static string FolderOf(SourceFile file) => file.Path[..file.Path.LastIndexOf('/')];

    /// <summary>The file's name without the noun of a partial: CouponGrain of CouponGrain.Claims.cs.</summary>
    private static string NameOf(SourceFile file) =>
        file.Path[(file.Path.LastIndexOf('/') + 1)..^".cs".Length].Split('.')[0];

    private static string? RoleOf(string name) => name.Length > 1 && name[0] == 'I' && char.IsUpper(name[1]) && !name.EndsWith("Grain", StringComparison.Ordinal)
        ? null
        : Roles.FirstOrDefault(role => name.Length > role.Length && name.EndsWith(role, StringComparison.Ordinal));

    private static bool IsDoor(DeclaredType type) =>
        type is { IsPublic: true, Kind: "interface" } && !type.Name.EndsWith("Grain", StringComparison.Ordinal);

    private static IEnumerable<DeclaredType> TypesOf(SourceFile file) =>
        from Match match in Declaration().Matches(file.Text)
        select new DeclaredType(
            match.Groups["name"].Value,
            match.Groups["kind"].Value,
            match.Groups["bases"].Value,
            match.Groups["access"].Value == "public");

    private sealed record DeclaredType(string Name, string Kind, string Bases, bool IsPublic);

    [GeneratedRegex(@"(?<!:)//[^\n]*")]
    private static partial Regex Comment();

    /// <summary>A type of a namespace, up to its body: primary constructors have no braces.</summary>
    [GeneratedRegex(
        @"^(?<access>public|internal) (?:static |sealed |abstract |partial |readonly )*(?<kind>class|interface|record struct|record|struct|enum) (?<name>\w+)(?:<[^>{]*>)?(?:\((?>[^()]+|(?<open>\()|(?<-open>\)))*(?(open)(?!))\))?(?<bases>[^{;]*)",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"RefusalKind\.\w+,")]
    private static partial Regex NewRefusal();

    [GeneratedRegex(@"string Kind => ""|EnqueueAsync\(\s*""")]
    private static partial Regex InlineKind();

    [GeneratedRegex(@"\bI?Units?\b")]
    private static partial Regex UsesUnits();

    [GeneratedRegex(@"(?<!^Content)(?<!^IContent)(Store|Editor|Repository|Manager|Queries)$")]
    private static partial Regex OtherName();

    [GeneratedRegex(@"\bIUnits\b|\.Query<|\.Set<|\bEntityFrameworkCore\b|\bunit\.\w+")]
    private static partial Regex QueryOrUnit();

    [GeneratedRegex(@"\bV1\b")]
    private static partial Regex WireType();
}
