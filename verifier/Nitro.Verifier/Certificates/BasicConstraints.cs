namespace Nitro.Verifier.Certificates;

/// <summary>The basicConstraints extension (RFC 5280 4.2.1.9).</summary>
/// <param name="Critical">Whether it is marked critical.</param>
/// <param name="IsAuthority">cA.</param>
/// <param name="PathLength">pathLenConstraint: how many authorities may follow below; null when there is none.</param>
internal readonly record struct BasicConstraints(bool Critical, bool IsAuthority, int? PathLength)
{
    /// <summary>For people.</summary>
    public override string ToString()
    {
        var kind = IsAuthority ? "cA TRUE" : "cA FALSE";
        var length = PathLength is { } limit ? $", pathLenConstraint {limit}" : "";
        return $"{(Critical ? "critical" : "non-critical")}, {kind}{length}";
    }
}
