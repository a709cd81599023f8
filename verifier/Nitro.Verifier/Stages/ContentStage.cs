using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Attestation.Inference;

namespace Nitro.Verifier.Stages;

/// <summary>Input and output: their digests are computed anew, from what the caller knows or from what the evidence discloses. Checks 719 and 720.</summary>
internal static class ContentStage
{
    public static bool Run(
        Evidence evidence,
        EvidenceExpectations expected,
        Claim claim,
        CheckList checks,
        out InferenceInput? input,
        out InferenceOutput? output)
    {
        output = null;
        return RunInput(evidence, expected.Input, claim, checks, out input) && RunOutput(evidence, expected.Output, claim, checks, out output);
    }

    private static bool RunInput(Evidence evidence, InputExpectation expected, Claim claim, CheckList checks, out InferenceInput? input)
    {
        input = expected.Exact;
        if (expected.IsWaived)
        {
            checks.Waive(Check.InputDigest, "UncheckedUnsafe");
            return true;
        }

        if (!RequireDisclosed(evidence.InputSalt, evidence.Input, input is not null, Check.InputDigest, "input", checks))
        {
            return false;
        }

        var encoded = input?.Encode() ?? evidence.Input.GetValueOrDefault();
        if (!RequireSame(encoded, evidence.Input, Check.InputDigest, "input", checks))
        {
            return false;
        }

        if (input is null && !InferenceInput.TryParse(encoded, out input, out var error))
        {
            return EvidenceFormatStage.Require(false, Check.InputDigest, error, checks);
        }

        return RequireDigest(InferenceInput.ComputeDigest(encoded.Span, evidence.InputSalt.GetValueOrDefault().Span), claim.Input, Check.InputDigest, "claim.input", checks);
    }

    private static bool RunOutput(Evidence evidence, OutputExpectation expected, Claim claim, CheckList checks, out InferenceOutput? output)
    {
        output = expected.Exact;
        if (expected.IsWaived)
        {
            checks.Waive(Check.OutputDigest, "UncheckedUnsafe");
            return true;
        }

        if (!RequireDisclosed(evidence.OutputSalt, evidence.Output, output is not null, Check.OutputDigest, "output", checks))
        {
            return false;
        }

        var encoded = output?.Encode() ?? evidence.Output.GetValueOrDefault();
        if (!RequireSame(encoded, evidence.Output, Check.OutputDigest, "output", checks))
        {
            return false;
        }

        if (output is null && !InferenceOutput.TryParse(encoded, out output, out var error))
        {
            return EvidenceFormatStage.Require(false, Check.OutputDigest, error, checks);
        }

        return RequireDigest(InferenceOutput.ComputeDigest(encoded.Span, evidence.OutputSalt.GetValueOrDefault().Span), claim.Output, Check.OutputDigest, "claim.output", checks);
    }

    private static bool RequireDisclosed(ReadOnlyMemory<byte>? salt, ReadOnlyMemory<byte>? content, bool isKnown, Check check, string what, CheckList checks)
    {
        var missing = salt?.Length != SaltedDigest.SaltSize ? $"the {what}'s salt" : content is null && !isKnown ? $"the {what}" : null;
        if (missing is not null)
        {
            checks.Fail(check, $"evidence that holds {missing}, or a caller who gives the {what} up", "none");
        }

        return missing is null;
    }

    /// <summary>A file that shows one content to a reader and proves another would mislead, whatever the caller knows.</summary>
    private static bool RequireSame(ReadOnlyMemory<byte> known, ReadOnlyMemory<byte>? disclosed, Check check, string what, CheckList checks)
    {
        if (disclosed is not { } shown || shown.Span.SequenceEqual(known.Span))
        {
            return true;
        }

        checks.Fail(check, $"the caller's {what}, or none, where the evidence discloses one", "another");
        return false;
    }

    private static bool RequireDigest(Sha384Digest computed, Sha384Digest claimed, Check check, string name, CheckList checks) =>
        checks.Require(computed == claimed, check, () => ($"{name} {claimed}", computed.ToString()));
}
