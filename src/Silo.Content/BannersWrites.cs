using Silo.Catalog;
using Silo.Content.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Writes banners.</summary>
internal sealed class BannersWrites(BannersReads reads, ICatalog catalog)
    : ContentEditor<BannerRow, BannerTerms, Banner>(reads)
{
    public const int MaxBanners = 1_000;

    public override ContentKind Kind => ContentKind.Banner;

    protected override IReadOnlyList<string> CacheTags => [ContentCacheTags.Banners];

    protected override int MaxRows => MaxBanners;

    public override Result<BannerTerms> Check(BannerTerms terms) =>
        ContentRules.IsUrl(terms.PictureUrl) && ContentRules.IsUrl(terms.LinkUrl) ? terms : ContentRefusals.UrlInvalid;

    protected override async Task<Refusal?> ApplyAsync(
        Unit unit, BannerRow row, BannerTerms terms, CancellationToken cancellation)
    {
        if (terms.BusinessId != 0 && (await catalog.KeepAsync(unit, [terms.BusinessId], cancellation)).Count == 0)
        {
            return CatalogRefusals.GoodsUnknown;
        }

        row.Rename(terms.Title);
        (row.Type, row.PictureUrl, row.Remark, row.Sort) = (terms.Type, terms.PictureUrl, terms.Remark, terms.Sort);
        (row.LinkType, row.LinkUrl, row.AppId) = ((int)terms.LinkType, terms.LinkUrl, terms.AppId);
        (row.BusinessId, row.ShopId) = (terms.BusinessId, terms.ShopId);
        return null;
    }
}
