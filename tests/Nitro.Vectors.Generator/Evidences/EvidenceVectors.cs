using System.Text.Json.Nodes;
using Nitro.Vectors.Generator.Documents;
using Nitro.Vectors.Generator.Policies;
using Nitro.Verifier;
using Nitro.Verifier.Tests.Certificates;

namespace Nitro.Vectors.Generator.Evidences;

/// <summary>Evidence that must be verified, kinds that are not accepted, and documents that are refused inside evidence.</summary>
internal static class EvidenceVectors
{
    public static void AddTo(VectorSet set)
    {
        void Valid(string description, EvidenceBuilder evidence, string policy = PolicyFiles.Evidence, JsonObject? changes = null) =>
            set.AddEvidence($"Valid, {description}", evidence.Build(), null, policy, Options.Evidence(changes));

        Valid("session, ES256", new());
        Valid("session, ES384", new(algorithm: EvidenceBuilder.Es384));
        Valid("direct", new(direct: true));
        Valid("direct, a P-384 session key", new(direct: true, algorithm: EvidenceBuilder.Es384));
        Valid("session, a chain of AWS's shape", new() { LongChain = true }, PolicyFiles.Strict);
        Valid("direct, a chain of AWS's shape", new(direct: true) { LongChain = true }, PolicyFiles.Strict);
        Valid("direct, where the policy asks for it", new(direct: true), PolicyFiles.DirectOnly);
        Valid("any model and any configuration", new(), PolicyFiles.OpenEvidence, new() { ["model"] = "any" });
        Valid("a digest of the TLS key",
            new EvidenceBuilder().WithSession(EvidenceBuilder.SessionTlsKey, Cbor.Bytes(DocumentBuilder.Digest("TLS key"))));
        Valid("the first claim of a session", new EvidenceBuilder()
            .WithClaim(EvidenceBuilder.ClaimSequence, Cbor.Unsigned(0)).WithClaim(EvidenceBuilder.ClaimPrevious, Cbor.Bytes(new byte[48])));
        Valid("the greatest sequence", new EvidenceBuilder().WithClaim(EvidenceBuilder.ClaimSequence, Cbor.Unsigned(ulong.MaxValue)));
        var longest = new byte[64];
        Valid("a nonce of 64 bytes", new EvidenceBuilder().WithClaim(EvidenceBuilder.ClaimNonce, Cbor.Bytes(longest)),
            changes: new() { ["nonce"] = Options.Exact(longest) });
        foreach (var direct in (bool[])[false, true])
        {
            var kind = direct ? "direct" : "session";
            EvidenceBuilder Silent() => new EvidenceBuilder(direct).WithClaim(EvidenceBuilder.ClaimNonce, Cbor.Bytes());
            Valid($"{kind}, no nonce, none expected", Silent(), changes: new() { ["nonce"] = "absent" });
            Valid($"{kind}, no nonce, no bytes expected", Silent(), changes: new() { ["nonce"] = Options.Exact([]) });
            Valid($"{kind}, any nonce", new(direct), changes: new() { ["nonce"] = "any" });
        }

        var emptyNonce = new EvidenceBuilder(direct: true) { AlterDocument = document => document.With("nonce", Cbor.Bytes()) }
            .WithClaim(EvidenceBuilder.ClaimNonce, Cbor.Bytes());
        Valid("direct, a document's nonce of no bytes for a claim without one", emptyNonce, changes: new() { ["nonce"] = "absent" });
        Valid("the model by its digest", new(),
            changes: new() { ["model"] = new JsonObject { ["digest"] = Convert.ToHexStringLower(EvidenceBuilder.Model) } });
        Valid("the signature's twin in the receipt", new() { AlterSignature = Twin });

        Kinds(set);
        Documents(set);
    }

    private static void Kinds(VectorSet set)
    {
        void Refused(string description, EvidenceBuilder evidence, string policy, params string[] kinds) => set.AddEvidence(
            $"EvidenceKind: {description}",
            evidence.Build(),
            Failure.Of(Check.EvidenceKind),
            policy,
            Options.Evidence(new() { ["kinds"] = new JsonArray([.. kinds.Select(kind => (JsonNode)kind)]) }));
        Refused("session where the policy asks for direct", new(), PolicyFiles.DirectOnly, "session", "direct");
        Refused("session where the caller accepts direct alone", new(), PolicyFiles.Evidence, "direct");
        Refused("direct where the caller accepts session alone", new(direct: true), PolicyFiles.Evidence, "session");
        Refused("direct where the caller accepts what the policy does not", new(direct: true), PolicyFiles.DirectOnly, "session");
        Refused("no kind accepted", new(), PolicyFiles.Evidence);
        Refused("before anything else", new() { AlterReceipt = _ => [0], Manifest = [0] }, PolicyFiles.DirectOnly, "session", "direct");
    }

    /// <summary>The document's own checks come after the receipt's, the manifest's and the configuration's form, and before every
    /// link.</summary>
    private static void Documents(VectorSet set)
    {
        void Refused(Check check, string description, Action<DocumentBuilder> alter, int? level = null) => set.AddEvidence(
            $"{check}: {description}", new EvidenceBuilder { LongChain = level is not null, AlterDocument = alter }.Build(),
                Failure.Of(check, level));
        Refused(Check.CoseStructure, "a byte after the document", document => document.AlterWhole = whole => [.. whole, 0]);
        Refused(Check.Timestamp, "in the session's document", document => document.With("timestamp", Cbor.Unsigned(0)));
        Refused(Check.DocumentSignature, "by another key", document => document.Key = TestChain.KeyOf(TestChain.Instance));
        set.AddEvidence(
            "BundleLength: a short chain under the profile", new EvidenceBuilder().Build(), Failure.Of(Check.BundleLength),
                PolicyFiles.Strict);
        Refused(Check.DebugMode, "an enclave in debug mode", document =>
            document.WithPcrs((0, new byte[48]), (1, new byte[48]), (2, new byte[48])));
        Refused(Check.Measurements, "another image", document => document.WithPcrs((0, DocumentBuilder.Digest("another image"))));
        var chain = new TestChain();
        chain[TestChain.Zonal].NotAfter = Der.UtcTime(TestChain.Now.AddSeconds(-1));
        var expired = chain.Build();
        Refused(Check.ValidityPeriod, "an expired zonal certificate", document => document
            .With("cabundle", Cbor.Array([.. expired[..^1].Select(certificate => Cbor.Bytes(certificate))])), TestChain.Zonal);
        var userData = new EvidenceBuilder { UserData = [[0]], AlterDocument = document => document.With("nonce", Cbor.Text("text")) };
        set.AddEvidence("NonceLength: before the links", userData.Build(), Failure.Of(Check.NonceLength));
        var receipt = new EvidenceBuilder { AlterReceipt = _ => [0], AlterDocument = document => document.AlterWhole = _ => [0] };
        set.AddEvidence("ReceiptStructure: before the document", receipt.Build(), Failure.Of(Check.ReceiptStructure));
    }

    private static byte[] Twin(byte[] signature)
    {
        var s = TestKey.P256("any").Order.Subtract(new Org.BouncyCastle.Math.BigInteger(1, signature[32..])).ToByteArrayUnsigned();
        return [.. signature[..32], .. new byte[32 - s.Length], .. s];
    }
}
