namespace Silo.Storage;

/// <summary>
/// Keeps a second process out of a data directory. The lock is the operating system's on an open file, so it goes with
/// the process, however it ends.
/// </summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream file;

    public DataDirectoryLock(string directory)
    {
        // What is in it is the shop's own: no other account of the machine reads it. A directory that exists is left as it is.
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        try
        {
            file = Open(Path.Combine(directory, "silo.lock"));
        }
        catch (IOException exception)
        {
            throw new InvalidOperationException(
                $"The data directory {Path.GetFullPath(directory)} is in use by another process.", exception);
        }
    }

    /// <summary>Opens a file for this process alone; a new one is readable to its owner alone.</summary>
    public static FileStream Open(string path)
    {
        var open = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            open.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, open);
    }

    public void Dispose() => file.Dispose();
}
