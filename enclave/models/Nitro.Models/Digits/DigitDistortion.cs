namespace Nitro.Models.Digits;

/// <summary>
/// How far a rendered digit may stray from its skeleton. Each property is the largest value; every picture draws its own below it.
/// Immutable.
/// </summary>
public sealed record DigitDistortion
{
    private DigitDistortion()
    {
    }

    /// <summary>What the network is trained on and measured on.</summary>
    public static DigitDistortion Standard { get; } = new();

    /// <summary>
    /// Half as much again of everything that moves the pen, and twice the noise: harder than anything trained on. It shows how the network
    /// fares outside its own world.
    /// </summary>
    public static DigitDistortion Strong { get; } = new()
    {
        Rotation = Standard.Rotation * 1.5,
        Shear = Standard.Shear * 1.5,
        Jitter = Standard.Jitter * 1.5,
        Warp = Standard.Warp * 1.5,
        Noise = Standard.Noise * 2,
        Speckles = Standard.Speckles * 2,
    };

    /// <summary>Rotation to either side, in radians.</summary>
    public double Rotation { get; private init; } = 0.30;

    /// <summary>Slant to either side: how far the top moves sideways, as a part of the height.</summary>
    public double Shear { get; private init; } = 0.38;

    /// <summary>The least height, in pixels of 28.</summary>
    public double MinimumHeight { get; private init; } = 14;

    /// <summary>The greatest height, in pixels of 28.</summary>
    public double MaximumHeight { get; private init; } = 22;

    /// <summary>How much wider or narrower than drawn, as a part of the width.</summary>
    public double Aspect { get; private init; } = 0.25;

    /// <summary>
    /// Distance of the picture's middle from the digit's middle along each axis, in pixels; less where the digit would leave the picture.
    /// </summary>
    public double Translation { get; private init; } = 4;

    /// <summary>Standard deviation by which each point of a stroke misses its place, as a part of the height.</summary>
    public double Jitter { get; private init; } = 0.045;

    /// <summary>Amplitude of the slow waves that bend the whole digit, as a part of the height.</summary>
    public double Warp { get; private init; } = 0.06;

    /// <summary>The thinnest line, in pixels.</summary>
    public double MinimumThickness { get; private init; } = 1.2;

    /// <summary>The thickest line, in pixels.</summary>
    public double MaximumThickness { get; private init; } = 3.4;

    /// <summary>Share of a pixel's ink that blurring hands to each neighbour along an axis; at 0.25 the pixel keeps half.</summary>
    public double Blur { get; private init; } = 0.25;

    /// <summary>The faintest ink; full ink is 1.</summary>
    public double MinimumInk { get; private init; } = 0.5;

    /// <summary>Standard deviation of the noise on every pixel.</summary>
    public double Noise { get; private init; } = 0.16;

    /// <summary>Stray dots of ink.</summary>
    public int Speckles { get; private init; } = 4;
}
