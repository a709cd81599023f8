using Nitro.Attestation.Cose;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Nsm.Simulator;
using Nitro.Verifier.Fuzz.Judging;
using Nitro.Verifier.Fuzz.Kinds;
using Nitro.Verifier.Fuzz.Simulation;

namespace Nitro.Verifier.Fuzz.Tests;

/// <summary>The second opinion on revocation lists agrees with the product where it should, and would not where it should not.</summary>
public sealed class RevocationRecheckTests
{
    private const int Level = 2;

    private static readonly FuzzChain Chain = FuzzChain.All[0];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_authority_key_identifier_is_read_whether_it_is_critical_or_not(bool critical)
    {
        var own = CertificateExtension.AuthorityKeyIdentifier(Chain.Keys[Level - 1].SubjectPublicKeyInfo) with { Critical = critical };
        var one = Case(own, []);
        var kind = new RevocationListKind();
        Assert.True(kind.Judge(one, new VerifierSet(VerifierConfiguration.All[0])).Accepted);
        Assert.Null(kind.Recheck(one));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_revoked_certificate_is_seen_unless_the_list_is_a_namesakes(bool critical)
    {
        var entry = new RevokedEntry(Chain.Templates[Level].SerialNumber, EvidenceDraft.Time.AddHours(-1), 1, null);
        var own = CertificateExtension.AuthorityKeyIdentifier(Chain.Keys[Level - 1].SubjectPublicKeyInfo) with { Critical = critical };
        var other = CertificateExtension.AuthorityKeyIdentifier(Chain.Keys[Level].SubjectPublicKeyInfo) with { Critical = critical };
        Assert.Contains("level 2 is revoked", RevocationRecheck.Problem(Case(own, [entry])), StringComparison.Ordinal);
        Assert.Null(RevocationRecheck.Problem(Case(other, [entry])));
    }

    private static FuzzCase Case(CertificateExtension identifier, RevokedEntry[] entries)
    {
        var list = new RevocationListTemplate
        {
            Issuer = Chain.Templates[Level - 1].Subject,
            ThisUpdate = EvidenceDraft.Time.AddHours(-1),
            NextUpdate = EvidenceDraft.Time.AddHours(1),
            Entries = [.. entries],
            Extensions = [identifier, RevocationListTemplate.Number(1)],
        };
        var signed = list.EncodeToBeSigned();
        var bytes = RevocationListTemplate.Assemble(signed, Chain.Keys[Level - 1].SignDer(signed, 0));
        var evidence = new EvidenceDraft(Chain, EvidenceKind.Session, CoseAlgorithm.Es256).Build() with { RevocationLists = [bytes] };
        return new FuzzCase(new RevocationListKind().Name, Situation.Open, EvidenceDraft.Time.ToUnixTimeMilliseconds(), evidence.ToJson(), "");
    }
}
