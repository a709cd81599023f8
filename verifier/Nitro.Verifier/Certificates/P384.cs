using System.Globalization;
using System.Numerics;

namespace Nitro.Verifier.Certificates;

/// <summary>The curve P-384, alias secp384r1 (SP 800-186 3.2.1.4, SEC 2 2.5.1): y² = x³ - 3x + b over the integers modulo p.</summary>
internal static class P384
{
    /// <summary>Octets of one coordinate.</summary>
    public const int FieldLength = 48;

    /// <summary>Octets of an uncompressed point (SEC 1 2.3.3): 0x04, x, y.</summary>
    public const int PointLength = 1 + (2 * FieldLength);

    /// <summary>The first octet of an uncompressed point.</summary>
    private const byte Uncompressed = 0x04;

    private static readonly BigInteger P = Number(
        "0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF");

    private static readonly BigInteger B = Number(
        "0B3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF");

    /// <summary>
    /// Whether the octets are an uncompressed point of the curve. This is the whole of public key validation (SEC 1 3.2.2.1): the
    /// curve's cofactor is 1, so every point on it has the right order, and the point at infinity has no uncompressed form.
    /// </summary>
    public static bool IsUncompressedPoint(ReadOnlySpan<byte> octets)
    {
        if (octets.Length != PointLength || octets[0] != Uncompressed)
        {
            return false;
        }

        var x = new BigInteger(octets.Slice(1, FieldLength), isUnsigned: true, isBigEndian: true);
        var y = new BigInteger(octets[(1 + FieldLength)..], isUnsigned: true, isBigEndian: true);
        return x < P && y < P && (((y * y) - (x * ((x * x) - 3)) - B) % P).IsZero;
    }

    private static BigInteger Number(string hex) => BigInteger.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
