using PhoneNumbers;
using Silo.Kernel;

namespace Silo.Reference;

/// <summary>A mobile number's segment and what is known of it. Texts are empty where the data has nothing.</summary>
internal sealed record MobileSegment(string Prefix, MobilePlace Place, string Carrier);

/// <summary>Finds where mobile numbers were given out and by whom, from the data inside libphonenumber.</summary>
internal sealed class MobileNumbers(IRegions regions)
{
    private const string Country = "CN";
    private const int PrefixLength = 7;

    private static readonly Locale Chinese = Locale.SimplifiedChinese;
    private readonly PhoneNumberUtil numbers = PhoneNumberUtil.GetInstance();
    private readonly PhoneNumberOfflineGeocoder places = PhoneNumberOfflineGeocoder.GetInstance();
    private readonly PhoneNumberToCarrierMapper carriers = PhoneNumberToCarrierMapper.GetInstance();

    /// <summary>What is known of a number of mainland China, with or without +86.</summary>
    public Result<MobileSegment> Locate(string text)
    {
        PhoneNumber number;
        try
        {
            number = numbers.Parse(text, Country);
        }
        catch (NumberParseException)
        {
            return ReferenceRefusals.MobileInvalid;
        }

        if (!numbers.IsValidNumberForRegion(number, Country) || numbers.GetNumberType(number) != PhoneNumberType.MOBILE)
        {
            return ReferenceRefusals.MobileInvalid;
        }

        var place = MobileRules.PlaceOf(
            places.GetDescriptionForValidNumber(number, Chinese), regions.Provinces.Select(province => province.Name));
        var carrier = carriers.GetNameForValidNumber(number, Chinese);
        return place.Province.Length == 0 && carrier.Length == 0
            ? ReferenceRefusals.MobileUnknown
            : new MobileSegment(numbers.GetNationalSignificantNumber(number)[..PrefixLength], place, carrier);
    }
}
