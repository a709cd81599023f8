using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Verifier.RevocationLists;

namespace Nitro.Verifier.Tests.Vectors;

/// <summary>What the product says of a vector, in the form of the index's error member.</summary>
internal static partial class ProductVerdict
{
    private static readonly ConcurrentDictionary<string, AttestationVerifier> Verifiers = new(StringComparer.Ordinal);

    /// <summary>The error as compact JSON, null for none.</summary>
    /// <param name="vector">A document or evidence.</param>
    /// <param name="content">What is verified in the place of the vector's own file.</param>
    public static string? Of(PublishedVector vector, byte[] content)
    {
        if (vector.Kind == "list")
        {
            return CertificateRevocationList.TryRead(content, out _, out var listError)
                ? null
                : new JsonObject { ["check"] = (int)listError.Check, ["name"] = listError.Check.ToString() }.ToJsonString();
        }

        var verifier = Verifiers.GetOrAdd(vector.Path("policy"), _ =>
            new AttestationVerifier(VerificationPolicy.Parse(vector.File("policy"))));
        verifier = vector.Lists.Count == 0 ? verifier : verifier.WithRevocationLists([.. vector.Lists.Select(Read)]);
        if (vector.Kind == "document")
        {
            return Text(verifier.Verify(content, vector.Document, vector.Time).Failure);
        }

        return Evidence.TryParse(content, out var evidence, out var error)
            ? Text(verifier.VerifyEvidence(evidence!, vector.Evidence, vector.Time).Failure)
            : new JsonObject { ["fault"] = (int)error!.Fault, ["name"] = error.Fault.ToString() }.ToJsonString();
    }

    private static CertificateRevocationList Read(byte[] bytes) =>
        CertificateRevocationList.TryRead(bytes, out var list, out var error) ? list : throw new InvalidDataException(error.ToString());

    private static string? Text(CheckResult? failure)
    {
        if (failure is null)
        {
            return null;
        }

        var error = new JsonObject { ["check"] = (int)failure.Check, ["name"] = failure.Check.ToString() };
        if (Level().Match(failure.Expected!) is { Success: true } match)
        {
            error["level"] = int.Parse(match.Groups[1].ValueSpan, NumberFormatInfo.InvariantInfo);
        }

        return error.ToJsonString();
    }

    [GeneratedRegex(@"^certificate level (\d): ")]
    private static partial Regex Level();
}
