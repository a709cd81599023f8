namespace Nitro.Nsm.Simulator.Tests;

/// <summary>A clock that a test sets.</summary>
internal sealed class FakeTime(DateTimeOffset now) : TimeProvider
{
    public FakeTime()
        : this(new DateTimeOffset(2026, 3, 25, 22, 15, 41, 703, TimeSpan.Zero))
    {
    }

    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
