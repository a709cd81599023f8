using Nitro.Attestation;
using Nitro.Attestation.Claims;

namespace Nitro.Verifier;

/// <summary>Which model the caller asked for. Immutable.</summary>
public sealed class ModelExpectation
{
    private readonly string? _name;
    private readonly string? _version;
    private readonly Sha384Digest? _digest;

    private ModelExpectation(string? name, string? version, Sha384Digest? digest) => (_name, _version, _digest) = (name, version, digest);

    /// <summary>Any model of the manifest that the policy allows: whoever asks for one by name proves more.</summary>
    public static ModelExpectation AnyAllowedUnsafe { get; } = new(null, null, null);

    /// <summary>Whether any model is fine.</summary>
    public bool IsWaived => _name is null && _digest is null;

    /// <summary>The model that the manifest has under this name and version.</summary>
    public static ModelExpectation Named(string name, string version)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(version);
        return new(name, version, null);
    }

    /// <summary>The model whose file has this SHA-384 digest, under whatever name.</summary>
    public static ModelExpectation WithDigest(Sha384Digest digest) => new(null, null, digest);

    internal IReadOnlyList<ManifestEntry> Find(ModelManifest manifest, Sha384Digest model) =>
    [
        .. manifest.Entries.Where(entry => entry.Model == model
            && (_name is null || (entry.Name == _name && entry.Version == _version))
            && (_digest is null || entry.Model == _digest)),
    ];

    internal string Describe() => (_name, _digest) switch
    {
        ({ } name, _) => $"the model \"{name}\" version \"{_version}\" of the manifest",
        (_, { } digest) => $"the model {digest} in the manifest",
        _ => "a model of the manifest",
    };
}
