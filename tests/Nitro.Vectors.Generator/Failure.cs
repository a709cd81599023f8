using System.Text.Json.Nodes;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Verifier;

namespace Nitro.Vectors.Generator;

/// <summary>The error member of a vector.</summary>
internal static class Failure
{
    /// <summary>A check that fails, and the certificate level at fault where it has one.</summary>
    public static JsonObject Of(Check check, int? level = null)
    {
        var error = new JsonObject { ["check"] = (int)check, ["name"] = check.ToString() };
        if (level is { } number)
        {
            error["level"] = number;
        }

        return error;
    }

    /// <summary>A file that is no evidence file.</summary>
    public static JsonObject Of(EvidenceFileFault fault) => new() { ["fault"] = (int)fault, ["name"] = fault.ToString() };

    /// <summary>A policy that cannot be used, and the line that it names, where the fault has one.</summary>
    public static JsonObject OfPolicy(string reason, int? line = null)
    {
        var error = new JsonObject { ["reason"] = reason };
        if (line is { } number)
        {
            error["line"] = number;
        }

        return error;
    }
}
