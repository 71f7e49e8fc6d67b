extern alias facade;

using System.Text;
using System.Text.Json;
using facade::Silo.WxApi;
using Xunit;

namespace Silo.Modules.Tests.WxApi;

/// <summary>Where a text of an answer can have the address of a file, and where what looks like one is none.</summary>
public sealed class WxFileUrlsTests
{
    private const string Origin = "https://shop.example:8443";

    [Theory]
    // A value, with and without blanks.
    [InlineData("@/files/a.png")]
    [InlineData(" @/files/a.png")]
    [InlineData("\r\n\t @/files/a.png")]
    // Values with commas.
    [InlineData("@/files/a.png,@/files/b.png,@/files/c.png")]
    [InlineData("@/files/a.png, @/files/b.png ,\n@/files/c.png")]
    [InlineData("https://cdn.example/a.png,@/files/b.png")]
    // Lines.
    [InlineData("@/files/a.png\n@/files/b.png\r\n@/files/c.png\n  @/files/d.png")]
    // Attributes.
    [InlineData("""<img src="@/files/a.png"><img src='@/files/b.png'>""")]
    [InlineData("""<a href=" @/files/a.png">a</a>""")]
    [InlineData("""<img srcset="@/files/a.png 1x, @/files/b.png 2x,@/files/c.png 3x">""")]
    [InlineData("<img srcset='\n  @/files/a.png 640w,\r\n\t@/files/b.png 240w'>")]
    [InlineData("""<source srcset='@/files/a.webp,@/files/b.webp 2x' media="(min-width: 1px)">""")]
    [InlineData("""<img data-src = '@/files/a.png' src=" @/files/b.png" alt='/files'>""")]
    [InlineData("<img width=9 src=@/files/a.png><video poster=@/files/b.png>")]
    [InlineData("""<video poster='@/files/a.png'><source src="@/files/b.png"></video>""")]
    // CSS.
    [InlineData("""<p style="background:url(@/files/a.png)">""")]
    [InlineData("""<p style="background:url( @/files/a.png )">""")]
    [InlineData("""<p style="background:url('@/files/a.png')">""")]
    [InlineData("""<p style='background:url("@/files/a.png")'>""")]
    [InlineData("""<p style="background:url(&quot;@/files/a.png&quot;)">""")]
    [InlineData("""<p style="background:url(&#34;@/files/a.png&#34;)">""")]
    [InlineData("""<p style="background:url(&#39;@/files/a.png&#39;)">""")]
    [InlineData("""<p style="background:url(&apos;@/files/a.png&apos;)">""")]
    [InlineData("""<p style="background:url(&#039;@/files/a.png&#039;),url(&#034;@/files/b.png&#034;)">""")]
    [InlineData("""<p style="background:url(&#x27;@/files/a.png&#x27;),url(&#X22;@/files/b.png&#x22;)">""")]
    [InlineData("""<p style="background:url(&QUOT;@/files/a.png&quot;)">""")]
    [InlineData("""<p style="background:url(@/files/a.png),url(&quot;@/files/b.png&quot;)">""")]
    // JSON in a text.
    [InlineData("""{"pictures":["@/files/a.png","@/files/b.png"]}""")]
    [InlineData("""{"pictures": "@/files/a.png, @/files/b.png", "html": "<img src='@/files/c.png'><img src=\"@/files/d.png\">"}""")]
    [InlineData("""{"pictures":["@\/files\/a.png","@\/files\/b.png"],"html":"<img src=\"@\/files\/c.png\">"}""")]
    [InlineData("""{"json":"{\"pictures\":[\"@/files/a.png\",\"@\\\/files\\\/b.png\"]}"}""")]
    // Parts of something longer.
    [InlineData("https://cdn.example/files/a.png")]
    [InlineData("""<img src="https://cdn.example/files/a.png">""")]
    [InlineData("""<img src="//cdn.example/files/a.png">""")]
    [InlineData("""<img src="//files/a.png">""")]
    [InlineData("""<a href="https://other.example/?picture=/files/a.png">""")]
    [InlineData("""<a href="/shop/files/a.png">""")]
    [InlineData("../files/a.png")]
    [InlineData("""{"picture":"https:\/\/cdn.example\/files\/a.png"}""")]
    [InlineData("""<a href="https://other.example/?a=b&amp;picture=/files/a.png">""")]
    [InlineData("&amp;/files/a.png")]
    [InlineData("/filesystem/a.png")]
    [InlineData("name=/files/a.png")]
    [InlineData("a word /files/a.png")]
    [InlineData("&gt;/files/a.png")]
    [InlineData("/file/a.png")]
    [InlineData("/files")]
    [InlineData("")]
    public void MakeAbsolute_EachPosition_GetsTheOriginWhereAnAddressBegins(string marked)
    {
        var answer = WxAnswer.Of(new { Text = marked.Replace("@", "", StringComparison.Ordinal), List = new List<string> { "满", "/files/z.png" } });

        var sent = WxFileUrls.MakeAbsolute(answer.ToUtf8(), Origin);

        var data = JsonSerializer.Deserialize<JsonElement>(sent).GetProperty("data");
        Assert.Equal(marked.Replace("@", Origin, StringComparison.Ordinal), data.GetProperty("text").GetString());
        Assert.Equal(["满", $"{Origin}/files/z.png"], data.GetProperty("list").EnumerateArray().Select(e => e.GetString()));
    }

    [Fact]
    public void MakeAbsolute_NoAddress_IsTheSameAnswer()
    {
        var body = Encoding.UTF8.GetBytes("""{"code":0,"data":"https://cdn.example/files/a.png"}""");

        Assert.Same(body, WxFileUrls.MakeAbsolute(body, Origin));
        Assert.Empty(WxFileUrls.MakeAbsolute([], Origin));
    }
}
