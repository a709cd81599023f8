using System.Diagnostics.CodeAnalysis;

namespace Nitro.Verifier.Curves;

/// <summary>
/// A P-384 public key that verifies ECDSA signatures over SHA-384 (FIPS 186-5 6.4.2) by this library's own arithmetic, in variable time:
/// key, hash and signature are public. Immutable and thread-safe. No bytes make it throw.
/// </summary>
internal sealed class P384VerifyingKey
{
    /// <summary>Octets of a hash.</summary>
    public const int HashLength = 48;

    /// <summary>Octets of a signature: r and s (RFC 9053 2.1, IEEE P1363).</summary>
    public const int SignatureLength = 2 * FieldElement.Length;

    private readonly AffinePoint _point;
    private readonly OddMultiples? _multiples;
    private readonly CombTable? _table;

    private P384VerifyingKey(in AffinePoint point, bool withTable)
    {
        _point = point;
        if (withTable)
        {
            _table = new CombTable(point);
        }
        else
        {
            _multiples = new OddMultiples(point);
        }
    }

    /// <summary>Whether the key carries a table.</summary>
    public bool HasTable => _table is not null;

    /// <summary>Makes a key from an uncompressed point (SEC 1 2.3.3): 0x04, x, y.</summary>
    /// <param name="point">Ninety-seven octets.</param>
    /// <param name="key">The key; null when the octets are not a point of the curve in that form.</param>
    public static bool TryLoad(ReadOnlySpan<byte> point, [NotNullWhen(true)] out P384VerifyingKey? key)
    {
        key = AffinePoint.TryRead(point, out var affine) ? new P384VerifyingKey(affine, withTable: false) : null;
        return key is not null;
    }

    /// <summary>
    /// The same key with a table of <see cref="CombTable.Size"/> octets, for a key that verifies often. The table takes as long to make as
    /// two verifications without it; each verification with it takes less than a third of the time.
    /// </summary>
    public P384VerifyingKey WithTable() => HasTable ? this : new P384VerifyingKey(_point, withTable: true);

    /// <summary>Whether the signature is this key's over the hash.</summary>
    /// <param name="hash">The SHA-384 hash of what is signed: forty-eight octets; with any other number the answer is no.</param>
    /// <param name="signature">r and s, forty-eight octets each, big-endian; with any other number the answer is no.</param>
    public bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        if (hash.Length != HashLength
            || signature.Length != SignatureLength
            || !Scalar.TryRead(signature[..FieldElement.Length], out var r)
            || !Scalar.TryRead(signature[FieldElement.Length..], out var s))
        {
            return false;
        }

        var e = Scalar.Reduce(hash);
        Scalar.Divide(e, r, s, out var u, out var v);
        var sum = Sum(u, v);
        return HasXModuloOrder(sum, r);
    }

    /// <summary>u·G + v·Q, where Q is this key's point.</summary>
    private JacobianPoint Sum(in Words384 u, in Words384 v)
    {
        var sum = JacobianPoint.Infinity;
        var generatorDigits = CombTable.Recode(u);
        if (_table is not null)
        {
            var digits = CombTable.Recode(v);
            for (var step = CombTable.Steps - 1; step >= 0; step--)
            {
                sum.Double();
                CombTable.Generator.AddStep(generatorDigits, step, ref sum);
                _table.AddStep(digits, step, ref sum);
            }
        }
        else
        {
            Span<sbyte> digits = stackalloc sbyte[OddMultiples.Digits];
            OddMultiples.Recode(v, digits);
            for (var bit = OddMultiples.Digits - 1; bit >= 0; bit--)
            {
                sum.Double();
                _multiples!.AddDigit(digits[bit], ref sum);
                if (bit < CombTable.Steps)
                {
                    CombTable.Generator.AddStep(generatorDigits, bit, ref sum);
                }
            }
        }

        return sum;
    }

    /// <summary>Whether the point's x, which is below p, is r modulo n: r, or r + n where that is below p too.</summary>
    private static bool HasXModuloOrder(in JacobianPoint point, Words384 r)
    {
        FieldElement.From(r, out var x);
        if (point.HasX(x))
        {
            return true;
        }

        if (r.Add(Modulus.N.Value) || r.CompareTo(Modulus.P.Value) >= 0)
        {
            return false;
        }

        FieldElement.From(r, out x);
        return point.HasX(x);
    }
}
