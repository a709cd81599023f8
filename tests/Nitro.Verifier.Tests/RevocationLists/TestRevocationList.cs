using System.Security.Cryptography;
using Nitro.Verifier.Tests.Certificates;

namespace Nitro.Verifier.Tests.RevocationLists;

/// <summary>A revocation list, each field its own DER, so that a test can break any single one.</summary>
internal sealed class TestRevocationList
{
    public static readonly DateTimeOffset ThisUpdateTime = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly byte[] Critical = [0x01, 0x01, 0xFF];

    private static readonly ECDsa SharedKey = TestKey.P384("list issuer");

    public byte[] Version { get; set; } = Der.Integer(1);

    public byte[] InnerAlgorithm { get; set; } = Der.EcdsaWithSha384;

    public byte[] OuterAlgorithm { get; set; } = Der.EcdsaWithSha384;

    public byte[] Issuer { get; set; } = Der.Name("issuer.test");

    public byte[] ThisUpdate { get; set; } = Der.UtcTime(ThisUpdateTime);

    public byte[] NextUpdate { get; set; } = Der.UtcTime(ThisUpdateTime.AddDays(7));

    /// <summary>The entries' DER; the field is left out when there are none and <see cref="EntriesField"/> is null.</summary>
    public List<byte[]> Entries { get; } = [];

    public byte[]? EntriesField { get; set; }

    public List<byte[]> Extensions { get; } = [Extension("2.5.29.35", Der.Sequence(Der.Tlv(0x80, [1, 2, 3]))), Extension("2.5.29.20", Der.Integer(5))];

    public byte[]? ExtensionsField { get; set; }

    public byte[] AfterExtensions { get; set; } = [];

    public Func<byte[], byte[]> AlterSignature { get; set; } = signature => signature;

    public Func<byte[], byte[]> AlterWhole { get; set; } = whole => whole;

    public ECDsa Key { get; set; } = SharedKey;

    public static byte[] Extension(string oid, byte[] value, byte[]? critical = null) => Der.Sequence(Der.Oid(oid), critical ?? [], Der.Octets(value));

    public static byte[] Entry(byte[] serial, DateTimeOffset at, params byte[][] extensions) =>
        Der.Sequence(Der.Integer(serial), Der.UtcTime(at), extensions.Length == 0 ? [] : Der.Sequence(extensions));

    public static byte[] Reason(byte reason, byte[]? critical = null) => Extension("2.5.29.21", Der.Tlv(0x0A, [reason]), critical);

    public byte[] Build()
    {
        var signed = Der.Sequence(
            Version,
            InnerAlgorithm,
            Issuer,
            ThisUpdate,
            NextUpdate,
            EntriesField ?? (Entries.Count == 0 ? [] : Der.Sequence([.. Entries])),
            ExtensionsField ?? (Extensions.Count == 0 ? [] : Der.Tlv(0xA0, Der.Sequence([.. Extensions]))),
            AfterExtensions);
        lock (Key)
        {
            var signature = Key.SignData(signed, HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence);
            return AlterWhole(Der.Sequence(signed, OuterAlgorithm, Der.Bits(0, AlterSignature(signature))));
        }
    }
}
