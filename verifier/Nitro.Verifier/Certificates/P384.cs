using Nitro.Verifier.Curves;

namespace Nitro.Verifier.Certificates;

/// <summary>The curve P-384, alias secp384r1 (SP 800-186 3.2.1.4, SEC 2 2.5.1): y² = x³ - 3x + b over the integers modulo p.</summary>
internal static class P384
{
    /// <summary>Octets of one coordinate.</summary>
    public const int FieldLength = 48;

    /// <summary>Octets of an uncompressed point (SEC 1 2.3.3): 0x04, x, y.</summary>
    public const int PointLength = 1 + (2 * FieldLength);

    /// <summary>
    /// Whether the octets are an uncompressed point of the curve. This is the whole of public key validation (SEC 1 3.2.2.1): the
    /// curve's cofactor is 1, so every point on it has the right order, and the point at infinity has no uncompressed form.
    /// </summary>
    public static bool IsUncompressedPoint(ReadOnlySpan<byte> octets) => AffinePoint.TryRead(octets, out _);
}
