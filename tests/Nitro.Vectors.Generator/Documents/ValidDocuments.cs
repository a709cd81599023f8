using Nitro.Vectors.Generator.Policies;
using Nitro.Verifier.Tests.Certificates;
using Org.BouncyCastle.Math;

namespace Nitro.Vectors.Generator.Documents;

/// <summary>Documents that must be verified: every form that is allowed, and the extremes of every size.</summary>
internal static class ValidDocuments
{
    private static readonly string[] Optional = ["public_key", "user_data", "nonce"];

    public static void AddTo(VectorSet set)
    {
        void Add(string description, DocumentBuilder document, string policy = PolicyFiles.Strict) =>
            set.AddDocument("documents", description, document.Build(), null, policy);

        Add("Valid, without optional fields", new());
        Add("Valid, an indefinite map", new() { Indefinite = true });
        Add("Valid, with tag 18", new() { AlterWhole = whole => [0xd2, .. whole] });
        Add("Valid, every optional field", Optional.Aggregate(new DocumentBuilder(), (document, name) =>
            document.With(name, Cbor.Bytes(1, 2, 3))));
        Add("Valid, every optional field of no bytes", Optional.Aggregate(new DocumentBuilder(), (document, name) =>
            document.With(name, Cbor.Bytes())));
        Add("Valid, every optional field of 1024 bytes", Optional.Aggregate(
            new DocumentBuilder(), (document, name) => document.With(name, Cbor.Bytes(new byte[1024]))));
        Add("Valid, no optional field listed", Optional.Aggregate(new DocumentBuilder(), (document, name) => document.Without(name)));
        foreach (var name in Optional)
        {
            Add($"Valid, with {name} alone", new DocumentBuilder().With(name, Cbor.Bytes(1, 2, 3)));
            Add($"Valid, {name} not listed", new DocumentBuilder().Without(name));
        }

        var reversed = new DocumentBuilder();
        reversed.Fields.Reverse();
        Add("Valid, fields in another order", reversed);
        Add("Valid, PCRs in another order",
            new DocumentBuilder().With("pcrs", DocumentBuilder.EncodePcrs(DocumentBuilder.Pcrs().Reverse())));
        Add("Valid, one PCR", new DocumentBuilder().With("pcrs", DocumentBuilder.EncodePcrs([new(31, new byte[48])])),
            PolicyFiles.AnyImage);
        Add("Valid, 32 PCRs", new DocumentBuilder().WithPcrs([.. Enumerable.Range(0, 32)
            .Where(index => !DocumentBuilder.Pcrs().ContainsKey(index)).Select(index => (index, (byte[]?)new byte[48]))]));
        Add("Valid, no PCR0 to PCR2 where any image is fine", new DocumentBuilder().WithPcrs((0, null), (1, null), (2, null)),
            PolicyFiles.AnyImage);

        // Malleability: whoever has a signature has its twin.
        Add("Valid, the signature's twin", new() { AlterSignature = Twin });

        const string LongestEnd = ".eu-central-1.aws";
        var longest = TestChain.InstanceId + "-" + new string('e', 255 - TestChain.InstanceId.Length - 1);
        var chain = new TestChain();
        chain.Rename(TestChain.Leaf, longest + LongestEnd);
        Add("Valid, a module id of 255 bytes", new(chain.Build(), longest));
    }

    /// <summary>r and n − s.</summary>
    private static byte[] Twin(byte[] signature)
    {
        var s = TestKey.P384("any").Order.Subtract(new BigInteger(1, signature[48..])).ToByteArrayUnsigned();
        return [.. signature[..48], .. new byte[48 - s.Length], .. s];
    }
}
