using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nitro.Attestation;
using Nitro.Eif.Format;
using Nitro.Eif.Ramdisks;
using Nitro.Eif.Reading;
using Nitro.Eif.Writing;

namespace Nitro.Eif.Comparing;

/// <summary>
/// What differs between two images: which section, which file in which ramdisk, and which PCR that changes, so that "my PCRs changed" has
/// an answer. Stateless and thread-safe.
/// </summary>
public static class EifComparison
{
    /// <summary>A time zone's + and a name's ü are shown as they are; what a terminal would follow is escaped after that.</summary>
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Compares two images that were read.</summary>
    /// <param name="openFirst">Gives the first image's file, seekable; called several times.</param>
    /// <param name="first">What was read from it.</param>
    /// <param name="openSecond">Gives the second image's file.</param>
    /// <param name="second">What was read from it.</param>
    /// <returns>
    /// The differences, in the order of the image and then of paths. None means that every section is the same, and the CRC-32 of the rest.
    /// </returns>
    /// <exception cref="IOException">A file failed.</exception>
    public static IReadOnlyList<EifDifference> Compare(Func<Stream> openFirst, EifDescription first, Func<Stream> openSecond, EifDescription second)
    {
        ArgumentNullException.ThrowIfNull(openFirst);
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(openSecond);
        ArgumentNullException.ThrowIfNull(second);
        var found = new List<EifDifference>();
        AddIf("header", "version", Text($"{first.Version}"), Text($"{second.Version}"));
        AddIf("header", "architecture", first.Architecture.Name(), second.Architecture.Name());
        AddIf("header", "memory", Text($"{first.DefaultMemory}"), Text($"{second.DefaultMemory}"));
        AddIf("header", "processors", Text($"{first.DefaultCpus}"), Text($"{second.DefaultCpus}"));
        AddIf("cmdline", "text", first.CommandLine, second.CommandLine);
        CompareMetadata();
        AddIf("signature", "PCR8", first.Measurements.Pcr8?.ToString() ?? "unsigned", second.Measurements.Pcr8?.ToString() ?? "unsigned");
        if (first.Measurements.Pcr8 is not null && first.Measurements.Pcr8 == second.Measurements.Pcr8)
        {
            const string Anew = "content, though the certificate is the same: signed again, or the certificate's file is another";
            CompareWhole("signature", Anew, Of(first, EifSectionType.Signature)[0], Of(second, EifSectionType.Signature)[0]);
        }

        CompareWhole("kernel", "content", Of(first, EifSectionType.Kernel)[0], Of(second, EifSectionType.Kernel)[0]);
        var (ours, theirs) = (Of(first, EifSectionType.Ramdisk), Of(second, EifSectionType.Ramdisk));
        for (var i = 0; i < Math.Max(ours.Count, theirs.Count); i++)
        {
            if (i >= ours.Count || i >= theirs.Count)
            {
                Add(
                    Text($"ramdisk {i}"),
                    null,
                    i < ours.Count ? "only in the first" : "only in the second",
                    i < ours.Count ? "there" : "",
                    i < theirs.Count ? "there" : "");
                continue;
            }

            CompareRamdisk(Text($"ramdisk {i}"), ours[i], theirs[i]);
        }

        // The same sections may still stand in another order, after a header with other bytes that nobody reads.
        if (found.Count == 0)
        {
            AddIf("header", "order of the sections", Order(first), Order(second));
        }

        if (found.Count == 0)
        {
            const string Unread = "bytes that nothing reads or measures (CRC-32 of the image)";
            AddIf("header", Unread, Text($"{first.ComputedCrc:x8}"), Text($"{second.ComputedCrc:x8}"));
        }

        return found;

        void CompareMetadata()
        {
            var before = found.Count;
            found.AddRange(Metadata(first.Metadata, second.Metadata));
            if (found.Count == before && first.Metadata is { } one && second.Metadata is { } other && !one.Span.SequenceEqual(other.Span))
            {
                const string Form = "text: the same members in another order, or written differently";
                Add("metadata", null, Form, Text($"{one.Length} bytes"), Text($"{other.Length} bytes"));
            }
        }

        void CompareWhole(string where, string what, EifSection one, EifSection other)
        {
            var (digest, otherDigest) = (Digest(openFirst, one), Digest(openSecond, other));
            if (digest != otherDigest)
            {
                Add(where, null, what, Content(one.Size, digest), Content(other.Size, otherDigest));
            }
        }

        void AddIf(string where, string what, string one, string other)
        {
            if (one != other)
            {
                Add(where, null, what, one, other);
            }
        }

        void Add(string where, string? path, string what, string one, string other) =>
            found.Add(new EifDifference(where, path is null ? null : Clean(path), what, Clean(one), Clean(other)));

        void CompareRamdisk(string where, EifSection one, EifSection other)
        {
            var (digest, otherDigest) = (Digest(openFirst, one), Digest(openSecond, other));
            if (digest == otherDigest)
            {
                return;
            }

            try
            {
                var before = found.Count;
                found.AddRange(Files(where, Entries(openFirst, one), Entries(openSecond, other)));
                if (found.Count == before)
                {
                    const string Archive = "archive: the same files, but in another order, with other inodes or device numbers, repeated, "
                        + "or padded or compressed differently";
                    Add(where, null, Archive, Content(one.Size, digest), Content(other.Size, otherDigest));
                }
            }
            catch (RamdiskException exception)
            {
                Add(where, null, $"content (its files cannot be compared: {exception.Message})", Content(one.Size, digest), Content(other.Size, otherDigest));
            }
        }
    }

    private static string Order(EifDescription image) => string.Join(", ", image.Sections.Select(section => section.Type.Name()));

    private static List<EifSection> Of(EifDescription image, EifSectionType type) => [.. image.Sections.Where(section => section.Type == type)];

    private static IEnumerable<EifDifference> Files(string where, SortedDictionary<string, Seen> first, SortedDictionary<string, Seen> second)
    {
        foreach (var path in first.Keys.Union(second.Keys).Order(StringComparer.Ordinal))
        {
            var (one, other) = (first.GetValueOrDefault(path), second.GetValueOrDefault(path));
            if (one is null || other is null)
            {
                yield return Make(one is null ? "only in the second" : "only in the first", one?.ToString() ?? "", other?.ToString() ?? "");
                continue;
            }

            foreach (var (what, before, after) in new[]
            {
                ("kind", Seen.KindName(one.Entry.Kind), Seen.KindName(other.Entry.Kind)),
                Content(one, other),
                ("mode", Octal(one.Entry.Permissions), Octal(other.Entry.Permissions)),
                ("owner", Text($"{one.Entry.UserId}:{one.Entry.GroupId}"), Text($"{other.Entry.UserId}:{other.Entry.GroupId}")),
                ("time", Text($"{one.Entry.ModifiedAt}"), Text($"{other.Entry.ModifiedAt}")),
            })
            {
                if (before != after)
                {
                    yield return Make(what, before, after);
                }
            }

            EifDifference Make(string what, string before, string after) => new(where, Clean(path), what, Clean(before), Clean(after));
        }
    }

    /// <summary>
    /// Of what nitro-cli's init reads line by line, the lines that only one of them has; of the same ones in another order, all. What differs
    /// never looks the same: where the texts do, as of one line and its words on several, or of bytes that are no Unicode, the digests are shown.
    /// </summary>
    private static (string What, string First, string Second) Content(Seen one, Seen other)
    {
        const string What = "content";
        var shown = one.Lines is { } ours && other.Lines is { } theirs ? Lines(ours, theirs) : (What, one.ContentText, other.ContentText);
        return shown.Item2 == shown.Item3 && one.Digest != other.Digest ? (What, one.WholeDigest, other.WholeDigest) : shown;

        static (string, string, string) Lines(string[] ours, string[] theirs)
        {
            var (first, second) = (Only(ours, theirs), Only(theirs, ours));
            return first.Length + second.Length > 0 || ours.SequenceEqual(theirs)
                ? (What, first, second)
                : (What + ", order of the lines", string.Join(' ', ours), string.Join(' ', theirs));
        }

        static string Only(string[] lines, string[] others) => string.Join(' ', lines.Except(others, StringComparer.Ordinal));
    }

    private static SortedDictionary<string, Seen> Entries(Func<Stream> open, EifSection section)
    {
        var entries = new SortedDictionary<string, Seen>(StringComparer.Ordinal);
        using var reader = RamdiskReader.Open(new SectionStream(open(), section));
        while (reader.Next() is { } entry)
        {
            using var hash = new HashingStream();
            reader.CopyContent(hash);
            var isText = entry.Kind == RamdiskEntryKind.Link || (entry.Path is "cmd" or "env" && entry.Size <= HashingStream.Kept);
            entries[entry.Path] = new Seen(entry, hash.Finish(), isText ? hash.Start() : null);
        }

        return entries;
    }

    private static IEnumerable<EifDifference> Metadata(ReadOnlyMemory<byte>? first, ReadOnlyMemory<byte>? second)
    {
        var (one, other) = (Flat(first), Flat(second));
        return one.Keys.Union(other.Keys).Order(StringComparer.Ordinal)
            .Select(name => (name, Before: one.GetValueOrDefault(name) ?? "", After: other.GetValueOrDefault(name) ?? ""))
            .Where(member => member.Before != member.After)
            .Select(member => new EifDifference("metadata", null, Clean(member.name), Clean(member.Before), Clean(member.After)));
    }

    /// <summary>The members by their paths; what is too deep, or has a member twice, stays one text.</summary>
    private static SortedDictionary<string, string> Flat(ReadOnlyMemory<byte>? json)
    {
        var members = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (json is { } bytes)
        {
            try
            {
                Walk(JsonNode.Parse(bytes.Span), "");
            }
            catch (Exception exception) when (exception is ArgumentException or JsonException)
            {
                members.Clear();
                members[""] = Encoding.UTF8.GetString(bytes.Span);
            }
        }

        return members;

        void Walk(JsonNode? node, string path)
        {
            if (node is JsonObject { Count: > 0 } map)
            {
                foreach (var (name, value) in map)
                {
                    Walk(value, path.Length == 0 ? Part(name) : $"{path}.{Part(name)}");
                }
            }
            else
            {
                members[path] = node?.ToJsonString(Readable) ?? "null";
            }
        }
    }

    /// <summary>A name that could be taken for a path, or for none, stands in quotes: two members never become one.</summary>
    private static string Part(string name) => name.Length > 0 && name.AsSpan().IndexOfAny('.', '"') < 0 ? name : $"\"{JsonEncodedText.Encode(name)}\"";

    private static Sha384Digest Digest(Func<Stream> open, EifSection section)
    {
        using var stream = new SectionStream(open(), section);
        return Sha384Digest.FromBytes(SHA384.HashData(stream));
    }

    private static string Content(long size, Sha384Digest digest) => Text($"{size} bytes, SHA-384 {digest.ToString()[..16]}…");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Octal(int mode) => Convert.ToString(mode, 8).PadLeft(4, '0');

    private static string Clean(string text) => new FormatError("", -1, "", text).Found;

    private sealed record Seen(ArchivedEntry Entry, string Digest, string? Text)
    {
        /// <summary>The lines of a file that has few; null for every other entry.</summary>
        public string[]? Lines => Entry.Kind == RamdiskEntryKind.File ? Text?.Split('\n') : null;

        public string ContentText => Entry.Kind switch
        {
            RamdiskEntryKind.Link => $"-> {Text}",
            RamdiskEntryKind.Folder => "",
            _ => EifComparison.Text($"{Entry.Size} bytes, SHA-256 {Digest[..16]}…"),
        };

        /// <summary>Where <see cref="ContentText"/> is that of another: all of the digest, since files with the same start can be searched for.</summary>
        public string WholeDigest => EifComparison.Text($"{Entry.Size} bytes, SHA-256 {Digest}");

        public override string ToString() => $"{KindName(Entry.Kind)} {Octal(Entry.Permissions)} {ContentText}".TrimEnd();

        public static string KindName(RamdiskEntryKind kind) => kind switch
        {
            RamdiskEntryKind.Folder => "folder",
            RamdiskEntryKind.File => "file",
            RamdiskEntryKind.Link => "link",
            _ => EifComparison.Text($"special file (0x{(int)kind:x})"),
        };
    }

    /// <summary>Hashes what is written to it, and keeps its first bytes.</summary>
    private sealed class HashingStream : WriteOnlyStream
    {
        public const int Kept = 4096;

        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly MemoryStream _start = new();

        public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

        public string Start() => Encoding.UTF8.GetString(_start.ToArray());

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _hash.AppendData(buffer);
            _start.Write(buffer[..(int)Math.Min(buffer.Length, Kept - _start.Length)]);
        }

        protected override void Dispose(bool disposing)
        {
            _hash.Dispose();
            _start.Dispose();
            base.Dispose(disposing);
        }
    }
}
