using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nitro.Nsm.Simulator;

/// <summary>A certificate with its private key: what signs the level below it, or a document.</summary>
public sealed class IssuedCertificate : IDisposable
{
    private readonly Lock gate = new();

    private IssuedCertificate(
        CertificateLevel level,
        ReadOnlyMemory<byte> der,
        ECDsa key,
        ReadOnlyMemory<byte> subject,
        ReadOnlyMemory<byte> subjectPublicKeyInfo,
        DateTimeOffset notBefore,
        DateTimeOffset notAfter)
    {
        Level = level;
        Der = der;
        Key = key;
        Subject = subject;
        SubjectPublicKeyInfo = subjectPublicKeyInfo;
        NotBefore = notBefore;
        NotAfter = notAfter;
    }

    /// <summary>Its place in the chain.</summary>
    public CertificateLevel Level { get; }

    /// <summary>The certificate, DER.</summary>
    public ReadOnlyMemory<byte> Der { get; }

    /// <summary>Its private key. Not to be used by two threads at once.</summary>
    public ECDsa Key { get; }

    /// <summary>DER of its subject's Name.</summary>
    public ReadOnlyMemory<byte> Subject { get; }

    /// <summary>DER of its public key.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; }

    /// <summary>First second of validity.</summary>
    public DateTimeOffset NotBefore { get; }

    /// <summary>Last second of validity.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>Whether a time lies within its validity.</summary>
    public bool IsValidAt(DateTimeOffset time) => time >= NotBefore && time <= NotAfter;

    /// <summary>The certificate's serial number, content octets: with its issuer's name it is what a revocation list names.</summary>
    public ReadOnlyMemory<byte> SerialNumber
    {
        get
        {
            var signed = new AsnReader(Der, AsnEncodingRules.DER).ReadSequence().ReadSequence();
            signed.ReadEncodedValue();
            return signed.ReadIntegerBytes();
        }
    }

    /// <summary>A revocation list of this issuer, as AWS's regional authorities would publish one.</summary>
    /// <param name="thisUpdate">When it is issued.</param>
    /// <param name="nextUpdate">When the next one will have been issued.</param>
    /// <param name="entries">What it revokes.</param>
    public RevocationListTemplate NewRevocationList(DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, params ReadOnlySpan<RevokedEntry> entries) => new()
    {
        Issuer = Subject,
        ThisUpdate = thisUpdate,
        NextUpdate = nextUpdate,
        Entries = [.. entries],
        Extensions = [CertificateExtension.AuthorityKeyIdentifier(SubjectPublicKeyInfo), RevocationListTemplate.Number(thisUpdate.ToUnixTimeSeconds())],
    };

    /// <summary>Signs a revocation list. Thread-safe.</summary>
    public byte[] Sign(RevocationListTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        lock (gate)
        {
            return template.Sign(Key);
        }
    }

    /// <summary>Forgets the key.</summary>
    public void Dispose() => Key.Dispose();

    /// <summary>A certificate from a template.</summary>
    /// <param name="level">Its place.</param>
    /// <param name="template">All of it but the signature.</param>
    /// <param name="key">Its own key, from now on its to dispose.</param>
    /// <param name="issuer">Who signs it; null for itself.</param>
    internal static IssuedCertificate Issue(CertificateLevel level, CertificateTemplate template, ECDsa key, IssuedCertificate? issuer)
    {
        var der = issuer is null ? template.Sign(key) : issuer.SignTemplate(template);
        return new(level, der, key, template.Subject, template.SubjectPublicKeyInfo, template.NotBefore, template.NotAfter);
    }

    /// <summary>A root that was read from a file.</summary>
    internal static IssuedCertificate FromRoot(X509Certificate2 certificate, ECDsa key) => new(
        CertificateLevel.Root,
        certificate.RawData,
        key,
        certificate.SubjectName.RawData,
        certificate.PublicKey.ExportSubjectPublicKeyInfo(),
        new DateTimeOffset(certificate.NotBefore.ToUniversalTime()),
        new DateTimeOffset(certificate.NotAfter.ToUniversalTime()));

    /// <summary>Several simulated NSMs may have certificates signed by one root at once.</summary>
    private byte[] SignTemplate(CertificateTemplate template)
    {
        lock (gate)
        {
            return template.Sign(Key);
        }
    }
}
