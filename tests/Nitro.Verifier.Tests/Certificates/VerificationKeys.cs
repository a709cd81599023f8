using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>Keys of the platform's own making, loaded as the product loads them.</summary>
internal static class VerificationKeys
{
    private const int PointOffset = 23;

    public static bool Of(ECDsa key, [NotNullWhen(true)] out VerificationKey? loaded) =>
        VerificationKey.TryLoad(key.ExportSubjectPublicKeyInfo().AsSpan(PointOffset), out loaded);
}
