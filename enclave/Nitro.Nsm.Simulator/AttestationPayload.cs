using System.Collections.Immutable;
using System.Formats.Cbor;

namespace Nitro.Nsm.Simulator;

/// <summary>
/// What a document says, as the ordered entries of its map. <see cref="Create"/> makes the one that AWS makes; <c>with</c> and the
/// methods here make others, for a verifier's tests.
/// </summary>
/// <remarks>Immutable.</remarks>
public sealed record AttestationPayload
{
    /// <summary>The entries, in order. Nothing keeps keys from occurring twice or being something else than texts.</summary>
    public required ImmutableArray<PayloadEntry> Entries { get; init; }

    /// <summary>How the map states its length.</summary>
    public PayloadForm Form { get; init; }

    /// <summary>AWS's nine entries, in AWS's order.</summary>
    /// <param name="moduleId">The NSM's identity.</param>
    /// <param name="timestamp">When the document is made; milliseconds are kept.</param>
    /// <param name="pcrs">The locked registers.</param>
    /// <param name="certificate">The leaf, DER.</param>
    /// <param name="caBundle">Levels 0 to 3, DER, root first.</param>
    /// <param name="publicKey">The caller's, or null.</param>
    /// <param name="userData">The caller's, or null.</param>
    /// <param name="nonce">The caller's, or null.</param>
    public static AttestationPayload Create(
        string moduleId,
        DateTimeOffset timestamp,
        IReadOnlyDictionary<int, ReadOnlyMemory<byte>> pcrs,
        ReadOnlyMemory<byte> certificate,
        IEnumerable<ReadOnlyMemory<byte>> caBundle,
        ReadOnlyMemory<byte>? publicKey = null,
        ReadOnlyMemory<byte>? userData = null,
        ReadOnlyMemory<byte>? nonce = null) => new()
        {
            Entries =
            [
                PayloadEntry.Named("module_id", PayloadEntry.Text(moduleId)),
                PayloadEntry.Named("digest", PayloadEntry.Text("SHA384")),
                PayloadEntry.Named("timestamp", EncodeTimestamp(timestamp)),
                PayloadEntry.Named("pcrs", EncodePcrs(pcrs)),
                PayloadEntry.Named("certificate", PayloadEntry.Bytes(certificate)),
                PayloadEntry.Named("cabundle", EncodeCaBundle(caBundle)),
                PayloadEntry.Named("public_key", PayloadEntry.Bytes(publicKey)),
                PayloadEntry.Named("user_data", PayloadEntry.Bytes(userData)),
                PayloadEntry.Named("nonce", PayloadEntry.Bytes(nonce)),
            ],
        };

    /// <summary>A timestamp, CBOR: milliseconds since 1970.</summary>
    public static byte[] EncodeTimestamp(DateTimeOffset timestamp)
    {
        var writer = new CborWriter();
        writer.WriteInt64(timestamp.ToUnixTimeMilliseconds());
        return writer.Encode();
    }

    /// <summary>The map of registers, CBOR, in ascending order.</summary>
    public static byte[] EncodePcrs(IReadOnlyDictionary<int, ReadOnlyMemory<byte>> pcrs)
    {
        ArgumentNullException.ThrowIfNull(pcrs);
        var writer = new CborWriter();
        writer.WriteStartMap(pcrs.Count);
        foreach (var (index, value) in pcrs.OrderBy(pcr => pcr.Key))
        {
            writer.WriteInt32(index);
            writer.WriteByteString(value.Span);
        }

        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>The array of certificates, CBOR.</summary>
    public static byte[] EncodeCaBundle(IEnumerable<ReadOnlyMemory<byte>> caBundle)
    {
        ReadOnlyMemory<byte>[] certificates = [.. caBundle];
        var writer = new CborWriter();
        writer.WriteStartArray(certificates.Length);
        foreach (var certificate in certificates)
        {
            writer.WriteByteString(certificate.Span);
        }

        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>The payload with another value under a text key, in its place, or at the end if the key is new.</summary>
    /// <param name="key">The key's text.</param>
    /// <param name="value">The value, CBOR.</param>
    public AttestationPayload With(string key, ReadOnlyMemory<byte> value)
    {
        var index = IndexOf(key);
        var entry = PayloadEntry.Named(key, value);
        return this with { Entries = index < 0 ? Entries.Add(entry) : Entries.SetItem(index, entry) };
    }

    /// <summary>The payload without the entry of a text key.</summary>
    /// <exception cref="ArgumentException">There is none: a test that removes nothing tests nothing.</exception>
    public AttestationPayload Without(string key)
    {
        var index = IndexOf(key);
        return index < 0
            ? throw new ArgumentException($"The payload has no entry \"{key}\".", nameof(key))
            : this with { Entries = Entries.RemoveAt(index) };
    }

    /// <summary>The payload, CBOR.</summary>
    /// <exception cref="ArgumentException">
    /// A key or value is not one well-formed CBOR item. A payload that is no CBOR at all goes into
    /// <see cref="AttestationDocumentTemplate.Payload"/> directly.
    /// </exception>
    public byte[] Encode()
    {
        // Lax, so that a test may write a key twice; the indefinite form stays as it is written.
        var writer = new CborWriter(CborConformanceMode.Lax);
        writer.WriteStartMap(Form == PayloadForm.Definite ? Entries.Length : null);
        foreach (var entry in Entries)
        {
            writer.WriteEncodedValue(entry.Key.Span);
            writer.WriteEncodedValue(entry.Value.Span);
        }

        writer.WriteEndMap();
        return writer.Encode();
    }

    private int IndexOf(string key)
    {
        ReadOnlySpan<byte> encoded = PayloadEntry.Text(key);
        for (var i = 0; i < Entries.Length; i++)
        {
            if (encoded.SequenceEqual(Entries[i].Key.Span))
            {
                return i;
            }
        }

        return -1;
    }
}
