using System.Collections.ObjectModel;
using System.Formats.Cbor;
using Nitro.Attestation.Cbor;

namespace Nitro.Attestation.Claims;

/// <summary>
/// The list of the models that an enclave serves, sorted by the UTF-8 bytes of name, then version, each pair once. PCR16 and the session statement
/// hold its digest. Immutable. Its one encoding is a CBOR array of [name, version, model digest].
/// </summary>
public sealed class ModelManifest
{
    /// <summary>The most entries.</summary>
    public const int MaximumEntries = 256;

    /// <summary>The most UTF-8 bytes of a name or version.</summary>
    public const int MaximumText = 128;

    /// <summary>The most bytes of an encoded manifest.</summary>
    public const int MaximumSize = 3 + (MaximumEntries * (1 + (2 * (2 + MaximumText)) + 2 + Sha384Digest.Size));

    private readonly byte[] _encoded;

    private ModelManifest(ManifestEntry[] sorted, byte[] encoded)
    {
        Entries = new ReadOnlyCollection<ManifestEntry>(sorted);
        _encoded = encoded;
        Digest = Sha384Digest.Of(_encoded);
    }

    /// <summary>The entries, sorted.</summary>
    public IReadOnlyList<ManifestEntry> Entries { get; }

    /// <summary>The digest of the encoding: what session.models holds and what PCR16 is extended with.</summary>
    public Sha384Digest Digest { get; }

    /// <summary>Makes a manifest from entries in any order.</summary>
    /// <exception cref="ArgumentException">No entry or too many, a name or version that is empty, too long, null or no Unicode, or the same
    /// pair twice.</exception>
    public static ModelManifest Create(IEnumerable<ManifestEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ManifestEntry[] sorted = [.. entries];
        if (sorted.Length is 0 or > MaximumEntries)
        {
            throw new ArgumentException($"A manifest has 1 to {MaximumEntries} models, not {sorted.Length}.", nameof(entries));
        }

        foreach (var text in sorted.SelectMany(entry => new[] { entry?.Name, entry?.Version }))
        {
            if (text is null || Utf8Text.Length(text) is < 1 or > MaximumText)
            {
                throw new ArgumentException(
                    $"A model's name and version have 1 to {MaximumText} bytes of UTF-8; \"{text}\" has not.", nameof(entries));
            }
        }

        Array.Sort(sorted, Compare);
        for (var i = 1; i < sorted.Length; i++)
        {
            if (Compare(sorted[i - 1], sorted[i]) == 0)
            {
                throw new ArgumentException($"The model \"{sorted[i].Name}\" version \"{sorted[i].Version}\" is there twice.", nameof(entries));
            }
        }

        return new ModelManifest(sorted, EncodeEntries(sorted));
    }

    /// <summary>Reads a manifest that is encoded in just the way <see cref="Encode"/> does it. Never throws, whatever the bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> data, out ModelManifest? manifest, out FormatError? error)
    {
        var reader = new StrictCborReader(data);
        var entries = new ManifestEntry[reader.ReadArrayHead("manifest", 1, MaximumEntries)];
        for (var i = 0; i < entries.Length && !reader.Failed; i++)
        {
            var at = reader.Position;
            reader.ReadArrayHead("manifest entry", 3, 3);
            var name = reader.ReadText("manifest name", 1, MaximumText);
            var version = reader.ReadText("manifest version", 1, MaximumText);
            var model = reader.ReadBytes("manifest model", Sha384Digest.Size, Sha384Digest.Size);
            if (!reader.Failed)
            {
                entries[i] = new ManifestEntry(name, version, Sha384Digest.FromBytes(model));
                if (i > 0 && Compare(entries[i - 1], entries[i]) >= 0)
                {
                    reader.FailAt(at, "manifest entry", "entries sorted by name and version, each once", $"\"{name}\" \"{version}\" out of order");
                }
            }
        }

        reader.Finish("manifest");
        error = reader.Error;

        // What the reader takes is the one encoding there is.
        manifest = reader.Failed ? null : new ModelManifest(entries, data.ToArray());
        return manifest is not null;
    }

    /// <summary>The encoding.</summary>
    public byte[] Encode() => [.. _encoded];

    /// <summary>The entry of this name and version; null when there is none.</summary>
    public ManifestEntry? Find(string name, string version) => Entries.FirstOrDefault(entry => entry.Name == name && entry.Version == version);

    private static int Compare(ManifestEntry left, ManifestEntry right)
    {
        var byName = Utf8Order.Compare(left.Name, right.Name);
        return byName != 0 ? byName : Utf8Order.Compare(left.Version, right.Version);
    }

    private static byte[] EncodeEntries(ManifestEntry[] entries)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(entries.Length);
        foreach (var entry in entries)
        {
            writer.WriteStartArray(3);
            writer.WriteTextString(entry.Name);
            writer.WriteTextString(entry.Version);
            writer.WriteByteString(entry.Model.ToArray());
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        return writer.Encode();
    }
}
