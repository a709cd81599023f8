using Nitro.Vsock;

namespace Nitro.Host.Gateway;

/// <summary>How a gateway works.</summary>
internal sealed record GatewaySettings
{
    /// <summary>The most bytes of a request, unless said otherwise: what the enclave takes by default.</summary>
    public const long DefaultMaximumBody = 64 * 1024 * 1024;

    /// <summary>The most that may be said: evidence of anything larger would not fit its file.</summary>
    public const long GreatestMaximumBody = Nitro.Attestation.EvidenceFiles.Evidence.MaximumContent - (1024 * 1024);

    /// <summary>Where the enclave listens.</summary>
    public required ChannelAddress Enclave { get; init; }

    /// <summary>Where callers connect.</summary>
    public required ListenAddress Listen { get; init; }

    /// <summary>The folder of the evidence store.</summary>
    public required string Store { get; init; }

    /// <summary>Whether canonical input and output are stored with the evidence.</summary>
    public bool KeepContent { get; init; } = true;

    /// <summary>What callers must send as bearer token; null when anybody who can connect may ask.</summary>
    public string? Token { get; init; }

    /// <summary>The most bytes of a request.</summary>
    public long MaximumBody { get; init; } = DefaultMaximumBody;

    /// <summary>How many requests are at the enclave at once.</summary>
    public int MaximumConcurrency { get; init; } = 128;

    /// <summary>How long a request waits for its turn before it is told to come again.</summary>
    public TimeSpan MaximumWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the enclave may take for an answer.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The most pages of the store's file; null for no bound but the disk's.</summary>
    public long? MaximumStorePages { get; init; }
}
