using System.CommandLine;
using Nitro.Attestation;
using Nitro.Attestation.EvidenceFiles;

namespace Nitro.Verifier.Cli;

/// <summary><c>nitro-verify evidence</c>: evidence files, which hold all that is needed.</summary>
internal static class EvidenceCommand
{
    public static Command Create(CommandContext context)
    {
        var files = new Argument<string[]>("files") { Description = "Evidence files; folders are searched for *.json; - is standard input.", Arity = ArgumentArity.OneOrMore };
        var model = new Option<string?>("--model") { Description = "The model that was asked for, by the name and version of the enclave's manifest.", HelpName = "NAME:VERSION" };
        var modelDigest = new Option<string?>("--model-digest") { Description = "The model that was asked for, by the SHA-384 of its file.", HelpName = "HEX" };
        var inputUnchecked = new Option<bool>("--input-unchecked-unsafe") { Description = "Do not look at the input: the evidence may leave it out, and then says nothing about what was asked." };
        var outputUnchecked = new Option<bool>("--output-unchecked-unsafe") { Description = "Do not look at the output: the evidence may leave it out, and then says nothing about what was answered." };
        var kind = new Option<string?>("--kind") { Description = "Accept only this kind of evidence: session or direct.", HelpName = "KIND" };
        kind.AcceptOnlyFromAmong("session", "direct");
        var options = new SharedOptions();
        var command = new Command("evidence", "Verify evidence files: model, input and output of each answer, and the enclave that gave it.")
        {
            files, model, modelDigest, kind, inputUnchecked, outputUnchecked,
        };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            var policy = options.ReadPolicy(parsed, context.Inputs);
            if (!policy.CoversEvidence)
            {
                throw new UsageException($"policy {parsed.GetValue(options.Policy)}: to judge evidence it must state models and configurations (or anyModelUnsafe, anyConfigurationUnsafe)");
            }

            var verifier = new AttestationVerifier(policy, options.ReadOptions(parsed, context.Inputs));
            var time = options.ReadTime(parsed, context.Clock);
            var expected = new EvidenceExpectations
            {
                Model = ReadModel(parsed.GetValue(model), parsed.GetValue(modelDigest)),
                Input = parsed.GetValue(inputUnchecked) ? InputExpectation.UncheckedUnsafe : InputExpectation.InEvidence,
                Output = parsed.GetValue(outputUnchecked) ? OutputExpectation.UncheckedUnsafe : OutputExpectation.InEvidence,
                Nonce = options.ReadNonce(parsed),
                Kinds = parsed.GetValue(kind) switch
                {
                    "session" => [EvidenceKind.Session],
                    "direct" => [EvidenceKind.Direct],
                    _ => Enum.GetValues<EvidenceKind>(),
                },
            };
            var report = new Report(context.Output, options.ReadStyle(parsed));
            foreach (var file in Inputs.Expand(parsed.GetValue(files)!, "*.json"))
            {
                report.Add(Verify(verifier, file, expected, time, context.Inputs));
            }

            report.Summarise();
            return report.ExitCode;
        });
        return command;
    }

    private static ModelExpectation ReadModel(string? name, string? digest)
    {
        if (name is not null && digest is not null)
        {
            throw new UsageException("state one of --model and --model-digest");
        }

        if (digest is not null)
        {
            return Sha384Digest.TryParseHex(digest, out var value)
                ? ModelExpectation.WithDigest(value)
                : throw new UsageException("--model-digest: a SHA-384 has 96 hexadecimal digits");
        }

        if (name is null)
        {
            return ModelExpectation.AnyAllowedUnsafe;
        }

        var colon = name.LastIndexOf(':');
        return colon > 0 && colon < name.Length - 1
            ? ModelExpectation.Named(name[..colon], name[(colon + 1)..])
            : throw new UsageException($"--model: \"{name}\" is not NAME:VERSION");
    }

    private static Outcome Verify(AttestationVerifier verifier, string file, EvidenceExpectations expected, ValidationTime time, Inputs inputs)
    {
        try
        {
            if (!Evidence.TryParse(inputs.Read(file), out var evidence, out var error))
            {
                return new Outcome(file, [], null, null, null, $"not an evidence file: {error}");
            }

            var result = verifier.VerifyEvidence(evidence!, expected, time);
            return new Outcome(file, result.Checks, result.Failure, result.Inference?.Document, result.Inference);
        }
        catch (UsageException exception)
        {
            return new Outcome(file, [], null, null, null, exception.Message);
        }
    }
}
