using System.Text;

namespace Silo.Kernel;

/// <summary>
/// Codes that people type: passwords of coupons, numbers of cards and vouchers. One form is stored and asked for, so that
/// full width, case, and blanks at the ends make no difference.
/// </summary>
public static class CodeText
{
    /// <summary>NFKC, upper case, without what nobody can see at the ends.</summary>
    public static string Normalise(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return VisibleText.Trim(code.Normalize(NormalizationForm.FormKC)).ToUpperInvariant();
    }
}
