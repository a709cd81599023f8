namespace Nitro.Nsm.Simulator;

/// <summary>What a simulated NSM says of its enclave, and where it has time and randomness from.</summary>
public sealed record SimulatedNsmOptions
{
    /// <summary>
    /// Such as <c>i-0bbcdf09feaae6636-enc019d2710faa69d22</c>: i- and 17 hexadecimal digits, -enc and 16 more. Null for a new one, whose
    /// enclave's id begins with the time in milliseconds, as AWS's does.
    /// </summary>
    public string? ModuleId { get; init; }

    /// <summary>The region that the certificates name.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>
    /// Values of registers 0 to 15 at boot, 48 bytes each. Where one is not given: 0, 1 and 2 are fixed digests of no image, 3 and 4
    /// follow <see cref="ParentRoleArn"/> and the module id, and the others are zero.
    /// </summary>
    public IReadOnlyDictionary<int, ReadOnlyMemory<byte>> Pcrs { get; init; } = new Dictionary<int, ReadOnlyMemory<byte>>();

    /// <summary>The parent instance's role, which PCR3 is the digest of; null for an instance without a role, whose PCR3 is zero.</summary>
    public string? ParentRoleArn { get; init; } = "arn:aws:iam::000000000000:role/simulated";

    /// <summary>Whether the enclave runs in debug mode: PCR0, PCR1 and PCR2 are zero, whatever the image; PCR3 and PCR4 are not.</summary>
    public bool DebugMode { get; init; }

    /// <summary>How documents' payload maps state their length.</summary>
    public PayloadForm PayloadForm { get; init; }

    /// <summary>Which lengths of user data, nonce and public key are attested.</summary>
    public FieldLimits FieldLimits { get; init; }

    /// <summary>What documents and certificates are dated by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What GetRandom and a new module id come from; cryptographic if null.</summary>
    public RandomSource? Random { get; init; }
}
