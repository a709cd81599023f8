using System.Globalization;
using System.Numerics;
using Nitro.Attestation.Claims;

namespace Nitro.Enclave.Models;

/// <summary>
/// The models of an enclave, all in memory. Immutable and safe to use from several threads at once; disposing it disposes them.
/// </summary>
public sealed class ModelCatalog : IDisposable
{
    private readonly OnnxModel[] _models;
    private readonly Dictionary<(string Name, string Version), OnnxModel> _byVersion;
    private readonly Dictionary<string, OnnxModel> _highest;

    private ModelCatalog(OnnxModel[] models)
    {
        _models = models;
        _byVersion = models.ToDictionary(model => (model.Name, model.Version));
        _highest = models.GroupBy(model => model.Name).ToDictionary(versions => versions.Key, versions => Highest([.. versions]));
        Manifest = ModelManifest.Create(models.Select(model => new ManifestEntry(model.Name, model.Version, model.Digest)));
    }

    /// <summary>Names, versions and digests.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The models, in the order in which they were given.</summary>
    public IReadOnlyList<OnnxModel> Models => _models;

    /// <summary>Reads each file once and loads it from memory.</summary>
    /// <param name="sources">1 to <see cref="ModelManifest.MaximumEntries"/> models, each name and version once.</param>
    /// <param name="threads">Threads of one run.</param>
    /// <param name="readFile">Reads a whole file; called once per model.</param>
    /// <exception cref="EnclaveStartException">A model is there twice, cannot be read or cannot be loaded.</exception>
    public static ModelCatalog Load(IReadOnlyList<ModelSource> sources, int threads, Func<string, byte[]> readFile)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(readFile);
        if (sources.Count is 0 or > ModelManifest.MaximumEntries)
        {
            throw EnclaveStartException.Usage(
                $"An enclave serves 1 to {ModelManifest.MaximumEntries} models; found {sources.Count}. "
                + $"Name one with --model {ModelSource.Syntax}.");
        }

        if (sources.GroupBy(source => (source.Name, source.Version)).FirstOrDefault(group => group.Count() > 1)?.Key is { } twice)
        {
            throw EnclaveStartException.Usage(
                $"The model \"{twice.Name}\" version \"{twice.Version}\" is given twice; give one of them another version.");
        }

        var models = new List<OnnxModel>(sources.Count);
        try
        {
            foreach (var source in sources)
            {
                models.Add(OnnxModel.Load(source, Read(source, readFile), threads));
            }

            return new ModelCatalog([.. models]);
        }
        catch
        {
            models.ForEach(model => model.Dispose());
            throw;
        }
    }

    /// <summary>
    /// The model of this name and version. Without a version it is the only one, or the highest: by number when all of the name's versions
    /// are decimal numbers, by ordinal comparison otherwise. Null when there is none.
    /// </summary>
    public OnnxModel? Find(string name, string? version) =>
        version is null ? _highest.GetValueOrDefault(name) : _byVersion.GetValueOrDefault((name, version));

    /// <summary>The versions of a name, in the order in which they were given.</summary>
    public IReadOnlyList<string> Versions(string name) => [.. _models.Where(model => model.Name == name).Select(model => model.Version)];

    /// <summary>Releases each model's memory as soon as no run of it is under way.</summary>
    public void Dispose() => Array.ForEach(_models, model => model.Dispose());

    private static OnnxModel Highest(OnnxModel[] versions) => versions.All(model => model.Version.All(char.IsAsciiDigit))
        ? versions.MaxBy(model => BigInteger.Parse(model.Version, NumberFormatInfo.InvariantInfo))!
        : versions.MaxBy(model => model.Version, StringComparer.Ordinal)!;

    private static byte[] Read(ModelSource source, Func<string, byte[]> readFile)
    {
        try
        {
            return readFile(source.Path);
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var reason = exception switch
            {
                FileNotFoundException or DirectoryNotFoundException => "there is no such file",
                UnauthorizedAccessException when Directory.Exists(source.Path) => "it is a folder, not a file",
                UnauthorizedAccessException => "the process may not read it",
                _ => PlainText.Of(exception),
            };
            var path = PlainText.Clean(source.Path, PlainText.MaximumMessage);
            throw EnclaveStartException.Usage($"The model \"{source.Name}\" cannot be read from {path}: {reason}.", exception);
        }
    }
}
