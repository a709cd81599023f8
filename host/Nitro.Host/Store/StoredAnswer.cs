using Nitro.Attestation;
using Nitro.Attestation.EvidenceFiles;

namespace Nitro.Host.Store;

/// <summary>The evidence of one answer, as it is stored.</summary>
internal sealed record StoredAnswer
{
    /// <summary>The id under which callers ask for it.</summary>
    public required EvidenceId Id { get; init; }

    /// <summary>When the host stored it, by its own clock.</summary>
    public required DateTimeOffset StoredAt { get; init; }

    /// <summary>The receipt.</summary>
    public required byte[] Receipt { get; init; }

    /// <summary>The session document that covers the receipt.</summary>
    public required Sha384Digest Session { get; init; }

    /// <summary>The document over the claim itself, when the caller asked for direct evidence.</summary>
    public byte[]? DirectDocument { get; init; }

    /// <summary>The input's salt.</summary>
    public required byte[] InputSalt { get; init; }

    /// <summary>The output's salt.</summary>
    public required byte[] OutputSalt { get; init; }

    /// <summary>The canonical input; null when the host keeps no content.</summary>
    public byte[]? Input { get; init; }

    /// <summary>The canonical output; null when the host keeps no content.</summary>
    public byte[]? Output { get; init; }

    /// <summary>The evidence file's content: the kind that the caller asked for.</summary>
    public Evidence ToEvidence(StoredSession session) => new()
    {
        Kind = DirectDocument is null ? EvidenceKind.Session : EvidenceKind.Direct,
        Document = DirectDocument ?? session.Document,
        Receipt = DirectDocument is null ? Receipt : ReadOnlyMemory<byte>.Empty,
        Manifest = session.Manifest,
        Configuration = session.Configuration,
        InputSalt = InputSalt,
        OutputSalt = OutputSalt,
        Input = Input is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(Input),
        Output = Output is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(Output),
    };
}
