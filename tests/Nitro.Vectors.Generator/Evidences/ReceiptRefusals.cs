using System.Security.Cryptography;
using Nitro.Vectors.Generator.Documents;
using Nitro.Verifier;

namespace Nitro.Vectors.Generator.Evidences;

/// <summary>Receipts, claims, statements, manifests and configurations whose form is wrong. Checks 702 to 706.</summary>
internal static class ReceiptRefusals
{
    public static void AddTo(VectorSet set)
    {
        Receipts(set);
        foreach (var direct in (bool[])[false, true])
        {
            Claims(set, direct);
        }

        Manifests(set);
        Configurations(set);
        Statements(set);
    }

    private static void Refused(VectorSet set, Check check, string description, EvidenceBuilder evidence) =>
        set.AddEvidence($"{check}: {description}", evidence.Build(), Failure.Of(check));

    private static void Receipts(VectorSet set)
    {
        void Receipt(string description, EvidenceBuilder evidence) => Refused(set, Check.ReceiptStructure, description, evidence);
        Receipt("one byte", new() { AlterReceipt = _ => [0xf6] });
        Receipt("tag 18", new() { AlterReceipt = receipt => [0xd2, .. receipt] });
        Receipt("a byte after it", new() { AlterReceipt = receipt => [.. receipt, 0] });
        Receipt("no signature", new() { AlterReceipt = receipt => [0x83, .. receipt[1..^66]] });
        Receipt("no content type", new() { ReceiptHeader = Cbor.Map(Cbor.Integer(1), Cbor.Integer(EvidenceBuilder.Es256)) });
        Receipt("another content type", new()
        {
            ReceiptHeader = Cbor.Map(Cbor.Integer(1), Cbor.Integer(-7), Cbor.Integer(3), Cbor.Text("application/vnd.nitro.stream+cbor")),
        });
        Receipt("ES512", new() { ReceiptHeader = EvidenceBuilder.Header(-36) });
        Receipt("header in another order", new()
        {
            ReceiptHeader = Cbor.Map(Cbor.Integer(3), Cbor.Text(EvidenceBuilder.ContentType), Cbor.Integer(1), Cbor.Integer(-7)),
        });
        Receipt("an attestation document's header", new() { ReceiptHeader = DocumentBuilder.Es384Header });
        Receipt("a key id in the unprotected header", new() { ReceiptUnprotected = Cbor.Map(Cbor.Integer(4), Cbor.Bytes(1)) });
        Receipt("63 bytes of signature", new() { AlterSignature = signature => signature[..63] });
        Receipt("96 bytes of signature for ES256", new() { AlterSignature = signature => [.. signature, .. signature[..32]] });
        Receipt("64 bytes of signature for ES384", new(algorithm: EvidenceBuilder.Es384) { AlterSignature = signature => signature[..64] });
    }

    /// <summary>A claim is read in a receipt (702) and in a direct document (705).</summary>
    private static void Claims(VectorSet set, bool direct)
    {
        var check = direct ? Check.ClaimStructure : Check.ReceiptStructure;
        void Claim(string description, Func<byte[], byte[]> alter) =>
            Refused(set, check, $"a claim, {description}", new(direct) { AlterClaim = alter });
        void Value(string description, int index, byte[] value) =>
            Refused(set, check, $"a claim, {description}", new EvidenceBuilder(direct).WithClaim(index, value));
        Claim("a byte after it", claim => [.. claim, 0]);
        Claim("an indefinite map", claim => [0xbf, .. claim[1..], 0xff]);
        Value("version 2", EvidenceBuilder.ClaimVersion, Cbor.Unsigned(2));
        Value("of another type", EvidenceBuilder.ClaimType, Cbor.Text("session"));
        Claim("a map's head that is too long", claim => [0xb8, 10, .. claim[1..]]);
        if (direct)
        {
            Refused(set, check, "no user data", new(direct: true) { UserData = [] });
            Refused(set, check, "user data of no bytes", new(direct: true) { UserData = [[]] });
            Refused(set, check, "a session statement", new(direct: true) { UserData = [new EvidenceBuilder().EncodeSession()] });
            Refused(set, check, "a receipt", new(direct: true) { UserData = [new EvidenceBuilder().Receipt()] });
            return;
        }

        Claim("nine keys", claim => [0xa9, .. claim[1..^51]]);
        Claim("eleven keys", claim => [0xab, .. claim[1..], 11, 0]);
        Claim("keys out of order", claim => [0xaa, .. claim[3..14], .. claim[1..3], .. claim[14..]]);
        Claim("a key's head that is too long", claim => [0xaa, 0x18, 1, .. claim[2..]]);
        Value("a type in capitals", EvidenceBuilder.ClaimType, Cbor.Text("Inference"));
        Value("a model of 47 bytes", EvidenceBuilder.ClaimModel, Cbor.Bytes(new byte[47]));
        Value("an output of 49 bytes", EvidenceBuilder.ClaimOutput, Cbor.Bytes(new byte[49]));
        Value("null as input", EvidenceBuilder.ClaimInput, Cbor.Null);
        Value("a nonce of 65 bytes", EvidenceBuilder.ClaimNonce, Cbor.Bytes(new byte[65]));
        Value("a text as nonce", EvidenceBuilder.ClaimNonce, Cbor.Text("the caller's nonce"));
        Value("issued in the year 10000", EvidenceBuilder.ClaimIssuedAt, Cbor.Unsigned(253_402_300_800_000));
        Value("issued before 1970", EvidenceBuilder.ClaimIssuedAt, Cbor.Integer(-1));
        Value("a negative sequence", EvidenceBuilder.ClaimSequence, Cbor.Integer(-1));
        Value("a sequence's head that is too long", EvidenceBuilder.ClaimSequence, Cbor.LongHead(0, 7, 1));
    }

    private static void Manifests(VectorSet set)
    {
        void Manifest(string description, params byte[][] entries) =>
            Refused(set, Check.ManifestStructure, description, new() { Manifest = Cbor.Array(entries) });
        static byte[] Entry(string name, string version) => EvidenceBuilder.Entry(name, version, EvidenceBuilder.Model);
        Manifest("no entry");
        Manifest("names out of order", Entry("b", "1"), Entry("a", "1"));
        Manifest("a longer name before a shorter that sorts after it is right, the reverse is not", Entry("b", "1"), Entry("aa", "1"));
        Manifest("versions out of order", Entry("a", "2"), Entry("a", "1"));
        Manifest("an entry twice", Entry("a", "1"), Entry("a", "1"));
        Manifest("an empty name", Entry("", "1"));
        Manifest("an empty version", Entry("a", ""));
        Manifest("a name of 129 bytes", Entry(new string('a', 129), "1"));
        Manifest("a version of 129 bytes", Entry("a", new string('1', 129)));
        Manifest("a name that is not UTF-8", Cbor.Array(Cbor.Utf8(0xff), Cbor.Text("1"), Cbor.Bytes(EvidenceBuilder.Model)));
        Manifest("a model of 47 bytes", EvidenceBuilder.Entry("a", "1", new byte[47]));
        Manifest("an entry of two", Cbor.Array(Cbor.Text("a"), Cbor.Text("1")));
        Manifest("257 entries", [.. Enumerable.Range(0, 257).Select(index => Entry($"{index:000}", "1"))]);
        Refused(set, Check.ManifestStructure, "a byte after it", new() { Manifest = [.. EvidenceBuilder.GoodManifest, 0] });
        Refused(
            set, Check.ManifestStructure, "an indefinite array", new() { Manifest = [0x9f, .. EvidenceBuilder.GoodManifest[1..], 0xff] });
    }

    private static void Configurations(VectorSet set)
    {
        void Settings(string description, params (string Name, string Value)[] settings) =>
            Whole(description, EvidenceBuilder.Configuration([.. settings.SelectMany(one =>
                new[] { Cbor.Text(one.Name), Cbor.Text(one.Value) })]));
        void Whole(string description, byte[] configuration) =>
            Refused(set, Check.ConfigurationStructure, description, new() { ConfigurationBytes = configuration });
        Settings("names out of order", ("b", ""), ("a", ""));
        Settings("a longer name before a shorter", ("aa", ""), ("b", ""));
        Settings("a name twice", ("a", "1"), ("a", "2"));
        Settings("an empty name", ("", "1"));
        Settings("a name of 256 bytes", (new string('a', 256), "1"));
        Settings("a value of 256 bytes", ("a", new string('1', 256)));
        Settings("65 settings", [.. Enumerable.Range(0, 65).Select(index => ($"{index:00}", "1"))]);
        Whole("a number as value", EvidenceBuilder.Configuration(Cbor.Text("a"), Cbor.Unsigned(1)));
        Whole("another header", Cbor.Array(Cbor.Text("nitro/configuration/2"), Cbor.Map()));
        Whole("the map alone", Cbor.Map(Cbor.Text("a"), Cbor.Text("1")));
        Whole("an indefinite map", [.. Cbor.Array(Cbor.Text("nitro/configuration/1"), [0xbf, 0xff])]);
        Whole("a byte after it", [.. EvidenceBuilder.GoodConfiguration, 0]);
    }

    private static void Statements(VectorSet set)
    {
        void Value(string description, int index, byte[] value) =>
            Refused(set, Check.SessionStatement, description, new EvidenceBuilder().WithSession(index, value));
        Value("version 2", EvidenceBuilder.SessionVersion, Cbor.Unsigned(2));
        Value("of another type", EvidenceBuilder.SessionType, Cbor.Text("seal"));
        Value("models of 47 bytes", EvidenceBuilder.SessionModels, Cbor.Bytes(new byte[47]));
        Value("null as configuration", EvidenceBuilder.SessionConfiguration, Cbor.Null);
        Value("started in the year 10000", EvidenceBuilder.SessionStartedAt, Cbor.Unsigned(253_402_300_800_000));
        Value("ES512", EvidenceBuilder.SessionAlgorithm, Cbor.Integer(-36));
        Value("algorithm 7", EvidenceBuilder.SessionAlgorithm, Cbor.Integer(7));
        Value("an algorithm of 64 bits", EvidenceBuilder.SessionAlgorithm, Cbor.Head(1, ulong.MaxValue));
        Value("a TLS key's digest of 47 bytes", EvidenceBuilder.SessionTlsKey, Cbor.Bytes(new byte[47]));
        Value("a TLS key's digest of 49 bytes", EvidenceBuilder.SessionTlsKey, Cbor.Bytes(new byte[49]));
        void Whole(string description, Func<byte[], byte[]> alter) =>
            Refused(set, Check.SessionStatement, description, new() { AlterSession = alter });
        Whole("a byte after it", session => [.. session, 0]);
        Whole("six keys", session => [0xa6, .. session[1..^2]]);
        Whole("eight keys", session => [0xa8, .. session[1..], 8, 0]);
        Whole("an indefinite map", session => [0xbf, .. session[1..], 0xff]);
        Refused(set, Check.SessionStatement, "no user data", new() { UserData = [] });
        Refused(set, Check.SessionStatement, "a claim", new() { UserData = [new EvidenceBuilder().EncodeClaim()] });
        Refused(set, Check.SessionStatement, "a direct document offered as a session's", new()
        {
            UserData = [new EvidenceBuilder(direct: true).EncodeClaim()],
            AlterDocument = document => document.With("nonce", Cbor.Bytes(EvidenceBuilder.Nonce)),
        });
        Refused(set, Check.SessionStatement, "the digest of a statement",
            new() { UserData = [SHA384.HashData(new EvidenceBuilder().EncodeSession())] });
    }
}
