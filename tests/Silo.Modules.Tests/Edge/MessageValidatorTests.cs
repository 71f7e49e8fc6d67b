using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Silo.Edge;
using Silo.Probe.V1;
using Xunit;

namespace Silo.Modules.Tests.Edge;

/// <summary>The rules of fields as tables: what stands on each boundary, and how a fault is named.</summary>
public sealed class MessageValidatorTests
{
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;
    private const long LongestSeconds = 315_576_000_000;

    /// <summary>A message and its one fault; empty for none.</summary>
    public static TheoryData<Ask, string> Asks => new()
    {
        { new(), "" },
        // request ids: 1 to 64 visible ASCII characters
        { new() { RequestId = "!" }, "" },
        { new() { RequestId = new string('~', 64) }, "" },
        { new() { RequestId = new string('~', 65) }, "request_id: must be 1 to 64 visible ASCII characters" },
        { new() { RequestId = "a b" }, "request_id: must be 1 to 64 visible ASCII characters" },
        { new() { RequestId = "a\u007f" }, "request_id: must be 1 to 64 visible ASCII characters" },
        { new() { RequestId = "ä" }, "request_id: must be 1 to 64 visible ASCII characters" },
        { new() { RequestId = "\0" }, "request_id: must be 1 to 64 visible ASCII characters" },
        // texts: in characters, and an empty one is absent
        { new() { Text = "" }, "" },
        { new() { Text = "a" }, "text: must have at least 2 characters" },
        { new() { Text = "ab" }, "" },
        { new() { Text = "abcd" }, "" },
        { new() { Text = "abcde" }, "text: must have at most 4 characters" },
        { new() { Text = "好好好好" }, "" },
        { new() { Text = "好好好好好" }, "text: must have at most 4 characters" },
        { new() { Text = "😀" }, "text: must have at least 2 characters" },
        { new() { Text = "😀😀😀😀" }, "" },
        { new() { Text = "😀😀😀😀😀" }, "text: must have at most 4 characters" },
        { new() { Text = "a\0b" }, "text: must not contain the character U+0000" },
        { new() { Text = "a\ud800" }, "text: is not valid Unicode" },
        { new() { Text = "\udc00a" }, "text: is not valid Unicode" },
        { new() { Text = "\ud800a" }, "text: is not valid Unicode" },
        { new() { Text = "\udc00\ud800" }, "text: is not valid Unicode" },
        { new() { Text = "a\ufffe" }, "text: must not contain the character U+FFFE" },
        { new() { Text = "\uffff\ufffd" }, "" },
        { new() { Free = new string('f', 1000) }, "" },
        { new() { Free = new string('f', 1001) }, "free: must have at most 1000 characters" },
        { new() { Wrapped = "" }, "" },
        { new() { Wrapped = "abcd" }, "" },
        { new() { Wrapped = "abcde" }, "wrapped: must have at most 4 characters" },
        // numbers
        { new() { Number = -1 }, "number: must be at least 0" },
        { new() { Number = long.MinValue }, "number: must be at least 0" },
        { new() { Number = 10 }, "" },
        { new() { Number = 11 }, "number: must be at most 10" },
        { new() { Big = 10 }, "" },
        { new() { Big = 11 }, "big: must be at most 10" },
        { new() { Big = ulong.MaxValue }, "big: must be at most 10" },
        { new() { Page = -1 }, "page: must be at least 0" },
        { new() { Page = int.MaxValue }, "" },
        { new() { PageSize = -1 }, "page_size: must be at least 0" },
        { new() { PageSize = 100 }, "" },
        { new() { PageSize = 101 }, "page_size: must be at most 100" },
        { new() { Maybe = 0 }, "maybe: must be at least 1" },
        { new() { Maybe = 1 }, "" },
        { new() { Ratio = double.MaxValue }, "" },
        { new() { Ratio = double.NaN }, "ratio: must be a finite number" },
        { new() { Ratio = double.NegativeInfinity }, "ratio: must be a finite number" },
        { new() { Share = float.PositiveInfinity }, "share: must be a finite number" },
        // bytes
        { new() { Blob = ByteString.Empty }, "" },
        { new() { Blob = Bytes(1) }, "blob: must have at least 2 bytes" },
        { new() { Blob = Bytes(2) }, "" },
        { new() { Blob = Bytes(4) }, "" },
        { new() { Blob = Bytes(5) }, "blob: must have at most 4 bytes" },
        // enums
        { new() { Colour = Colour.Red }, "" },
        { new() { Colour = (Colour)2 }, "colour: is not a known value" },
        { new() { Colour = (Colour)(-1) }, "colour: is not a known value" },
        { new() { Colours = { Colour.Red, (Colour)9 } }, "colours[1]: is not a known value" },
        // timestamps and durations
        { new() { At = new() { Seconds = FirstSecond } }, "" },
        { new() { At = new() { Seconds = FirstSecond - 1 } }, "at: is not a valid Timestamp" },
        { new() { At = new() { Seconds = LastSecond, Nanos = 999_999_999 } }, "" },
        { new() { At = new() { Seconds = LastSecond + 1 } }, "at: is not a valid Timestamp" },
        { new() { At = new() { Nanos = -1 } }, "at: is not a valid Timestamp" },
        { new() { At = new() { Nanos = 1_000_000_000 } }, "at: is not a valid Timestamp" },
        { new() { Lasting = new() { Seconds = LongestSeconds } }, "" },
        { new() { Lasting = new() { Seconds = LongestSeconds + 1 } }, "lasting: is not a valid Duration" },
        { new() { Lasting = new() { Seconds = -LongestSeconds - 1 } }, "lasting: is not a valid Duration" },
        { new() { Lasting = new() { Seconds = -1, Nanos = -999_999_999 } }, "" },
        { new() { Lasting = new() { Seconds = 1, Nanos = -1 } }, "lasting: is not a valid Duration" },
        { new() { Lasting = new() { Nanos = 1_000_000_000 } }, "lasting: is not a valid Duration" },
        // lists
        { new() { Words = { Enumerable.Repeat("w", 100) } }, "" },
        { new() { Words = { Enumerable.Repeat("w", 101) } }, "words: must have at most 100 elements" },
        { new() { Words = { "good", "b\0d" } }, "words[1]: must not contain the character U+0000" },
        { new() { Parts = { Enumerable.Repeat(Named, 25) } }, "" },
        { new() { Parts = { Enumerable.Repeat(Named, 26) } }, "parts: must have at most 25 elements" },
        // maps: keys and values both, and the path does not repeat what the client sent
        { new() { Extra = { { "a", "1" }, { "b", "2" } } }, "" },
        { new() { Extra = { { "a", "1" }, { "b", "2" }, { "c", "3" } } }, "extra: must have at most 2 elements" },
        { new() { Extra = { { "abcd", "1234" } } }, "" },
        { new() { Extra = { { "abcde", "1" } } }, "extra: must have at most 4 characters" },
        { new() { Extra = { { "a", "12345" } } }, "extra: must have at most 4 characters" },
        { new() { Extra = { { "a\0", "1" } } }, "extra: must not contain the character U+0000" },
        { new() { Extra = { { "", "" } } }, "" },
        { new() { Named = { { "k", new Part { Name = "good" } } } }, "" },
        { new() { Named = { { "k", new Part() } } }, "named.name: is required" },
        // nested
        { new() { Parts = { new Part { Name = "12345" } } }, "" },
        { new() { Parts = { Named, new Part { Name = "123456" } } }, "parts[1].name: must have at most 5 characters" },
        { new() { Parts = { new Part { Name = "a", Child = new Part() } } }, "parts[0].child.name: is required" },
    };

    private static Part Named => new() { Name = "named" };

    [Theory]
    [MemberData(nameof(Asks))]
    public void Explain_EachBoundary_NamesTheFault(Ask ask, string expected)
    {
        var validator = new MessageValidators().Of(Ask.Descriptor);

        Assert.Equal(expected, Faults(validator, ask));
        Assert.Equal(expected.Length == 0, validator.IsValid(ask));
    }

    /// <summary>A change to a message in which everything required is there, and the fault that it makes.</summary>
    public static TheoryData<Action<Needs>, string> Missing => new()
    {
        { _ => { }, "" },
        { n => n.Text = "", "text: is required" },
        { n => n.Text = "   ", "text: is required" },
        { n => n.Text = "\u3000\u200B", "text: is required" },
        { n => n.Text = " a", "" },
        { n => n.Number = 0, "number: is required" },
        { n => n.ClearMaybe(), "maybe: is required" },
        // An optional number that is there may be zero.
        { n => n.Maybe = 0, "" },
        { n => n.Colour = Colour.Unspecified, "colour: is required" },
        { n => n.Colour = (Colour)9, "colour: is not a known value" },
        { n => n.Part = null, "part: is required" },
        { n => n.Part = new(), "part.name: is required" },
        { n => n.Words.Clear(), "words: is required" },
        { n => n.Words.Add(""), "" },
        { n => n.Extra.Clear(), "extra: is required" },
        { n => n.Blob = ByteString.Empty, "blob: is required" },
        { n => n.Wrapped = null, "wrapped: is required" },
        { n => n.Wrapped = "", "wrapped: is required" },
    };

    [Theory]
    [MemberData(nameof(Missing))]
    public void Explain_RequiredFieldMissing_IsNamed(Action<Needs> change, string expected)
    {
        var needs = new Needs
        {
            Text = "t",
            Number = 1,
            Maybe = 1,
            Colour = Colour.Red,
            Part = Named,
            Words = { "w" },
            Extra = { { "k", "v" } },
            Blob = Bytes(1),
            Wrapped = "w",
        };
        change(needs);
        var validator = new MessageValidators().Of(Needs.Descriptor);

        Assert.Equal(expected, Faults(validator, needs));
        Assert.Equal(expected.Length == 0, validator.IsValid(needs));
    }

    [Fact]
    public void Explain_SeveralFaults_NamesAllInTheOrderOfTheFields()
    {
        var ask = new Ask
        {
            RequestId = "a b",
            Text = "a",
            Number = 11,
            Colour = (Colour)9,
            Parts = { new Part { Name = "a", Child = new Part { Name = "too long" } }, new Part() },
            Extra = { { "k", "too long" } },
            At = new Timestamp { Nanos = -1 },
            Page = -1,
            PageSize = 101,
            Wrapped = "too long",
            Maybe = 0,
        };

        Assert.Equal(
            [
                "request_id", "text", "number", "colour", "parts[0].child.name", "parts[1].name", "extra", "at", "page",
                "page_size", "wrapped", "maybe",
            ],
            new MessageValidators().Of(Ask.Descriptor).Explain(ask).Select(f => f.Field));
    }

    [Theory]
    [InlineData(20, 20)]
    [InlineData(21, 20)]
    public void Explain_ManyFaults_StopsAtTwenty(int faults, int named)
    {
        var ask = new Ask { Parts = { Enumerable.Repeat(new Part(), faults) }, Page = 1 };

        Assert.Equal(named, new MessageValidators().Of(Ask.Descriptor).Explain(ask).Count);
    }

    [Fact]
    public void Explain_FaultsInSeveralFieldsBeyondTwenty_StopsAtTwenty()
    {
        var ask = new Ask { Parts = { Enumerable.Repeat(new Part(), 19) }, At = new() { Nanos = -1 }, Page = -1, Maybe = 0 };

        var faults = new MessageValidators().Of(Ask.Descriptor).Explain(ask);

        Assert.Equal(20, faults.Count);
        Assert.Equal("at", faults[19].Field);
    }

    private static ByteString Bytes(int length) => ByteString.CopyFrom(new byte[length]);

    private static string Faults(MessageValidator validator, IMessage message) =>
        string.Join("; ", validator.Explain(message).Select(f => $"{f.Field}: {f.Description}"));
}
