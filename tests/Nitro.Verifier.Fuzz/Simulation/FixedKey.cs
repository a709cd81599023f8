using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Nitro.Nsm.Simulator;

namespace Nitro.Verifier.Fuzz.Simulation;

/// <summary>
/// A key pair that follows from its name, which signs with one of a few nonces that follow from it too. So a case has the same bytes in
/// every run, and a signature costs a modular multiplication instead of one on the curve. Such a key protects nothing: whoever sees two
/// signatures knows it. Thread-safe.
/// </summary>
public sealed class FixedKey
{
    private const int Nonces = 4;

    private readonly Curve _curve;
    private readonly BigInteger _secret;
    private readonly (BigInteger R, BigInteger Inverse)[] _nonces;

    private FixedKey(string name, Curve curve)
    {
        _curve = curve;
        _secret = Number(name, curve);
        SubjectPublicKeyInfo = Point(_secret, curve).Info;
        _nonces = new (BigInteger, BigInteger)[Nonces];
        for (var i = 0; i < Nonces; i++)
        {
            var nonce = Number(FormattableString.Invariant($"{name} nonce {i}"), curve);
            _nonces[i] = (Point(nonce, curve).X % curve.Order, BigInteger.ModPow(nonce, curve.Order - 2, curve.Order));
        }
    }

    /// <summary>DER.</summary>
    public byte[] SubjectPublicKeyInfo { get; }

    public static FixedKey P384(string name) => new(name, Curve.P384);

    public static FixedKey P256(string name) => new(name, Curve.P256);

    /// <summary>r and s in fixed lengths (IEEE P1363), over the hash that goes with the curve.</summary>
    /// <param name="data">What is signed.</param>
    /// <param name="nonce">Which of the nonces; any number.</param>
    public byte[] SignFixed(ReadOnlySpan<byte> data, int nonce = 0)
    {
        var (r, s) = Sign(data, nonce);
        return [.. Fixed(r, _curve.Length), .. Fixed(s, _curve.Length)];
    }

    /// <summary>r and s in DER (RFC 3279).</summary>
    public byte[] SignDer(ReadOnlySpan<byte> data, int nonce = 0)
    {
        var (r, s) = Sign(data, nonce);
        byte[] first = r.ToByteArray(isBigEndian: true), second = s.ToByteArray(isBigEndian: true);
        return [0x30, (byte)(4 + first.Length + second.Length), 0x02, (byte)first.Length, .. first, 0x02, (byte)second.Length, .. second];
    }

    /// <summary>The certificate of a template, signed by this key.</summary>
    public byte[] Issue(CertificateTemplate template)
    {
        var signed = template.EncodeToBeSigned();
        return template.Assemble(signed, SignDer(signed));
    }

    private (BigInteger R, BigInteger S) Sign(ReadOnlySpan<byte> data, int nonce)
    {
        var (r, inverse) = _nonces[(int)((uint)nonce % Nonces)];
        var hash = new BigInteger(_curve.Hash(data.ToArray()), isUnsigned: true, isBigEndian: true);
        return (r, inverse * (hash + (r * _secret)) % _curve.Order);
    }

    private static BigInteger Number(string name, Curve curve) =>
        (new BigInteger(SHA512.HashData(Encoding.UTF8.GetBytes(name)), isUnsigned: true, isBigEndian: true) % (curve.Order - 1)) + 1;

    private static (BigInteger X, byte[] Info) Point(BigInteger factor, Curve curve)
    {
        using var key = ECDsa.Create(new ECParameters { Curve = curve.Named, D = Fixed(factor, curve.Length) });
        return (new BigInteger(key.ExportParameters(false).Q.X, isUnsigned: true, isBigEndian: true), key.ExportSubjectPublicKeyInfo());
    }

    private static byte[] Fixed(BigInteger number, int length)
    {
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[length - bytes.Length], .. bytes];
    }

    private sealed record Curve(ECCurve Named, BigInteger Order, int Length, Func<byte[], byte[]> Hash)
    {
        /// <summary>Orders: SP 800-186, 3.2.1.3 and 3.2.1.4.</summary>
        public static readonly Curve P256 = new(
            ECCurve.NamedCurves.nistP256, Hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"), 32, SHA256.HashData);

        public static readonly Curve P384 = new(
            ECCurve.NamedCurves.nistP384,
            Hex("ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"),
            48,
            SHA384.HashData);

        private static BigInteger Hex(string digits) => new(Convert.FromHexString(digits), isUnsigned: true, isBigEndian: true);
    }
}
