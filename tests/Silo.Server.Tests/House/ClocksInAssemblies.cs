using Xunit;

namespace Silo.Server.Tests.House;

/// <summary>Nothing in src reads a clock or sleeps past the TimeProvider, or no test could move its time.</summary>
public sealed class ClocksInAssemblies
{
    [Fact]
    public void EveryAssemblyOfSrc_TakesItsTimeFromATimeProvider()
    {
        var assemblies = Directory.GetFiles(Repository.ServerOutput, "Silo.*.dll");
        var projects = Repository.Paths("src").Where(path => path.EndsWith(".csproj", StringComparison.Ordinal));

        // None is forgotten: each project of src is an assembly beside the server.
        Assert.Equal(
            projects.Select(project => Path.GetFileNameWithoutExtension(project)).Order(),
            assemblies.Select(assembly => Path.GetFileNameWithoutExtension(assembly)).Order());
        Assert.Empty(assemblies.SelectMany(Assemblies.ClocksIn));
    }

    [Fact]
    public void PlantedClocks_AreFound_AndMovableOnesAreNot()
    {
        var found = Assemblies.ClocksIn(typeof(Planted).Assembly.Location);

        Assert.Equal(
            ["System.DateTime.get_UtcNow", "System.DateTimeOffset.get_Now", "System.Threading.Tasks.Task.Delay", "System.Threading.Thread.Sleep"],
            found.Select(complaint => complaint.Split(' ')[2]).Order(StringComparer.Ordinal));
    }

#pragma warning disable RS0030 // Planted on purpose; nothing calls these.
    private static class Planted
    {
        public static object Clocks() => (DateTime.UtcNow, DateTimeOffset.Now);

        public static async Task SleepsAsync()
        {
            Thread.Sleep(1);
            await Task.Delay(1, CancellationToken.None);
            await Task.Delay(TimeSpan.Zero, TimeProvider.System);
        }
    }
#pragma warning restore RS0030
}
