using Nitro.Testing;

namespace Nitro.Attestation.Tests.Support;

/// <summary>One row of attestations/index.tsv with every column that the form of a document can be held against.</summary>
/// <param name="File">The file's name in attestations/.</param>
/// <param name="Expected">valid, valid-but-debug-mode, not-an-enclave-document, malformed or chain-invalid.</param>
/// <param name="TimestampMs">The document's own timestamp, null where it cannot be read.</param>
/// <param name="ModuleId">The document's module id, empty where it cannot be read.</param>
/// <param name="PublicKey">The bytes of public_key, null when it is null.</param>
/// <param name="UserData">The bytes of user_data, null when it is null.</param>
/// <param name="Nonce">The bytes of nonce, null when it is null.</param>
/// <param name="PcrCount">The number of PCRs, null where it cannot be read.</param>
internal sealed record SharedDocument(
    string File, string Expected, long? TimestampMs, string ModuleId, int? PublicKey, int? UserData, int? Nonce, int? PcrCount)
{
    /// <summary>A small genuine document of each payload form, for tests that take one document apart.</summary>
    public const string Definite = "prod-20230921-go-nitro-attestation-5a2eac9d.bin", Indefinite = "prod-20260103-tempo-9e038c2d.bin";

    /// <summary>Whether the document's form is right, whatever its chain or its PCRs say.</summary>
    public bool FormIsRight => Expected is "valid" or "valid-but-debug-mode" or "chain-invalid";

    public byte[] Read() => ReadFile(File);

    public static byte[] ReadFile(string name) => SharedFiles.Read("attestations", name);

    /// <summary>Every row; skips the running test when there are none.</summary>
    public static IReadOnlyList<SharedDocument> All()
    {
        var rows = System.IO.File.ReadAllLines(SharedFiles.Path("attestations", "index.tsv"));
        var names = rows[0].Split('\t');
        return [.. rows.Skip(1).Where(row => row.Length > 0).Select(row => Parse(row.Split('\t'), name => Array.IndexOf(names, name)))];
    }

    private static SharedDocument Parse(string[] cells, Func<string, int> column)
    {
        string Text(string name) => cells[column(name)];
        int? Number(string name) => int.TryParse(Text(name), out var number) ? number : null;
        return new SharedDocument(
            Text("file"),
            Text("expected"),
            long.TryParse(Text("timestamp_ms"), out var time) ? time : null,
            Text("module_id"),
            Number("public_key"),
            Number("user_data"),
            Number("nonce"),
            Number("pcr_count"));
    }
}
