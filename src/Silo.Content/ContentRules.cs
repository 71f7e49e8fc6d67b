using System.Text;
using Silo.Kernel;

namespace Silo.Content;

/// <summary>A category as far as the tree is concerned.</summary>
internal readonly record struct TreeNode(long Id, long ParentId, bool Published, int Sort);

/// <summary>A category and where it is in the tree.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Level">Depth, from 1.</param>
/// <param name="IsShown">Whether it and all that it is in are published.</param>
internal readonly record struct TreePlace(long Id, int Level, bool IsShown);

/// <summary>What content may be, and how categories make a tree. Pure.</summary>
internal static class ContentRules
{
    /// <summary>Most bytes of a setting's value.</summary>
    public const int MaxSettingBytes = 16 * 1024;

    /// <summary>Most tags in the shop.</summary>
    public const int MaxTags = 5_000;

    private const int MaxKeyLength = 64;

    /// <summary>1 to 64 ASCII letters, digits, underscores, and dashes where they are allowed.</summary>
    public static bool IsKey(string text, bool dashes) => text.Length is > 0 and <= MaxKeyLength
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_' || (dashes && c == '-'));

    /// <summary>Whether a setting's value is not too long.</summary>
    public static bool FitsSetting(string value) => Encoding.UTF8.GetByteCount(value) <= MaxSettingBytes;

    /// <summary>
    /// Whether a text can be put where a browser or a client follows it: empty, http, https, or without a scheme, such as
    /// the path of a page. Blanks and control characters, which browsers ignore within a scheme, are in none.
    /// </summary>
    public static bool IsUrl(string text)
    {
        if (text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
        {
            return false;
        }

        var (colon, end) = (text.IndexOf(':'), text.AsSpan().IndexOfAny('/', '?', '#'));
        return colon < 0 || (end >= 0 && end < colon)
            || text.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A tag's name without blanks around it; null when it cannot be one. Clients separate tags by commas.</summary>
    public static string? TagName(string text)
    {
        var name = text.Trim();
        return SearchText.Normalise(name).Length == 0 || name.AsSpan().IndexOfAny(',', '，') >= 0 ? null : name;
    }

    /// <summary>Tags in the order in which they are named first, each once whatever its case; null when one cannot be one.</summary>
    public static IReadOnlyList<string>? TagNames(IEnumerable<string> texts)
    {
        var names = texts.Select(TagName).ToList();
        return names.Contains(null) ? null : [.. names.Select(n => n!).DistinctBy(SearchText.Normalise)];
    }

    /// <summary>Whether a category would be in itself if it were in <paramref name="parent"/>.</summary>
    public static bool IsCycle(IReadOnlyCollection<TreeNode> nodes, long id, long parent)
    {
        var parents = nodes.ToDictionary(n => n.Id, n => n.ParentId);
        // As many steps as there are categories: a cycle that the rows should not have ends too.
        for (var steps = 0; parent != 0 && steps <= nodes.Count; steps++)
        {
            if (parent == id)
            {
                return true;
            }

            parent = parents.GetValueOrDefault(parent);
        }

        return false;
    }

    /// <summary>The tree, each category before what is in it, siblings by their places and then by age.</summary>
    public static IReadOnlyList<TreePlace> Tree(IReadOnlyCollection<TreeNode> nodes)
    {
        var children = nodes.OrderBy(n => n.Sort).ThenBy(n => n.Id).ToLookup(n => n.ParentId);
        List<TreePlace> tree = [];
        var open = new Stack<(TreeNode Node, int Level, bool IsShown)>();
        void Push(long parent, int level, bool isShown)
        {
            foreach (var child in children[parent].Reverse())
            {
                open.Push((child, level, isShown && child.Published));
            }
        }

        Push(0, 1, true);
        while (open.TryPop(out var next))
        {
            tree.Add(new(next.Node.Id, next.Level, next.IsShown));
            Push(next.Node.Id, next.Level + 1, next.IsShown);
        }

        return tree;
    }

    /// <summary>A category and all that is in it, at any depth.</summary>
    public static IReadOnlyList<long> Within(IReadOnlyList<(long Id, int Level)> tree, long id)
    {
        var at = tree.TakeWhile(p => p.Id != id).Count();
        return at == tree.Count ? []
            : [id, .. tree.Skip(at + 1).TakeWhile(p => p.Level > tree[at].Level).Select(p => p.Id)];
    }

    /// <summary>What the setting for the level of the back office says: 0 to 99, 1 where it says nothing of the kind.</summary>
    public static int VipLevel(string? value) =>
        value is { Length: 1 or 2 } && value.All(char.IsAsciiDigit)
            ? value.Aggregate(0, (sum, digit) => (sum * 10) + digit - '0')
            : 1;
}
