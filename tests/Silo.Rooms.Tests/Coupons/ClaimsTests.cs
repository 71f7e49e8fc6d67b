using Microsoft.Extensions.Time.Testing;
using Silo.Coupons;
using Silo.Kernel;
using Xunit;

namespace Silo.Rooms.Tests.Coupons;

/// <summary>
/// Goal: a claim that was put off is sent again after growing pauses, and not for ever. Method: a grain that puts off so
/// many times, a clock of the test's own.
/// </summary>
public sealed class ClaimsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Submit_PutOffSomeTimes_IsAnsweredWhenItIsDecided(int times)
    {
        var (outcome, sent, waited) = await SubmitAsync(times);

        Assert.Equal((5, 1 + times), (outcome.PieceId, sent));
        Assert.True(waited >= TimeSpan.FromMilliseconds(10 * ((1 << times) - 1)), $"{waited}");
    }

    [Fact]
    public async Task Submit_PutOffAlways_EndsAsUnavailable()
    {
        var (outcome, sent, waited) = await SubmitAsync(int.MaxValue);

        Assert.Equal(("STORAGE_UNAVAILABLE", 8), (outcome.Refusal?.Reason, sent));
        Assert.True(waited >= TimeSpan.FromMilliseconds(1270), $"{waited}");
    }

    private static async Task<(CouponOutcome Outcome, int Sent, TimeSpan Waited)> SubmitAsync(int times)
    {
        var time = new FakeTimeProvider();
        var (sent, start) = (0, time.GetUtcNow());
        var claims = new Claims(
            new((_, commands) => Task.FromResult(Array.ConvertAll(
                commands, _ => sent++ < times ? CouponOutcome.PutOff : new CouponOutcome { PieceId = 5 }))),
            new ShopClock(time, TimeZoneInfo.Utc));
        var submitted = claims.SubmitAsync(1, new());
        while (!submitted.IsCompleted)
        {
            await Task.Yield();
            time.Advance(TimeSpan.FromMilliseconds(10));
        }

        return (await submitted, sent, time.GetUtcNow() - start);
    }
}
