using System.Formats.Cbor;

namespace Nitro.Nsm.Simulator;

/// <summary>
/// Decodes a request. It is stricter than any device (no unknown or repeated keys, nothing after the request), so that what is accepted
/// here is accepted everywhere. Attestation's three keys may be left out, as the device allows.
/// </summary>
internal sealed class NsmRequestReader
{
    private readonly CborReader reader;
    private readonly Dictionary<string, object?> fields = [];

    private NsmRequestReader(byte[] request) => reader = new CborReader(request, CborConformanceMode.Strict);

    /// <summary>The request, null if it cannot be decoded.</summary>
    public static NsmRequest? Read(byte[] request)
    {
        try
        {
            return new NsmRequestReader(request).Read();
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException)
        {
            // The reader's three ways of saying that the bytes are not well-formed, of another type, or out of range.
            return null;
        }
    }

    private NsmRequest? Read()
    {
        NsmRequest? request;
        if (reader.PeekState() == CborReaderState.TextString)
        {
            request = reader.ReadTextString() switch
            {
                "DescribeNSM" => new NsmRequest.DescribeNsm(),
                "GetRandom" => new NsmRequest.GetRandom(),
                _ => null,
            };
        }
        else
        {
            reader.ReadStartMap();
            var name = reader.ReadTextString();
            ReadFields();
            reader.ReadEndMap();
            request = Build(name);
        }

        return reader.BytesRemaining == 0 ? request : null;
    }

    private void ReadFields()
    {
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            var key = reader.ReadTextString();
            fields.Add(key, reader.PeekState() switch
            {
                // An index is 16 bits wide in AWS's nsm-api.
                CborReaderState.UnsignedInteger => checked((ushort)reader.ReadUInt32()),
                CborReaderState.ByteString => (ReadOnlyMemory<byte>)reader.ReadByteString(),
                _ => ReadNull(),
            });
        }

        reader.ReadEndMap();
    }

    private object? ReadNull()
    {
        reader.ReadNull();
        return null;
    }

    private NsmRequest? Build(string name) => name switch
    {
        "DescribePCR" when Has("index") && Number("index") is { } index => new NsmRequest.DescribePcr(index),
        "ExtendPCR" when Has("index", "data") && Number("index") is { } index && fields["data"] is ReadOnlyMemory<byte> data
            => new NsmRequest.ExtendPcr(index, data),
        "LockPCR" when Has("index") && Number("index") is { } index => new NsmRequest.LockPcr(index),
        "LockPCRs" when Has("range") && Number("range") is { } range => new NsmRequest.LockPcrs(range),
        "Attestation" when fields.All(field =>
            field.Key is "user_data" or "nonce" or "public_key" && field.Value is null or ReadOnlyMemory<byte>)
            => new NsmRequest.Attestation(Bytes("user_data"), Bytes("nonce"), Bytes("public_key")),
        _ => null,
    };

    private bool Has(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (!fields.ContainsKey(key))
            {
                return false;
            }
        }

        return fields.Count == keys.Length;
    }

    private int? Number(string key) => fields[key] is ushort number ? number : null;

    // A cast, because "bytes : null" would make an empty string of a null: an array converts, and null is one.
    private ReadOnlyMemory<byte>? Bytes(string key) => (ReadOnlyMemory<byte>?)fields.GetValueOrDefault(key);
}
