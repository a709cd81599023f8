using System.Security.Cryptography.X509Certificates;

namespace Nitro.Verifier.Certificates;

/// <summary>The keyUsage extension (RFC 5280 4.2.1.3).</summary>
/// <param name="Critical">Whether it is marked critical.</param>
/// <param name="Usages">At least one.</param>
internal readonly record struct KeyUsage(bool Critical, X509KeyUsageFlags Usages)
{
    /// <summary>For people.</summary>
    public override string ToString() => $"{(Critical ? "critical" : "non-critical")}, {Usages}";
}
