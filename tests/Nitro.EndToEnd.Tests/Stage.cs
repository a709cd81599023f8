using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Nitro.Attestation;
using Nitro.Attestation.Inference;
using Nitro.Harness;
using Nitro.Models.Digits;
using Nitro.OpenInference;
using Nitro.Testing;
using Nitro.Verifier;
using Nitro.Verifier.Certificates;

namespace Nitro.EndToEnd.Tests;

/// <summary>A folder of its own with the parts that a scenario needs: sockets, PKI, store, models and the policy that fits them.</summary>
public sealed class Stage : IAsyncDisposable
{
    public const string Digits = "digits";
    public const string Version = "1";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nitro-e2e-");
    private readonly List<IAsyncDisposable> _started = [];

    public static string DigitsFile { get; } = RepositoryRoot.Combine("enclave", "models", "digits.onnx");

    public List<string> Models { get; } = [$"{Digits}:{Version}={DigitsFile}"];

    public string Store => System.IO.Path.Combine(_folder.FullName, "store");

    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    public async Task<EnclaveProcess> StartEnclaveAsync(string name = "enclave", params string[] options)
    {
        var enclave = await EnclaveProcess.StartAsync(Path(name + ".sock"), Path("pki"), Models, options, TestContext.Current.CancellationToken);
        _started.Add(enclave);
        return enclave;
    }

    public async Task<HostProcess> StartHostAsync(EnclaveProcess enclave, params string[] options)
    {
        var host = await HostProcess.StartAsync(enclave.Address, Store, options, TestContext.Current.CancellationToken);
        _started.Add(host);
        return host;
    }

    public async Task<AttestationVerifier> CreateVerifierAsync()
    {
        var image = await SimulatedImage.DescribeAsync(EnclaveProcess.MeasurementsFile(Path("pki")), Models, TestContext.Current.CancellationToken);
        var measurements = image.Measurements.Select((value, index) => (index, value)).ToDictionary(one => one.index, one => Parse(one.value));
        return new AttestationVerifier(new VerificationPolicy(new PolicySettings
        {
            TrustAnchors = [TrustAnchor.FromPem("simulated", await File.ReadAllTextAsync(Path("pki/simulated-root.pem"), TestContext.Current.CancellationToken))],
            Releases = [new Release("simulated image", measurements)],
            Models = [.. image.Models.Select(Parse)],
            Configurations = [Parse(image.Configuration)],
        }));
    }

    /// <summary>A request for a digit that the model was not trained on.</summary>
    public static InferRequest DigitRequest(int index, out int digit)
    {
        var sample = DigitSample.Draw(DigitSet.Demonstration, index);
        digit = sample.Digit;
        return new InferRequest
        {
            Inputs = [Tensor.Create("image", Datatype.Fp32, [1, 1, DigitRenderer.Height, DigitRenderer.Width], MemoryMarshal.AsBytes(sample.Image.Span).ToArray())],
            Nonce = RandomNumberGenerator.GetBytes(32),
        };
    }

    public static EvidenceExpectations Expect(InferRequest request, InferResponse response) => new()
    {
        Model = ModelExpectation.Named(response.ModelName, response.ModelVersion),
        Input = InputExpectation.Exactly(request.ToInput()),
        Output = OutputExpectation.Exactly(response.ToOutput()),
        Nonce = ByteExpectation.Exactly(request.Nonce.Span),
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(_started))
        {
            await one.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private static Sha384Digest Parse(string hex) => Sha384Digest.TryParseHex(hex, out var digest) ? digest : throw new InvalidDataException(hex);
}
