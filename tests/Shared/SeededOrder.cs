using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Silo.Testing;
using Xunit.Sdk;
using Xunit.v3;

[assembly: Xunit.TestCollectionOrderer(typeof(SeededOrder))]
[assembly: Xunit.TestClassOrderer(typeof(SeededOrder))]
[assembly: Xunit.TestMethodOrderer(typeof(SeededOrder))]
[assembly: Xunit.TestCaseOrderer(typeof(SeededOrder))]

namespace Silo.Testing;

/// <summary>
/// An order of collections, classes, methods and cases that comes from names and the seed that is given, so that no test
/// comes to lean on what its neighbours leave behind. The runner's own order depends on the path of the checkout.
/// </summary>
internal sealed class SeededOrder : ITestCollectionOrderer, ITestClassOrderer, ITestMethodOrderer, ITestCaseOrderer
{
    // Without a given seed the order is always the same one.
    private static readonly string Seed = (TestSeed.Given ?? 0).ToString(CultureInfo.InvariantCulture);

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(c => Place(c.TestCollectionDisplayName))];

    public IReadOnlyCollection<TTestClass?> OrderTestClasses<TTestClass>(IReadOnlyCollection<TTestClass?> testClasses)
        where TTestClass : ITestClass => [.. testClasses.OrderBy(c => Place(c?.TestClassName))];

    public IReadOnlyCollection<TTestMethod?> OrderTestMethods<TTestMethod>(IReadOnlyCollection<TTestMethod?> testMethods)
        where TTestMethod : ITestMethod => [.. testMethods.OrderBy(m => Place(m?.MethodName))];

    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : ITestCase => [.. testCases.OrderBy(c => Place(c.TestCaseDisplayName))];

    private static ulong Place(string? name) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{Seed}:{name}")));
}
