using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Tests.Certificates;

/// <content>Validation by the product. The generator of the published vectors has the rest of this class, and not this.</content>
internal sealed partial class TestChain
{
    /// <summary>Validates the chain as it is now, under its own root.</summary>
    public PathVerdict Validate(
        CertificateProfile profile = CertificateProfile.AwsV1, string moduleId = ModuleId, DateTimeOffset? time = null)
    {
        var certificates = Build();
        return Validate(certificates[..^1], certificates[^1], certificates[0], profile, moduleId, time);
    }

    public static PathVerdict Validate(
        byte[][] bundle,
        byte[] leaf,
        byte[] root,
        CertificateProfile profile = CertificateProfile.AwsV1,
        string moduleId = ModuleId,
        DateTimeOffset? time = null)
    {
        var validator = new CertificatePathValidator([TrustAnchor.FromCertificate("test", root)], profile, SignatureEngines.Own);
        return PathVerdict.Of(validator, bundle, leaf, moduleId, (time ?? Now).ToUnixTimeMilliseconds());
    }
}
