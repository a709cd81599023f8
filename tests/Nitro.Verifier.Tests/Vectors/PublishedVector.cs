using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nitro.Attestation;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Attestation.Inference;
using Nitro.Testing;

namespace Nitro.Verifier.Tests.Vectors;

/// <summary>One entry of tests/vectors/index.json, read as an implementer would who has nothing but its README.</summary>
internal sealed class PublishedVector
{
    private readonly JsonElement _entry;

    private PublishedVector(JsonElement entry) => _entry = entry;

    public static IReadOnlyDictionary<string, PublishedVector> All { get; } = ReadIndex();

    public string Kind => _entry.GetProperty("kind").GetString()!;

    /// <summary>The error member; null when the vector must pass.</summary>
    public JsonElement? Error => _entry.GetProperty("error") is { ValueKind: not JsonValueKind.Null } error ? error : null;

    public ValidationTime Time
    {
        get
        {
            if (Moment("now") is { } now)
            {
                return ValidationTime.Live(now);
            }

            var time = Moment("witnessed") is { } witnessed ? ValidationTime.Archive.WitnessedAt(witnessed) : ValidationTime.Archive;
            return Moment("listTime") is { } listTime ? time.WithRevocationListsAt(listTime) : time;
        }
    }

    /// <summary>The revocation lists that the caller has.</summary>
    public IReadOnlyList<byte[]> Lists =>
    [
        .. _entry.GetProperty("files").EnumerateObject().Where(file => file.Name.StartsWith("list", StringComparison.Ordinal) && file.Name != "list")
            .OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => File(file.Name)),
    ];

    public DocumentExpectations Document => new()
    {
        Nonce = Bytes("nonce"),
        UserData = Bytes("userData"),
        PublicKey = Bytes("publicKey"),
    };

    public EvidenceExpectations Evidence
    {
        get
        {
            var expected = new EvidenceExpectations { Model = Model, Input = Input, Output = Output, Nonce = Bytes("nonce") };
            return Option("kinds") is { } kinds
                ? expected with { Kinds = [.. kinds.EnumerateArray().Select(kind => KindNamed(kind.GetString()!))] }
                : expected;
        }
    }

    private ModelExpectation Model => Option("model") switch
    {
        { ValueKind: JsonValueKind.String } => ModelExpectation.AnyAllowedUnsafe,
        { } model when model.TryGetProperty("digest", out var digest) =>
            ModelExpectation.WithDigest(Sha384Digest.FromBytes(Convert.FromHexString(digest.GetString()!))),
        { } model => ModelExpectation.Named(model.GetProperty("name").GetString()!, model.GetProperty("version").GetString()!),
        null => throw new InvalidDataException("no model"),
    };

    private InputExpectation Input
    {
        get
        {
            var option = Option("input")!.Value;
            if (option.ValueKind == JsonValueKind.String)
            {
                return option.GetString() == "unchecked" ? InputExpectation.UncheckedUnsafe : InputExpectation.InEvidence;
            }

            Assert.True(InferenceInput.TryParse(Exact(option), out var input, out var error), error?.ToString());
            return InputExpectation.Exactly(input!);
        }
    }

    private OutputExpectation Output
    {
        get
        {
            var option = Option("output")!.Value;
            if (option.ValueKind == JsonValueKind.String)
            {
                return option.GetString() == "unchecked" ? OutputExpectation.UncheckedUnsafe : OutputExpectation.InEvidence;
            }

            Assert.True(InferenceOutput.TryParse(Exact(option), out var output, out var error), error?.ToString());
            return OutputExpectation.Exactly(output!);
        }
    }

    /// <summary>The path of the file that has this role, below the folder of vectors.</summary>
    public string Path(string role) => _entry.GetProperty("files").GetProperty(role).GetString()!;

    /// <summary>The bytes of the file that has this role.</summary>
    public byte[] File(string role) => System.IO.File.ReadAllBytes(RepositoryRoot.Combine("tests", "vectors", Path(role)));

    /// <summary>The entry, one line, with other bytes than its file's, as the checker's --judge reads it.</summary>
    public string With(byte[] content)
    {
        var entry = JsonObject.Create(_entry)!;
        entry["bytes"] = Convert.ToBase64String(content);
        return entry.ToJsonString();
    }

    private static Dictionary<string, PublishedVector> ReadIndex()
    {
        using var index = JsonDocument.Parse(System.IO.File.ReadAllBytes(RepositoryRoot.Combine("tests", "vectors", "index.json")));
        return index.RootElement.GetProperty("vectors").EnumerateArray()
            .ToDictionary(entry => entry.GetProperty("name").GetString()!, entry => new PublishedVector(entry.Clone()));
    }

    private DateTimeOffset? Moment(string name) => Option(name) is { } value
        ? DateTimeOffset.ParseExact(value.GetString()!, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null, DateTimeStyles.AssumeUniversal)
        : null;

    private static EvidenceKind KindNamed(string name) => name == "direct" ? EvidenceKind.Direct : EvidenceKind.Session;

    private static byte[] Exact(JsonElement option) => Convert.FromHexString(option.GetProperty("exact").GetString()!);

    private JsonElement? Option(string name) => _entry.GetProperty("options").TryGetProperty(name, out var value) ? value : null;

    private ByteExpectation Bytes(string name)
    {
        var option = Option(name)!.Value;
        return option.ValueKind == JsonValueKind.Object
            ? ByteExpectation.Exactly(Exact(option))
            : option.GetString() == "any" ? ByteExpectation.AnyUnsafe : ByteExpectation.Absent;
    }
}
