using System.Security.Cryptography;
using System.Text;
using Nitro.Attestation.Cbor;

namespace Nitro.Attestation.Inference;

/// <summary>
/// The digest of [header, salt, items…], computed from the encoding of [items…] without putting the two together: an input may be large.
/// The salt keeps small inputs from being guessed from a published digest, and lets either side be disclosed alone.
/// </summary>
public static class SaltedDigest
{
    /// <summary>Bytes of a salt.</summary>
    public const int SaltSize = 32;

    /// <summary>The most characters of a header.</summary>
    private const int MaximumHeader = 32;

    internal static Sha384Digest Compute(string header, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> encoded, int items)
    {
        if (salt.Length != SaltSize)
        {
            throw new ArgumentException($"A salt has {SaltSize} bytes, not {salt.Length}.", nameof(salt));
        }

        Span<byte> head = stackalloc byte[CborHead.MaximumSize];
        if (encoded.IsEmpty || encoded[0] != (StrictCborReader.Array << 5 | items))
        {
            throw new ArgumentException($"Not the encoding of an array of {items}.", nameof(encoded));
        }

        Span<byte> name = stackalloc byte[MaximumHeader];
        name = name[..Encoding.ASCII.GetBytes(header, name)];
        Span<byte> digest = stackalloc byte[Sha384Digest.Size];
        var total = (long)encoded.Length + (3 * head.Length) + name.Length + SaltSize;
        using var hash = new PiecewiseHash(HashAlgorithmName.SHA384, (int)Math.Min(total, int.MaxValue), stackalloc byte[PiecewiseHash.ScratchSize]);
        hash.Append(head[..CborHead.Write(head, StrictCborReader.Array, (ulong)items + 2)]);
        hash.Append(head[..CborHead.Write(head, StrictCborReader.TextString, (ulong)name.Length)]);
        hash.Append(name);
        hash.Append(head[..CborHead.Write(head, StrictCborReader.ByteString, SaltSize)]);
        hash.Append(salt);
        hash.Append(encoded[1..]);
        hash.Finish(digest);
        return Sha384Digest.FromBytes(digest);
    }
}
