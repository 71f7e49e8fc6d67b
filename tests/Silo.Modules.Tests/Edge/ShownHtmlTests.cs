using Silo.Edge;
using Silo.Testing;
using Xunit;

namespace Silo.Modules.Tests.Edge;

/// <summary>
/// Goal: a text that is saved can do nothing but show itself, and what Chinese editors make of a text survives. Method:
/// tables of what goes and of what stays; what was cleaned is cleaned again and stays as it is.
/// </summary>
public sealed class ShownHtmlTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>文", "文")]
    [InlineData("<SCRIPT SRC=//evil.example/x.js></SCRIPT>文", "文")]
    [InlineData("<img src=\"/a.png\" onerror=\"alert(1)\">", "<img src=\"/a.png\">")]
    [InlineData("<p onclick=\"alert(1)\" onmouseover=alert(1)>文</p>", "<p>文</p>")]
    [InlineData("<body onload=alert(1)>文", "文")]
    [InlineData("<a href=\"javascript:alert(1)\">文</a>", "<a>文</a>")]
    [InlineData("<a href=\"JaVaScRiPt:alert(1)\">文</a>", "<a>文</a>")]
    [InlineData("<a href=\"java&#10;script:alert(1)\">文</a>", "<a>文</a>")]
    [InlineData("<a href=\"&#106;avascript:alert(1)\">文</a>", "<a>文</a>")]
    [InlineData("<a href=\"data:text/html;base64,PHNjcmlwdD4=\">文</a>", "<a>文</a>")]
    [InlineData("<a href=\"data:image/png;base64,AAAA\">文</a>", "<a>文</a>")]
    [InlineData("<img src=\"data:image/svg+xml;base64,PHN2Zz4=\">", "<img>")]
    [InlineData("<img src=\"data:text/html,x\">", "<img>")]
    [InlineData("<iframe src=\"https://v.qq.com/x\"></iframe>文", "文")]
    [InlineData("<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>文", "文")]
    [InlineData("<svg onload=alert(1)><script>alert(1)</script></svg>文", "文")]
    [InlineData("<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>文", "文")]
    [InlineData("<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>文", "文")]
    [InlineData("<style>p{background:url(javascript:alert(1))}</style>文", "文")]
    [InlineData("<object data=\"x.swf\"></object><embed src=\"x.swf\">文", "文")]
    [InlineData("<base href=\"https://evil.example/\"><meta http-equiv=refresh content=0><link rel=stylesheet href=x>文", "文")]
    [InlineData("<form action=\"https://evil.example\"><input name=password><button>x</button></form>文", "文")]
    [InlineData("<p style=\"width: expression(alert(1)); behavior: url(x.htc); -moz-binding: url(x)\">文</p>", "<p>文</p>")]
    [InlineData("<p style=\"background-image: url('javascript:alert(1)')\">文</p>", "<p>文</p>")]
    [InlineData("<video src=\"javascript:alert(1)\" poster=\"javascript:alert(1)\" onplay=alert(1)></video>", "<video></video>")]
    [InlineData("<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>文", "<img src=\"x\">\"&gt;文")]
    [InlineData("<template><script>alert(1)</script></template>文", "文")]
    [InlineData("<!-- <script>alert(1)</script> -->文", "文")]
    [InlineData("<p id=\"app\" name=\"x\">文</p>", "<p name=\"x\">文</p>")]
    public void Clean_WhatDoesSomething_IsGone(string html, string expected) => AssertCleaned(html, expected);

    [Theory]
    [InlineData("纯文本，没有标签")]
    [InlineData("")]
    [InlineData("<p style=\"text-align: center\"><strong>满减</strong>活动<br></p>")]
    [InlineData("<p style=\"font-family: 微软雅黑; font-size: 16px; line-height: 1.75em; text-indent: 2em\">正文</p>")]
    [InlineData("<p><img src=\"https://static.example/a.png_m\" alt=\"图\" style=\"width: 100%; max-width: 100%\" width=\"100%\"></p>")]
    [InlineData("<img src=\"data:image/png;base64,iVBORw0KGgo=\">")]
    [InlineData("<img src=\"data:image/jpeg;base64,AAAA\">")]
    [InlineData("<video class=\"edui-video\" controls=\"\" preload=\"none\" width=\"420\" src=\"https://static.example/b.mp4\" poster=\"/p.jpg\"></video>")]
    [InlineData("<video controls=\"\"><source src=\"https://static.example/b.mp4\" type=\"video/mp4\"></video>")]
    [InlineData("<audio controls=\"\" src=\"/a.mp3\"></audio>")]
    [InlineData("<table border=\"1\" cellpadding=\"0\"><tbody><tr><td colspan=\"2\" style=\"width: 50%\">甲 &amp; 乙</td></tr></tbody></table>")]
    [InlineData("<section style=\"display: flex; transform: rotateZ(45deg)\"><span>文</span></section>")]
    [InlineData("<p class=\"ql-align-center\">文</p><pre><code class=\"language-sql\">a\n  b</code></pre>")]
    [InlineData("<h2>题</h2><ul><li>甲</li></ul><ol><li>乙</li></ol><blockquote>引</blockquote><hr>")]
    [InlineData("<a href=\"/pages/goods/index?id=1\" target=\"_blank\">商品</a><a href=\"tel:10086\">电话</a>")]
    [InlineData("<p>😀 a &lt;script&gt; b</p>")]
    public void Clean_WhatEditorsMake_Stays(string html) => AssertCleaned(html, html);

    [Fact]
    public void Clean_StyleWithAPictureFromTheWeb_KeepsIt() => AssertCleaned(
        "<section style=\"background-image: url(https://mmbiz.example/a.png); color: rgb(225, 60, 57)\">文</section>",
        "<section style=\"background-image: url(&quot;https://mmbiz.example/a.png&quot;); color: rgba(225, 60, 57, 1)\">文</section>");

    [Theory]
    [InlineData(200, 1, true)]
    [InlineData(201, 1, false)]
    [InlineData(40_000, 1, false)]
    [InlineData(1, 10_000, true)]
    [InlineData(1, 10_001, false)]
    public void Clean_DepthAndNumberOfElements_AreBounded(int depth, int times, bool accepted)
    {
        var html = string.Concat(Enumerable.Repeat(
            string.Concat(Enumerable.Repeat("<div>", depth)) + string.Concat(Enumerable.Repeat("</div>", depth)), times));

        Assert.Equal(accepted ? null : ShownHtml.Invalid, ShownHtml.Clean(html).Refusal);
    }

    [Fact]
    public void Clean_TextThatGrowsBeyondItsBound_IsRefused()
    {
        Assert.True(ShownHtml.Clean(new string('a', ShownHtml.MaxCharacters)).IsAccepted);
        Assert.Equal(ShownHtml.Invalid, ShownHtml.Clean(new string('&', ShownHtml.MaxCharacters)).Refusal);
    }

    /// <summary>Texts that cost a parser far more than they are long, however their ends are hidden from a counter.</summary>
    public static TheoryData<string> Costly => new(
        Times("<a><div>", 12_500),
        "<div>" + Times("<font id=i>", 1_500) + "</div>" + Times("<p>x</p>", 1_500),
        "<div>" + Times("<font><!--</font>-->", 1_500) + "</div>" + Times("<p>x</p>", 1_500),
        "<div>" + Times("<font title=\"</font>\">", 1_500) + "</div>" + Times("<p>x</p>", 1_500),
        Times("<font><select></font></select>", 1_000) + Times("<p>x</p>", 1_000),
        Times("<b><object></b></object>", 1_000) + Times("<p>x</p>", 1_000),
        Times("<i><template></i></template>", 1_000) + Times("<p>x</p>", 1_000),
        $"<div {Times("a ", 50_000)}>",
        Times("<svg><g>", 5_000),
        "<svg>" + Times("<rt><tr>", 2_000),
        "<math>" + Times("<tr></x>", 2_000),
        Times("<rt><rp>", 2_000),
        Times("<optgroup>", 2_000));

    [Theory]
    [MemberData(nameof(Costly))]
    public void Clean_TextThatWouldCostTooMuch_IsRefusedUnparsed(string html) =>
        Assert.Equal(ShownHtml.Invalid, ShownHtml.Clean(html).Refusal);

    [Theory]
    [InlineData("<p><b>重点</b>，<font color=\"#ff0000\">特价</font><br>", 1_000)]
    [InlineData("<ul><li>甲<li>乙<li><b>丙</b></ul>", 1_500)]
    [InlineData("<table><tr><td>甲<td>乙<tr><td>丙</table>", 1_200)]
    [InlineData("<p><b><i>错</b></i></p>", 150)]
    [InlineData("<!-- 注 --><p title='>'>文</p>", 3_000)]
    public void Clean_LongTextThatIsWrittenCarelessly_IsAccepted(string html, int times) =>
        Assert.True(ShownHtml.Clean(Times(html, times)).IsAccepted);

    /// <summary>Whatever tags are thrown together: what the pass lets through, a parser makes neither too much nor too deep of.</summary>
    /// <summary>
    /// Texts that a browser reads otherwise than they were written: what is harmless as it is cleaned must still be so when
    /// a client puts it into a page, reads that back and puts it in again.
    /// </summary>
    public static TheoryData<string> Mutating =>
    [
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<math><mtext><h1><a><h6></a></h6><mglyph><svg><mtext><style><a title=\"</style><img src onerror='alert(1)'>\"></style></h1>",
        "<noscript><style></noscript><img src=x onerror=alert(1)>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<table><tr><td><math><annotation-xml encoding=\"text/html\"><svg><title><img src=x onerror=alert(1)>",
        "<select><template><style><!--</style></template><a title=\"--><img src=x onerror=alert(1)>\">",
        "<p title=\"`><img src=x onerror=alert(1)>\">a</p>",
        "<a href=\"/x\" title='\"><img src=x onerror=alert(1)>'>a</a>",
        "<img alt=\"&lt;/noscript&gt;&lt;script&gt;alert(1)&lt;/script&gt;\" src=\"/a.png\">",
        "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\"></xmp>",
        "<plaintext><img src=x onerror=alert(1)>",
        "<textarea><p title=\"</textarea><img src=x onerror=alert(1)>\">",
        "<title><p title=\"</title><img src=x onerror=alert(1)>\">",
        "<iframe><p title=\"</iframe><img src=x onerror=alert(1)>\">",
        "<desc><svg><title><style><p title=\"</style><img src=x onerror=alert(1)>\">",
        "<b><i></b><script>alert(1)</script></i>",
        "<img src=\"x` `<script>alert(1)</script>\"` `>",
        "<a href=\"\u0001java\tscript:alert(1)\">a</a>",
        "<p style=\"font-family: '\\3c/style\\3e\\3cimg src=x onerror=alert(1)\\3e'\">a</p>",
    ];

    [Theory]
    [MemberData(nameof(Mutating))]
    public void Clean_OfWhatMutates_IsHarmlessAndStaysAsItIs(string html)
    {
        var once = ShownHtml.Clean(html).Value!;

        Assert.Equal(once, ShownHtml.Clean(once).Value);
        var document = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(once);
        Assert.Empty(document.QuerySelectorAll("script, style, svg, math, iframe, template, noscript, form, xmp, plaintext, textarea, title"));
        Assert.All(
            document.All.SelectMany(e => e.Attributes),
            a => Assert.False(
                a.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase)
                || a.Value.Replace("\t", "", StringComparison.Ordinal).Contains("script:", StringComparison.OrdinalIgnoreCase),
                a.Name));
    }

    [Fact]
    public void Hold_OfAnySoupOfTags_BoundsWhatAParserMakesOfIt()
    {
        string[] names =
        [
            "a", "b", "font", "div", "p", "li", "ul", "dd", "dt", "table", "tr", "td", "tbody", "select", "option", "optgroup", "rt",
            "rp", "ruby", "svg", "math", "mi", "g", "template", "object", "button", "form", "br", "nobr", "caption", "foreignObject",
        ];
        var random = new Random(TestSeed.Draw());
        var held = 0;
        for (var round = 0; round < 400; round++)
        {
            var few = Enumerable.Range(0, 1 + random.Next(4)).Select(_ => names[random.Next(names.Length)]).ToArray();
            var unit = string.Concat(Enumerable.Range(0, 1 + random.Next(6)).Select(_ =>
                (random.Next(4) == 0 ? "</" : "<") + few[random.Next(few.Length)] + (random.Next(8) == 0 ? "/>" : ">")));
            var html = (random.Next(2) == 0 ? "" : $"<{names[random.Next(names.Length)]}>") + Times(unit, 1 + random.Next(400));
            if (!HtmlBounds.Hold(html))
            {
                continue;
            }

            held++;
            using var document = new AngleSharp.Html.Parser.HtmlParser().ParseDocument($"<!doctype html><html><body>{html}");
            Assert.True(document.All.Length <= HtmlBounds.MaxMade + 10, $"{document.All.Length} elements of {unit}");
            // A table has a body and a row made for it.
            var deepest = document.All.Max(element => DepthOf(element));
            Assert.True(deepest <= (2 * HtmlBounds.MaxDepth) + 10, $"{deepest} deep in {unit}");
        }

        Assert.InRange(held, 20, 400);
    }

    private static int DepthOf(AngleSharp.Dom.INode? node)
    {
        var depth = 0;
        for (; node is not null; node = node.Parent)
        {
            depth++;
        }

        return depth;
    }

    private static string Times(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static void AssertCleaned(string html, string expected)
    {
        var cleaned = ShownHtml.Clean(html).Value;

        Assert.Equal(expected, cleaned);
        Assert.Equal(expected, ShownHtml.Clean(cleaned!).Value);
    }
}
