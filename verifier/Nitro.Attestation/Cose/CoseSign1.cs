using System.Formats.Cbor;
using System.Security.Cryptography;
using Nitro.Attestation.Cbor;

namespace Nitro.Attestation.Cose;

/// <summary>
/// The parts of a COSE_Sign1 structure (RFC 9052 section 4.2) as they stand in the bytes: nothing about them is verified.
/// Immutable over memory that the caller must not change.
/// </summary>
public sealed class CoseSign1
{
    /// <summary>The CBOR tag of COSE_Sign1 (RFC 9052 section 2).</summary>
    public const byte Tag = 18;

    /// <summary>The head of an array of four and the text "Signature1".</summary>
    private static ReadOnlySpan<byte> SignatureStructureStart =>
        [0x84, 0x6a, (byte)'S', (byte)'i', (byte)'g', (byte)'n', (byte)'a', (byte)'t', (byte)'u', (byte)'r', (byte)'e', (byte)'1'];

    private CoseSign1(ReadOnlyMemory<byte> protectedHeader, int unprotectedCount, ReadOnlyMemory<byte> payload, int payloadOffset, ReadOnlyMemory<byte> signature, bool tagged)
    {
        ProtectedHeader = protectedHeader;
        UnprotectedCount = unprotectedCount;
        Payload = payload;
        PayloadOffset = payloadOffset;
        Signature = signature;
        IsTagged = tagged;
    }

    /// <summary>The content of the protected header's byte string.</summary>
    public ReadOnlyMemory<byte> ProtectedHeader { get; }

    /// <summary>The number of pairs in the unprotected header. When it is not 0 the parsing stopped there: the parts after it are empty.</summary>
    public int UnprotectedCount { get; }

    /// <summary>The signed content.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Bytes from the start of the input to the payload's content, so that errors inside it can name their place.</summary>
    public int PayloadOffset { get; }

    /// <summary>The signature's bytes, of whatever length.</summary>
    public ReadOnlyMemory<byte> Signature { get; }

    /// <summary>Whether CBOR tag 18 stood before the array.</summary>
    public bool IsTagged { get; }

    /// <summary>
    /// Takes a COSE_Sign1 apart: an array of four with a byte string, a map, a byte string and a byte string, in shortest form, nothing after it.
    /// An unprotected header with content ends the reading, since no format here allows one; <see cref="UnprotectedCount"/> tells.
    /// </summary>
    /// <param name="data">The whole structure.</param>
    /// <param name="maximumPart">The most bytes that any one part may have.</param>
    /// <param name="cose">The parts, when the structure is right.</param>
    /// <param name="error">What is wrong, when it is not.</param>
    public static bool TryParse(ReadOnlyMemory<byte> data, int maximumPart, out CoseSign1? cose, out FormatError? error)
    {
        var reader = new StrictCborReader(data.Span);
        var tagged = reader.TryReadTag(Tag);
        reader.ReadArrayHead("COSE_Sign1", 4, 4);
        var header = Content(reader.ReadBytes("protected header", 0, maximumPart), reader.Position);
        var unprotected = reader.ReadMapHead("unprotected header", 0, ushort.MaxValue);
        if (!reader.Failed && unprotected > 0)
        {
            (cose, error) = (new CoseSign1(data[header], unprotected, default, 0, default, tagged), null);
            return true;
        }

        var payload = Content(reader.ReadBytes("payload", 0, maximumPart), reader.Position);
        var signature = Content(reader.ReadBytes("signature", 0, maximumPart), reader.Position);
        reader.Finish("COSE_Sign1");
        error = reader.Error;
        cose = reader.Failed ? null : new CoseSign1(data[header], 0, data[payload], payload.Start.Value, data[signature], tagged);
        return cose is not null;

        static Range Content(ReadOnlySpan<byte> content, int end) => (end - content.Length)..end;
    }

    /// <summary>Writes an untagged COSE_Sign1 with an empty unprotected header.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> protectedHeader, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> signature)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(4);
        writer.WriteByteString(protectedHeader);
        writer.WriteStartMap(0);
        writer.WriteEndMap();
        writer.WriteByteString(payload);
        writer.WriteByteString(signature);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>
    /// The hash that the signature is over: that of <c>["Signature1", protected header, empty, payload]</c> (RFC 9052 section 4.4).
    /// </summary>
    /// <param name="hash">The algorithm's hash.</param>
    /// <param name="protectedHeader">The content of the protected header.</param>
    /// <param name="payload">The content that is signed.</param>
    /// <param name="destination">At least the hash's size; the number of bytes written is returned.</param>
    public static int HashToBeSigned(HashAlgorithmName hash, ReadOnlySpan<byte> protectedHeader, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        Span<byte> head = stackalloc byte[9];
        var total = SignatureStructureStart.Length + (3 * head.Length) + protectedHeader.Length + payload.Length;
        using var running = new PiecewiseHash(hash, total, stackalloc byte[PiecewiseHash.ScratchSize]);
        running.Append(SignatureStructureStart);
        running.Append(Head(head, protectedHeader.Length));
        running.Append(protectedHeader);
        running.Append(Head(head, 0));
        running.Append(Head(head, payload.Length));
        running.Append(payload);
        return running.Finish(destination);

        static ReadOnlySpan<byte> Head(Span<byte> head, int length) => head[..CborHead.Write(head, StrictCborReader.ByteString, (ulong)length)];
    }
}
