using System.Formats.Cbor;

namespace Nitro.Emulator.Tests;

/// <summary>An attestation document taken apart with Microsoft's CBOR reader, whatever its envelope says.</summary>
internal sealed record EmulatedDocument(byte[] ProtectedHeader, byte[] Signature, string ModuleId, IReadOnlyDictionary<int, string> Pcrs, byte[]? PublicKey, byte[]? UserData, byte[]? Nonce)
{
    public static EmulatedDocument Read(ReadOnlyMemory<byte> bytes)
    {
        var envelope = new CborReader(bytes);
        Assert.Equal(4, envelope.ReadStartArray());
        var header = envelope.ReadByteString();
        envelope.SkipValue();
        var payload = new CborReader(envelope.ReadByteString());
        var signature = envelope.ReadByteString();
        envelope.ReadEndArray();
        Assert.Equal(0, envelope.BytesRemaining);

        var module = "";
        var pcrs = new Dictionary<int, string>();
        var fields = new Dictionary<string, byte[]?>();
        payload.ReadStartMap();
        while (payload.PeekState() != CborReaderState.EndMap)
        {
            var key = payload.ReadTextString();
            switch (key)
            {
                case "module_id":
                    module = payload.ReadTextString();
                    break;
                case "pcrs":
                    payload.ReadStartMap();
                    while (payload.PeekState() != CborReaderState.EndMap)
                    {
                        pcrs.Add(payload.ReadInt32(), Convert.ToHexStringLower(payload.ReadByteString()));
                    }

                    payload.ReadEndMap();
                    break;
                case "public_key" or "user_data" or "nonce":
                    if (payload.PeekState() == CborReaderState.Null)
                    {
                        payload.ReadNull();
                        fields[key] = null;
                    }
                    else
                    {
                        fields[key] = payload.ReadByteString();
                    }

                    break;
                default:
                    payload.SkipValue();
                    break;
            }
        }

        payload.ReadEndMap();
        return new EmulatedDocument(header, signature, module, pcrs, fields.GetValueOrDefault("public_key"), fields.GetValueOrDefault("user_data"), fields.GetValueOrDefault("nonce"));
    }
}
