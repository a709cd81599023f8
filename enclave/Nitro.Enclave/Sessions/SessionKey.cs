using System.Security.Cryptography;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;

namespace Nitro.Enclave.Sessions;

/// <summary>
/// A session's key pair, which exists in this process alone and signs claims alone. Not safe to use from several threads at once.
/// </summary>
internal sealed class SessionKey : IDisposable
{
    private readonly ECDsa _key;

    private SessionKey(ECDsa key, SessionPublicKey publicKey)
    {
        _key = key;
        PublicKey = publicKey;
    }

    /// <summary>The public half.</summary>
    public SessionPublicKey PublicKey { get; }

    /// <summary>Makes a key from the system's random source, which the NSM has seeded.</summary>
    public static SessionKey Create(CoseAlgorithm algorithm)
    {
        var key = ECDsa.Create(algorithm.Curve());
        return SessionPublicKey.TryParse(key.ExportSubjectPublicKeyInfo(), algorithm, out var publicKey, out var error)
            ? new SessionKey(key, publicKey!)
            : throw new CryptographicException($"The system made a key of another form: {error}");
    }

    /// <summary>The receipt over an encoded claim.</summary>
    public byte[] Sign(ReadOnlySpan<byte> claim) => Receipt.Sign(_key, PublicKey.Algorithm, claim);

    public void Dispose() => _key.Dispose();
}
