using Silo.Accounts;
using Silo.Content.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Writes notices.</summary>
internal sealed class NoticesWrites(NoticesReads reads, IUsers users)
    : ContentEditor<NoticeRow, NoticeTerms, Notice>(reads)
{
    public override ContentKind Kind => ContentKind.Notice;

    protected override IReadOnlyList<string> CacheTags => [ContentCacheTags.Notices];

    protected override int MaxRows => 100_000;

    public override Result<NoticeTerms> Check(NoticeTerms terms)
    {
        var html = ShownHtml.Clean(terms.Content);
        return html.IsAccepted ? new NoticeTerms(terms) { Content = html.Value } : html.Refusal;
    }

    protected override async Task<Refusal?> ApplyAsync(Unit unit, NoticeRow row, NoticeTerms terms, CancellationToken cancellation)
    {
        if (terms.UserId != 0 && (await users.ExistingAsync(unit, [terms.UserId], cancellation)).Count == 0)
        {
            return UsersRefusals.Unknown;
        }

        row.Rename(terms.Title);
        (row.Type, row.UserId, row.Remind) = (terms.Type, terms.UserId, terms.Remind);
        await WriteTextAsync(unit, row.Id, terms.Content, cancellation);
        return null;
    }
}
