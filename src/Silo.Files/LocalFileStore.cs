using System.Runtime.InteropServices;
using System.Text;

namespace Silo.Files;

/// <summary>Files in a directory, in 256 directories by the first characters of their names.</summary>
internal sealed class LocalFileStore(FilesOptions options) : IFileStore
{
    private const int Buffer = 64 * 1024;

    public async Task PutAsync(string key, Stream content, string contentType, CancellationToken cancellation)
    {
        var path = PathOf(key);
        var directory = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(directory);
        try
        {
            await using (var file = new FileStream(
                PartOf(path), FileMode.Create, FileAccess.Write, FileShare.None, Buffer, FileOptions.Asynchronous))
            {
                await content.CopyToAsync(file, cancellation);
                file.Flush(flushToDisk: true);
            }

            File.Move(PartOf(path), path, overwrite: true);
            Flush(directory);
        }
        catch
        {
            File.Delete(PartOf(path));
            throw;
        }
    }

    public Task<Stream?> GetAsync(string key, CancellationToken cancellation)
    {
        try
        {
            return Task.FromResult<Stream?>(new FileStream(
                PathOf(key), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, Buffer, FileOptions.Asynchronous));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellation)
    {
        var path = PathOf(key);
        if (Directory.Exists(Path.GetDirectoryName(path)))
        {
            File.Delete(PartOf(path));
            File.Delete(path);
        }

        return Task.CompletedTask;
    }

    private static string PartOf(string path) => $"{path}.part";

    /// <summary>Makes a new name in a directory durable; where the system has no such call, it does so by itself.</summary>
    private static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var handle = Open(Encoding.UTF8.GetBytes($"{directory}\0"), 0);
        if (handle < 0)
        {
            throw new IOException($"The directory could not be opened: {Marshal.GetLastPInvokeError()}.");
        }

        var result = Sync(handle);
        _ = Close(handle);
        if (result != 0)
        {
            throw new IOException("The directory could not be made durable.");
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync")]
    private static extern int Sync(int handle);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int handle);

    private string PathOf(string key) => FilesRules.IsKey(key)
        ? Path.Combine(options.Directory, key[..2], key)
        : throw new ArgumentException("This is no key of a file.", nameof(key));
}
