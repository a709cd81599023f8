using System.Text.Json.Nodes;
using Nitro.Vectors.Generator.Documents;
using Nitro.Vectors.Generator.Evidences;
using Nitro.Vectors.Generator.Policies;
using Nitro.Verifier;
using Nitro.Verifier.Tests.Certificates;
using Nitro.Verifier.Tests.RevocationLists;

namespace Nitro.Vectors.Generator.Lists;

/// <summary>Revocation lists by themselves, and documents and evidence with lists, witnesses and policies that revoke. Checks 321 to 326, 604, 725, and 501
/// and 723 by a witness.</summary>
internal static class ListVectors
{
    private static readonly DateTimeOffset Now = TestChain.Now;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    public static void AddTo(VectorSet set)
    {
        Forms(set);
        Reasons(set);
        Times(set);
        Issuers(set);
        Required(set);
        Witnesses(set);
        RevokedByPolicy(set);
        Carried(set);
    }

    private static void Forms(VectorSet set)
    {
        foreach (var (name, check, spoil) in RevocationListDefects.All)
        {
            var list = new TestRevocationList();
            spoil(list);
            set.AddList($"{check}: {name}", list.Build(), Failure.Of(check));
        }

        set.AddList("Valid, with nothing revoked", new TestRevocationList().Build(), null);
        var bare = new TestRevocationList();
        bare.Extensions.Clear();
        set.AddList("Valid, without extensions", bare.Build(), null);
        var full = new TestRevocationList();
        full.Entries.AddRange([
            TestRevocationList.Entry([5], Now, TestRevocationList.Reason(1), TestRevocationList.Extension("2.5.29.24", Der.GeneralizedTime("20260101000000Z"))),
            TestRevocationList.Entry([0, 0xFF, .. new byte[19]], Now),
            TestRevocationList.Entry([4], Now, TestRevocationList.Extension("1.2.3.4", [5, 0])),
        ]);
        full.Extensions.Add(TestRevocationList.Extension("1.2.3.4", [5, 0]));
        set.AddList("Valid, with entries of every kind and unknown extensions that are not critical", full.Build(), null);
        var late = new TestRevocationList { ThisUpdate = Der.GeneralizedTime("20500101000000Z"), NextUpdate = Der.GeneralizedTime("20500102000000Z") };
        set.AddList("Valid, of the year 2050", late.Build(), null);
        set.AddList("RevocationListEncoding: no bytes", [], Failure.Of(Check.RevocationListEncoding));
    }

    private static void Reasons(VectorSet set)
    {
        foreach (var reason in (byte?[])[null, 0, 1, 2, 3, 4, 5, 6, 9, 10])
        {
            var honours = reason is 3 or 4 or 5;
            var name = reason is { } number ? $"reason {number}" : "no reason";
            Document(set, $"revoked a second after it signed, {name}", honours ? null : Check.CertificateRevocation, 1, [Revoking(1, reason, Now + Second)]);
            Document(set, $"revoked when it signed, {name}", Check.CertificateRevocation, 1, [Revoking(1, reason, Now)]);
            Document(set, $"revoked later, seen before that, {name}", null, 1, [Revoking(1, reason, Now.AddHours(6))], witnessed: Now.AddHours(6) - Millisecond);
            Document(set, $"revoked later, seen just then, {name}", honours ? null : Check.CertificateRevocation, 1, [Revoking(1, reason, Now.AddHours(6))], witnessed: Now.AddHours(6));
        }

        Document(set, "superseded a second after it signed, invalid since it signed", Check.CertificateRevocation, 1, [Revoking(1, 4, Now + Second, "20260115120000Z")]);
        Document(set, "superseded when it signed, invalid since a second after", Check.CertificateRevocation, 1, [Revoking(1, 4, Now, "20260115120001Z")]);
        Document(set, "the zonal certificate revoked", Check.CertificateRevocation, 2, [Clean(1), Revoking(2, 1, Now.AddDays(-1))]);
        Document(set, "another serial number of the issuer revoked", null, 1, [List(1, Now.AddHours(-12), Now.AddHours(12), TestRevocationList.Entry([7], Now, TestRevocationList.Reason(1)))]);
        Document(set, "two lists in time, the second of which revokes", Check.CertificateRevocation, 1, [Clean(1), Revoking(1, 1, Now)]);
    }

    private static void Times(VectorSet set)
    {
        Document(set, "a list that ends when the document is signed", null, 1, [List(1, Now.AddDays(-1), Now)]);
        Document(set, "a list that ended a second before", Check.RevocationListTime, 1, [List(1, Now.AddDays(-1), Now - Second)]);
        Document(set, "a newer list", null, 1, [List(1, Now.AddDays(1), Now.AddDays(2))]);
        Document(set, "a newer list that revokes", Check.CertificateRevocation, 1, [Newer()]);
        Document(set, "a newer list, older than the time of lists", null, 1, [Newer(), Clean(1)], listTime: Now);
        Document(set, "the time of lists at a list's end", null, 1, [Clean(1)], listTime: Now.AddHours(12));
        Document(set, "the time of lists a millisecond past a list's end", Check.RevocationListTime, 1, [Clean(1)], listTime: Now.AddHours(12) + Millisecond);
        Document(set, "the time of lists at a list's beginning", null, 1, [Clean(1)], listTime: Now.AddHours(-12));
        Document(set, "the time of lists a millisecond before a list's beginning", Check.RevocationListTime, 1, [Clean(1)], listTime: Now.AddHours(-12) - Millisecond);
        Document(set, "live, a current list", null, 1, [Clean(1)], now: Now + Second);
        Document(set, "live, a list of the future", Check.RevocationListTime, 1, [List(1, Now.AddSeconds(2), Now.AddDays(1))], now: Now + Second);
        Document(set, "live, compromised a second from now", null, 1, [Revoking(1, 1, Now.AddSeconds(2))], now: Now + Second);

        static byte[] Newer() => List(1, Now.AddDays(1), Now.AddDays(2), TestRevocationList.Entry(Serial, Now.AddHours(3), TestRevocationList.Reason(1)));
    }

    private static void Issuers(VectorSet set)
    {
        Document(set, "a list by another key", Check.RevocationListSignature, 1, [Build(Template(1, Now, Now.AddDays(1)), signer: 1)]);
        Document(set, "a good list and one by another key", Check.RevocationListSignature, 1, [Clean(1), Build(Template(1, Now, Now.AddDays(1)), signer: 1)]);
        Document(set, "a list by an issuer that may not sign lists", Check.RevocationListSignature, 4, [List(4, Now, Now.AddDays(1))]);
        var stranger = Template(1, Now.AddDays(-9), Now.AddDays(-8));
        stranger.Issuer = Der.Name("stranger.test");
        Document(set, "a list by a stranger, out of date", null, 1, [Build(stranger, signer: 2)]);
        var namesake = Template(1, Now, Now.AddDays(1));
        namesake.Extensions[0] = TestRevocationList.Extension("2.5.29.35", Der.Sequence(Der.Tlv(0x80, TestChain.KeyIdentifier(3))));
        Document(set, "a list by a namesake of the issuer with another key identifier", null, 1, [Build(namesake, signer: 3)]);
        var silent = Template(1, Now, Now.AddDays(1));
        silent.Extensions.Clear();
        Document(set, "a list without a key identifier", null, 1, [Build(silent, signer: 0)]);
        Document(set, "a list without a key identifier by another key", Check.RevocationListSignature, 1, [Build(silent, signer: 3)]);
    }

    private static void Required(VectorSet set)
    {
        var both = Policy(set, "lists-required", "Lists required for levels 1 and 2", ("revocationLists", new JsonObject { ["requiredLevels"] = new JsonArray(1, 2) }));
        Document(set, "both required lists", null, 1, [Clean(1), Clean(2)], policy: both);
        Document(set, "no list where two are required", Check.RevocationListCoverage, 1, [], policy: both);
        Document(set, "the zonal list missing", Check.RevocationListCoverage, 2, [Clean(1)], policy: both);
        Document(set, "the regional list missing", Check.RevocationListCoverage, 1, [Clean(2)], policy: both);
        var expired = Now.AddDays(3);
        Document(set, "a list of the moment when the certificate expires", null, 1, [Clean(1), List(2, expired, expired.AddDays(1))], policy: both);
        Document(set, "a list made a second after the certificate expired", Check.RevocationListCoverage, 2, [Clean(1), List(2, expired + Second, expired.AddDays(1))], policy: both);
    }

    private static void Witnesses(VectorSet set)
    {
        Document(set, "seen as long before it was signed as the clock skew allows", null, null, [], witnessed: Now.AddSeconds(-60));
        Document(set, "seen a millisecond earlier than the clock skew allows", Check.DocumentNotFromFuture, null, [], witnessed: Now.AddSeconds(-60) - Millisecond);
        Document(set, "seen years after", null, null, [], witnessed: Now.AddDays(2000));
    }

    private static void RevokedByPolicy(VectorSet set)
    {
        var pcr = Convert.ToHexStringLower(DocumentBuilder.Pcrs()[1]);
        var zonal = DocumentBuilder.Chain[2];
        var key = Convert.ToHexStringLower(System.Security.Cryptography.SHA384.HashData(TestChain.KeyOf(TestChain.Instance).ExportSubjectPublicKeyInfo()));
        foreach (var (name, subject) in new (string, (string, JsonNode))[]
        {
            ("measurement", ("measurement", new JsonObject { ["PCR1"] = pcr })),
            ("module", ("module", TestChain.ModuleId)),
            ("instance", ("instance", TestChain.InstanceId)),
            ("certificate", ("certificate", Convert.ToBase64String(zonal))),
            ("certificate key", ("certificateKey", key)),
        })
        {
            Document(set, $"{name} compromised", Check.DocumentRevocation, null, [], policy: Revocation(set, $"{name} compromised", subject, "compromised", null));
            Document(set, $"{name} superseded a second later", null, null, [], policy: Revocation(set, $"{name} superseded later", subject, "superseded", "2026-01-15T12:00:01Z"));
        }

        var now = Revocation(set, "module superseded at once", ("module", TestChain.ModuleId), "superseded", "2026-01-15T12:00:00Z");
        Document(set, "module superseded at the moment", Check.DocumentRevocation, null, [], policy: now);
        var later = Revocation(set, "module compromised later", ("module", TestChain.ModuleId), "compromised", "2026-01-15T18:00:00Z");
        Document(set, "module compromised later", Check.DocumentRevocation, null, [], policy: later);
        Document(set, "module compromised later, seen before that", null, null, [], policy: later, witnessed: Now.AddHours(6) - Millisecond);
        Document(set, "module compromised later, seen just then", Check.DocumentRevocation, null, [], policy: later, witnessed: Now.AddHours(6));
        Document(set, "module revoked that is the instance alone", null, null, [], policy: Revocation(set, "a module that is an instance", ("module", TestChain.InstanceId), "compromised", null));
        Document(set, "instance revoked that is the beginning of another", null, null, [], policy: Revocation(set, "an instance that is a beginning", ("instance", TestChain.InstanceId[..^1]), "compromised", null));
        Document(set, "another PCR of the same value revoked", null, null, [], policy: Revocation(set, "another PCR", ("measurement", new JsonObject { ["PCR2"] = pcr }), "compromised", null));

        foreach (var (name, digest) in new[]
        {
            ("model", EvidenceBuilder.Model), ("configuration", System.Security.Cryptography.SHA384.HashData(EvidenceBuilder.GoodConfiguration)),
        })
        {
            var subject = (name, (JsonNode)Convert.ToHexStringLower(digest));
            set.AddEvidence($"ClaimRevocation: {name} compromised", new EvidenceBuilder().Build(), Failure.Of(Check.ClaimRevocation), Revocation(set, $"{name} compromised", subject, "compromised", null, evidence: true));
            set.AddEvidence($"Valid, {name} superseded long after", new EvidenceBuilder().Build(), null, Revocation(set, $"{name} superseded later", subject, "superseded", "2026-03-01T00:00:00Z", evidence: true));
        }
    }

    private static void Carried(VectorSet set)
    {
        // Evidence's own chain is of two certificates, whose leaf the root issues.
        void Add(string description, Check? check, int? level, DateTimeOffset? witnessed, params byte[][] lists) => set.AddEvidence(
            check is null ? $"Valid, {description}" : $"{check}: {description}",
            WithLists(lists),
            check is { } failed ? Failure.Of(failed, level) : null,
            options: Options.Timed(Options.Evidence(), witnessed, null));
        Add("with a list that it carries", null, null, null, Clean(1));
        Add("with a broken list that it carries", Check.RevocationListEncoding, null, null, Clean(1), Clean(1)[1..]);
        var delta = Template(1, Now, Now.AddDays(1));
        delta.Extensions.Add(TestRevocationList.Extension("2.5.29.27", Der.Integer(1), TestRevocationList.Critical));
        Add("with a delta list that it carries", Check.RevocationListExtensions, null, null, Build(delta, 0));
        Add("with a list by another key", Check.RevocationListSignature, 1, null, Build(Template(1, Now, Now.AddDays(1)), signer: 2));
        Add("seen long after", null, null, Now.AddDays(2000));
        Add("seen days before", Check.DocumentNotFromFuture, null, Now.AddDays(-2));
    }

    private static byte[] WithLists(byte[][] lists)
    {
        var members = new EvidenceBuilder().Members();
        if (lists.Length > 0)
        {
            members["revocationLists"] = new JsonArray([.. lists.Select(list => (JsonNode)Convert.ToBase64String(list))]);
        }

        return EvidenceBuilder.Encode(members);
    }

    /// <summary>All certificates of the chain have it: with the issuer it names one.</summary>
    private static byte[] Serial => new TestCertificate().SerialNumber;

    private static byte[] Clean(int level) => List(level, Now.AddHours(-12), Now.AddHours(12));

    private static byte[] Revoking(int level, byte? reason, DateTimeOffset at, string? invalidSince = null)
    {
        byte[][] extensions =
        [
            .. reason is { } number ? new[] { TestRevocationList.Reason(number) } : [],
            .. invalidSince is { } since ? new[] { TestRevocationList.Extension("2.5.29.24", Der.GeneralizedTime(since)) } : [],
        ];
        return List(level, Now.AddHours(-12), Now.AddHours(12), TestRevocationList.Entry(Serial, at, extensions));
    }

    private static byte[] List(int level, DateTimeOffset from, DateTimeOffset to, params byte[][] entries)
    {
        var list = Template(level, from, to);
        list.Entries.AddRange(entries);
        return Build(list, level - 1);
    }

    private static TestRevocationList Template(int level, DateTimeOffset from, DateTimeOffset to)
    {
        var list = new TestRevocationList
        {
            Issuer = new TestChain()[level].Issuer,
            ThisUpdate = Der.UtcTime(from),
            NextUpdate = Der.UtcTime(to),
        };
        list.Extensions[0] = TestRevocationList.Extension("2.5.29.35", Der.Sequence(Der.Tlv(0x80, TestChain.KeyIdentifier(level - 1))));
        return list;
    }

    private static byte[] Build(TestRevocationList list, int signer)
    {
        list.Key = TestChain.KeyOf(signer);
        return list.Build();
    }

    private static string Policy(VectorSet set, string file, string description, (string Name, JsonNode Value) member, bool evidence = false)
    {
        var policy = evidence ? PolicyFiles.ForEvidence() : PolicyFiles.With(PolicyFiles.Releases(PolicyFiles.Release("vectors 1", [0, 1, 2])));
        policy[member.Name] = member.Value;
        return set.AddPolicy(description, PolicyFiles.Encode(policy), null, file);
    }

    private static string Revocation(VectorSet set, string name, (string Name, JsonNode Value) subject, string reason, string? effective, bool evidence = false)
    {
        var revocation = new JsonObject { [subject.Name] = subject.Value.DeepClone(), ["reason"] = reason };
        if (effective is not null)
        {
            revocation["effective"] = effective;
        }

        return Policy(set, $"revoked-{name.Replace(' ', '-')}".ToLowerInvariant(), $"Revoked: {name}", ("revocations", new JsonArray(revocation)), evidence);
    }

    private static void Document(
        VectorSet set,
        string description,
        Check? check,
        int? level,
        byte[][] lists,
        DateTimeOffset? now = null,
        DateTimeOffset? witnessed = null,
        DateTimeOffset? listTime = null,
        string policy = PolicyFiles.Strict) => set.AddDocument(
            "documents",
            check is null ? $"Valid, lists: {description}" : $"{check}: {description}",
            new DocumentBuilder().Build(),
            check is { } failed ? Failure.Of(failed, failed is >= Check.RevocationListTime and <= Check.CertificateRevocation ? level : null) : null,
            policy,
            Options.Timed(now is null ? Options.AnyDocument() : Options.AnyDocument(now), witnessed, listTime),
            lists);
}
