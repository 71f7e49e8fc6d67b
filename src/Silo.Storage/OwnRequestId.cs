using System.Globalization;

namespace Silo.Storage;

/// <summary>
/// The request ids of rows whose caller sent none: such a row needs one too, because request ids are unique. They begin
/// with a blank, which no caller's request id contains.
/// </summary>
public static class OwnRequestId
{
    /// <summary>The own request id of a row.</summary>
    public static string Of(long rowId) => string.Create(CultureInfo.InvariantCulture, $" {rowId:x}");

    /// <summary>The caller's request id, or the row's own where the caller sent none.</summary>
    public static string Or(string requestId, long rowId) => requestId.Length > 0 ? requestId : Of(rowId);
}
