using System.Text;
using Nitro.Verifier;

namespace Nitro.Vectors.Generator.Documents;

/// <summary>Documents whose payload has not the form of an attestation document's. Checks 201 to 212.</summary>
internal static class PayloadRefusals
{
    private static readonly byte[] Indefinite1 = [0x5f, 0x41, 1, 0xff];

    public static void AddTo(VectorSet set)
    {
        Structure(set);
        Scalars(set);
        Pcrs(set);
        Certificates(set);
        Optional(set);
        Order(set);
    }

    private static void Refused(VectorSet set, Check check, string description, DocumentBuilder document) =>
        set.AddDocument("documents", $"{check}: {description}", document.Build(), Failure.Of(check));

    private static void Structure(VectorSet set)
    {
        void Payload(string description, Func<byte[], byte[]> alter) =>
            Refused(set, Check.PayloadStructure, description, new() { AlterPayload = alter });
        Payload("no bytes", _ => []);
        Payload("an array", payload => Cbor.Array(payload));
        Payload("a tag before the map", payload => [0xc0, .. payload]);
        Payload("a byte after the map", payload => [.. payload, 0]);
        Payload("a pair more than there are", payload => [(byte)(payload[0] + 1), .. payload[1..]]);
        Payload("a pair fewer than there are", payload => [(byte)(payload[0] - 1), .. payload[1..]]);
        Payload("a map's head that is too long", payload => [0xb8, (byte)(payload[0] & 0x1f), .. payload[1..]]);
        void Indefinite(string description, Func<byte[], byte[]> alter) =>
            Refused(set, Check.PayloadStructure, description, new() { Indefinite = true, AlterPayload = alter });
        Indefinite("an indefinite map without its end", payload => payload[..^1]);
        Indefinite("an indefinite map that ends twice", payload => [.. payload, 0xff]);

        void Key(string description, byte[] key)
        {
            var document = new DocumentBuilder();
            document.Fields.Add((key, Cbor.Null));
            Refused(set, Check.PayloadStructure, description, document);
        }

        Key("an unknown key", Cbor.Text("extra"));
        Key("a key in capitals", Cbor.Text("NONCE"));
        Key("an empty key", Cbor.Text(""));
        Key("a number as key", Cbor.Unsigned(1));
        Key("bytes as key", Cbor.Bytes(Encoding.ASCII.GetBytes("nonce")));
        Key("a key that is not UTF-8", Cbor.Utf8(0xc3, 0x28));
        Key("nonce a second time", Cbor.Text("nonce"));
        Key("module_id a second time", Cbor.Text("module_id"));
        var longKey = new DocumentBuilder();
        longKey.Fields[longKey.IndexOf("nonce")] = ([.. Cbor.LongHead(3, 5, 1), .. Cbor.Text("nonce")[1..]], Cbor.Null);
        Refused(set, Check.PayloadStructure, "a key's head that is too long", longKey);

        var tpm = new DocumentBuilder();
        tpm.Fields.Add((Cbor.Text("nitrotpm_pcrs"), Cbor.Map()));
        Refused(set, Check.EnclaveDocument, "nitrotpm_pcrs beside pcrs", tpm);
        Refused(set, Check.EnclaveDocument, "a NitroTPM's module id", new DocumentBuilder()
            .With("module_id", Cbor.Text("i-0123456789abcdef0-tpm0000000000000000")));
        foreach (var name in (string[])["module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle"])
        {
            Refused(set, Check.MandatoryKeys, $"no {name}", new DocumentBuilder().Without(name));
        }
    }

    private static void Scalars(VectorSet set)
    {
        void ModuleId(string description, byte[] value) =>
            Refused(set, Check.ModuleId, description, new DocumentBuilder().With("module_id", value));
        ModuleId("no bytes", Cbor.Text(""));
        ModuleId("256 bytes", Cbor.Text(new string('i', 256)));
        ModuleId("bytes", Cbor.Bytes(Encoding.ASCII.GetBytes(Verifier.Tests.Certificates.TestChain.ModuleId)));
        ModuleId("null", Cbor.Null);
        ModuleId("bytes that are not UTF-8", Cbor.Utf8(0xc3, 0x28));
        ModuleId("an encoded surrogate", Cbor.Utf8(0xed, 0xa0, 0x80));
        ModuleId("a head that is too long", [.. Cbor.LongHead(3, 1, 1), (byte)'i']);
        ModuleId("an indefinite text", [0x7f, .. Cbor.Text("i"), 0xff]);

        void Digest(string description, byte[] value) =>
            Refused(set, Check.DigestAlgorithm, description, new DocumentBuilder().With("digest", value));
        Digest("SHA256", Cbor.Text("SHA256"));
        Digest("lower case", Cbor.Text("sha384"));
        Digest("a space after it", Cbor.Text("SHA384 "));
        Digest("bytes", Cbor.Bytes("SHA384"u8.ToArray()));
        Digest("a number", Cbor.Unsigned(384));
        Digest("no text", Cbor.Text(""));

        void Timestamp(string description, byte[] value) =>
            Refused(set, Check.Timestamp, description, new DocumentBuilder().With("timestamp", value));
        Timestamp("0", Cbor.Unsigned(0));
        Timestamp("negative", Cbor.Integer(-1));
        Timestamp("the year 10000", Cbor.Unsigned(253_402_300_800_000));
        Timestamp("64 bits", Cbor.Unsigned(ulong.MaxValue));
        Timestamp("a floating-point number", [0xfb, 0x42, 0x79, 0xbc, 0, 0, 0, 0, 0]);
        Timestamp("a bignum", [0xc2, .. Cbor.Bytes(1, 0x9b, 0xc0, 0, 0, 0)]);
        Timestamp("a text", Cbor.Text("2026-01-15T12:00:00Z"));
        Timestamp("a head that is too long", Cbor.LongHead(0, 1, 8));
    }

    private static void Pcrs(VectorSet set)
    {
        void Refuse(string description, byte[] value) => Refused(set, Check.Pcrs, description, new DocumentBuilder().With("pcrs", value));
        void Entry(string description, byte[] index, byte[] value)
        {
            var pcrs = DocumentBuilder.Pcrs();
            var encoded = DocumentBuilder.EncodePcrs(pcrs);
            Refuse(description, [(byte)(encoded[0] + 1), .. encoded[1..], .. index, .. value]);
        }

        var zero = Cbor.Bytes(new byte[48]);
        Refuse("none", Cbor.Map());
        Refuse("33", Cbor.Map([.. Enumerable.Range(0, 33).SelectMany(index => new[] { Cbor.Unsigned((ulong)index % 32), zero })]));
        Refuse("an array", Cbor.Array(zero));
        Refuse("null", Cbor.Null);
        Refuse("an indefinite map", [0xbf, .. DocumentBuilder.EncodePcrs(DocumentBuilder.Pcrs())[1..], 0xff]);
        Entry("index 32", Cbor.Unsigned(32), zero);
        Entry("index of 64 bits", Cbor.Unsigned(ulong.MaxValue), zero);
        Entry("a negative index", Cbor.Integer(-1), zero);
        Entry("a text as index", Cbor.Text("4"), zero);
        Entry("an index's head that is too long", Cbor.LongHead(0, 4, 1), zero);
        Entry("index 0 a second time", Cbor.Unsigned(0), zero);
        Entry("47 bytes", Cbor.Unsigned(4), Cbor.Bytes(new byte[47]));
        Entry("49 bytes", Cbor.Unsigned(4), Cbor.Bytes(new byte[49]));
        Entry("32 bytes", Cbor.Unsigned(4), Cbor.Bytes(new byte[32]));
        Entry("a text as value", Cbor.Unsigned(4), Cbor.Text(new string('0', 48)));
    }

    private static void Certificates(VectorSet set)
    {
        void Certificate(string description, byte[] value) =>
            Refused(set, Check.CertificateLength, description, new DocumentBuilder().With("certificate", value));
        Certificate("no bytes", Cbor.Bytes());
        Certificate("1025 bytes", Cbor.Bytes(new byte[1025]));
        Certificate("null", Cbor.Null);
        Certificate("a text", Cbor.Text("certificate"));
        Certificate("a list of one", Cbor.Array(Cbor.Bytes(DocumentBuilder.Chain[^1])));
        Certificate("an indefinite byte string", Indefinite1);

        void Bundle(string description, byte[] value) =>
            Refused(set, Check.Cabundle, description, new DocumentBuilder().With("cabundle", value));
        var certificates = DocumentBuilder.Chain[..^1].Select(certificate => Cbor.Bytes(certificate)).ToArray();
        Bundle("none", Cbor.Array());
        Bundle("nine", Cbor.Array([.. Enumerable.Repeat(certificates[0], 9)]));
        Bundle("a certificate of no bytes", Cbor.Array([.. certificates[..3], Cbor.Bytes()]));
        Bundle("a certificate of 1025 bytes", Cbor.Array([.. certificates[..3], Cbor.Bytes(new byte[1025])]));
        Bundle("null among them", Cbor.Array([.. certificates[..3], Cbor.Null]));
        Bundle("one certificate without a list", certificates[0]);
        Bundle("an indefinite array", [0x9f, .. certificates.SelectMany(certificate => certificate), 0xff]);
    }

    private static void Optional(VectorSet set)
    {
        foreach (var (name, check) in ((string, Check)[])
            [("public_key", Check.PublicKeyLength), ("user_data", Check.UserDataLength), ("nonce", Check.NonceLength)])
        {
            void Refuse(string description, byte[] value) => Refused(set, check, description, new DocumentBuilder().With(name, value));
            Refuse("1025 bytes", Cbor.Bytes(new byte[1025]));
            Refuse("a text", Cbor.Text("text"));
            Refuse("undefined", [0xf7]);
            Refuse("false", [0xf4]);
            Refuse("an indefinite byte string", Indefinite1);
            Refuse("a head that is too long", [.. Cbor.LongHead(2, 1, 1), 1]);
        }
    }

    /// <summary>Two faults each: fields are judged where they stand.</summary>
    private static void Order(VectorSet set)
    {
        static DocumentBuilder Both() => new DocumentBuilder().With("digest", Cbor.Text("SHA256")).With("nonce", Cbor.Text("text"));
        var reversed = Both();
        reversed.Fields.Reverse();
        Refused(set, Check.DigestAlgorithm, "first, and a bad nonce behind it", Both());
        Refused(set, Check.NonceLength, "first, and a bad digest behind it", reversed);

        var withoutModule = Both().Without("module_id");
        Refused(set, Check.DigestAlgorithm, "and no module_id", withoutModule);

        var unknown = new DocumentBuilder().With("nonce", Cbor.Text("text"));
        unknown.Fields.Add((Cbor.Text("extra"), Cbor.Null));
        Refused(set, Check.NonceLength, "first, and an unknown key behind it", unknown);

        var tpm = new DocumentBuilder().With("nonce", Cbor.Text("text"));
        tpm.Fields.Insert(0, (Cbor.Text("nitrotpm_pcrs"), Cbor.Map()));
        Refused(set, Check.EnclaveDocument, "first, and a bad nonce behind it", tpm);

        Refused(set, Check.MandatoryKeys, "no digest, in a NitroTPM's document", new DocumentBuilder()
            .With("module_id", Cbor.Text("i-0123456789abcdef0-tpm0000000000000000")).Without("digest"));
        Refused(set, Check.ProtectedHeader, "and a key id in the unprotected header", new()
        {
            ProtectedHeader = Cbor.Map(),
            Unprotected = Cbor.Map(Cbor.Integer(4), Cbor.Bytes(1)),
        });
        Refused(set, Check.SignatureLength, "and a payload that is none", new() { AlterPayload = _ => [], AlterSignature = _ => [] });
    }
}
