using System.Text.Json;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Documents;
using Nitro.Attestation.Inference;

namespace Nitro.Attestation.EvidenceFiles;

/// <summary>Reads the JSON of evidence files, member by member.</summary>
internal static class EvidenceReader
{
    private static readonly Dictionary<string, (int Minimum, int Maximum)> ByteMembers = new(StringComparer.Ordinal)
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
            return ReadObject(file);
        }
        catch (JsonException exception)
        {
            return Fail(EvidenceFileFault.Malformed, "evidence file", -1, $"a JSON object", $"no JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}");
        }
        catch (InvalidOperationException)
        {
            // Utf8JsonReader speaks so of strings that are not valid UTF-8 or hold half a surrogate pair.
            return Fail(EvidenceFileFault.Malformed, "evidence file", -1, $"valid Unicode", $"a string that is not");
        }
    }

    private static (Evidence?, EvidenceFileError?) ReadObject(ReadOnlySpan<byte> file)
    {
        var json = new Utf8JsonReader(file, new JsonReaderOptions { MaxDepth = 2, CommentHandling = JsonCommentHandling.Disallow });
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            return Fail(EvidenceFileFault.Malformed, "evidence file", 0, $"a JSON object", $"another value");
        }

        int? version = null;
        EvidenceKind? kind = null;
        var members = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var at = (int)json.TokenStartIndex;
            var name = json.GetString()!;
            if (name switch { "version" => version is not null, "kind" => kind is not null, _ => members.ContainsKey(name) })
            {
                return Fail(EvidenceFileFault.DuplicateMember, name, at, $"each member once", $"the member a second time");
            }

            json.Read();
            switch (name)
            {
                case "version":
                    version = json.TokenType == JsonTokenType.Number && json.TryGetInt32(out var number) ? number : -1;
                    if (version != Evidence.Version)
                    {
                        return Fail(EvidenceFileFault.UnknownVersion, "version", at, $"{Evidence.Version}", $"another: a newer release may read it");
                    }

                    break;
                case "kind":
                    kind = json.TokenType != JsonTokenType.String ? null : json.GetString() switch
                    {
                        "session" => EvidenceKind.Session,
                        "direct" => EvidenceKind.Direct,
                        _ => null,
                    };
                    if (kind is null)
                    {
                        return Fail(EvidenceFileFault.Malformed, "kind", at, $"\"session\" or \"direct\"", $"another value");
                    }

                    break;
                default:
                    if (ReadBytes(ref json, name, at, members) is { } error)
                    {
                        return (null, error);
                    }

                    break;
            }
        }

        if (json.Read())
        {
            return Fail(EvidenceFileFault.Malformed, "evidence file", (int)json.TokenStartIndex, $"nothing after the object", $"more");
        }

        return Assemble(version, kind, members);
    }

    private static EvidenceFileError? ReadBytes(ref Utf8JsonReader json, string name, int at, Dictionary<string, byte[]> members)
    {
        if (!ByteMembers.TryGetValue(name, out var limits))
        {
            return Fail(EvidenceFileFault.UnknownMember, Quote(name), at, $"version, kind, {string.Join(", ", ByteMembers.Keys)}", $"another member").Error;
        }

        if (json.TokenType != JsonTokenType.String || json.ValueSpan.Length > (limits.Maximum / 3 * 4) + 8)
        {
            return json.TokenType != JsonTokenType.String
                ? Fail(EvidenceFileFault.Malformed, name, at, $"a base64 string", $"another value").Error
                : Fail(EvidenceFileFault.TooLarge, name, at, $"at most {limits.Maximum} bytes", $"more").Error;
        }

        if (!json.TryGetBytesFromBase64(out var bytes))
        {
            return Fail(EvidenceFileFault.Malformed, name, at, $"base64", $"a string that is not").Error;
        }

        if (bytes.Length < limits.Minimum || bytes.Length > limits.Maximum)
        {
            var fault = bytes.Length > limits.Maximum ? EvidenceFileFault.TooLarge : EvidenceFileFault.Malformed;
            return Fail(fault, name, at, $"{limits.Minimum} to {limits.Maximum} bytes", $"{bytes.Length}").Error;
        }

        members.Add(name, bytes);
        return null;
    }

    private static (Evidence?, EvidenceFileError?) Assemble(int? version, EvidenceKind? kind, Dictionary<string, byte[]> members)
    {
        string[] needed = kind == EvidenceKind.Session ? ["receipt", "document", "manifest", "configuration"] : ["document", "manifest", "configuration"];
        var missing = version is null ? "version" : kind is null ? "kind" : needed.FirstOrDefault(name => !members.ContainsKey(name));
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

    private static string Quote(string name) => $"\"{(name.Length <= 64 ? name : name[..64] + "…")}\"";

    private static (Evidence? Evidence, EvidenceFileError Error) Fail(EvidenceFileFault fault, string where, int offset, FormattableString expected, FormattableString found) =>
        (null, new(fault, new(where, offset, FormattableString.Invariant(expected), FormattableString.Invariant(found))));
}
