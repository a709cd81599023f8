using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Nitro.Attestation;
using Nitro.Attestation.Cbor;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;
using Nitro.Verifier.Caching;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier;

/// <summary>
/// A policy signed by a key that the caller pins, with a version that may not go back: an old policy is a forged one. The file is an untagged COSE_Sign1
/// (RFC 9052) whose protected header is exactly {1: algorithm, 3: content type}, so nothing else that the key signs is a policy; the payload is the CBOR map
/// {1: 1, 2: version, 3: the policy's JSON}. Immutable.
/// </summary>
public sealed class SignedPolicy
{
    /// <summary>The content type in the protected header.</summary>
    public const string ContentType = "application/vnd.nitro.policy+cbor";

    /// <summary>The most bytes of a signed policy: the largest policy, and 256 bytes of heads, headers and signature.</summary>
    public const int MaximumSize = PolicyReader.MaximumSize + 256;

    private const ulong Format = 1;

    private static readonly byte[] Es256Header = Header(CoseAlgorithm.Es256);
    private static readonly byte[] Es384Header = Header(CoseAlgorithm.Es384);

    private SignedPolicy(VerificationPolicy policy, ulong version)
    {
        Policy = policy;
        Version = version;
    }

    /// <summary>The policy.</summary>
    public VerificationPolicy Policy { get; }

    /// <summary>Its version: what the caller keeps, and gives as the least one the next time.</summary>
    public ulong Version { get; }

    /// <summary>Whether bytes begin as a signed policy does, rather than as JSON.</summary>
    public static bool IsOne(ReadOnlySpan<byte> bytes) => bytes.Length > 0 && bytes[0] == 0x84;

    /// <summary>Reads a signed policy. Never throws, whatever the bytes.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="publicKey">The pinned key: a DER SubjectPublicKeyInfo of P-256 (ES256) or P-384 (ES384), 91 or 120 bytes.</param>
    /// <param name="leastVersion">The version that was last accepted, or 0: an earlier one is refused.</param>
    /// <param name="readCertificate">As for <see cref="VerificationPolicy.Parse"/>.</param>
    /// <param name="policy">The policy, when its signature, its version and its content are good.</param>
    /// <param name="error">The first thing that is not.</param>
    /// <exception cref="ArgumentException">Misuse: the pinned key is no such key.</exception>
    public static bool TryRead(
        ReadOnlySpan<byte> bytes,
        ReadOnlySpan<byte> publicKey,
        ulong leastVersion,
        Func<string, byte[]>? readCertificate,
        [NotNullWhen(true)] out SignedPolicy? policy,
        [NotNullWhen(false)] out FormatError? error)
    {
        policy = null;
        if (!SessionPublicKey.TryParse(publicKey, out var key, out var keyError) || ReceiptVerifier.Create(key!) is not { } verifier)
        {
            throw new ArgumentException($"The pinned key is no SubjectPublicKeyInfo of a point on P-256 or P-384{(keyError is null ? "" : $": {keyError}")}", nameof(publicKey));
        }

        using (verifier)
        {
            if (Open(bytes, key!, verifier, out var payload, out error) && ReadPayload(payload, out var version, out var json, out error))
            {
                if (version < leastVersion)
                {
                    error = new FormatError("policy version", -1, Text($"{leastVersion} or later, since that one was accepted before"), Text($"{version}: an old policy"));
                }
                else
                {
                    policy = ReadPolicy(json, version, readCertificate, out error);
                }
            }
        }

        return policy is not null;
    }

    /// <summary>Signs a policy, after reading it: one that nobody could use is not signed.</summary>
    /// <param name="key">The private key, on P-256 or P-384.</param>
    /// <param name="version">The version, later than any before.</param>
    /// <param name="json">The policy.</param>
    /// <param name="readCertificate">As for <see cref="VerificationPolicy.Parse"/>.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentException">The key is on another curve, or has no private half.</exception>
    /// <exception cref="PolicyException">The policy cannot be used.</exception>
    public static byte[] Sign(ECDsa key, ulong version, ReadOnlySpan<byte> json, Func<string, byte[]>? readCertificate = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        PolicyReader.Read(json, readCertificate);
        var algorithm = AlgorithmOf(key);
        var header = algorithm == CoseAlgorithm.Es256 ? Es256Header : Es384Header;
        var payload = Payload(version, json);
        Span<byte> hash = stackalloc byte[Sha384Digest.Size];
        hash = hash[..CoseSign1.HashToBeSigned(algorithm.HashName(), header, payload, hash)];
        try
        {
            return CoseSign1.Encode(header, payload, key.SignHash(hash.ToArray(), DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        }
        catch (CryptographicException exception)
        {
            throw new ArgumentException($"The key cannot sign; is it the public half alone? {exception.Message}", nameof(key), exception);
        }
    }

    /// <summary>By the public half, which a key in hardware gives too: of the same size there are other curves.</summary>
    private static CoseAlgorithm AlgorithmOf(ECDsa key)
    {
        return SessionPublicKey.TryParse(key.ExportSubjectPublicKeyInfo(), out var half, out var problem)
            ? half!.Algorithm
            : throw new ArgumentException($"A policy is signed with a key on P-256 or P-384, and this is none: {problem}", nameof(key));
    }

    private static bool Open(
        ReadOnlySpan<byte> bytes, SessionPublicKey key, ReceiptVerifier verifier, out ReadOnlyMemory<byte> payload, [NotNullWhen(false)] out FormatError? error)
    {
        payload = default;
        if (bytes.Length is 0 or > MaximumSize)
        {
            error = new FormatError("signed policy", -1, Text($"1 to {MaximumSize} bytes"), Text($"{bytes.Length}"));
            return false;
        }

        if (!CoseSign1.TryParse(bytes.ToArray(), MaximumSize, out var cose, out error))
        {
            error ??= new FormatError("signed policy", -1, "a COSE_Sign1", "something else");
            return false;
        }

        var header = key.Algorithm == CoseAlgorithm.Es256 ? Es256Header : Es384Header;
        error = (cose!.IsTagged, cose.UnprotectedCount, cose.ProtectedHeader.Span.SequenceEqual(header)) switch
        {
            (true, _, _) => new("signed policy", 0, "an untagged COSE_Sign1", "tag 18"),
            (_, > 0, _) => new("unprotected header", -1, "an empty map", Text($"{cose.UnprotectedCount} entries")),
            (_, _, false) => new("protected header", -1, Text($"{{1: {(int)key.Algorithm}, 3: \"{ContentType}\"}}, by the pinned key's curve"), Text($"{cose.ProtectedHeader.Length} other bytes")),
            _ => null,
        };
        if (error is not null)
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[Sha384Digest.Size];
        hash = hash[..CoseSign1.HashToBeSigned(key.Algorithm.HashName(), cose.ProtectedHeader.Span, cose.Payload.Span, hash)];
        payload = cose.Payload;
        error = verifier.Verify(hash, cose.Signature.Span, new SignatureEngine(!SignatureEngine.OwnIsFast, tables: 0))
            ? null
            : new FormatError("signature", -1, Text($"one by the pinned key, whose SHA-384 is {key.Digest}"), "one that does not verify");
        return error is null;
    }

    private static bool ReadPayload(ReadOnlyMemory<byte> payload, out ulong version, out ReadOnlySpan<byte> json, [NotNullWhen(false)] out FormatError? error)
    {
        var reader = new StrictCborReader(payload.Span);
        reader.ReadMapHead("policy payload", 3, 3);
        ExpectKey(ref reader, 1);
        var at = reader.Position;
        var format = reader.ReadUnsigned("policy payload.format");
        if (!reader.Failed && format != Format)
        {
            reader.FailAt(at, "policy payload.format", Text($"{Format}"), Text($"{format}: a newer release may read it"));
        }

        ExpectKey(ref reader, 2);
        version = reader.ReadUnsigned("policy payload.version");
        ExpectKey(ref reader, 3);
        json = reader.ReadBytes("policy payload.policy", 1, PolicyReader.MaximumSize);
        reader.Finish("policy payload");
        error = reader.Error;
        return error is null;
    }

    private static void ExpectKey(ref StrictCborReader reader, ulong key)
    {
        var at = reader.Position;
        var found = reader.ReadUnsigned("policy payload key");
        if (!reader.Failed && found != key)
        {
            reader.FailAt(at, "policy payload key", Text($"{key}"), Text($"{found}"));
        }
    }

    private static SignedPolicy? ReadPolicy(ReadOnlySpan<byte> json, ulong version, Func<string, byte[]>? readCertificate, out FormatError? error)
    {
        try
        {
            error = null;
            return new SignedPolicy(PolicyReader.Read(json, readCertificate), version);
        }
        catch (PolicyException exception)
        {
            error = new FormatError("signed policy", -1, "a policy that can be used", exception.Message);
            return null;
        }
    }

    private static byte[] Header(CoseAlgorithm algorithm)
    {
        // {1: -7 or -35, 3: content type}: the type has more than 23 bytes, so its head has two.
        ReadOnlySpan<byte> start = algorithm == CoseAlgorithm.Es256 ? [0xA2, 0x01, 0x26, 0x03, 0x78] : [0xA2, 0x01, 0x38, 0x22, 0x03, 0x78];
        return [.. start, (byte)ContentType.Length, .. System.Text.Encoding.ASCII.GetBytes(ContentType)];
    }

    private static byte[] Payload(ulong version, ReadOnlySpan<byte> json)
    {
        Span<byte> head = stackalloc byte[CborHead.MaximumSize];
        byte[] number = [.. head[..CborHead.Write(head, StrictCborReader.UnsignedInteger, version)]];
        byte[] length = [.. head[..CborHead.Write(head, StrictCborReader.ByteString, (ulong)json.Length)]];
        return [0xA3, 0x01, (byte)Format, 0x02, .. number, 0x03, .. length, .. json];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
