using System.Collections.ObjectModel;
using System.Formats.Cbor;
using Nitro.Attestation.Cbor;

namespace Nitro.Attestation.Claims;

/// <summary>
/// The effective settings of an enclave that can change what it answers or signs, as text to text, sorted. PCR17 and the session statement hold its
/// digest. Immutable. Its one encoding is the CBOR array ["nitro/configuration/1", {name: value, …}].
/// </summary>
public sealed class EnclaveConfiguration
{
    /// <summary>The most settings.</summary>
    public const int MaximumSettings = 64;

    /// <summary>The most UTF-8 bytes of a setting's name or value.</summary>
    public const int MaximumText = 255;

    /// <summary>
    /// The most bytes of an encoded configuration: 25 for the array's head, the header and the map's head, then names and values.
    /// </summary>
    public const int MaximumSize = 25 + (MaximumSettings * 2 * (2 + MaximumText));

    private const string Header = "nitro/configuration/1";

    private readonly byte[] _encoded;

    private EnclaveConfiguration(KeyValuePair<string, string>[] sorted, byte[] encoded)
    {
        Settings = new ReadOnlyCollection<KeyValuePair<string, string>>(sorted);
        _encoded = encoded;
        Digest = Sha384Digest.Of(_encoded);
    }

    /// <summary>The settings, in the order of their encoding: shorter names first, then by bytes (RFC 8949 section 4.2.1).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; }

    /// <summary>The digest of the encoding: what session.configuration holds and what PCR17 is extended with.</summary>
    public Sha384Digest Digest { get; }

    /// <summary>Makes a configuration from settings in any order.</summary>
    /// <exception cref="ArgumentException">Too many settings, a name twice, a name or value that is too long, null or no Unicode, or an
    /// empty name.</exception>
    public static EnclaveConfiguration Create(IEnumerable<KeyValuePair<string, string>> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        KeyValuePair<string, string>[] sorted = [.. settings];
        if (sorted.Length > MaximumSettings)
        {
            throw new ArgumentException($"A configuration has at most {MaximumSettings} settings, not {sorted.Length}.", nameof(settings));
        }

        foreach (var (name, value) in sorted)
        {
            if (name is null || value is null || Utf8Text.Length(name) is < 1 or > MaximumText
                || Utf8Text.Length(value) is < 0 or > MaximumText)
            {
                throw new ArgumentException(
                    $"A setting's name has 1 to {MaximumText} bytes of UTF-8 and its value at most that; \"{name}\" or its value has not.",
                    nameof(settings));
            }
        }

        Array.Sort(sorted, (left, right) => Compare(left.Key, right.Key));
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i - 1].Key == sorted[i].Key)
            {
                throw new ArgumentException($"The setting \"{sorted[i].Key}\" is there twice.", nameof(settings));
            }
        }

        return new EnclaveConfiguration(sorted, EncodeSettings(sorted));
    }

    /// <summary>Reads a configuration that is encoded in just the way <see cref="Encode"/> does it. Never throws, whatever the bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> data, out EnclaveConfiguration? configuration, out FormatError? error)
    {
        var reader = new StrictCborReader(data);
        reader.ReadArrayHead("configuration", 2, 2);
        var header = reader.ReadText("configuration header", 0, 64);
        if (header != Header)
        {
            reader.FailAt(1, "configuration header", $"\"{Header}\"", $"\"{header}\"");
        }

        var settings = new KeyValuePair<string, string>[reader.ReadMapHead("configuration settings", 0, MaximumSettings)];
        for (var i = 0; i < settings.Length && !reader.Failed; i++)
        {
            var at = reader.Position;
            settings[i] = new(reader.ReadText("setting name", 1, MaximumText), reader.ReadText("setting value", 0, MaximumText));
            if (i > 0 && !reader.Failed && Compare(settings[i - 1].Key, settings[i].Key) >= 0)
            {
                reader.FailAt(at, "setting name", "names in order, each once", $"\"{settings[i].Key}\" out of order");
            }
        }

        reader.Finish("configuration");
        error = reader.Error;

        // What the reader takes is the one encoding there is.
        configuration = reader.Failed ? null : new EnclaveConfiguration(settings, data.ToArray());
        return configuration is not null;
    }

    /// <summary>The encoding.</summary>
    public byte[] Encode() => [.. _encoded];

    private static int Compare(string left, string right)
    {
        var byLength = Utf8Text.Length(left).CompareTo(Utf8Text.Length(right));
        return byLength != 0 ? byLength : Utf8Order.Compare(left, right);
    }

    private static byte[] EncodeSettings(KeyValuePair<string, string>[] settings)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(2);
        writer.WriteTextString(Header);
        writer.WriteStartMap(settings.Length);
        foreach (var (name, value) in settings)
        {
            writer.WriteTextString(name);
            writer.WriteTextString(value);
        }

        writer.WriteEndMap();
        writer.WriteEndArray();
        return writer.Encode();
    }
}
