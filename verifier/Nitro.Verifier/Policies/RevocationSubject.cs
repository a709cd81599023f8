namespace Nitro.Verifier;

/// <summary>What a policy's revocation is about.</summary>
public enum RevocationSubject
{
    /// <summary>Any document in which one PCR has one value.</summary>
    Measurement = 1,

    /// <summary>One NSM, by its module id: <c>i-0123456789abcdef0-enc0123456789abcdef</c>.</summary>
    Module = 2,

    /// <summary>One EC2 instance, by its id: <c>i-0123456789abcdef0</c>.</summary>
    Instance = 3,

    /// <summary>One certificate of the chain, by issuer and serial number.</summary>
    Certificate = 4,

    /// <summary>Any certificate of the chain with one key, by the SHA-384 of its SubjectPublicKeyInfo.</summary>
    CertificateKey = 5,

    /// <summary>One session, by the SHA-384 of its public key.</summary>
    Session = 6,

    /// <summary>One model, by its digest.</summary>
    Model = 7,

    /// <summary>One configuration, by its digest.</summary>
    Configuration = 8,
}
