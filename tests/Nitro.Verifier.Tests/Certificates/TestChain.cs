using System.Security.Cryptography;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>
/// A chain of AWS's shape under a root of the test's own, valid as it is made. A test breaks one thing in it and states what must be said.
/// </summary>
internal sealed partial class TestChain
{
    public const string InstanceId = "i-0123456789abcdef0";
    public const string ModuleId = InstanceId + "-enc0123456789abcdef";
    public const string Region = "eu-central-1";
    public const int Root = 0;
    public const int Regional = 1;
    public const int Zonal = 2;
    public const int Instance = 3;
    public const int Leaf = 4;

    public static readonly DateTimeOffset Now = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    private static readonly TestKey[] Keys = [.. Enumerable.Range(0, 5).Select(level => TestKey.P384($"chain level {level}"))];

    public TestChain()
    {
        string[] names =
        [
            "test.nitro-enclaves",
            $"0123456789abcdef.{Region}.aws.nitro-enclaves",
            $"123456789abcdef.zonal.{Region}.aws.nitro-enclaves",
            $"{InstanceId}.{Region}.aws.nitro-enclaves",
            $"{ModuleId}.{Region}.aws",
        ];
        TimeSpan[] lives =
            [TimeSpan.FromDays(3650), TimeSpan.FromDays(20), TimeSpan.FromDays(6), TimeSpan.FromDays(1), TimeSpan.FromHours(3)];
        for (var level = 0; level < Levels.Length; level++)
        {
            Levels[level] = new TestCertificate
            {
                Issuer = Der.Name(names[Math.Max(0, level - 1)]),
                Subject = Der.Name(names[level]),
                NotBefore = Der.UtcTime(Now - (lives[level] / 2)),
                NotAfter = Der.UtcTime(Now + (lives[level] / 2)),
                SubjectPublicKeyInfo = Keys[level].ExportSubjectPublicKeyInfo(),
                Issuing = Keys[Math.Max(0, level - 1)],
            };
        }

        Authority(Root, null, [1, 0x86]);
        Authority(Regional, 2, [1, 0x86]);
        Authority(Zonal, 1, [1, 0x86]);
        Authority(Instance, 0, [2, 0x04]);
        foreach (var level in (int[])[Regional, Zonal])
        {
            Levels[level].SetExtension(
                TestCertificate.CrlDistributionPointsOid,
                [],
                Der.Sequence(Der.Sequence(Der.Tlv(0xA0, Der.Tlv(0xA0, Der.Tlv(0x86, "http://crl.test/1.crl"u8.ToArray()))))));
        }

        Levels[Leaf].SetExtension(TestCertificate.BasicConstraintsOid, TestCertificate.Critical, Der.Sequence());
        Levels[Leaf].SetExtension(TestCertificate.KeyUsageOid, [], Der.Bits(6, 0xC0));
    }

    /// <summary>Root first, leaf last.</summary>
    public TestCertificate[] Levels { get; } = new TestCertificate[5];

    public TestCertificate this[int level] => Levels[level];

    /// <summary>The level's key pair.</summary>
    public static ECDsa KeyOf(int level) => Keys[level];

    public static byte[] KeyIdentifier(int level) => [.. Enumerable.Repeat((byte)(0xA0 + level), 20)];

    /// <summary>Gives a level another common name, in its own certificate and in the one it issues.</summary>
    public void Rename(int level, string commonName) => Rename(level, Der.Name(commonName));

    /// <summary>Gives a level another name, in its own certificate and in the one it issues.</summary>
    public void Rename(int level, byte[] name)
    {
        Levels[level].Subject = name;
        if (level < Leaf)
        {
            Levels[level + 1].Issuer = name;
        }
    }

    public void SetPathLength(int level, int? pathLength) => Levels[level].SetExtension(
        TestCertificate.BasicConstraintsOid, TestCertificate.Critical, Constraints(pathLength));

    public byte[][] Build() => [.. Levels.Select(level => level.Build())];

    private static byte[] Constraints(int? pathLength) =>
        Der.Sequence([0x01, 0x01, 0xFF], pathLength is { } limit ? Der.Integer((byte)limit) : []);

    private void Authority(int level, int? pathLength, byte[] keyUsage)
    {
        SetPathLength(level, pathLength);
        Levels[level].SetExtension(TestCertificate.KeyUsageOid, TestCertificate.Critical, Der.Tlv(0x03, keyUsage));
        Levels[level].SetExtension(TestCertificate.SubjectKeyIdentifierOid, [], Der.Octets(KeyIdentifier(level)));
        if (level > Root)
        {
            var issuer = Der.Sequence(Der.Tlv(0x80, KeyIdentifier(level - 1)));
            Levels[level].SetExtension(TestCertificate.AuthorityKeyIdentifierOid, [], issuer);
        }
    }
}
