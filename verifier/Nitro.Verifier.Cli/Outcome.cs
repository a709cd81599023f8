using System.Text.Encodings.Web;
using System.Text.Json;

namespace Nitro.Verifier.Cli;

/// <summary>What became of one file, for people and for machines. <paramref name="Unreadable"/> is set when it never came to a check, <paramref name="Note"/> when the verdict is of a part only.</summary>
internal sealed record Outcome(
    string File,
    IReadOnlyList<CheckResult> Checks,
    CheckResult? Failure,
    AttestationDocument? Document,
    VerifiedInference? Inference,
    string? Unreadable = null,
    string? Note = null)
{
    public bool IsVerified => Document is not null;

    public int ExitCode => IsVerified ? Cli.ExitCode.Done : Unreadable is null ? Cli.ExitCode.Refused : Cli.ExitCode.Usage;

    /// <summary>One JSON object on one line; its members are a stable interface (docs/cli-json.md).</summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("file", File);
            json.WriteString("verdict", IsVerified ? "verified" : Unreadable is null ? "refused" : "unreadable");
            if (Unreadable is not null)
            {
                json.WriteString("error", Unreadable);
            }

            if (Note is not null)
            {
                json.WriteString("note", Note);
            }

            if (Failure is not null)
            {
                json.WriteStartObject("refusedBy");
                WriteCheck(json, Failure);
                json.WriteEndObject();
            }

            WriteVerified(json);
            json.WriteStartArray("checks");
            foreach (var check in Checks)
            {
                json.WriteStartObject();
                WriteCheck(json, check);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private void WriteVerified(Utf8JsonWriter json)
    {
        if (Document is { } document)
        {
            json.WriteString("trustAnchor", document.TrustAnchor.Name);
            json.WriteBoolean("isAws", document.TrustAnchor.IsAws);
            json.WriteString("release", document.Release);
            json.WriteString("moduleId", document.ModuleId);
            json.WriteNumber("timestampMs", document.TimestampMs);
        }

        if (Inference is { } inference)
        {
            json.WriteString("signedBy", inference.SignedBy);
            json.WriteString("model", inference.Models[0].Name);
            json.WriteString("modelVersion", inference.Models[0].Version);
            json.WriteString("modelDigest", inference.Claim.Model.ToString());
            json.WriteNumber("issuedAtMs", inference.Claim.IssuedAtMs);
            json.WriteNumber("sequence", inference.Claim.Sequence);
        }
    }

    private static void WriteCheck(Utf8JsonWriter json, CheckResult check)
    {
        json.WriteNumber("number", (int)check.Check);
        json.WriteString("name", check.Check.ToString());
        json.WriteString("status", check.Status.ToString());
        if (!string.IsNullOrEmpty(check.Expected))
        {
            json.WriteString("expected", check.Expected);
        }

        if (!string.IsNullOrEmpty(check.Found))
        {
            json.WriteString("found", check.Found);
        }
    }
}
