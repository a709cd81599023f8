using Nitro.Attestation;
using Nitro.Attestation.Documents;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier;

/// <summary>One thing that a policy no longer accepts, from when on, and why. Immutable.</summary>
public sealed class Revocation
{
    /// <summary>The most characters of a module id or an instance id.</summary>
    public const int MaximumName = 255;

    private readonly int _pcr = -1;
    private readonly Sha384Digest _digest;
    private readonly string? _name;
    private readonly byte[] _issuer = [];
    private readonly byte[] _serialNumber = [];

    private Revocation(RevocationSubject subject, RevocationReason reason, DateTimeOffset? effective, string shown)
    {
        if (!Enum.IsDefined(reason))
        {
            throw new PolicyException("a revocation's reason is compromised or superseded");
        }

        if (reason == RevocationReason.Superseded && effective is null)
        {
            throw new PolicyException("what is superseded needs an effective time: what was signed before it still counts");
        }

        Subject = subject;
        Reason = reason;
        Effective = effective;
        Shown = shown;
    }

    private Revocation(RevocationSubject subject, Sha384Digest digest, RevocationReason reason, DateTimeOffset? effective, string shown, int pcr = -1)
        : this(subject, reason, effective, shown)
    {
        _digest = digest;
        _pcr = pcr;
    }

    private Revocation(RevocationSubject subject, string name, RevocationReason reason, DateTimeOffset? effective, string shown)
        : this(subject, reason, effective, shown)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > MaximumName)
        {
            throw new PolicyException($"a module id or an instance id has 1 to {MaximumName} characters");
        }

        _name = name;
    }

    private Revocation(byte[] issuer, byte[] serialNumber, RevocationReason reason, DateTimeOffset? effective, string shown)
        : this(RevocationSubject.Certificate, reason, effective, shown)
    {
        _issuer = issuer;
        _serialNumber = serialNumber;
    }

    /// <summary>What it is about.</summary>
    public RevocationSubject Subject { get; }

    /// <summary>Why.</summary>
    public RevocationReason Reason { get; }

    /// <summary>From when on; null, for what is compromised only: always was.</summary>
    public DateTimeOffset? Effective { get; }

    /// <summary>What exactly, for people: one line of printable ASCII.</summary>
    public string Shown { get; }

    /// <summary>Any document in which a PCR has a value: one release, wherever it runs.</summary>
    /// <exception cref="PolicyException">There is no such PCR, or an effective time is missing.</exception>
    public static Revocation OfMeasurement(int pcr, Sha384Digest value, RevocationReason reason, DateTimeOffset? effective = null) => pcr is >= 0 and < PcrSet.Capacity
        ? new(RevocationSubject.Measurement, value, reason, effective, FormattableString.Invariant($"PCR{pcr} {value}"), pcr)
        : throw new PolicyException(FormattableString.Invariant($"there is no PCR{pcr}: PCRs are 0 to {PcrSet.Capacity - 1}"));

    /// <summary>One NSM, by its module id.</summary>
    /// <exception cref="PolicyException">An effective time is missing, or the id is empty.</exception>
    public static Revocation OfModule(string moduleId, RevocationReason reason, DateTimeOffset? effective = null) =>
        new(RevocationSubject.Module, moduleId, reason, effective, $"module {ByteText.Printable(moduleId ?? "")}");

    /// <summary>One EC2 instance, and every NSM on it.</summary>
    /// <exception cref="PolicyException">An effective time is missing, or the id is empty.</exception>
    public static Revocation OfInstance(string instanceId, RevocationReason reason, DateTimeOffset? effective = null) =>
        new(RevocationSubject.Instance, instanceId, reason, effective, $"instance {ByteText.Printable(instanceId ?? "")}");

    /// <summary>One certificate, by what identifies it: its issuer and its serial number.</summary>
    /// <param name="certificate">The certificate, DER; only its issuer and serial number count.</param>
    /// <param name="reason">Why.</param>
    /// <param name="effective">From when on.</param>
    /// <exception cref="PolicyException">It is no certificate, or an effective time is missing.</exception>
    public static Revocation OfCertificate(ReadOnlySpan<byte> certificate, RevocationReason reason, DateTimeOffset? effective = null) =>
        Certificates.Certificate.TryRead(certificate.ToArray(), out var read, out var error)
            ? new(read!.Issuer.ToArray(), read.SerialNumber.ToArray(), reason, effective, $"certificate {Convert.ToHexString(read.SerialNumber)} of {read.IssuerText}")
            : throw new PolicyException($"no certificate: {error}");

    /// <summary>Any certificate with a key, by the SHA-384 of its SubjectPublicKeyInfo.</summary>
    /// <exception cref="PolicyException">An effective time is missing.</exception>
    public static Revocation OfCertificateKey(Sha384Digest key, RevocationReason reason, DateTimeOffset? effective = null) =>
        new(RevocationSubject.CertificateKey, key, reason, effective, $"certificate key {key}");

    /// <summary>One session, by the SHA-384 of its public key.</summary>
    /// <exception cref="PolicyException">An effective time is missing.</exception>
    public static Revocation OfSession(Sha384Digest session, RevocationReason reason, DateTimeOffset? effective = null) =>
        new(RevocationSubject.Session, session, reason, effective, $"session {session}");

    /// <summary>One model.</summary>
    /// <exception cref="PolicyException">An effective time is missing.</exception>
    public static Revocation OfModel(Sha384Digest model, RevocationReason reason, DateTimeOffset? effective = null) =>
        new(RevocationSubject.Model, model, reason, effective, $"model {model}");

    /// <summary>One configuration.</summary>
    /// <exception cref="PolicyException">An effective time is missing.</exception>
    public static Revocation OfConfiguration(Sha384Digest configuration, RevocationReason reason, DateTimeOffset? effective = null) =>
        new(RevocationSubject.Configuration, configuration, reason, effective, $"configuration {configuration}");

    internal bool IsMeasurement(PcrSet pcrs) => Subject == RevocationSubject.Measurement && pcrs.TryGet(_pcr, out var found) && found == _digest;

    /// <summary>A module id is the instance's id, a hyphen, and more.</summary>
    internal bool IsModule(string moduleId) => Subject switch
    {
        RevocationSubject.Module => moduleId == _name,
        RevocationSubject.Instance => moduleId.Length > _name!.Length && moduleId[_name.Length] == '-' && moduleId.StartsWith(_name, StringComparison.Ordinal),
        _ => false,
    };

    internal bool IsCertificate(CertificateNode node) => Subject switch
    {
        RevocationSubject.Certificate => node.Certificate.SerialNumber.SequenceEqual(_serialNumber) && node.Certificate.Issuer.SequenceEqual(_issuer),
        RevocationSubject.CertificateKey => node.KeyDigest == _digest,
        _ => false,
    };

    internal bool Is(RevocationSubject subject, Sha384Digest digest) => Subject == subject && _digest == digest;
}
