using Silo.Kernel;

namespace Silo.Reference;

/// <summary>The refusals of the module.</summary>
internal static class ReferenceRefusals
{
    public static readonly Refusal RegionUnknown =
        new("REGION_UNKNOWN", RefusalKind.NotFound, "There is no such administrative division.");

    public static readonly Refusal MobileInvalid =
        new("MOBILE_INVALID", RefusalKind.Invalid, "This is no mobile number of mainland China.");

    public static readonly Refusal MobileUnknown =
        new("MOBILE_UNKNOWN", RefusalKind.NotFound, "Nothing is known of this number.");
}
