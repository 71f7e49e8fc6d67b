namespace Silo.Files;

/// <summary>Pictures for demo data, which are the shop's own files like any other.</summary>
public interface IDemoPictures
{
    /// <summary>Draws and keeps those that are not there, all in one unit, and says where each is served.</summary>
    /// <param name="names">Names to show, each once, such as <c>demo-apple.jpg</c>.</param>
    /// <param name="cancellation">Ends it; what was drawn is removed later.</param>
    Task<IReadOnlyDictionary<string, string>> DrawAsync(IReadOnlyCollection<string> names, CancellationToken cancellation);
}
