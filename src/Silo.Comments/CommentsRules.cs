using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Silo.Comments;

/// <summary>What a comment is about. The numbers are stored.</summary>
internal enum CommentKind
{
    Message = 1,
    Feedback = 2,
    Complaint = 3,
    Article = 4,
    Interface = 5,
    Booking = 6,
    Order = 7,
}

/// <summary>What the review said. The numbers are stored.</summary>
internal enum ReviewStatus
{
    Pending = 1,
    Rejected = 2,
    Approved = 3,
}

/// <summary>What a comment may hold, and who sees it.</summary>
internal static class CommentsRules
{
    /// <summary>The kinds that all may see when they are approved; the others hold what is the shop's and the author's.</summary>
    public static readonly CommentKind[] Open = [CommentKind.Message, CommentKind.Article, CommentKind.Order];

    /// <summary>Whether anybody may see a comment.</summary>
    public static bool IsOpen(CommentKind kind, ReviewStatus status) =>
        status == ReviewStatus.Approved && Open.Contains(kind);

    /// <summary>
    /// Text without characters that are not seen, and in which nothing is a tag: a `&lt;` that could begin one becomes a
    /// full-width one, so that no client that takes the text for HTML runs it. Line breaks stay.
    /// </summary>
    public static string Plain(string text)
    {
        var seen = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            // The two joiners hold emoji and letters together.
            if (c is '\n' or '\t' or '\u200C' or '\u200D'
                || char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format))
            {
                seen.Append(c);
            }
        }

        for (var i = 0; i + 1 < seen.Length; i++)
        {
            if (seen[i] == '<' && (char.IsAsciiLetter(seen[i + 1]) || seen[i + 1] is '/' or '!' or '?'))
            {
                seen[i] = '＜';
            }
        }

        return seen.ToString().Trim();
    }

    /// <summary>Whether a text is a JSON object.</summary>
    public static bool IsJsonObject(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
