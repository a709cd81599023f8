using Nitro.Attestation;
using Nitro.Nsm.Simulator;
using Nitro.Verifier.RevocationLists;
using Nitro.Verifier.Tests.Certificates;
using Nitro.Verifier.Tests.Support;

namespace Nitro.Verifier.Tests.RevocationLists;

/// <summary>A document under a chain whose every key is at hand, and what is asked of it.</summary>
internal static class RevocationFixture
{
    /// <summary>The document's time.</summary>
    public static readonly DateTimeOffset Signed = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly byte[] PublicKey = [1, 2, 3];

    public static SimulatedChain Chain { get; } = TestEnclave.Pki.IssueChain("us-east-1", TestChain.ModuleId, Signed.AddMinutes(-30));

    public static byte[] Document { get; } = Sign(Chain);

    public static byte[] Sign(SimulatedChain chain, DateTimeOffset? at = null)
    {
        var pcrs = TestEnclave.Pcrs.ToDictionary(one => one.Key, one => (ReadOnlyMemory<byte>)one.Value.ToArray());
        var payload = AttestationPayload.Create(TestChain.ModuleId, at ?? Signed, pcrs, chain.Leaf.Der, chain.CaBundle, PublicKey);
        return new AttestationDocumentTemplate { Payload = payload.Encode() }.Sign(chain.Leaf.Key);
    }

    /// <summary>A list by the issuer of a level, one day around the document's time, that revokes the level's certificate.</summary>
    public static CertificateRevocationList Revoking(int level, int? reason, DateTimeOffset at, DateTimeOffset? invalidSince = null) =>
        Of(level, new RevokedEntry(Chain.Levels[level].SerialNumber, at, reason, invalidSince));

    /// <summary>A list by the issuer of a level.</summary>
    public static CertificateRevocationList Of(int level, params ReadOnlySpan<RevokedEntry> entries) =>
        Signing(level, Chain.Levels[level - 1].NewRevocationList(Signed.AddHours(-12), Signed.AddHours(12), entries));

    public static CertificateRevocationList Signing(int level, RevocationListTemplate template, IssuedCertificate? signer = null)
    {
        Assert.True(CertificateRevocationList.TryRead((signer ?? Chain.Levels[level - 1]).Sign(template), out var list, out var error), error?.ToString());
        return list;
    }

    public static Check? Verify(IReadOnlyList<CertificateRevocationList> lists, ValidationTime? time = null, Func<PolicySettings, PolicySettings>? change = null) =>
        Result(lists, time, change).Failure?.Check;

    public static VerificationResult Result(IReadOnlyList<CertificateRevocationList> lists, ValidationTime? time = null, Func<PolicySettings, PolicySettings>? change = null)
    {
        var settings = TestEnclave.Settings with { MaximumDocumentAge = TimeSpan.FromDays(100) };
        var verifier = new AttestationVerifier(new VerificationPolicy(change?.Invoke(settings) ?? settings), new VerifierOptions { RevocationLists = lists });
        var expected = new DocumentExpectations { Nonce = ByteExpectation.AnyUnsafe, UserData = ByteExpectation.AnyUnsafe, PublicKey = ByteExpectation.AnyUnsafe };
        return verifier.Verify(Document, expected, time ?? ValidationTime.Archive);
    }

    public static Sha384Digest Digest(string text) => Sha384Digest.Of(System.Text.Encoding.UTF8.GetBytes(text));
}
