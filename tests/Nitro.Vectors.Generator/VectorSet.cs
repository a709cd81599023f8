using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nitro.Vectors.Generator.Chains;
using Nitro.Vectors.Generator.Documents;
using Nitro.Vectors.Generator.Evidences;
using Nitro.Vectors.Generator.Lists;
using Nitro.Vectors.Generator.Policies;

namespace Nitro.Vectors.Generator;

/// <summary>All vectors and the files they name.</summary>
public sealed class VectorSet
{
    /// <summary>The name of the index.</summary>
    public const string IndexName = "index.json";

    /// <summary>The folders that hold nothing but what is generated.</summary>
    public static readonly IReadOnlyList<string> Folders = ["chains", "documents", "evidence", "lists", "policies"];

    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly List<Vector> _vectors = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _paths = new(StringComparer.Ordinal);

    private VectorSet()
    {
    }

    /// <summary>The files by their path below the folder of vectors, with / between its parts, the index among them.</summary>
    public IReadOnlyDictionary<string, byte[]> Files => _files;

    /// <summary>How many vectors there are.</summary>
    public int Count => _vectors.Count;

    /// <summary>Makes everything anew; the same bytes each time.</summary>
    public static VectorSet Generate()
    {
        var set = new VectorSet();
        PolicyFiles.AddTo(set);
        ValidDocuments.AddTo(set);
        EnvelopeRefusals.AddTo(set);
        PayloadRefusals.AddTo(set);
        JudgedDocuments.AddTo(set);
        ChainVectors.AddTo(set);
        EvidenceVectors.AddTo(set);
        EvidenceFileRefusals.AddTo(set);
        ReceiptRefusals.AddTo(set);
        LinkRefusals.AddTo(set);
        ContentVectors.AddTo(set);
        EvidenceTimes.AddTo(set);
        PolicyVectors.AddTo(set);
        ListVectors.AddTo(set);
        set.AddFile(IndexName, set.Index());
        return set;
    }

    /// <summary>Adds a vector for a document: the file is named after it.</summary>
    internal void AddDocument(
        string folder, string description, byte[] document, JsonObject? error, string policy = PolicyFiles.Strict,
        JsonObject? options = null, params byte[][] lists)
    {
        var name = $"{folder}/{Slug(description)}";
        var files = new Dictionary<string, string> { ["document"] = AddFile(name + ".cbor", document), ["policy"] = policy };
        for (var i = 0; i < lists.Length; i++)
        {
            files[FormattableString.Invariant($"list{i + 1}")] = AddFile(FormattableString.Invariant($"lists/{Slug(description)}-{i + 1}.crl"), lists[i]);
        }

        Add(new Vector(
            name,
            "document",
            description,
            files,
            options ?? Options.AnyDocument(),
            error));
    }

    /// <summary>Adds a vector for an evidence file.</summary>
    internal void AddEvidence(
        string description, byte[] evidence, JsonObject? error, string policy = PolicyFiles.Evidence, JsonObject? options = null)
    {
        var name = $"evidence/{Slug(description)}";
        var file = AddFile(name + ".json", evidence);
        Add(new Vector(
            name,
            "evidence",
            description,
            new Dictionary<string, string> { ["evidence"] = file, ["policy"] = policy },
            options ?? Options.Evidence(),
            error));
    }

    /// <summary>Adds a vector for a revocation list by itself.</summary>
    internal void AddList(string description, byte[] list, JsonObject? error)
    {
        var name = $"lists/{Slug(description)}";
        Add(new Vector(name, "list", description, new Dictionary<string, string> { ["list"] = AddFile(name + ".crl", list) }, [], error));
    }

    /// <summary>Adds a vector for a policy file; gives the file's path.</summary>
    internal string AddPolicy(string description, byte[] policy, JsonObject? error, string? fileName = null)
    {
        var name = $"policies/{fileName ?? Slug(description)}";
        var file = AddFile(name + ".json", policy);
        Add(new Vector(name, "policy", description, new Dictionary<string, string> { ["policy"] = file }, [], error));
        return file;
    }

    private static string Slug(string description)
    {
        var slug = new StringBuilder();
        foreach (var character in description)
        {
            if (char.IsAsciiLetterOrDigit(character))
            {
                slug.Append(char.ToLowerInvariant(character));
            }
            else if (slug.Length > 0 && slug[^1] != '-' && character != '\'')
            {
                slug.Append('-');
            }
        }

        return slug.ToString().TrimEnd('-');
    }

    /// <summary>Keeps a file under the path, unless its content is there under another one.</summary>
    /// <returns>The path under which the content is found.</returns>
    private string AddFile(string path, byte[] content)
    {
        var digest = Convert.ToHexString(SHA256.HashData(content));
        if (_paths.TryAdd(digest, path))
        {
            _files.Add(path, content);
        }

        return _paths[digest];
    }

    private void Add(Vector vector)
    {
        if (!_names.Add(vector.Name))
        {
            throw new InvalidOperationException($"Two vectors are called {vector.Name}.");
        }

        _vectors.Add(vector);
    }

    /// <summary>One vector a line, so that a change of one is a change of one line.</summary>
    private byte[] Index()
    {
        var compact = new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        var lines = _vectors.OrderBy(vector => vector.Name, StringComparer.Ordinal).Select(vector => vector.ToJson().ToJsonString(compact));
        return Encoding.UTF8.GetBytes($"{{\"version\":1,\"vectors\":[\n{string.Join(",\n", lines)}\n]}}\n");
    }
}
