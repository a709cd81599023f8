namespace Nitro.Models.Digits;

/// <summary>A point that a stroke passes through, x to the right, y down; a digit fills about 0.2 to 0.8 by 0 to 1.</summary>
/// <param name="X">From the left.</param>
/// <param name="Y">From the top.</param>
/// <param name="IsCorner">Whether the pen turns sharply here rather than in a curve.</param>
internal readonly record struct StrokePoint(double X, double Y, bool IsCorner = false);
