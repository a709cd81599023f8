using System.Formats.Asn1;
using System.Security.Cryptography;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;

namespace Nitro.Attestation.Tests.Claims;

public sealed class SessionPublicKeyTests
{
    public static TheoryData<CoseAlgorithm> Algorithms => [CoseAlgorithm.Es256, CoseAlgorithm.Es384];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void What_ECDsa_exports_is_read_with_its_point_and_digest(CoseAlgorithm algorithm)
    {
        using var pair = ECDsa.Create(algorithm.Curve());
        var spki = pair.ExportSubjectPublicKeyInfo();
        var key = Accepted(spki, algorithm);
        Assert.Equal(algorithm, key.Algorithm);
        Assert.Equal(spki, key.SubjectPublicKeyInfo.ToArray());
        Assert.Equal(algorithm == CoseAlgorithm.Es256 ? 91 : 120, spki.Length);
        Assert.Equal(SHA384.HashData(spki), key.Digest.ToArray());
        var point = pair.ExportParameters(includePrivateParameters: false).Q;
        Assert.Equal([.. point.X!, .. point.Y!], key.Point.ToArray());
    }

    [Fact]
    public void It_owns_its_bytes()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var spki = pair.ExportSubjectPublicKeyInfo();
        var key = Accepted(spki, CoseAlgorithm.Es256);
        Array.Clear(spki);
        Assert.Equal(pair.ExportSubjectPublicKeyInfo(), key.SubjectPublicKeyInfo.ToArray());
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_key_on_another_curve_is_refused(CoseAlgorithm algorithm)
    {
        foreach (var curve in new[] { ECCurve.NamedCurves.nistP256, ECCurve.NamedCurves.nistP384, ECCurve.NamedCurves.nistP521 })
        {
            using var pair = ECDsa.Create(curve);
            if (curve.Oid.FriendlyName != algorithm.Curve().Oid.FriendlyName)
            {
                Refused(pair.ExportSubjectPublicKeyInfo(), algorithm);
            }
        }

        // Curves of the same size: only the object identifier differs.
        var spki = Spki(algorithm);
        foreach (var oid in new byte[][] { [0x2b, 0x81, 0x04, 0x00, 0x0a], [0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07],
            [0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0b] })
        {
            Refused(WithParameters(spki, algorithm, [0x06, (byte)oid.Length, .. oid]), algorithm);
        }

        using var rsa = RSA.Create(2048);
        Refused(rsa.ExportSubjectPublicKeyInfo(), algorithm);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_curve_in_explicit_parameters_is_refused(CoseAlgorithm algorithm)
    {
        using var named = ECDsa.Create(algorithm.Curve());
        Refused(Explicit(named.ExportExplicitParameters(includePrivateParameters: false)), algorithm);
        Refused(WithParameters(Spki(algorithm), algorithm, [0x05, 0x00]), algorithm);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_compressed_a_hybrid_and_an_infinite_point_are_refused(CoseAlgorithm algorithm)
    {
        var spki = Spki(algorithm);
        var coordinate = algorithm.SignatureSize() / 2;
        var at = spki.Length - 1 - (2 * coordinate);
        Assert.Equal(0x04, spki[at]);
        foreach (var form in new byte[] { 0x02, 0x03 })
        {
            byte[] compressed = [.. spki.AsSpan(0, at), form, .. spki.AsSpan(at + 1, coordinate)];
            compressed[1] -= (byte)coordinate;
            compressed[at - 2] -= (byte)coordinate;
            Refused(compressed, algorithm);
        }

        foreach (var form in new byte[] { 0x00, 0x02, 0x03, 0x05, 0x06, 0x07 })
        {
            spki[at] = form;
            Refused(spki, algorithm);
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Every_bit_before_the_point_counts(CoseAlgorithm algorithm)
    {
        var spki = Spki(algorithm);
        var (read, prefix) = (0, spki.Length - algorithm.SignatureSize());
        for (var bit = 0; bit < spki.Length * 8; bit++)
        {
            spki[bit / 8] ^= (byte)(1 << bit % 8);
            if (SessionPublicKey.TryParse(spki, algorithm, out _, out _))
            {
                Assert.True(bit / 8 >= prefix);
                read++;
            }

            spki[bit / 8] ^= (byte)(1 << bit % 8);
        }

        Assert.Equal(algorithm.SignatureSize() * 8, read);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Anything_missing_or_more_is_refused(CoseAlgorithm algorithm)
    {
        var spki = Spki(algorithm);
        for (var length = 0; length < spki.Length; length++)
        {
            Refused(spki[..length], algorithm);
        }

        Assert.Equal($"{spki.Length + 1} bytes", Refused([.. spki, 0], algorithm).Found);
        Refused([0, .. spki], algorithm);
        Refused(new byte[spki.Length], algorithm);
    }

    [Fact]
    public void The_error_names_the_algorithm_and_the_size()
    {
        var error = Refused(new byte[91], CoseAlgorithm.Es384);
        Assert.Equal(
            "public_key: expected a DER SubjectPublicKeyInfo of 120 bytes with an uncompressed point on the curve of ES384, found 91 bytes",
            error.ToString());
        Assert.Equal("another structure", Refused(new byte[120], CoseAlgorithm.Es384).Found);
    }

    [Fact]
    public void An_algorithm_that_is_none_is_misuse() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SessionPublicKey.TryParse(new byte[91], 0, out _, out _));

    private static byte[] Spki(CoseAlgorithm algorithm)
    {
        using var pair = ECDsa.Create(algorithm.Curve());
        return pair.ExportSubjectPublicKeyInfo();
    }

    /// <summary>A SubjectPublicKeyInfo with ECParameters of RFC 3279 section 2.3.5 instead of a curve's name.</summary>
    private static byte[] Explicit(ECParameters key)
    {
        byte[] Point(ECPoint point) => [0x04, .. point.X!, .. point.Y!];
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.10045.2.1");
                using (writer.PushSequence())
                {
                    writer.WriteInteger(1);
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier("1.2.840.10045.1.1");
                        writer.WriteIntegerUnsigned(key.Curve.Prime);
                    }

                    using (writer.PushSequence())
                    {
                        writer.WriteOctetString(key.Curve.A);
                        writer.WriteOctetString(key.Curve.B);
                    }

                    writer.WriteOctetString(Point(key.Curve.G));
                    writer.WriteIntegerUnsigned(key.Curve.Order);
                    writer.WriteIntegerUnsigned(key.Curve.Cofactor);
                }
            }

            writer.WriteBitString(Point(key.Q));
        }

        return writer.Encode();
    }

    /// <summary>The same point with other parameters behind id-ecPublicKey.</summary>
    private static byte[] WithParameters(byte[] spki, CoseAlgorithm algorithm, byte[] parameters)
    {
        byte[] identifier = [0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
        var point = spki.AsSpan(spki.Length - (algorithm.SignatureSize() + 4));
        byte[] inner = [0x30, (byte)(identifier.Length + parameters.Length), .. identifier, .. parameters, .. point];
        return [0x30, (byte)inner.Length, .. inner];
    }

    private static SessionPublicKey Accepted(byte[] spki, CoseAlgorithm algorithm)
    {
        Assert.True(SessionPublicKey.TryParse(spki, algorithm, out var key, out var error), error?.ToString());
        Assert.Null(error);
        return key!;
    }

    private static FormatError Refused(byte[] spki, CoseAlgorithm algorithm)
    {
        Assert.False(SessionPublicKey.TryParse(spki, algorithm, out var key, out var error));
        Assert.Null(key);
        Assert.Equal("public_key", error!.Where);
        return error;
    }
}
