using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Silo.Bargains;
using Silo.Coupons;
using Silo.GroupBuys;
using Silo.Kernel;
using Silo.Lotteries;
using Silo.Points;
using Silo.Storage;
using Xunit;
using Xunit.Sdk;

namespace Silo.Modules.Tests.Contracts;

/// <summary>
/// Goal: what a version stored or sent is read today as what it was. Method: the payloads in tests/Fixtures, of every
/// released version and of the next one as it was when it last changed, are read and compared with the values that they
/// were made of. What this build would keep is made on every run, so that the maker cannot rot; where SILO_FIXTURES names
/// a directory, it goes there.
/// </summary>
public sealed class GoldenPayloadTests
{
    private const string File = "payloads.txt";

    private static readonly Assembly[] Modules =
        [typeof(BargainState).Assembly, typeof(CouponState).Assembly, typeof(GroupBuyState).Assembly, typeof(JoinedCommand).Assembly, typeof(LotteryState).Assembly, typeof(SignInState).Assembly];

    private readonly Serializer serializer = new ServiceCollection()
        .AddSerializer(builder => Array.ForEach(Modules, module => builder.AddAssembly(module)))
        .BuildServiceProvider().GetRequiredService<Serializer>();

    public static TheoryData<string> Versions => [.. Directory.GetFiles(Fixtures, File, SearchOption.AllDirectories)
        .Select(path => Path.GetFileName(Path.GetDirectoryName(path)!))];

    private static string Fixtures => typeof(GoldenPayloadTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "SiloFixtures").Value!;

    [Theory]
    [MemberData(nameof(Versions))]
    public void Deserialize_OfAKeptPayload_GivesItsValue(string version) =>
        Read(System.IO.File.ReadAllLines(Path.Combine(Fixtures, version, File)));

    [Fact]
    public void Make_OfThisBuild_IsReadBack()
    {
        var made = GoldenValues.All.Select(pair => $"{pair.Key} {Convert.ToHexStringLower(Write(pair.Value))}").ToArray();

        Read(made);
        if (Environment.GetEnvironmentVariable("SILO_FIXTURES") is { Length: > 0 } target)
        {
            System.IO.File.WriteAllLines(Path.Combine(target, File), made);
        }
    }

    [Fact]
    public void Read_OfAnotherPayload_Fails()
    {
        var other = GoldenValues.All.ToDictionary(pair => pair.Key, pair => Write(pair.Value));
        other["claim"] = Write(new ClaimCommand { RequestId = "first", RequestHash = long.MinValue, UserId = 1 });
        other["storage-unavailable"] = Write(new StorageUnavailableException("The commit was sent and not answered."));

        Assert.Throws<EquivalentException>(() => Read([$"claim {Convert.ToHexStringLower(other["claim"])}"]));
        Assert.Throws<EquivalentException>(
            () => Read([$"storage-unavailable {Convert.ToHexStringLower(other["storage-unavailable"])}"]));
    }

    [Fact]
    public void Values_OfEverySerializedType_AreThere()
    {
        // Refusals travel as their surrogate.
        var types = Modules.SelectMany(module => module.GetTypes())
            .Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null && !type.IsAbstract)
            .Select(type => type == typeof(RefusalSurrogate) ? typeof(Refusal) : type);

        Assert.Empty(types.Except(GoldenValues.All.Values.Select(Definition)));
    }

    private static Type Definition(object value) =>
        value.GetType() is { IsGenericType: true } type ? type.GetGenericTypeDefinition() : value.GetType();

    private void Read(IReadOnlyCollection<string> lines)
    {
        Assert.NotEmpty(lines);
        foreach (var line in lines.Select(line => line.Split(' ')))
        {
            var expected = GoldenValues.All[line[0]];
            var payload = Convert.FromHexString(line[1]);
            object? actual = expected switch
            {
                CouponState => serializer.Deserialize<CouponState>(payload),
                BargainState => serializer.Deserialize<BargainState>(payload),
                GroupBuyState => serializer.Deserialize<GroupBuyState>(payload),
                LotteryState => serializer.Deserialize<LotteryState>(payload),
                SignInState => serializer.Deserialize<SignInState>(payload),
                _ => serializer.Deserialize<object>(payload),
            };
            Assert.IsType(expected.GetType(), actual);
            Assert.Equivalent(Comparable(expected), Comparable(actual), strict: true);
        }
    }

    /// <summary>States as they are stored; the others with the name of their type, as between nodes.</summary>
    private byte[] Write(object value) => value switch
    {
        CouponState state => serializer.SerializeToArray(state),
        BargainState state => serializer.SerializeToArray(state),
        GroupBuyState state => serializer.SerializeToArray(state),
        LotteryState state => serializer.SerializeToArray(state),
        SignInState state => serializer.SerializeToArray(state),
        _ => serializer.SerializeToArray(value),
    };

    private static object Comparable(object value) => value switch
    {
        StorageUnavailableException unavailable => (unavailable.Message, unavailable.OutcomeUnknown),
        Exception exception => exception.Message,
        _ => value,
    };
}
