using Nitro.Verifier;

namespace Nitro.Vectors.Generator.Documents;

/// <summary>Documents whose COSE_Sign1 is wrong. Checks 101 to 105.</summary>
internal static class EnvelopeRefusals
{
    public static void AddTo(VectorSet set)
    {
        void Refused(Check check, string description, DocumentBuilder document) =>
            set.AddDocument("documents", $"{check}: {description}", document.Build(), Failure.Of(check));

        Refused(Check.DocumentSize, "no bytes", new() { AlterWhole = _ => [] });
        Refused(Check.DocumentSize, "16385 bytes", new() { AlterWhole = whole => [.. whole, .. new byte[16385 - whole.Length]] });
        Refused(Check.CoseStructure, "16384 bytes, of which most stand behind the structure", new()
        {
            AlterWhole = whole => [.. whole, .. new byte[16384 - whole.Length]],
        });

        void Structure(string description, Func<byte[][], byte[]> envelope) =>
            Refused(Check.CoseStructure, description, new() { Envelope = envelope });
        Structure("a byte after it", parts => [.. Cbor.Array(parts), 0]);
        Structure("the last byte missing", parts => Cbor.Array(parts)[..^1]);
        Structure("the array's head alone", _ => [0x84]);
        Structure("a map", _ => Cbor.Map());
        Structure("a byte string around it", parts => Cbor.Bytes(Cbor.Array(parts)));
        Structure("an array of three", parts => Cbor.Array(parts[..3]));
        Structure("an array of five", parts => Cbor.Array([.. parts, Cbor.Bytes()]));
        Structure("an indefinite array", parts => [0x9f, .. parts.SelectMany(part => part), 0xff]);
        Structure("an array's head that is too long", parts => [0x98, 4, .. Cbor.Array(parts)[1..]]);
        Structure("tag 17", parts => [0xd1, .. Cbor.Array(parts)]);
        Structure("tag 18 with a head that is too long", parts => [0xd8, 18, .. Cbor.Array(parts)]);
        Structure("tag 18 twice", parts => [0xd2, 0xd2, .. Cbor.Array(parts)]);
        Structure("a map as protected header", parts => Cbor.Array(DocumentBuilder.Es384Header, parts[1], parts[2], parts[3]));
        Structure("an indefinite byte string as protected header", parts =>
            Cbor.Array([0x5f, .. parts[0], 0xff], parts[1], parts[2], parts[3]));
        Structure("bytes as unprotected header", parts => Cbor.Array(parts[0], Cbor.Bytes(0xa0), parts[2], parts[3]));
        Structure("an indefinite map as unprotected header", parts => Cbor.Array(parts[0], [0xbf, 0xff], parts[2], parts[3]));
        Structure("no payload, which is detached", parts => Cbor.Array(parts[0], parts[1], Cbor.Null, parts[3]));
        Structure("a text as payload", parts => Cbor.Array(parts[0], parts[1], [(byte)(parts[2][0] | 0x20), .. parts[2][1..]], parts[3]));
        Structure("a payload's head that is too long", parts =>
            Cbor.Array(parts[0], parts[1], [.. Cbor.LongHead(2, (ulong)parts[2].Length - 3, 4), .. parts[2][3..]], parts[3]));
        Structure("no signature", parts => Cbor.Array(parts[0], parts[1], parts[2], Cbor.Null));
        Structure("a signature that claims more bytes than there are", parts =>
            Cbor.Array(parts[0], parts[1], parts[2], [0x58, 97, .. parts[3][2..]]));
        Structure("a length of 64 bits", parts =>
            Cbor.Array(parts[0], parts[1], [0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], parts[3]));
        Structure("a reserved head", parts => Cbor.Array(parts[0], parts[1], [0x5c], parts[3]));

        void Header(string description, byte[] header) => Refused(Check.ProtectedHeader, description, new() { ProtectedHeader = header });
        Header("ES256", Cbor.Map(Cbor.Integer(1), Cbor.Integer(-7)));
        Header("ES512", Cbor.Map(Cbor.Integer(1), Cbor.Integer(-36)));
        Header("no bytes", []);
        Header("an empty map", Cbor.Map());
        Header("the algorithm with a head that is too long", [0xa1, 0x01, 0x39, 0x00, 0x22]);
        Header("an indefinite map", [0xbf, 0x01, 0x38, 0x22, 0xff]);
        Header("another member beside it", Cbor.Map(Cbor.Integer(1), Cbor.Integer(-35), Cbor.Integer(4), Cbor.Bytes(1)));
        Header("the algorithm twice", Cbor.Map(Cbor.Integer(1), Cbor.Integer(-35), Cbor.Integer(1), Cbor.Integer(-35)));
        Header("a byte after it", [.. DocumentBuilder.Es384Header, 0]);

        Refused(Check.UnprotectedHeader, "a key id", new() { Unprotected = Cbor.Map(Cbor.Integer(4), Cbor.Bytes(1)) });
        Refused(Check.UnprotectedHeader, "the algorithm", new() { Unprotected = DocumentBuilder.Es384Header });

        void Signature(string description, Func<byte[], byte[]> alter) =>
            Refused(Check.SignatureLength, description, new() { AlterSignature = alter });
        Signature("no bytes", _ => []);
        Signature("95 bytes", signature => signature[..^1]);
        Signature("97 bytes", signature => [0, .. signature]);
        Signature("64 bytes", signature => signature[..64]);
    }
}
