using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nitro.Vectors.Generator.Documents;
using Nitro.Verifier.Tests.Certificates;

namespace Nitro.Vectors.Generator.Evidences;

/// <summary>
/// Evidence for one inference, good as it is made, of which any part can be changed. Parts that rest on others are made when they are
/// asked for, so that a change goes through to what signs it.
/// </summary>
internal sealed class EvidenceBuilder
{
    public const string ContentType = "application/vnd.nitro.claim+cbor";
    public const int Es256 = -7;
    public const int Es384 = -35;

    /// <summary>Indices of a claim's values: their key less one.</summary>
    public const int ClaimVersion = 0, ClaimType = 1, ClaimModel = 2, ClaimInput = 3, ClaimOutput = 4, ClaimNonce = 5, ClaimIssuedAt = 6,
        ClaimSequence = 7, ClaimSession = 8, ClaimPrevious = 9;

    /// <summary>Indices of a session statement's values: their key less one.</summary>
    public const int SessionVersion = 0, SessionType = 1, SessionModels = 2, SessionConfiguration = 3, SessionStartedAt = 4,
        SessionAlgorithm = 5, SessionTlsKey = 6;

    private static readonly byte[][] ShortChain = MakeShortChain();
    private static readonly TestKey DefaultKey = TestKey.P256("session");
    private static readonly TestKey DefaultKey384 = TestKey.P384("session");

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public EvidenceBuilder(bool direct = false, int algorithm = Es256)
    {
        Direct = direct;
        Algorithm = algorithm;
        PublicKey = Key.ExportSubjectPublicKeyInfo();
        Claim =
        [
            Cbor.Unsigned(1),
            Cbor.Text("inference"),
            Cbor.Bytes(Model),
            Cbor.Bytes(InputDigest(GoodInput)),
            Cbor.Bytes(OutputDigest(GoodOutput)),
            Cbor.Bytes(Nonce),
            Time(TestChain.Now.AddSeconds(direct ? 0 : 60)),
            Cbor.Unsigned(7),
            Cbor.Bytes(SHA384.HashData(PublicKey)),
            Cbor.Bytes(DocumentBuilder.Digest("the claim before")),
        ];
        Session =
        [
            Cbor.Unsigned(1),
            Cbor.Text("session"),
            Cbor.Bytes(SHA384.HashData(GoodManifest)),
            Cbor.Bytes(SHA384.HashData(GoodConfiguration)),
            Time(TestChain.Now.AddSeconds(-600)),
            Cbor.Integer(algorithm),
            Cbor.Bytes(),
        ];
        ReceiptHeader = Header(algorithm);
    }

    public static byte[] Model { get; } = DocumentBuilder.Digest("a model");

    public static byte[] OtherModel { get; } = DocumentBuilder.Digest("another model");

    public static byte[] Nonce { get; } = Encoding.ASCII.GetBytes("the caller's nonce");

    public static byte[] InputSalt { get; } = [.. Enumerable.Repeat((byte)1, 32)];

    public static byte[] OutputSalt { get; } = [.. Enumerable.Repeat((byte)2, 32)];

    public static byte[] GoodManifest { get; } = Cbor.Array(
        Entry("digits", "1", Model), Entry("digits", "2", OtherModel), Entry("letters", "1", OtherModel));

    public static byte[] GoodConfiguration { get; } = Configuration(Cbor.Text("runtime"), Cbor.Text("vectors"));

    public static byte[] GoodInput { get; } = Input(Cbor.Map(), Cbor.Array(), Cbor.Array(Tensor("x", "UINT8", [3], 1, 2, 3)));

    public static byte[] GoodOutput { get; } = Cbor.Array(Cbor.Array(Tensor("y", "FP32", [1, 1], 0, 0, 0x80, 0x3f)));

    public bool Direct { get; }

    public int Algorithm { get; }

    /// <summary>The session's key pair.</summary>
    public TestKey Key => Algorithm == Es256 ? DefaultKey : DefaultKey384;

    /// <summary>What the document's public_key holds; null for none.</summary>
    public byte[]? PublicKey { get; set; }

    /// <summary>The values of the claim's keys 1 to 10, each encoded.</summary>
    public List<byte[]> Claim { get; }

    /// <summary>The values of the session statement's keys 1 to 7, each encoded.</summary>
    public List<byte[]> Session { get; }

    public Func<byte[], byte[]> AlterClaim { get; set; } = claim => claim;

    public Func<byte[], byte[]> AlterSession { get; set; } = session => session;

    public byte[] ReceiptHeader { get; set; }

    public byte[] ReceiptUnprotected { get; set; } = Cbor.Map();

    public ECDsa? ReceiptKey { get; set; }

    public Func<byte[], byte[]> AlterSignature { get; set; } = signature => signature;

    public Func<byte[], byte[]> AlterReceipt { get; set; } = receipt => receipt;

    /// <summary>Whether the document's chain has AWS's shape. Most evidence is about other things: a leaf under the root keeps it
    /// small.</summary>
    public bool LongChain { get; init; }

    /// <summary>The document's time.</summary>
    public DateTimeOffset DocumentTime { get; set; } = TestChain.Now;

    /// <summary>Changes the document before it is signed.</summary>
    public Action<DocumentBuilder> AlterDocument { get; set; } = _ => { };

    /// <summary>The document's user_data instead of the claim or the statement; an empty list for null.</summary>
    public byte[][]? UserData { get; set; }

    public byte[] Manifest { get; set; } = GoodManifest;

    public byte[] ConfigurationBytes { get; set; } = GoodConfiguration;

    public byte[]? InputSaltBytes { get; set; } = InputSalt;

    public byte[]? OutputSaltBytes { get; set; } = OutputSalt;

    public byte[]? InputBytes { get; set; } = GoodInput;

    public byte[]? OutputBytes { get; set; } = GoodOutput;

    public static byte[] Entry(string name, string version, byte[] model) =>
        Cbor.Array(Cbor.Text(name), Cbor.Text(version), Cbor.Bytes(model));

    public static byte[] Configuration(params byte[][] pairs) => Cbor.Array(Cbor.Text("nitro/configuration/1"), Cbor.Map(pairs));

    public static byte[] Input(byte[] parameters, byte[] outputs, byte[] tensors) => Cbor.Array(parameters, outputs, tensors);

    public static byte[] Tensor(string name, string datatype, ulong[] shape, params byte[] data) => Cbor.Array(
        Cbor.Text(name), Cbor.Text(datatype), Cbor.Array([.. shape.Select(dimension => Cbor.Unsigned(dimension))]), Cbor.Bytes(data));

    public static byte[] InputDigest(byte[] input) =>
        SHA384.HashData([0x85, .. Cbor.Text("nitro/input/1"), .. Cbor.Bytes(InputSalt), .. input[1..]]);

    public static byte[] OutputDigest(byte[] output) =>
        SHA384.HashData([0x83, .. Cbor.Text("nitro/output/1"), .. Cbor.Bytes(OutputSalt), .. output[1..]]);

    public static byte[] Time(DateTimeOffset time) => Cbor.Unsigned((ulong)time.ToUnixTimeMilliseconds());

    public static byte[] Header(int algorithm) =>
        Cbor.Map(Cbor.Integer(1), Cbor.Integer(algorithm), Cbor.Integer(3), Cbor.Text(ContentType));

    /// <summary>Puts another value, encoded, in the place of one of the claim's.</summary>
    public EvidenceBuilder WithClaim(int index, byte[] value)
    {
        Claim[index] = value;
        return this;
    }

    /// <summary>Puts another value, encoded, in the place of one of the statement's.</summary>
    public EvidenceBuilder WithSession(int index, byte[] value)
    {
        Session[index] = value;
        return this;
    }

    /// <summary>Gives the claim an input of its own, disclosed.</summary>
    public EvidenceBuilder WithInput(byte[] input)
    {
        InputBytes = input;
        return WithClaim(ClaimInput, Cbor.Bytes(InputDigest(input)));
    }

    /// <summary>Gives the claim an output of its own, disclosed.</summary>
    public EvidenceBuilder WithOutput(byte[] output)
    {
        OutputBytes = output;
        return WithClaim(ClaimOutput, Cbor.Bytes(OutputDigest(output)));
    }

    public byte[] EncodeClaim() => AlterClaim(Cbor.Numbered(Claim));

    public byte[] EncodeSession() => AlterSession(Cbor.Numbered(Session));

    public byte[] Receipt()
    {
        var claim = EncodeClaim();
        var hash = Algorithm == Es256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA384;
        var signature = AlterSignature(DocumentBuilder.Sign(ReceiptKey ?? Key, hash, ReceiptHeader, claim));
        return AlterReceipt(Cbor.Array(Cbor.Bytes(ReceiptHeader), ReceiptUnprotected, Cbor.Bytes(claim), Cbor.Bytes(signature)));
    }

    public byte[] Document()
    {
        var document = new DocumentBuilder(LongChain ? null : ShortChain, time: DocumentTime) { Indefinite = true }
            .With("public_key", PublicKey is null ? Cbor.Null : Cbor.Bytes(PublicKey))
            .With("user_data", UserData switch
            {
                null => Cbor.Bytes(Direct ? EncodeClaim() : EncodeSession()),
                [] => Cbor.Null,
                [var bytes, ..] => Cbor.Bytes(bytes),
            });
        if (Direct)
        {
            document.With("nonce", Claim[ClaimNonce].Length == 1 ? Cbor.Null : Claim[ClaimNonce]);
        }

        AlterDocument(document);
        return document.Build();
    }

    /// <summary>The members of the evidence file.</summary>
    public JsonObject Members()
    {
        var members = new JsonObject { ["version"] = 1, ["kind"] = Direct ? "direct" : "session" };
        void Add(string name, byte[]? bytes)
        {
            if (bytes is not null)
            {
                members[name] = Convert.ToBase64String(bytes);
            }
        }

        Add("receipt", Direct ? null : Receipt());
        Add("document", Document());
        Add("manifest", Manifest);
        Add("configuration", ConfigurationBytes);
        Add("inputSalt", InputSaltBytes);
        Add("outputSalt", OutputSaltBytes);
        Add("input", InputBytes);
        Add("output", OutputBytes);
        return members;
    }

    public byte[] Build() => Encode(Members());

    public static byte[] Encode(JsonObject members) => Encoding.UTF8.GetBytes(members.ToJsonString(Indented) + "\n");

    private static byte[][] MakeShortChain()
    {
        var chain = new TestChain();
        var leaf = chain[TestChain.Leaf];
        leaf.Issuer = chain[TestChain.Root].Subject;
        leaf.Issuing = TestChain.KeyOf(TestChain.Root);
        return [chain[TestChain.Root].Build(), leaf.Build()];
    }
}
