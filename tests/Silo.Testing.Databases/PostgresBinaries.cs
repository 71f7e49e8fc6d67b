using System.Globalization;

namespace Silo.Testing.Databases;

/// <summary>Finds the programs of a PostgreSQL server.</summary>
internal static class PostgresBinaries
{
    // Debian keeps the server's programs off the PATH, one directory per version.
    private const string Debian = "/usr/lib/postgresql";

    /// <summary>The directory with <c>initdb</c> and <c>pg_ctl</c>, or null.</summary>
    public static string? Find() => Find("initdb", "pg_ctl");

    /// <summary>The directory with all of the programs, or null.</summary>
    public static string? Find(params string[] programs)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        var packaged = Directory.Exists(Debian) ? Directory.GetDirectories(Debian) : [];
        return path
            .Concat(packaged.OrderByDescending(Version).Select(directory => Path.Combine(directory, "bin")))
            .FirstOrDefault(directory => programs.All(program => File.Exists(Path.Combine(directory, program))));
    }

    private static double Version(string directory) =>
        double.TryParse(Path.GetFileName(directory), NumberStyles.Float, CultureInfo.InvariantCulture, out var version)
            ? version
            : 0;
}
