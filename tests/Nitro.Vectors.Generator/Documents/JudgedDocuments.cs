using System.Security.Cryptography;
using Nitro.Vectors.Generator.Policies;
using Nitro.Verifier;
using Nitro.Verifier.Tests.Certificates;

namespace Nitro.Vectors.Generator.Documents;

/// <summary>Well-formed documents that a signature, the time, the policy or the caller refuses, and those just inside. Checks 401 to
/// 653.</summary>
internal static class JudgedDocuments
{
    private static readonly byte[] Zero = new byte[48];

    public static void AddTo(VectorSet set)
    {
        Signatures(set);
        Times(set);
        Measurements(set);
        Expectations(set);
    }

    private static void Signatures(VectorSet set)
    {
        void Refused(string description, DocumentBuilder document) => set.AddDocument(
            "documents", $"DocumentSignature: {description}", document.Build(), Failure.Of(Check.DocumentSignature));
        Refused("by the instance certificate's key", new() { Key = TestChain.KeyOf(TestChain.Instance) });
        Refused("over SHA-256", new() { Hash = HashAlgorithmName.SHA256 });
        Refused("over another payload", new() { AlterSignedPayload = payload => [.. payload[..^1], 0x40] });
        Refused("over another protected header", new()
        {
            AlterSignature = _ => DocumentBuilder.Sign(TestChain.KeyOf(TestChain.Leaf), HashAlgorithmName.SHA384, [], []),
        });
        Refused("one bit changed", new() { AlterSignature = signature => [.. signature[..^1], (byte)(signature[^1] ^ 1)] });
        Refused("r of zero", new() { AlterSignature = signature => [.. Zero, .. signature[48..]] });
        Refused("s of zero", new() { AlterSignature = signature => [.. signature[..48], .. Zero] });
        Refused("r and s exchanged", new() { AlterSignature = signature => [.. signature[48..], .. signature[..48]] });
        var order = TestKey.P384("any").Order.ToByteArrayUnsigned();
        Refused("r and s of the group's order", new() { AlterSignature = _ => [.. order, .. order] });
        Refused("all bits set", new() { AlterSignature = _ => [.. Enumerable.Repeat((byte)0xff, 96)] });
    }

    private static void Times(VectorSet set)
    {
        var document = new DocumentBuilder().With("nonce", Cbor.Bytes(1, 2, 3)).Build();
        void At(string description, Check? check, TimeSpan after) => set.AddDocument(
            "documents",
            description,
            document,
            check is { } failed ? Failure.Of(failed) : null,
            options: Options.Document(Options.Exact([1, 2, 3]), "any", "any", TestChain.Now + after));
        var (skew, age, ms) = (TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(300), TimeSpan.FromMilliseconds(1));
        At("Valid, live, at the document's own time", null, TimeSpan.Zero);
        At("Valid, live, as early as the clock skew allows", null, -skew);
        At("DocumentNotFromFuture: live, a millisecond earlier than the clock skew allows", Check.DocumentNotFromFuture, -skew - ms);
        At("Valid, live, as old as may be", null, age);
        At("DocumentAge: live, a millisecond too old", Check.DocumentAge, age + ms);
        At("DocumentNotFromFuture: live, years too early", Check.DocumentNotFromFuture, TimeSpan.FromDays(-2000));
        At("DocumentAge: live, years too old", Check.DocumentAge, TimeSpan.FromDays(2000));
    }

    private static void Measurements(VectorSet set)
    {
        void Add(string description, Check? check, DocumentBuilder document, string policy) => set.AddDocument(
            "documents",
            check is null ? $"Valid, {description}" : $"{check}: {description}",
            document.Build(),
            check is { } failed ? Failure.Of(failed) : null,
            policy);
        DocumentBuilder Pcr(int index, byte[]? value) => new DocumentBuilder().WithPcrs((index, value));
        var other = DocumentBuilder.Digest("another image");
        for (var index = 0; index < 3; index++)
        {
            Add($"PCR{index} of zero", Check.DebugMode, Pcr(index, Zero), PolicyFiles.Strict);
            Add($"PCR{index} of zero where any image is fine", Check.DebugMode, Pcr(index, Zero), PolicyFiles.AnyImage);
            Add($"another PCR{index}", Check.Measurements, Pcr(index, other), PolicyFiles.Strict);
            Add($"no PCR{index}", Check.Measurements, Pcr(index, null), PolicyFiles.Strict);
        }

        static DocumentBuilder Debug(params (int, byte[]?)[] more) =>
            new DocumentBuilder().WithPcrs([(0, Zero), (1, Zero), (2, Zero), .. more]);
        Add("PCR0, PCR1 and PCR2 of zero", Check.DebugMode, Debug(), PolicyFiles.Strict);
        Add("debug mode where it is accepted", null, Debug(), PolicyFiles.Debug);
        Add("another PCR8 in debug mode", Check.Measurements, Debug((8, other)), PolicyFiles.Debug);
        Add("another PCR0 where debug mode is accepted", Check.Measurements, Pcr(0, other), PolicyFiles.Debug);
        Add("PCR3 of zero, which is no debug mode", null, Pcr(3, Zero), PolicyFiles.Strict);
        Add("each PCR that of one release or the other", Check.Measurements, new(), PolicyFiles.Mixed);
        Add("another image of the same signer", null, Pcr(0, other), PolicyFiles.Signer);
        Add("another signer", Check.Measurements, Pcr(8, other), PolicyFiles.Signer);
        Add("no signer", Check.Measurements, Pcr(8, null), PolicyFiles.Signer);
        Add("a release over, another of the same image going on", null, new(), PolicyFiles.Windows);
        Add("the only moment of a release", null, new(), PolicyFiles.WindowOfOne);
        var later = TestChain.Now.AddMilliseconds(1);
        Add("a millisecond after the only moment of a release", Check.ReleaseWindow, new(time: later), PolicyFiles.WindowOfOne);
        Add("a release that is over", Check.ReleaseWindow, new(), PolicyFiles.WindowOver);
        Add("a release that is to come", Check.ReleaseWindow, new(), PolicyFiles.WindowToCome);
    }

    private static void Expectations(VectorSet set)
    {
        var names = new[] { "nonce", "user_data", "public_key" };
        var checks = new[] { Check.ExpectedNonce, Check.ExpectedUserData, Check.ExpectedPublicKey };
        for (var each = 0; each < names.Length; each++)
        {
            var field = each;
            void Add(string description, bool good, byte[] value, System.Text.Json.Nodes.JsonNode expected)
            {
                System.Text.Json.Nodes.JsonNode[] all = ["any", "any", "any"];
                all[field] = expected;
                set.AddDocument(
                    "documents",
                    good ? $"Valid, {names[field]} {description}" : $"{checks[field]}: {description}",
                    new DocumentBuilder().With(names[field], value).Build(),
                    good ? null : Failure.Of(checks[field]),
                    options: Options.Document(all[0], all[1], all[2]));
            }

            byte[] bytes = [1, 2, 3];
            Add("as expected", true, Cbor.Bytes(bytes), Options.Exact(bytes));
            Add("of no bytes as expected", true, Cbor.Bytes(), Options.Exact([]));
            Add("null as expected", true, Cbor.Null, "absent");
            Add("one bit changed", false, Cbor.Bytes(1, 2, 2), Options.Exact(bytes));
            Add("the end missing", false, Cbor.Bytes(1, 2), Options.Exact(bytes));
            Add("a byte more", false, Cbor.Bytes(1, 2, 3, 0), Options.Exact(bytes));
            Add("null where bytes are expected", false, Cbor.Null, Options.Exact(bytes));
            Add("null where no bytes are expected", false, Cbor.Null, Options.Exact([]));
            Add("bytes where null is expected", false, Cbor.Bytes(bytes), "absent");
            Add("no bytes where null is expected", false, Cbor.Bytes(), "absent");
        }
    }
}
