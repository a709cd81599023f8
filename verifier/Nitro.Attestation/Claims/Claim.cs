using System.Formats.Cbor;
using Nitro.Attestation.Cbor;

namespace Nitro.Attestation.Claims;

/// <summary>
/// What an enclave states about one inference: this model, on this input, gave this output. Immutable.
/// Its one encoding is a CBOR map with the keys 1 to 10 in that order (RFC 8949 section 4.2.1); see docs/formats.cddl.
/// </summary>
public sealed class Claim
{
    /// <summary>The version this type reads and writes.</summary>
    public const int Version = 1;

    /// <summary>The most bytes of a caller's nonce.</summary>
    public const int MaximumNonce = 64;

    /// <summary>The most bytes of an encoded claim: longest nonce, largest numbers. It has to fit the 512 bytes of user_data that an NSM takes.</summary>
    public const int MaximumSize = 356;

    private const string Type = "inference";
    private const int Keys = 10;

    /// <summary>The digest of the very buffer that the runtime loaded.</summary>
    public required Sha384Digest Model { get; init; }

    /// <summary>The salted digest of the input (<see cref="Inference.InferenceInput"/>).</summary>
    public required Sha384Digest Input { get; init; }

    /// <summary>The salted digest of the output (<see cref="Inference.InferenceOutput"/>).</summary>
    public required Sha384Digest Output { get; init; }

    /// <summary>The caller's nonce, 0 to 64 bytes.</summary>
    public required ReadOnlyMemory<byte> Nonce
    {
        get;
        init => field = value.Length <= MaximumNonce
            ? value.ToArray()
            : throw new ArgumentException($"A claim's nonce has at most {MaximumNonce} bytes, not {value.Length}.", nameof(value));
    }

    /// <summary>When the enclave answered by its own clock: milliseconds since 1970-01-01 UTC, before the year 10000.</summary>
    public required ulong IssuedAtMs
    {
        get;
        init => field = Statement.CheckTimeMs(value);
    }

    /// <summary>The claim's number within its session, from 0, without gaps.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>The digest of the session public key's DER SubjectPublicKeyInfo.</summary>
    public required Sha384Digest Session { get; init; }

    /// <summary>The digest of the session's previous claim; 48 zero bytes for the first.</summary>
    public required Sha384Digest Previous { get; init; }

    /// <summary>The encoding, which is what is signed and what digests are taken of.</summary>
    public byte[] Encode()
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        Span<byte> digest = stackalloc byte[Sha384Digest.Size];
        writer.WriteStartMap(Keys);
        writer.WriteInt32(1);
        writer.WriteInt32(Version);
        writer.WriteInt32(2);
        writer.WriteTextString(Type);
        WriteDigest(writer, 3, Model, digest);
        WriteDigest(writer, 4, Input, digest);
        WriteDigest(writer, 5, Output, digest);
        writer.WriteInt32(6);
        writer.WriteByteString(Nonce.Span);
        writer.WriteInt32(7);
        writer.WriteUInt64(IssuedAtMs);
        writer.WriteInt32(8);
        writer.WriteUInt64(Sequence);
        WriteDigest(writer, 9, Session, digest);
        WriteDigest(writer, 10, Previous, digest);
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>Reads a claim that is encoded in just the way <see cref="Encode"/> does it. Never throws, whatever the bytes.</summary>
    /// <param name="data">The whole claim.</param>
    /// <param name="claim">The claim, when its form is right.</param>
    /// <param name="error">What is wrong, when it is not.</param>
    public static bool TryParse(ReadOnlySpan<byte> data, out Claim? claim, out FormatError? error) =>
        TryParse(data, 0, out claim, out error);

    /// <summary>
    /// Reads a claim that stands at <paramref name="baseOffset"/> of something larger, so that errors name their place in that.
    /// </summary>
    internal static bool TryParse(ReadOnlySpan<byte> data, int baseOffset, out Claim? claim, out FormatError? error)
    {
        var reader = new StrictCborReader(data, baseOffset);
        Statement.ReadHeader(ref reader, "claim", Keys, Version, Type);
        var model = Statement.ReadDigest(ref reader, 3, "claim.model");
        var input = Statement.ReadDigest(ref reader, 4, "claim.input");
        var output = Statement.ReadDigest(ref reader, 5, "claim.output");
        Statement.ReadKey(ref reader, 6, "claim.nonce");
        var nonce = reader.ReadBytes("claim.nonce", 0, MaximumNonce);
        Statement.ReadKey(ref reader, 7, "claim.issued-at");
        var issuedAt = Statement.ReadTimeMs(ref reader, "claim.issued-at");
        Statement.ReadKey(ref reader, 8, "claim.sequence");
        var sequence = reader.ReadUnsigned("claim.sequence");
        var session = Statement.ReadDigest(ref reader, 9, "claim.session");
        var previous = Statement.ReadDigest(ref reader, 10, "claim.previous");
        reader.Finish("claim");
        error = reader.Error;
        claim = reader.Failed ? null : new Claim
        {
            Model = model,
            Input = input,
            Output = output,
            Nonce = nonce.ToArray(),
            IssuedAtMs = issuedAt,
            Sequence = sequence,
            Session = session,
            Previous = previous,
        };
        return claim is not null;
    }

    private static void WriteDigest(CborWriter writer, int key, Sha384Digest value, Span<byte> scratch)
    {
        value.CopyTo(scratch);
        writer.WriteInt32(key);
        writer.WriteByteString(scratch);
    }
}
