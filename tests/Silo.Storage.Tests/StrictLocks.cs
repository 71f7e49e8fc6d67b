using System.Runtime.CompilerServices;
using Silo.Storage;

namespace Silo.Testing.Databases;

/// <summary>In tests a lock out of order is an exception, whoever takes it.</summary>
internal static class StrictLocks
{
    // CA2255: a module initializer is the one thing that runs before every test of a program.
#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Demand() => LockOrder.IsStrict = true;
}
