using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Silo.Edge;
using Silo.Probe.V1;
using Xunit;

namespace Silo.Modules.Tests.Edge;

/// <summary>Two requests have one hash exactly when they are the same but for their request ids.</summary>
public sealed class RequestHashTests
{
    private static Ask Base => new()
    {
        RequestId = "first",
        Text = "text",
        Number = 1,
        Extra = { { "a", "1" }, { "b", "2" } },
        Words = { "one", "two" },
        Maybe = 1,
    };

    [Theory]
    [InlineData("second")]
    [InlineData("")]
    [InlineData("a much longer request id than the first one was")]
    public void Of_AnotherRequestId_IsTheSame(string requestId) =>
        Assert.Equal(RequestHash.Of(Base), RequestHash.Of(new Ask(Base) { RequestId = requestId }));

    [Fact]
    public void Of_MapEntriesInAnotherOrder_IsTheSame()
    {
        var many = Enumerable.Range(0, 50).Select(i => KeyValuePair.Create($"k{i}", $"v{i}")).ToArray();
        var (first, second) = (new Ask(), new Ask());
        Array.ForEach(many, entry => first.Extra.Add(entry.Key, entry.Value));
        Array.ForEach([.. many.Reverse()], entry => second.Extra.Add(entry.Key, entry.Value));
        Assert.NotEqual(first.ToByteArray(), second.ToByteArray());

        Assert.Equal(RequestHash.Of(first), RequestHash.Of(second));
    }

    [Fact]
    public void Of_AnyRequest_LeavesItAlone()
    {
        var request = Base;
        RequestHash.Of(request);

        Assert.Equal(Base, request);
    }

    /// <summary>One change to the request at a time.</summary>
    public static TheoryData<string, Action<Ask>> Changes => new()
    {
        { "text", r => r.Text = "TEXT" },
        { "text emptied", r => r.Text = "" },
        { "number", r => r.Number = 2 },
        { "enum", r => r.Colour = Colour.Red },
        { "value of a map", r => r.Extra["a"] = "3" },
        { "key of a map", r => r.Extra.Add("c", "3") },
        { "order of a list", r => (r.Words[0], r.Words[1]) = (r.Words[1], r.Words[0]) },
        { "optional absent", r => r.ClearMaybe() },
        { "optional zero", r => r.Maybe = 0 },
        { "nested", r => r.Parts.Add(new Part { Name = "part" }) },
        { "timestamp", r => r.At = new Timestamp() },
        { "a later field", r => r.Free = "free" },
        { "a field that this build does not know", r => r.MergeFrom([0xf8, 0x3f, 0x01]) },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Of_AnyOtherFieldChanged_IsAnother(string what, Action<Ask> change)
    {
        var request = Base;
        change(request);

        Assert.True(RequestHash.Of(Base) != RequestHash.Of(request), what);
    }

    [Fact]
    public void Of_RequestIdBetweenOtherFields_LeavesOutOnlyThat()
    {
        var hash = RequestHash.Of(new Late { Text = "text", RequestId = "first", Free = "free" });

        Assert.Equal(hash, RequestHash.Of(new Late { Text = "text", RequestId = "second", Free = "free" }));
        Assert.NotEqual(hash, RequestHash.Of(new Late { Text = "other", RequestId = "first", Free = "free" }));
        Assert.NotEqual(hash, RequestHash.Of(new Late { Text = "text", RequestId = "first", Free = "other" }));
    }

    [Fact]
    public void Of_AMessageWithoutRequestId_IsOfAllItsFields() =>
        Assert.NotEqual(RequestHash.Of(new Part { Name = "first" }), RequestHash.Of(new Part { Name = "other" }));

    [Fact]
    public void Of_ARequest_IsStable() =>
        // Stored in audit logs: a build that hashes otherwise would take repeats for other requests.
        Assert.Equal(4267770525842508840, RequestHash.Of(Base));
}
