using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using BigInteger = Org.BouncyCastle.Math.BigInteger;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>
/// A key pair that follows from its name and signs the same bytes with the same signature (RFC 6979), so that what a test makes, and what the
/// published vectors hold, is the same in every run. It is nobody's secret. Thread-safe.
/// </summary>
internal sealed class TestKey : ECDsa
{
    private readonly X9ECParameters _curve;
    private readonly ECPrivateKeyParameters _private;
    private readonly ECParameters _public;

    /// <summary>Chains share most of their certificates, and software signatures are slow.</summary>
    private readonly ConcurrentDictionary<string, byte[]> _signatures = new(StringComparer.Ordinal);

    private TestKey(string curveName, ECCurve curve, string name)
    {
        _curve = SecNamedCurves.GetByName(curveName);
        var seed = new BigInteger(1, SHA512.HashData(Encoding.UTF8.GetBytes("nitro test key/" + name)));
        var d = seed.Mod(_curve.N.Subtract(BigInteger.One)).Add(BigInteger.One);
        _private = new ECPrivateKeyParameters(d, new ECDomainParameters(_curve.Curve, _curve.G, _curve.N, _curve.H));
        var point = _curve.G.Multiply(d).Normalize();
        _public = new ECParameters
        {
            Curve = curve,
            Q = new ECPoint { X = point.AffineXCoord.GetEncoded(), Y = point.AffineYCoord.GetEncoded() },
        };
        KeySizeValue = _curve.Curve.FieldSize;
    }

    /// <summary>The order of the curve's group.</summary>
    public BigInteger Order => _curve.N;

    private int FieldLength => (_curve.Curve.FieldSize + 7) / 8;

    public static TestKey P256(string name) => new("secp256r1", ECCurve.NamedCurves.nistP256, name);

    public static TestKey P384(string name) => new("secp384r1", ECCurve.NamedCurves.nistP384, name);

    public static TestKey P521(string name) => new("secp521r1", ECCurve.NamedCurves.nistP521, name);

    /// <summary>r and s, each of the field's length.</summary>
    public override byte[] SignHash(byte[] hash) => [.. _signatures.GetOrAdd(Convert.ToHexString(hash), _ => Sign(hash))];

    public override bool VerifyHash(byte[] hash, byte[] signature)
    {
        using var key = Create(_public);
        return key.VerifyHash(hash, signature);
    }

    public override ECParameters ExportParameters(bool includePrivateParameters) => includePrivateParameters
        ? _public with { D = Fixed(_private.D) }
        : _public;

    private byte[] Sign(byte[] hash)
    {
        IDigest digest = hash.Length == SHA256.HashSizeInBytes ? new Sha256Digest() : new Sha384Digest();
        var signer = new ECDsaSigner(new HMacDsaKCalculator(digest));
        signer.Init(forSigning: true, _private);
        var numbers = signer.GenerateSignature(hash);
        return [.. Fixed(numbers[0]), .. Fixed(numbers[1])];
    }

    private byte[] Fixed(BigInteger number)
    {
        var bytes = number.ToByteArrayUnsigned();
        return [.. new byte[FieldLength - bytes.Length], .. bytes];
    }
}
