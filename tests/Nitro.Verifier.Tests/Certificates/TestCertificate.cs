using System.Security.Cryptography;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>One certificate of a <see cref="TestChain"/>, each field its own DER, so that a test can break any single one.</summary>
internal sealed class TestCertificate
{
    public const string BasicConstraintsOid = "2.5.29.19";
    public const string KeyUsageOid = "2.5.29.15";
    public const string SubjectKeyIdentifierOid = "2.5.29.14";
    public const string AuthorityKeyIdentifierOid = "2.5.29.35";
    public const string CrlDistributionPointsOid = "2.5.29.31";

    /// <summary>The BOOLEAN of a critical extension.</summary>
    public static readonly byte[] Critical = [0x01, 0x01, 0xFF];

    public byte[] Version { get; set; } = Der.Tlv(0xA0, Der.Integer(2));

    /// <summary>Content octets.</summary>
    public byte[] SerialNumber { get; set; } = [0x10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    public byte[] InnerAlgorithm { get; set; } = Der.EcdsaWithSha384;

    public byte[] OuterAlgorithm { get; set; } = Der.EcdsaWithSha384;

    public byte[] Issuer { get; set; } = [];

    public byte[] NotBefore { get; set; } = [];

    public byte[] NotAfter { get; set; } = [];

    public byte[] Subject { get; set; } = [];

    public byte[] SubjectPublicKeyInfo { get; set; } = [];

    /// <summary>What stands between the key and the extensions: the place of the unique identifiers.</summary>
    public byte[] AfterKey { get; set; } = [];

    /// <summary>Identifier, the critical field (empty when not critical) and the value.</summary>
    public List<(string Oid, byte[] Critical, byte[] Value)> Extensions { get; } = [];

    /// <summary>Replaces the whole extensions field when it is not null.</summary>
    public byte[]? ExtensionsField { get; set; }

    /// <summary>What stands after the last field of what is signed.</summary>
    public byte[] AfterExtensions { get; set; } = [];

    public ECDsa Issuing { get; set; } = null!;

    public HashAlgorithmName Hash { get; set; } = HashAlgorithmName.SHA384;

    /// <summary>Changes the DER signature before it is put in.</summary>
    public Func<byte[], byte[]> AlterSignature { get; set; } = signature => signature;

    /// <summary>Changes the BIT STRING that holds the signature.</summary>
    public Func<byte[], byte[]> AlterSignatureField { get; set; } = field => field;

    /// <summary>Changes the finished certificate.</summary>
    public Func<byte[], byte[]> AlterWhole { get; set; } = whole => whole;

    public void SetExtension(string oid, byte[] critical, byte[] value)
    {
        RemoveExtension(oid);
        Extensions.Add((oid, critical, value));
    }

    public void RemoveExtension(string oid) => Extensions.RemoveAll(extension => extension.Oid == oid);

    public byte[] Build()
    {
        var list = Extensions.Select(extension => Der.Sequence(Der.Oid(extension.Oid), extension.Critical, Der.Octets(extension.Value)));
        var signed = Der.Sequence(
            Version,
            Der.Integer(SerialNumber),
            InnerAlgorithm,
            Issuer,
            Der.Sequence(NotBefore, NotAfter),
            Subject,
            SubjectPublicKeyInfo,
            AfterKey,
            ExtensionsField ?? Der.Tlv(0xA3, Der.Sequence([.. list])),
            AfterExtensions);
        return AlterWhole(Der.Sequence(signed, OuterAlgorithm, AlterSignatureField(Der.Bits(0, AlterSignature(Sign(signed))))));
    }

    private byte[] Sign(byte[] signed) => Issuing.SignData(signed, Hash, DSASignatureFormat.Rfc3279DerSequence);
}
