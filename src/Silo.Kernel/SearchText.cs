using System.Text;

namespace Silo.Kernel;

/// <summary>
/// Text as it is searched: NFKC and lower case, made here, because the databases do not fold case alike (SQLite folds
/// ASCII only).
/// </summary>
public static class SearchText
{
    /// <summary>The text as it is stored for searching and as a query is compared with it.</summary>
    public static string Normalise(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Trim();
    }
}
