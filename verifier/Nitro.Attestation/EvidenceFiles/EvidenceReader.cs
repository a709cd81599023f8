using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Documents;
using Nitro.Attestation.Inference;

namespace Nitro.Attestation.EvidenceFiles;

/// <summary>Reads the JSON of evidence files, member by member.</summary>
internal static class EvidenceReader
{
    /// <summary>
    /// The most bytes of a member's name that is looked at: each character of the longest may be written as an escape of six.
    /// </summary>
    private const int MaximumName = 6 * 16;

    private const string RevocationLists = "revocationLists";

    /// <summary>The members that hold bytes, and how many they hold.</summary>
    public static readonly IReadOnlyDictionary<string, (int Minimum, int Maximum)> ByteMembers =
        new Dictionary<string, (int, int)>(StringComparer.Ordinal)
        {
            ["receipt"] = (1, Claims.Receipt.MaximumSize),
            ["document"] = (1, UnverifiedDocument.MaximumSize),
            ["manifest"] = (1, ModelManifest.MaximumSize),
            ["configuration"] = (1, EnclaveConfiguration.MaximumSize),
            ["inputSalt"] = (SaltedDigest.SaltSize, SaltedDigest.SaltSize),
            ["outputSalt"] = (SaltedDigest.SaltSize, SaltedDigest.SaltSize),
            ["input"] = (1, Evidence.MaximumContent),
            ["output"] = (1, Evidence.MaximumContent),
        };

    public static (Evidence? Evidence, EvidenceFileError? Error) Read(ReadOnlySpan<byte> file)
    {
        if (file.Length > Evidence.MaximumSize)
        {
            return Fail(EvidenceFileFault.TooLarge, "evidence file", -1, $"at most {Evidence.MaximumSize} bytes", $"{file.Length}");
        }

        try
        {
            return CheckVersion(file) is { } error ? (null, error) : ReadObject(file);
        }
        catch (JsonException exception)
        {
            return Fail(EvidenceFileFault.Malformed, "evidence file", -1, $"one JSON object",
                $"no JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}");
        }
        catch (InvalidOperationException)
        {
            // Utf8JsonReader speaks so of strings that are not valid UTF-8 or hold half a surrogate pair.
            return Fail(EvidenceFileFault.Malformed, "evidence file", -1, $"valid Unicode", $"a string that is not");
        }
    }

    /// <summary>
    /// Looks for the version before anything else is judged, wherever it stands: a file of a later version may hold what this one would
    /// call unknown or malformed. It stands first in what is written here, so this costs nothing.
    /// </summary>
    private static EvidenceFileError? CheckVersion(ReadOnlySpan<byte> file)
    {
        var json = new Utf8JsonReader(file);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            return Fail(EvidenceFileFault.Malformed, "evidence file", 0, $"a JSON object", $"another value").Error;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var at = (int)json.TokenStartIndex;
            var found = json.ValueTextEquals("version"u8);
            json.Read();
            if (!found)
            {
                json.Skip();
            }
            else if (json.TokenType != JsonTokenType.Number)
            {
                return Fail(EvidenceFileFault.Malformed, "version", at, $"a number", $"another value").Error;
            }
            else
            {
                return json.TryGetInt32(out var version) && version == Evidence.Version
                    ? null
                    : Fail(EvidenceFileFault.UnknownVersion, "version", at, $"{Evidence.Version}", $"another: a newer release may read it")
                        .Error;
            }
        }

        return Fail(EvidenceFileFault.WrongMembers, "version", -1, $"the member", $"none").Error;
    }

    private static (Evidence?, EvidenceFileError?) ReadObject(ReadOnlySpan<byte> file)
    {
        var json = new Utf8JsonReader(file, new JsonReaderOptions { MaxDepth = 2 });
        json.Read();
        var seenVersion = false;
        EvidenceKind? kind = null;
        var members = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        List<ReadOnlyMemory<byte>>? lists = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var at = (int)json.TokenStartIndex;
            if (json.ValueSpan.Length > MaximumName)
            {
                return Unknown("a name", at, $"one of {json.ValueSpan.Length} bytes");
            }

            var name = json.GetString()!;
            if (name switch { "version" => seenVersion, "kind" => kind is not null, RevocationLists => lists is not null, _ => members.ContainsKey(name) })
            {
                return Fail(EvidenceFileFault.DuplicateMember, name, at, $"each member once", $"the member a second time");
            }

            json.Read();
            if (name == "version")
            {
                seenVersion = true;
            }
            else if (name == "kind")
            {
                kind = ReadKind(ref json);
                if (kind is null)
                {
                    return Fail(EvidenceFileFault.Malformed, "kind", at, $"\"session\" or \"direct\"", $"another value");
                }
            }
            else if (name == RevocationLists)
            {
                lists = [];
                if (ReadRevocationLists(ref json, at, lists) is { } listError)
                {
                    return (null, listError);
                }
            }
            else if (!ByteMembers.TryGetValue(name, out var limits))
            {
                return Unknown($"\"{name}\"", at, $"another member");
            }
            else if (ReadBytes(ref json, name, at, limits, out var bytes) is { } error)
            {
                return (null, error);
            }
            else
            {
                members.Add(name, bytes);
            }
        }

        // Throws when anything but white space follows.
        json.Read();
        return Assemble(kind, members, lists ?? []);
    }

    private static EvidenceFileError? ReadRevocationLists(ref Utf8JsonReader json, int at, List<ReadOnlyMemory<byte>> lists)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            return Fail(EvidenceFileFault.Malformed, RevocationLists, at, $"an array of base64 strings", $"another value").Error;
        }

        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (lists.Count == Evidence.MaximumRevocationLists)
            {
                return Fail(EvidenceFileFault.TooLarge, RevocationLists, at, $"at most {Evidence.MaximumRevocationLists} lists", $"more").Error;
            }

            if (ReadBytes(ref json, RevocationLists, (int)json.TokenStartIndex, (1, Evidence.MaximumRevocationList), out var bytes) is { } error)
            {
                return error;
            }

            lists.Add(bytes);
        }

        return lists.Count > 0 ? null : Fail(EvidenceFileFault.Malformed, RevocationLists, at, $"at least one list where the member is there", $"none").Error;
    }

    private static EvidenceKind? ReadKind(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.String when json.ValueTextEquals("session"u8) => EvidenceKind.Session,
        JsonTokenType.String when json.ValueTextEquals("direct"u8) => EvidenceKind.Direct,
        _ => null,
    };

    /// <summary>
    /// Base64 in its one form: padded, no white space, no bits left over. The size is known from the text, so nothing over a limit is ever
    /// decoded.
    /// </summary>
    private static EvidenceFileError? ReadBytes(ref Utf8JsonReader json, string name, int at, (int Minimum, int Maximum) limits,
        out byte[] bytes)
    {
        bytes = [];
        if (json.TokenType != JsonTokenType.String)
        {
            return Fail(EvidenceFileFault.Malformed, name, at, $"a base64 string", $"another value").Error;
        }

        var text = json.ValueSpan;
        var room = Base64.GetMaxEncodedToUtf8Length(limits.Maximum);
        if (json.ValueIsEscaped && text.Length <= 6L * room)
        {
            // Base64 needs no escapes, but some writers escape the plus sign and the slash.
            var unescaped = new byte[text.Length];
            text = unescaped.AsSpan(0, json.CopyString(unescaped));
        }

        if (text.Length > room)
        {
            return Fail(EvidenceFileFault.TooLarge, name, at, $"at most {limits.Maximum} bytes", $"more").Error;
        }

        var padding = text.EndsWith("=="u8) ? 2 : text.EndsWith("="u8) ? 1 : 0;
        var length = (text.Length / 4 * 3) - padding;
        if (text.Length % 4 == 0 && (length < limits.Minimum || length > limits.Maximum))
        {
            var fault = length > limits.Maximum ? EvidenceFileFault.TooLarge : EvidenceFileFault.Malformed;
            return Fail(fault, name, at, $"{limits.Minimum} to {limits.Maximum} bytes", $"{length}").Error;
        }

        bytes = new byte[Math.Max(length, 0)];
        if (text.Length % 4 == 0 && Base64.DecodeFromUtf8(text, bytes, out _, out var written) == OperationStatus.Done && written == length)
        {
            return null;
        }

        const string form = "base64 with its padding, without white space and without bits left over";
        return Fail(EvidenceFileFault.Malformed, name, at, $"{form}", $"a string that is not").Error;
    }

    private static (Evidence?, EvidenceFileError?) Assemble(EvidenceKind? kind, Dictionary<string, byte[]> members, List<ReadOnlyMemory<byte>> lists)
    {
        string[] needed = kind == EvidenceKind.Session ? ["receipt", "document", "manifest", "configuration"] : ["document", "manifest", "configuration"];
        var missing = kind is null ? "kind" : needed.FirstOrDefault(name => !members.ContainsKey(name));
        if (missing is not null)
        {
            return Fail(EvidenceFileFault.WrongMembers, missing, -1, $"the member", $"none");
        }

        if (kind == EvidenceKind.Direct && members.ContainsKey("receipt"))
        {
            return Fail(EvidenceFileFault.WrongMembers, "receipt", -1, $"no receipt in direct evidence, whose claim the document holds", $"one");
        }

        return (new Evidence
        {
            Kind = kind!.Value,
            Document = members["document"],
            Receipt = members.GetValueOrDefault("receipt"),
            Manifest = members["manifest"],
            Configuration = members["configuration"],
            InputSalt = Optional(members, "inputSalt"),
            OutputSalt = Optional(members, "outputSalt"),
            Input = Optional(members, "input"),
            Output = Optional(members, "output"),
            RevocationLists = lists.AsReadOnly(),
        }, null);
    }

    private static ReadOnlyMemory<byte>? Optional(Dictionary<string, byte[]> members, string name)
    {
        // Not a conditional expression: there, null would turn into an empty memory by way of byte[], and "absent" into "empty".
        if (!members.TryGetValue(name, out var bytes))
        {
            return null;
        }

        return bytes;
    }

    private static (Evidence?, EvidenceFileError) Unknown(string where, int at, FormattableString found) =>
        Fail(EvidenceFileFault.UnknownMember, where, at, $"version, kind, {string.Join(", ", ByteMembers.Keys)}, {RevocationLists}", found);

    private static (Evidence? Evidence, EvidenceFileError Error) Fail(EvidenceFileFault fault, string where, int offset, FormattableString expected, FormattableString found) =>
        (null, new(fault, new(where, offset, FormattableString.Invariant(expected), FormattableString.Invariant(found))));
}
