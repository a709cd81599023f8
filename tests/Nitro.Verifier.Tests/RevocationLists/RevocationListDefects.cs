using Nitro.Verifier.Tests.Certificates;

namespace Nitro.Verifier.Tests.RevocationLists;

/// <summary>Ways to break a revocation list.</summary>
internal static class RevocationListDefects
{
    private static readonly DateTimeOffset At = TestRevocationList.ThisUpdateTime;

    /// <summary>One defect each, and the check that must name it.</summary>
    public static readonly IReadOnlyList<(string Name, Check Check, Action<TestRevocationList> Spoil)> All =
    [
        ("version 1, unstated", Check.RevocationListEncoding, list => list.Version = []),
        ("version 1, stated", Check.RevocationListEncoding, list => list.Version = Der.Integer(0)),
        ("version 3", Check.RevocationListEncoding, list => list.Version = Der.Integer(2)),
        ("ecdsa-with-SHA256 inside", Check.RevocationListEncoding, list => list.InnerAlgorithm = Der.Sequence(Der.Oid("1.2.840.10045.4.3.2"))),
        ("ecdsa-with-SHA256 outside", Check.RevocationListEncoding, list => list.OuterAlgorithm = Der.Sequence(Der.Oid("1.2.840.10045.4.3.2"))),
        ("algorithm with NULL parameters", Check.RevocationListEncoding, list => list.OuterAlgorithm = Der.Sequence(Der.Oid("1.2.840.10045.4.3.3"), [5, 0])),
        ("empty issuer", Check.RevocationListEncoding, list => list.Issuer = Der.Sequence()),
        ("issuer that is no name", Check.RevocationListEncoding, list => list.Issuer = Der.Integer(1)),
        ("thisUpdate without seconds", Check.RevocationListEncoding, list => list.ThisUpdate = Der.UtcTime("2603010000Z")),
        ("thisUpdate as GeneralizedTime before 2050", Check.RevocationListEncoding, list => list.ThisUpdate = Der.GeneralizedTime("20260301000000Z")),
        ("thisUpdate on 30 February", Check.RevocationListEncoding, list => list.ThisUpdate = Der.UtcTime("260230000000Z")),
        ("no nextUpdate", Check.RevocationListEncoding, list => list.NextUpdate = []),
        ("nextUpdate before thisUpdate", Check.RevocationListEncoding, list => list.NextUpdate = Der.UtcTime(At.AddSeconds(-1))),
        ("an empty list of entries", Check.RevocationListEncoding, list => list.EntriesField = Der.Sequence()),
        ("an entry without a date", Check.RevocationListEncoding, list => list.Entries.Add(Der.Sequence(Der.Integer(1)))),
        ("an entry with something after its extensions", Check.RevocationListEncoding, list => list.Entries.Add(Der.Sequence(Der.Integer(1), Der.UtcTime(At), Der.Sequence(TestRevocationList.Reason(1)), Der.Integer(1)))),
        ("a negative serial number", Check.RevocationListEncoding, list => list.Entries.Add(TestRevocationList.Entry([0x80], At))),
        ("a serial number with a needless zero", Check.RevocationListEncoding, list => list.Entries.Add(TestRevocationList.Entry([0, 1], At))),
        ("a serial number of 22 octets", Check.RevocationListEncoding, list => list.Entries.Add(TestRevocationList.Entry([1, .. new byte[21]], At))),
        ("one certificate twice", Check.RevocationListEncoding, list => list.Entries.AddRange([TestRevocationList.Entry([5], At), TestRevocationList.Entry([3], At), TestRevocationList.Entry([5], At)])),
        ("an empty list of entry extensions", Check.RevocationListEncoding, list => list.Entries.Add(Der.Sequence(Der.Integer(1), Der.UtcTime(At), Der.Sequence()))),
        ("an empty list of extensions", Check.RevocationListEncoding, list => list.ExtensionsField = Der.Tlv(0xA0, Der.Sequence())),
        ("extensions under another tag", Check.RevocationListEncoding, list => list.ExtensionsField = Der.Tlv(0xA3, Der.Sequence([.. list.Extensions]))),
        ("something after the extensions", Check.RevocationListEncoding, list => list.AfterExtensions = Der.Integer(1)),
        ("critical FALSE, spelt out", Check.RevocationListEncoding, list => list.Extensions.Add(TestRevocationList.Extension("1.2.3.4", [5, 0], [1, 1, 0]))),
        ("a signature that is no sequence", Check.RevocationListEncoding, list => list.AlterSignature = signature => signature[1..]),
        ("a signature with s of zero", Check.RevocationListEncoding, list => list.AlterSignature = _ => Der.Sequence(Der.Integer(1), Der.Integer(0))),
        ("trailing bytes", Check.RevocationListEncoding, list => list.AlterWhole = whole => [.. whole, 0]),
        ("an indefinite length", Check.RevocationListEncoding, list => list.AlterWhole = whole => [0x30, 0x80, .. whole[4..], 0, 0]),
        ("a length of four octets", Check.RevocationListEncoding, list => list.AlterWhole = whole => [0x30, 0x84, 0, 0, .. whole[2..]]),
        ("a length with a needless zero", Check.RevocationListEncoding, list => list.AlterWhole = whole => [0x30, 0x83, 0, .. whole[2..]]),
        ("a delta list", Check.RevocationListExtensions, list => list.Extensions.Add(TestRevocationList.Extension("2.5.29.27", Der.Integer(1), TestRevocationList.Critical))),
        ("a delta list that hides it", Check.RevocationListExtensions, list => list.Extensions.Add(TestRevocationList.Extension("2.5.29.27", Der.Integer(1)))),
        ("an indirect list", Check.RevocationListExtensions, list => list.Extensions.Add(TestRevocationList.Extension("2.5.29.28", Der.Sequence(Der.Tlv(0x84, [0xFF])), TestRevocationList.Critical))),
        ("a list of authorities only", Check.RevocationListExtensions, list => list.Extensions.Add(TestRevocationList.Extension("2.5.29.28", Der.Sequence(Der.Tlv(0x82, [0xFF])), TestRevocationList.Critical))),
        ("a list of end entities only, not critical", Check.RevocationListExtensions, list => list.Extensions.Add(TestRevocationList.Extension("2.5.29.28", Der.Sequence(Der.Tlv(0x81, [0xFF]))))),
        ("an unknown critical extension", Check.RevocationListExtensions, list => list.Extensions.Add(TestRevocationList.Extension("1.2.3.4", [5, 0], TestRevocationList.Critical))),
        ("an extension twice", Check.RevocationListExtensions, list => list.Extensions.Add(list.Extensions[0])),
        ("a list number that is negative", Check.RevocationListExtensions, list => list.Extensions[1] = TestRevocationList.Extension("2.5.29.20", Der.Integer(0x80))),
        ("a list number of 22 octets", Check.RevocationListExtensions, list => list.Extensions[1] = TestRevocationList.Extension("2.5.29.20", Der.Integer([1, .. new byte[21]]))),
        ("an authority key identifier with an issuer's name", Check.RevocationListExtensions, list => list.Extensions[0] = TestRevocationList.Extension("2.5.29.35", Der.Sequence(Der.Tlv(0xA1, Der.Name("x"))))),
        ("an unknown critical extension of an entry", Check.RevocationListExtensions, list => list.Entries.Add(TestRevocationList.Entry([1], At, TestRevocationList.Extension("1.2.3.4", [5, 0], TestRevocationList.Critical)))),
        ("an extension of an entry twice", Check.RevocationListExtensions, list => list.Entries.Add(TestRevocationList.Entry([1], At, TestRevocationList.Reason(1), TestRevocationList.Reason(1)))),
        ("an entry of another issuer", Check.RevocationListExtensions, list => list.Entries.Add(TestRevocationList.Entry([1], At, TestRevocationList.Extension("2.5.29.29", Der.Sequence(), TestRevocationList.Critical)))),
        ("reason removeFromCRL", Check.RevocationListExtensions, list => list.Entries.Add(TestRevocationList.Entry([1], At, TestRevocationList.Reason(8)))),
        ("reason 7", Check.RevocationListExtensions, list => list.Entries.Add(TestRevocationList.Entry([1], At, TestRevocationList.Reason(7)))),
        ("reason 11", Check.RevocationListExtensions, list => list.Entries.Add(TestRevocationList.Entry([1], At, TestRevocationList.Reason(11)))),
        ("a reason of two octets", Check.RevocationListExtensions, list => list.Entries.Add(TestRevocationList.Entry([1], At, TestRevocationList.Extension("2.5.29.21", Der.Tlv(0x0A, [0, 1]))))),
        ("a reason that is an INTEGER", Check.RevocationListExtensions, list => list.Entries.Add(TestRevocationList.Entry([1], At, TestRevocationList.Extension("2.5.29.21", Der.Integer(1))))),
        ("an invalidityDate as UTCTime", Check.RevocationListExtensions, list => list.Entries.Add(TestRevocationList.Entry([1], At, TestRevocationList.Extension("2.5.29.24", Der.UtcTime(At))))),
        ("an invalidityDate with fractions", Check.RevocationListExtensions, list => list.Entries.Add(TestRevocationList.Entry([1], At, TestRevocationList.Extension("2.5.29.24", Der.GeneralizedTime("20260301000000.5Z"))))),
    ];
}
