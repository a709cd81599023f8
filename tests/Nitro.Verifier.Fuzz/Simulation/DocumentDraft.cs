using System.Text;
using Nitro.Verifier.Fuzz.Mutation;

namespace Nitro.Verifier.Fuzz.Simulation;

/// <summary>
/// An attestation document in parts that can be changed and, where its keys are known, signed again. Mutable, not thread-safe.
/// </summary>
public sealed class DocumentDraft
{
    private static readonly byte[] Es384Header = [0xa1, 0x01, 0x38, 0x22];

    /// <summary>The whole as a CBOR tree; its third item is replaced by <see cref="Payload"/> when it is written.</summary>
    public required CborNode Envelope { get; init; }

    /// <summary>The payload's map.</summary>
    public required CborNode Payload { get; init; }

    /// <summary>The chain whose keys sign again; null for a genuine document, whose signature stays what it was.</summary>
    public FuzzChain? Chain { get; init; }

    /// <summary>The key that signs; null to keep the signature that there is.</summary>
    public FixedKey? Signer { get; set; }

    /// <summary>Which of the signer's nonces.</summary>
    public int Nonce { get; set; }

    /// <summary>Takes a document apart; null where that cannot be done, as with the collection's malformed one.</summary>
    public static DocumentDraft? Parse(byte[] document, FuzzChain? chain = null) =>
        CborNode.Parse(document) is { Major: CborNode.Array, Children: [_, _, { Major: CborNode.Bytes } content, _] } envelope
        && CborNode.Parse(content.Content) is { Major: CborNode.Map } payload
            ? new DocumentDraft { Envelope = envelope, Payload = payload, Chain = chain, Signer = chain?.Keys[FuzzChain.Leaf] }
            : null;

    public DocumentDraft Clone() => new() { Envelope = Envelope.Clone(), Payload = Payload.Clone(), Chain = Chain, Signer = Signer };

    /// <summary>The value under a text key; null when there is none.</summary>
    public CborNode? Find(string key)
    {
        var at = IndexOf(key);
        return at < 0 ? null : Payload.Children[at + 1];
    }

    /// <summary>Puts a value under a text key that is there; without it there is nothing to do.</summary>
    public void Set(string key, CborNode value)
    {
        var at = IndexOf(key);
        if (at >= 0)
        {
            Payload.Children[at + 1] = value;
        }
    }

    /// <summary>The document's bytes, signed when there is a key.</summary>
    public byte[] Write()
    {
        var payload = Payload.Encode();
        var envelope = Envelope.Clone();
        if (envelope.Children.Count == 4)
        {
            envelope.Children[2].Content = payload;
            if (Signer is { } signer)
            {
                envelope.Children[3].Content = signer.SignFixed(ToBeSigned(envelope.Children[0].Content, payload), Nonce);
            }
        }

        return envelope.Encode();
    }

    /// <summary>A signed document of AWS's form.</summary>
    public static DocumentDraft Create(FuzzChain chain, byte[] payload)
    {
        var envelope = new CborNode { Major = CborNode.Array };
        var unprotected = new CborNode { Major = CborNode.Map };
        envelope.Children.AddRange([CborNode.OfBytes(Es384Header), unprotected, CborNode.OfBytes(payload), CborNode.OfBytes(new byte[96])]);
        var tree = CborNode.Parse(payload) ?? throw new ArgumentException("The payload of a seed is CBOR.", nameof(payload));
        return new DocumentDraft { Envelope = envelope, Payload = tree, Chain = chain, Signer = chain.Keys[FuzzChain.Leaf] };
    }

    /// <summary>Sig_structure (RFC 9052 section 4.4).</summary>
    public static byte[] ToBeSigned(byte[] header, byte[] payload)
    {
        var structure = new CborNode { Major = CborNode.Array };
        var context = new CborNode { Major = CborNode.Text, Content = Encoding.ASCII.GetBytes("Signature1") };
        structure.Children.AddRange([context, CborNode.OfBytes(header), CborNode.OfBytes([]), CborNode.OfBytes(payload)]);
        return structure.Encode();
    }

    private int IndexOf(string key)
    {
        var name = Encoding.UTF8.GetBytes(key);
        for (var i = 0; i + 1 < Payload.Children.Count; i += 2)
        {
            if (Payload.Children[i].Major == CborNode.Text && Payload.Children[i].Content.AsSpan().SequenceEqual(name))
            {
                return i;
            }
        }

        return -1;
    }
}
