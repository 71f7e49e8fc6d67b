namespace Silo.Files;

/// <summary>
/// Where the bytes of files are. Keys are those of <see cref="FilesRules.KeyOf"/>; what a key shows never changes.
/// </summary>
internal interface IFileStore
{
    /// <summary>Stores an object; it is durable when this returns, and not there at all where it throws.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="content">Its bytes, from the present position on; seekable.</param>
    /// <param name="contentType">Its media type.</param>
    /// <param name="cancellation">Abandons it.</param>
    Task PutAsync(string key, Stream content, string contentType, CancellationToken cancellation);

    /// <summary>Opens an object, seekable and with a length; null where there is none.</summary>
    Task<Stream?> GetAsync(string key, CancellationToken cancellation);

    /// <summary>Deletes an object, and what an interrupted store has left of it; it need not be there.</summary>
    Task DeleteAsync(string key, CancellationToken cancellation);
}
