using Nitro.Enclave.Tests.Support;

namespace Nitro.Enclave.Tests;

public sealed class FairSemaphoreTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Parts_are_given_until_nothing_is_left_and_again_when_they_come_back()
    {
        var semaphore = new FairSemaphore(10, TimeProvider.System);
        var six = await semaphore.TakeAsync(6, Minute, Cancellation);
        var four = await semaphore.TakeAsync(4, Minute, Cancellation);
        var one = semaphore.TakeAsync(1, Minute, Cancellation);
        Assert.False(one.IsCompleted);
        six!.Dispose();
        six.Dispose();
        Assert.NotNull(await one);
        var five = semaphore.TakeAsync(5, Minute, Cancellation);
        Assert.True(five.IsCompleted);
        Assert.False(semaphore.TakeAsync(1, Minute, Cancellation).IsCompleted);
        four!.Dispose();
    }

    [Fact]
    public async Task A_large_part_is_not_overtaken_by_small_ones()
    {
        var semaphore = new FairSemaphore(10, TimeProvider.System);
        var first = await semaphore.TakeAsync(5, Minute, Cancellation);
        var large = semaphore.TakeAsync(10, Minute, Cancellation);
        var small = semaphore.TakeAsync(1, Minute, Cancellation);
        Assert.False(small.IsCompleted);
        first!.Dispose();
        var held = await large;
        Assert.False(small.IsCompleted);
        held!.Dispose();
        Assert.NotNull(await small);
    }

    [Fact]
    public async Task Who_waits_too_long_or_gives_up_leaves_the_line_to_the_next()
    {
        var time = new ManualTime();
        var semaphore = new FairSemaphore(10, time);
        var held = await semaphore.TakeAsync(5, Minute, Cancellation);
        using var leave = new CancellationTokenSource();
        var patient = semaphore.TakeAsync(10, Minute, Cancellation);
        var impatient = semaphore.TakeAsync(10, Minute, leave.Token);
        var small = semaphore.TakeAsync(5, 10 * Minute, Cancellation);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        Assert.False(small.IsCompleted);
        time.Advance(Minute);
        Assert.Null(await patient);
        Assert.NotNull(await small);
        held!.Dispose();
        Assert.NotNull(await semaphore.TakeAsync(5, Minute, Cancellation));
    }

    [Fact]
    public async Task More_than_there_is_is_misuse()
    {
        var semaphore = new FairSemaphore(10, TimeProvider.System);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => semaphore.TakeAsync(11, Minute, Cancellation));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => semaphore.TakeAsync(1, Minute, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Nothing_is_lost_when_many_come_and_go()
    {
        var semaphore = new FairSemaphore(100, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 32).Select(seed => Task.Run(
            async () =>
            {
                var random = new Random(seed);
                for (var round = 0; round < 200; round++)
                {
                    using var leave = new CancellationTokenSource();
                    var taking = semaphore.TakeAsync(random.Next(1, 60), random.Next(3) == 0 ? TimeSpan.FromMilliseconds(1) : Minute, leave.Token);
                    if (random.Next(3) == 0)
                    {
                        await leave.CancelAsync();
                    }

                    try
                    {
                        using var held = await taking;
                        await Task.Yield();
                    }
                    catch (OperationCanceledException)
                    {
                        // It left the line.
                    }
                }
            },
            Cancellation)));
        Assert.NotNull(await semaphore.TakeAsync(100, TimeSpan.Zero, Cancellation));
    }
}
