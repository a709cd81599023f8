using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Nitro.Vectors.Generator.Documents;
using Nitro.Vectors.Generator.Policies;
using Nitro.Verifier;
using Nitro.Verifier.Tests.Certificates;

namespace Nitro.Vectors.Generator.Evidences;

/// <summary>Every link between a claim and what vouches for it, each broken by itself. Checks 707 to 718 and 724.</summary>
internal static class LinkRefusals
{
    public static void AddTo(VectorSet set)
    {
        Keys(set);
        Signatures(set);
        Measured(set);
        Models(set);
        Nonces(set);
    }

    private static void Refused(
        VectorSet set, Check check, string description, EvidenceBuilder evidence, string policy = PolicyFiles.Evidence,
        JsonObject? changes = null) =>
        set.AddEvidence($"{check}: {description}", evidence.Build(), Failure.Of(check), policy, Options.Evidence(changes));

    private static void Keys(VectorSet set)
    {
        var p256 = TestKey.P256("session").ExportSubjectPublicKeyInfo();
        var p384 = TestKey.P384("session").ExportSubjectPublicKeyInfo();
        var other = TestKey.P256("another session").ExportSubjectPublicKeyInfo();
        byte[] compressed = [0x30, 0x39, .. p256[2..23], 0x03, 0x22, 0x00, (byte)(2 + (p256[^1] & 1)), .. p256[27..59]];
        foreach (var direct in (bool[])[false, true])
        {
            var kind = direct ? "direct" : "session";
            void Key(string description, byte[]? key) =>
                Refused(set, Check.SessionKey, $"{kind}, {description}", new(direct) { PublicKey = key });
            Key("none", null);
            Key("no bytes", []);
            Key("a byte after it", [.. p256, 0]);
            Key("the point alone", p256[26..]);
            Key("a compressed point", compressed);
            Key("another structure of its size", [0x31, .. p256[1..]]);
            Key("a hybrid point", [.. p256[..26], (byte)(6 + (p256[^1] & 1)), .. p256[27..]]);
            Refused(set, Check.SessionKeyDigest, $"{kind}, another session's document", new(direct) { PublicKey = other });
            Refused(set, Check.SessionKeyDigest, $"{kind}, another session's claim", new EvidenceBuilder(direct)
                .WithClaim(EvidenceBuilder.ClaimSession, Cbor.Bytes(SHA384.HashData(other))));
        }

        Refused(set, Check.SessionKey, "a P-384 key in an ES256 session", new() { PublicKey = p384 });
        Refused(set, Check.SessionKey, "a P-256 key in an ES384 session", new(algorithm: EvidenceBuilder.Es384) { PublicKey = p256 });
    }

    private static void Signatures(VectorSet set)
    {
        Refused(set, Check.SessionAlgorithm, "an ES384 receipt in an ES256 session", new()
        {
            ReceiptHeader = EvidenceBuilder.Header(EvidenceBuilder.Es384),
            AlterSignature = signature => [.. signature, .. new byte[32]],
        });

        void Receipt(string description, EvidenceBuilder evidence) => Refused(set, Check.ReceiptSignature, description, evidence);
        Receipt("by another key", new() { ReceiptKey = TestKey.P256("another session") });
        Receipt("one bit changed", new() { AlterSignature = signature => [.. signature[..^1], (byte)(signature[^1] ^ 1)] });
        Receipt("r and s of zero", new() { AlterSignature = _ => new byte[64] });
        Receipt("r and s exchanged", new() { AlterSignature = signature => [.. signature[32..], .. signature[..32]] });
        Receipt("over another claim", new()
        {
            AlterReceipt = receipt =>
            {
                // The last byte of the payload is the last of the claim's digest of the claim before.
                var changed = receipt.ToArray();
                changed[^67] ^= 1;
                return changed;
            },
        });
        Receipt("ES384, by another key", new(algorithm: EvidenceBuilder.Es384) { ReceiptKey = TestKey.P384("another session") });
        var key = TestKey.P256("session").ExportSubjectPublicKeyInfo();
        key[^1] ^= 1;
        Receipt("a session key that is no point of its curve", new EvidenceBuilder { PublicKey = key }
            .WithClaim(EvidenceBuilder.ClaimSession, Cbor.Bytes(SHA384.HashData(key))));

        void Nonce(string description, byte[] nonce) => Refused(set, Check.DocumentNonce, description, new(direct: true)
        {
            AlterDocument = document => document.With("nonce", nonce),
        });
        Nonce("another", Cbor.Bytes(1, 2, 3));
        Nonce("null", Cbor.Null);
        Nonce("no bytes", Cbor.Bytes());
        Refused(set, Check.DocumentNonce, "one where the claim has none", new EvidenceBuilder(direct: true)
        {
            AlterDocument = document => document.With("nonce", Cbor.Bytes(EvidenceBuilder.Nonce)),
        }.WithClaim(EvidenceBuilder.ClaimNonce, Cbor.Bytes()));
    }

    private static void Measured(VectorSet set)
    {
        var otherManifest = Cbor.Array(EvidenceBuilder.Entry("digits", "1", EvidenceBuilder.Model));
        var otherConfiguration = EvidenceBuilder.Configuration();
        var (manifest, configuration) = (SHA384.HashData(EvidenceBuilder.GoodManifest), SHA384.HashData(EvidenceBuilder.GoodConfiguration));
        Refused(set, Check.ManifestDigest, "another manifest", new() { Manifest = otherManifest });
        Refused(set, Check.ManifestDigest, "another in the statement", new EvidenceBuilder()
            .WithSession(EvidenceBuilder.SessionModels, Cbor.Bytes(SHA384.HashData(otherManifest))));
        Refused(set, Check.ConfigurationDigest, "another configuration", new() { ConfigurationBytes = otherConfiguration });
        Refused(set, Check.ConfigurationDigest, "another in the statement", new EvidenceBuilder()
            .WithSession(EvidenceBuilder.SessionConfiguration, Cbor.Bytes(SHA384.HashData(otherConfiguration))));
        Refused(set, Check.ManifestPcr, "direct, another manifest", new(direct: true) { Manifest = otherManifest });
        Refused(
            set, Check.ConfigurationPcr, "direct, another configuration", new(direct: true) { ConfigurationBytes = otherConfiguration });
        foreach (var (check, index, digest) in ((Check, int, byte[])[])
            [(Check.ManifestPcr, 16, manifest), (Check.ConfigurationPcr, 17, configuration)])
        {
            void Pcr(string description, byte[]? value) =>
                Refused(set, check, description, new() { AlterDocument = document => document.WithPcrs((index, value)) });
            Pcr("not listed", null);
            Pcr("zero", new byte[48]);
            Pcr("the digest itself", digest);
            Pcr("extended twice", DocumentBuilder.Extended(digest, digest));
            Pcr("extended with something else first", DocumentBuilder.Extended(new byte[48], digest));
            Pcr("extended with another digest", DocumentBuilder.Extended(DocumentBuilder.Digest("another")));
        }
    }

    private static void Models(VectorSet set)
    {
        void Model(string description, JsonNode model, byte[]? claimed = null) => Refused(
            set,
            Check.ModelInManifest,
            description,
            claimed is null ? new() : new EvidenceBuilder().WithClaim(EvidenceBuilder.ClaimModel, Cbor.Bytes(claimed)),
            PolicyFiles.OpenEvidence,
            new() { ["model"] = model });
        static JsonObject Named(string name, string version) => new() { ["name"] = name, ["version"] = version };
        Model("another name", Named("letters", "1"));
        Model("another version", Named("digits", "2"));
        Model("a name that the manifest does not have", Named("Digits", "1"));
        Model("another digest", new JsonObject { ["digest"] = Convert.ToHexStringLower(EvidenceBuilder.OtherModel) });
        Model("another model than the named one", Named("digits", "1"), EvidenceBuilder.OtherModel);
        Model("a model that the manifest does not have", "any", DocumentBuilder.Digest("unknown model"));
        Refused(set, Check.ModelAllowed, "a model of the manifest that the policy does not have", new(), PolicyFiles.OtherModel);
        Refused(set, Check.ModelAllowed, "another model of the manifest", new EvidenceBuilder()
            .WithClaim(EvidenceBuilder.ClaimModel, Cbor.Bytes(EvidenceBuilder.OtherModel)),
            changes: new() { ["model"] = Named("digits", "2") });
        Refused(set, Check.ConfigurationAllowed, "a configuration that the policy does not have", new(), PolicyFiles.OtherConfiguration);
    }

    private static void Nonces(VectorSet set)
    {
        void Nonce(string description, JsonNode expected, byte[]? claimed = null) => Refused(
            set,
            Check.ClaimNonce,
            description,
            claimed is null ? new() : new EvidenceBuilder().WithClaim(EvidenceBuilder.ClaimNonce, Cbor.Bytes(claimed)),
            changes: new() { ["nonce"] = expected });
        Nonce("another", Options.Exact([1, 2, 3]));
        Nonce("the end missing", Options.Exact(EvidenceBuilder.Nonce), EvidenceBuilder.Nonce[..^1]);
        Nonce("none in the claim", Options.Exact(EvidenceBuilder.Nonce), []);
        Nonce("one where none was sent", "absent");
        Nonce("one where no bytes were sent", Options.Exact([]));
        Refused(set, Check.ClaimNonce, "direct, another", new(direct: true), changes: new() { ["nonce"] = Options.Exact([1, 2, 3]) });
    }
}
