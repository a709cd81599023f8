namespace Nitro.Testing;

/// <summary>One row of attestations/index.tsv: a collected document and the verdict expected of it.</summary>
/// <param name="File">The file's name in attestations/.</param>
/// <param name="Expected">valid, valid-but-debug-mode, not-an-enclave-document, malformed or chain-invalid.</param>
/// <param name="TimestampMs">The document's own timestamp, null where it cannot be read.</param>
/// <param name="ModuleId">The document's module id, empty where it cannot be read.</param>
public sealed record GenuineDocument(string File, string Expected, long? TimestampMs, string ModuleId)
{
    /// <summary>The document's bytes.</summary>
    public byte[] Read() => SharedFiles.Read("attestations", File);
}
