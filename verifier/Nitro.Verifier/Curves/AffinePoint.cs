namespace Nitro.Verifier.Curves;

/// <summary>A point of P-384 other than infinity, by its coordinates, both reduced.</summary>
internal struct AffinePoint
{
    /// <summary>Octets of an uncompressed point (SEC 1 2.3.3): 0x04, x, y.</summary>
    public const int Length = 1 + (2 * FieldElement.Length);

    /// <summary>The first coordinate.</summary>
    public FieldElement X;

    /// <summary>The second coordinate.</summary>
    public FieldElement Y;

    private const byte Uncompressed = 0x04;

    /// <summary>The curve's b, big-endian (SP 800-186 3.2.1.4).</summary>
    private static ReadOnlySpan<byte> B =>
    [
        0xB3, 0x31, 0x2F, 0xA7, 0xE2, 0x3E, 0xE7, 0xE4, 0x98, 0x8E, 0x05, 0x6B, 0xE3, 0xF8, 0x2D, 0x19,
        0x18, 0x1D, 0x9C, 0x6E, 0xFE, 0x81, 0x41, 0x12, 0x03, 0x14, 0x08, 0x8F, 0x50, 0x13, 0x87, 0x5A,
        0xC6, 0x56, 0x39, 0x8D, 0x8A, 0x2E, 0xD1, 0x9D, 0x2A, 0x85, 0xC8, 0xED, 0xD3, 0xEC, 0x2A, 0xEF,
    ];

    /// <summary>The generator G as an uncompressed point (SP 800-186 3.2.1.4).</summary>
    private static ReadOnlySpan<byte> GeneratorOctets =>
    [
        Uncompressed,
        0xAA, 0x87, 0xCA, 0x22, 0xBE, 0x8B, 0x05, 0x37, 0x8E, 0xB1, 0xC7, 0x1E, 0xF3, 0x20, 0xAD, 0x74,
        0x6E, 0x1D, 0x3B, 0x62, 0x8B, 0xA7, 0x9B, 0x98, 0x59, 0xF7, 0x41, 0xE0, 0x82, 0x54, 0x2A, 0x38,
        0x55, 0x02, 0xF2, 0x5D, 0xBF, 0x55, 0x29, 0x6C, 0x3A, 0x54, 0x5E, 0x38, 0x72, 0x76, 0x0A, 0xB7,
        0x36, 0x17, 0xDE, 0x4A, 0x96, 0x26, 0x2C, 0x6F, 0x5D, 0x9E, 0x98, 0xBF, 0x92, 0x92, 0xDC, 0x29,
        0xF8, 0xF4, 0x1D, 0xBD, 0x28, 0x9A, 0x14, 0x7C, 0xE9, 0xDA, 0x31, 0x13, 0xB5, 0xF0, 0xB8, 0xC0,
        0x0A, 0x60, 0xB1, 0xCE, 0x1D, 0x7E, 0x81, 0x9D, 0x7A, 0x43, 0x1D, 0x7C, 0x90, 0xEA, 0x0E, 0x5F,
    ];

    /// <summary>The generator G.</summary>
    public static AffinePoint Generator
    {
        get
        {
            _ = TryRead(GeneratorOctets, out var generator);
            return generator;
        }
    }

    /// <summary>
    /// Reads an uncompressed point and checks that it is on the curve. That is the whole of public key validation (SEC 1 3.2.2.1): the
    /// cofactor is 1, and infinity has no uncompressed form.
    /// </summary>
    /// <param name="octets">Ninety-seven octets; any others are no point.</param>
    /// <param name="point">The point.</param>
    public static bool TryRead(ReadOnlySpan<byte> octets, out AffinePoint point)
    {
        point = default;
        return octets.Length == Length
            && octets[0] == Uncompressed
            && FieldElement.TryRead(octets.Slice(1, FieldElement.Length), out point.X)
            && FieldElement.TryRead(octets[(1 + FieldElement.Length)..], out point.Y)
            && IsOnCurve(point);
    }

    /// <summary>Whether y² is x³ - 3x + b.</summary>
    private static bool IsOnCurve(in AffinePoint point)
    {
        FieldElement.Square(point.X, out var cube);
        FieldElement.Multiply(cube, point.X, out cube);
        FieldElement.Square(point.Y, out var square);
        _ = FieldElement.TryRead(B, out var b);
        FieldElement.Add(cube, b, out cube);
        FieldElement.Subtract(cube, point.X, 3, out cube);
        FieldElement.Subtract(cube, square, out var difference);
        FieldElement.Multiply(difference, FieldElement.One, out difference);
        return difference.IsZero;
    }
}
