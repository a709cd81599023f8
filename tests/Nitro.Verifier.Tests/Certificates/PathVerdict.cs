using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>What a validator says: no defect, or one.</summary>
internal sealed record PathVerdict(CertificateDefect? Defect)
{
    public static PathVerdict Of(CertificatePathValidator validator, byte[][] bundle, byte[] leaf, string moduleId, long milliseconds)
    {
        var memories = bundle.Select(der => new ReadOnlyMemory<byte>(der)).ToArray();
        var valid = validator.TryValidate(memories, leaf, moduleId, milliseconds, out var path, out var defect);
        Assert.Equal(valid, path is not null);
        Assert.Equal(valid, defect is null);
        path?.Dispose();
        return new PathVerdict(defect);
    }

    public void AssertValid(string what) => Assert.True(Defect is null, $"{what}: {Defect}");

    public void AssertRefused(CertificateRule rule, int level, string what)
    {
        Assert.True(Defect is not null, $"{what} was accepted");
        Assert.True((rule, level) == (Defect.Rule, Defect.Level), $"{what}: expected {rule} at level {level}, got {Defect}");
        Assert.NotEmpty(Defect.Expected);
        Assert.NotEmpty(Defect.Found);
    }
}
