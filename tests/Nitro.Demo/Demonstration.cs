using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Attestation.Inference;
using Nitro.Harness;
using Nitro.Models;
using Nitro.Models.Digits;
using Nitro.OpenInference;
using Nitro.Testing;
using Nitro.Verifier;

namespace Nitro.Demo;

/// <summary>The main job, end to end: processes, questions, answers, evidence, verification, refusals.</summary>
internal sealed class Demonstration(Screen screen, Workspace workspace)
{
    private const string Model = "digits";
    private const string Version = "1";
    private const int Questions = 5;

    private static readonly string ModelFile = RepositoryRoot.Combine("enclave", "models", "digits.onnx");

    public async Task RunAsync(CancellationToken cancel)
    {
        screen.Line(screen.Paint("A model answers inside a simulated enclave, and anyone can check the answer.", Screen.Bold));
        screen.Section("Processes");
        await using var enclave = await StartEnclaveAsync("enclave", [], cancel);
        screen.Field("enclave", $"process {enclave.Process.Id}, simulated NSM, {Workspace.Relative(ModelFile)}");
        await using var host = await HostProcess.StartAsync(enclave.Address, workspace.Store, [], cancel);
        screen.Field("host", $"process {host.Process.Id}, {host.Address.GetLeftPart(UriPartial.Authority)}, evidence in {Workspace.Relative(workspace.Store)}");

        using var http = host.CreateClient();
        var client = new InferenceClient(http);
        await ShowMetadataAsync(client, cancel);
        var verifier = await WritePolicyAsync(cancel);
        var saved = await AskAndVerifyAsync(client, verifier, cancel);
        await RefuseAsync(saved, verifier, cancel);
        Finish(saved.Count);
    }

    private Task<EnclaveProcess> StartEnclaveAsync(string name, IEnumerable<string> options, CancellationToken cancel) =>
        EnclaveProcess.StartAsync(workspace.Socket(name), workspace.Pki, [$"{Model}:{Version}={ModelFile}"], options, cancel);

    private async Task ShowMetadataAsync(InferenceClient client, CancellationToken cancel)
    {
        screen.Section($"GET /v2/models/{Model}");
        using var metadata = await client.GetJsonAsync($"v2/models/{Model}", cancel);
        foreach (var side in new[] { "inputs", "outputs" })
        {
            foreach (var tensor in metadata.RootElement.GetProperty(side).EnumerateArray())
            {
                var shape = string.Join(" × ", tensor.GetProperty("shape").EnumerateArray().Select(one => one.GetInt64() < 0 ? "any" : one.GetRawText()));
                screen.Field(side[..^1], $"{tensor.GetProperty("name").GetString(),-14} {tensor.GetProperty("datatype").GetString(),-6} {shape}");
            }
        }
    }

    private async Task<AttestationVerifier> WritePolicyAsync(CancellationToken cancel)
    {
        screen.Section("Policy");
        var image = await SimulatedImage.DescribeAsync(EnclaveProcess.MeasurementsFile(workspace.Pki), [$"{Model}:{Version}={ModelFile}"], cancel);
        var json = PolicyFile.Compose(Path.Combine(workspace.Pki, "simulated-root.pem"), image, [image.Models.Single()]);
        await File.WriteAllTextAsync(workspace.Policy, json, cancel);
        screen.Field("file", $"{Workspace.Relative(workspace.Policy)}: one root, one image, one model, one configuration");
        screen.Field("root", "the simulated NSM's own, made for this installation: every verdict says NOT AWS");
        screen.Field("PCR0", image.Measurements[0]);
        screen.Field("model", image.Models.Single());
        return PolicyFile.Load(workspace.Policy);
    }

    private async Task<List<SavedEvidence>> AskAndVerifyAsync(InferenceClient client, AttestationVerifier verifier, CancellationToken cancel)
    {
        screen.Section("Questions: digits that the model was not trained on");
        var saved = new List<SavedEvidence>();
        for (var question = 0; question < Questions; question++)
        {
            // The last answer is attested by the NSM itself; the others by the session key that the NSM vouches for. Every second one travels in binary.
            var kind = question == Questions - 1 ? EvidenceKind.Direct : EvidenceKind.Session;
            saved.Add(await AskAsync(client, question, kind, binary: question % 2 == 1, cancel));
        }

        screen.Section("Verified offline, each with the policy and nothing else");
        foreach (var one in saved)
        {
            var result = one.Verify(verifier);
            var inference = result.Inference ?? throw new DemoException($"{one.File} should have been verified, but: {result.Failure}");
            screen.Line($"  {screen.Paint("VERIFIED", Screen.Green)}  {Workspace.Relative(one.File),-32} {inference.SignedBy}, NOT AWS: \"{inference.Document.TrustAnchor.Name}\"");
        }

        ShowChecks(saved[0].Verify(verifier));
        return saved;
    }

    private async Task<SavedEvidence> AskAsync(InferenceClient client, int question, EvidenceKind kind, bool binary, CancellationToken cancel)
    {
        var sample = DigitSample.Draw(DigitSet.Demonstration, question);
        var image = Tensor.Create("image", Datatype.Fp32, [1, 1, DigitRenderer.Height, DigitRenderer.Width], MemoryMarshal.AsBytes(sample.Image.Span).ToArray());
        var nonce = RandomNumberGenerator.GetBytes(32);
        var request = new InferRequest
        {
            Inputs = [image],
            Nonce = nonce,
            Evidence = kind == EvidenceKind.Direct ? EvidenceRequest.Direct : EvidenceRequest.None,
            BinaryOutputDefault = binary,
        };
        var answer = await client.AskAsync(Model, Version, request, binary, cancel);
        if (answer.Response is not { } response || answer.EvidenceId is not { } id)
        {
            throw new DemoException($"the host answered {(int)answer.Status}: {answer.Error}");
        }

        var file = Path.Combine(workspace.Evidence, string.Create(CultureInfo.InvariantCulture, $"answer-{question + 1}.json"));
        await File.WriteAllBytesAsync(file, await client.GetEvidenceAsync(id, cancel), cancel);
        ShowAnswer(sample, response, answer.Elapsed, binary ? "binary" : "JSON", file);
        return SavedEvidence.Read(file, request, response);
    }

    private void ShowAnswer(DigitSample sample, InferResponse response, TimeSpan elapsed, string form, string file)
    {
        var picture = AsciiPicture.Render(sample.Image.Span, DigitRenderer.Width, DigitRenderer.Height).TrimEnd().Split('\n');
        var label = MemoryMarshal.Cast<byte, long>(response.Outputs.Single(output => output.Name == "label").Data.Span)[0];
        var probability = MemoryMarshal.Cast<byte, float>(response.Outputs.Single(output => output.Name == "probabilities").Data.Span)[(int)label];
        string[] notes =
        [
            screen.Paint(string.Create(CultureInfo.InvariantCulture, $"answer {label}"), Screen.Bold) + (label == sample.Digit ? "" : string.Create(CultureInfo.InvariantCulture, $" (drawn as {sample.Digit})")),
            string.Create(CultureInfo.InvariantCulture, $"probability {probability:P2}"),
            string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalMilliseconds:0.0} ms over {form}, evidence stored"),
            Workspace.Relative(file),
        ];
        var firstNote = (picture.Length - notes.Length) / 2;
        for (var row = 0; row < picture.Length; row++)
        {
            var note = row - firstNote;
            screen.Line($"  {picture[row].PadRight(DigitRenderer.Width)}   {(note >= 0 && note < notes.Length ? notes[note] : "")}".TrimEnd());
        }

        screen.Line();
    }

    private void ShowChecks(EvidenceResult result)
    {
        screen.Line();
        screen.Line("  Every check of the first:");
        foreach (var check in result.Checks)
        {
            var (mark, note) = check.Status switch
            {
                CheckStatus.Passed => (screen.Paint("✓", Screen.Green), ""),
                CheckStatus.Waived => ("!", "waived"),
                _ => ("·", "does not apply"),
            };
            screen.Line($"  {mark} {(int)check.Check}  {check.Check,-24} {screen.Paint(note, Screen.Dim)}".TrimEnd());
        }
    }

    private async Task RefuseAsync(List<SavedEvidence> saved, AttestationVerifier verifier, CancellationToken cancel)
    {
        screen.Section("Refused, each by the check that caught it");
        await using var other = await StartEnclaveAsync("other", [], cancel);
        await using var debug = await StartEnclaveAsync("debug", ["--debug-mode"], cancel);
        var refusals = new Refusals(verifier, workspace.Policy);
        foreach (var (what, expected, result) in await refusals.AllAsync(saved[0], other, debug, cancel))
        {
            if (result.Failure?.Check != expected)
            {
                throw new DemoException($"{what}: check {expected} should have refused it, but: {result.Failure?.ToString() ?? "it was verified"}");
            }

            screen.Line($"  {screen.Paint("REFUSED", Screen.Red)}  {what,-46} {(int)expected} {expected}");
            screen.Line(screen.Paint($"           expected {Cut(result.Failure.Expected!)}", Screen.Dim));
            screen.Line(screen.Paint($"           found    {Cut(result.Failure.Found!)}", Screen.Dim));
        }
    }

    private void Finish(int files)
    {
        screen.Section("Saved");
        screen.Field("evidence", $"{files} files in {Workspace.Relative(workspace.Evidence)}");
        screen.Field("policy", Workspace.Relative(workspace.Policy));
        screen.Line();
        screen.Line("Verify them again, any time, without enclave, host or network:");
        screen.Line($"  dotnet {Path.GetRelativePath(RepositoryRoot.Path, Executables.Verify)} evidence {Workspace.Relative(workspace.Evidence)} --policy {Workspace.Relative(workspace.Policy)}");
    }

    private static string Cut(string text) => text.Length <= 100 ? text : text[..99] + "…";
}
