using System.Security.Cryptography;
using Nitro.Verifier.Certificates;
using static Nitro.Verifier.Tests.Certificates.TestChain;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>Certificates with other algorithms, keys that are none, and signatures in another form.</summary>
internal static class AlgorithmDefects
{
    public static IEnumerable<ChainDefect> All =>
    [
        .. Algorithms(),
    ];

    private static ChainDefect Algorithm(string name, int level, Action<TestCertificate> spoil) =>
        new(name, CertificateRule.CertificateAlgorithms, level, chain => spoil(chain[level]));

    private static IEnumerable<ChainDefect> Algorithms()
    {
        var sha256 = Der.Sequence(Der.Oid("1.2.840.10045.4.3.2"));
        yield return Algorithm("ecdsa-with-SHA256", Leaf, c =>
        {
            c.InnerAlgorithm = sha256;
            c.OuterAlgorithm = sha256;
            c.Hash = HashAlgorithmName.SHA256;
        });
        yield return Algorithm("another algorithm outside than inside", Leaf, c => c.OuterAlgorithm = sha256);
        yield return Algorithm("another algorithm inside than outside", Leaf, c => c.InnerAlgorithm = sha256);
        yield return Algorithm("NULL parameters", Leaf, c =>
        {
            c.InnerAlgorithm = Der.Sequence(Der.Oid("1.2.840.10045.4.3.3"), [0x05, 0x00]);
            c.OuterAlgorithm = c.InnerAlgorithm;
        });
        yield return Algorithm("an empty algorithm", Leaf, c => c.OuterAlgorithm = Der.Sequence());
        yield return Algorithm("sha384WithRSAEncryption", Leaf, c =>
            c.InnerAlgorithm = Der.Sequence(Der.Oid("1.2.840.113549.1.1.12"), [0x05, 0x00]));
        foreach (var (curve, key) in ((string, TestKey)[])[("nistP256", TestKey.P256("another")), ("nistP521", TestKey.P521("another"))])
        {
            var info = key.ExportSubjectPublicKeyInfo();
            foreach (var level in (int[])[Regional, Leaf])
            {
                yield return Algorithm($"a key on {curve} at level {level}", level, c => c.SubjectPublicKeyInfo = info);
            }
        }

        // No more than the form of a key: no signature by it is ever looked at.
        var modulus = Enumerable.Range(0, 4).SelectMany(part => SHA512.HashData([(byte)part])).ToArray();
        modulus[0] |= 0x80;
        modulus[^1] |= 1;
        var rsaInfo = Der.Sequence(
            Der.Sequence(Der.Oid("1.2.840.113549.1.1.1"), [0x05, 0x00]),
            Der.Bits(0, Der.Sequence(Der.Integer([0, .. modulus]), Der.Integer(1, 0, 1))));
        yield return Algorithm("an RSA key", Leaf, c => c.SubjectPublicKeyInfo = rsaInfo);

        static byte[] KeyInfo(byte[] algorithm, byte[] key) => Der.Sequence(algorithm, key);
        var algorithm = Der.Sequence(Der.Oid("1.2.840.10045.2.1"), Der.Oid("1.3.132.0.34"));
        var point = KeyOf(Leaf).ExportSubjectPublicKeyInfo()[23..];
        byte[] compressed = [(byte)(2 + (point[^1] & 1)), .. point[1..49]];
        byte[] hybrid = [(byte)(6 + (point[^1] & 1)), .. point[1..]];
        byte[] offCurve = [.. point[..^1], (byte)(point[^1] ^ 1)];
        var fieldSize = Enumerable.Repeat((byte)0xFF, 48).ToArray();
        yield return Algorithm("a compressed point", Leaf, c => c.SubjectPublicKeyInfo = KeyInfo(algorithm, Der.Bits(0, compressed)));
        yield return Algorithm("a hybrid point", Leaf, c => c.SubjectPublicKeyInfo = KeyInfo(algorithm, Der.Bits(0, hybrid)));
        yield return Algorithm("the point at infinity", Leaf, c => c.SubjectPublicKeyInfo = KeyInfo(algorithm, Der.Bits(0, 0)));
        yield return Algorithm("a point off the curve", Leaf, c => c.SubjectPublicKeyInfo = KeyInfo(algorithm, Der.Bits(0, offCurve)));
        yield return Algorithm("an issuer's point off the curve", Regional, c =>
            c.SubjectPublicKeyInfo = KeyInfo(algorithm, Der.Bits(0, offCurve)));
        yield return Algorithm("0, 0 as a point", Leaf, c =>
            c.SubjectPublicKeyInfo = KeyInfo(algorithm, Der.Bits(0, [4, .. new byte[96]])));
        yield return Algorithm("a coordinate not below p", Leaf, c =>
            c.SubjectPublicKeyInfo = KeyInfo(algorithm, Der.Bits(0, [4, .. fieldSize, .. point[49..]])));
        yield return Algorithm("unused bits in the key", Leaf, c => c.SubjectPublicKeyInfo = KeyInfo(algorithm, Der.Bits(1, point)));
        yield return Algorithm("a byte after the point", Leaf, c =>
            c.SubjectPublicKeyInfo = KeyInfo(algorithm, Der.Bits(0, [.. point, 0])));
        yield return Algorithm("the curve left out", Leaf, c =>
            c.SubjectPublicKeyInfo = KeyInfo(Der.Sequence(Der.Oid("1.2.840.10045.2.1")), Der.Bits(0, point)));
        yield return Algorithm("id-ecDH as the key's algorithm", Leaf, c =>
            c.SubjectPublicKeyInfo = KeyInfo(Der.Sequence(Der.Oid("1.3.132.1.12"), Der.Oid("1.3.132.0.34")), Der.Bits(0, point)));
        yield return Algorithm("the curve's parameters written out", Leaf, c =>
            c.SubjectPublicKeyInfo = KeyInfo(Der.Sequence(Der.Oid("1.2.840.10045.2.1"), Der.Sequence(Der.Integer(1))), Der.Bits(0, point)));

        foreach (var (name, alter) in SignatureForms())
        {
            yield return Algorithm($"a signature with {name}", Leaf, c => c.AlterSignature = alter);
        }

        yield return Algorithm("an issuer's signature with a byte after it", Regional, c =>
            c.AlterSignature = signature => [.. signature, 0]);
    }

    private static IEnumerable<(string Name, Func<byte[], byte[]> Alter)> SignatureForms()
    {
        var one = Der.Integer(1);
        yield return ("nothing in it", _ => []);
        yield return ("no numbers", _ => Der.Sequence());
        yield return ("one number", _ => Der.Sequence(one));
        yield return ("three numbers", _ => Der.Sequence(one, one, one));
        yield return ("a byte after it", signature => [.. signature, 0]);
        yield return ("a long form of its length", signature => [0x30, 0x81, .. signature[1..]]);
        yield return ("a needless zero before r", signature =>
            Der.Sequence(Der.Integer([0, .. First(signature)]), signature[(4 + signature[3])..]));
        yield return ("a negative r", _ => Der.Sequence(Der.Integer(0x80), one));
        yield return ("a negative s", _ => Der.Sequence(one, Der.Integer(0x80)));
        yield return ("r of zero", _ => Der.Sequence(Der.Integer(0), one));
        yield return ("s of zero", _ => Der.Sequence(one, Der.Integer(0)));
        yield return ("an empty r", _ => Der.Sequence(Der.Integer(), one));
        yield return ("r of 49 octets", _ => Der.Sequence(Der.Integer([1, .. new byte[48]]), one));
        yield return ("an OCTET STRING for r", _ => Der.Sequence(Der.Octets([1]), one));
    }

    private static byte[] First(byte[] signature)
    {
        // SEQUENCE, its length, INTEGER, its length, r. An r with a leading zero already is not in its shortest form with another.
        return signature[4..(4 + signature[3])];
    }
}
