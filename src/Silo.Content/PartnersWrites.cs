using Silo.Content.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Writes partners.</summary>
internal sealed class PartnersWrites(PartnersReads reads)
    : ContentEditor<PartnerRow, PartnerTerms, Partner>(reads)
{
    public const int MaxPartners = 1_000;

    public override ContentKind Kind => ContentKind.Partner;

    protected override IReadOnlyList<string> CacheTags => [ContentCacheTags.Partners];

    protected override int MaxRows => MaxPartners;

    public override Result<PartnerTerms> Check(PartnerTerms terms) =>
        ContentRules.IsUrl(terms.LogoUrl) && ContentRules.IsUrl(terms.Url) ? terms : ContentRefusals.UrlInvalid;

    protected override Task<Refusal?> ApplyAsync(Unit unit, PartnerRow row, PartnerTerms terms, CancellationToken cancellation)
    {
        row.Rename(terms.Name);
        (row.Type, row.LogoUrl, row.Url, row.Remark, row.Sort) = (terms.Type, terms.LogoUrl, terms.Url, terms.Remark, terms.Sort);
        return Task.FromResult<Refusal?>(null);
    }
}
