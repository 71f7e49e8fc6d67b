using Microsoft.Extensions.Time.Testing;
using Silo.Edge;
using Silo.Kernel;
using Xunit;

namespace Silo.Modules.Tests.Edge;

/// <summary>
/// Goal: a command that was put off is sent again after growing pauses, and not for ever. Method: a grain that puts off so
/// many times, a clock of the test's own.
/// </summary>
public sealed class PutOffsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Submit_PutOffSomeTimes_IsAnsweredWhenItIsDecided(int times)
    {
        var (outcome, sent, waited) = await SubmitAsync(times);

        Assert.Equal((5, 1 + times), (outcome.Answer, sent));
        Assert.True(waited >= TimeSpan.FromMilliseconds(10 * ((1 << times) - 1)), $"{waited}");
    }

    [Fact]
    public async Task Submit_PutOffAlways_EndsAsUnavailable()
    {
        var (outcome, sent, waited) = await SubmitAsync(int.MaxValue);

        Assert.Equal(("STORAGE_UNAVAILABLE", 8), (outcome.Refusal?.Reason, sent));
        Assert.True(waited >= TimeSpan.FromMilliseconds(1270), $"{waited}");
    }

    private static async Task<((Refusal? Refusal, int Answer) Outcome, int Sent, TimeSpan Waited)> SubmitAsync(int times)
    {
        var time = new FakeTimeProvider();
        var (sent, start) = (0, time.GetUtcNow());
        var messages = new Coalescer<int, int, (Refusal? Refusal, int Answer)>((_, commands) => Task.FromResult(Array.ConvertAll(
            commands, _ => sent++ < times ? (Refusals.StorageUnavailable, 0) : ((Refusal?)null, 5))));
        var submitted = messages.SubmitPatientlyAsync(1, 1, o => o.Refusal, time);
        while (!submitted.IsCompleted)
        {
            await Task.Yield();
            time.Advance(TimeSpan.FromMilliseconds(10));
        }

        return (await submitted, sent, time.GetUtcNow() - start);
    }
}
