using Nitro.Attestation.Inference;
using Nitro.Enclave.Models;
using Nitro.Enclave.Tests.Support;

namespace Nitro.Enclave.Tests.Models;

/// <summary>
/// The ONNX project's own models with inputs and expected outputs, as Debian's libonnx-testdata installs them: more than a thousand models
/// that others wrote, some for each operator. Each is loaded as a user's model is, and is either refused with a reason or gives the
/// published answer.
/// </summary>
public sealed class PublishedModelsTests
{
    private const string Root = "/usr/share/libonnx-testdata/data";

    /// <summary>How many models libonnx-testdata 1.12.0 has, and how many of them run here: a floor, so that no change loses any.</summary>
    private const int KnownModels = 1072;
    private const int KnownAnswers = 930;

    /// <summary>
    /// Of a release that nobody has looked through, this part of the answers may differ: operators change with the release of the standard.
    /// </summary>
    private const double UnknownDifferences = 0.05;

    /// <summary>Random results, and those in which ONNX Runtime 1.29 differs from the published answer for reasons of its own.</summary>
    private static readonly Dictionary<string, string> Excluded = new()
    {
        ["test_bernoulli"] = "random",
        ["test_training_dropout"] = "random",
        ["test_cast_FLOAT_to_STRING"] = "writes floats with other digits",
        ["test_castlike_FLOAT_to_STRING"] = "writes floats with other digits",
        ["test_dft"] = "rounds sums of sines differently",
        ["test_stft"] = "rounds sums of sines differently",
        ["test_maxunpool_export_with_output_shape"] = "places values by another reading of the standard",
        ["test_resize_downsample_scales_cubic_align_corners"] = "follows a later release of the standard",
        ["test_resize_downsample_scales_linear_align_corners"] = "follows a later release of the standard",
    };

    [Fact]
    public void Hundreds_of_published_models_give_the_published_answers()
    {
        if (!Directory.Exists(Root))
        {
            Assert.Skip($"{Root} is absent: apt-get install libonnx-testdata");
        }

        OnnxProcess.Start(Loading.MemoryMiB);
        string[] paths = [.. Directory.EnumerateFiles(Root, "model.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        var answered = 0;
        var wrong = new List<string>();
        foreach (var path in paths)
        {
            var folder = Path.GetDirectoryName(path)!;
            var name = Path.GetFileName(folder);
            if (Excluded.Keys.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                continue;
            }

            try
            {
                using var model = OnnxModel.Load(new ModelSource(name, "1", path), File.ReadAllBytes(path), 1);
                var differences = Compare(name, model, folder).ToArray();
                wrong.AddRange(differences);
                answered += differences.Length == 0 ? 1 : 0;
            }
            catch (EnclaveStartException refusal)
            {
                Assert.Contains("cannot be loaded: ", refusal.Message, StringComparison.Ordinal);
            }
        }

        if (paths.Length == KnownModels)
        {
            Assert.Empty(wrong);
            Assert.InRange(answered, KnownAnswers, KnownModels);
        }
        else
        {
            Assert.True(wrong.Count <= UnknownDifferences * paths.Length, string.Join('\n', wrong));
            Assert.True(answered > paths.Length / 2, $"{answered} of {paths.Length} models answered.");
        }
    }

    private static IEnumerable<string> Compare(string name, OnnxModel model, string folder)
    {
        foreach (var set in Directory.EnumerateDirectories(folder, "test_data_set_*"))
        {
            Tensor[] inputs = [.. Read(set, "input").Select((value, index) => value.ToTensor(value.Name.Length > 0 ? value.Name : model.Inputs[index].Name))];
            var fault = model.FindFault(inputs, []);
            if (fault is not null)
            {
                yield return $"{name}: {fault}";
                continue;
            }

            var outputs = model.Run(inputs, [], 1 << 30, TestContext.Current.CancellationToken);
            foreach (var (index, expected) in Read(set, "output").Index())
            {
                if (expected.DifferenceFrom(outputs[index]) is { } difference)
                {
                    yield return $"{name}: output {index}: {difference}";
                }
            }
        }
    }

    private static IEnumerable<PublishedTensor> Read(string set, string kind)
    {
        for (var index = 0; File.Exists(Path.Combine(set, $"{kind}_{index}.pb")); index++)
        {
            yield return PublishedTensor.Parse(File.ReadAllBytes(Path.Combine(set, $"{kind}_{index}.pb")));
        }
    }
}
