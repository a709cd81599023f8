using System.Globalization;
using Nitro.Attestation;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier;

/// <summary>
/// Reads measurements as nitro-cli prints them: the object of PCRs by itself, the output of build-enclave or describe-eif around it, or of describe-enclaves,
/// a list of enclaves with them, under Measurements or among the other members.
/// </summary>
internal static class MeasurementReader
{
    /// <summary>PCRs by index.</summary>
    public static Dictionary<int, Sha384Digest> Read(JsonElementNode node)
    {
        if (node.IsList)
        {
            return ReadEnclaves(node);
        }

        var members = node.Members("measurements").ToArray();
        if (IsEnclave(members))
        {
            return ReadEnclave(node);
        }

        if (members.FirstOrDefault(member => member.Name == "Measurements").Value is { } inner)
        {
            RequireSound(members);
            return ReadPlain(inner, ignoreOthers: false);
        }

        return ReadPlain(node, ignoreOthers: false);
    }

    /// <summary>describe-enclaves: all must have the same measurements, since a release has one set.</summary>
    private static Dictionary<int, Sha384Digest> ReadEnclaves(JsonElementNode node)
    {
        Dictionary<int, Sha384Digest>? common = null;
        foreach (var enclave in node.Items())
        {
            var one = ReadEnclave(enclave);
            if (common is not null && (common.Count != one.Count || common.Any(pcr => !one.TryGetValue(pcr.Key, out var value) || value != pcr.Value)))
            {
                throw enclave.Error("the enclaves listed have different measurements: give each its own release");
            }

            common ??= one;
        }

        return common ?? throw node.Error("no enclave is listed, so there are no measurements");
    }

    private static Dictionary<int, Sha384Digest> ReadEnclave(JsonElementNode node)
    {
        JsonElementNode? inner = null;
        foreach (var (name, value) in node.Members("enclave"))
        {
            inner = name == "Measurements" ? value : inner;
            if (name == "Flags" && value.String().Contains("DEBUG_MODE", StringComparison.Ordinal))
            {
                throw value.Error("the enclave runs in debug mode (DEBUG_MODE): its documents show zeros for PCR0, PCR1 and PCR2, and the host reads its console; run it without --debug-mode");
            }
        }

        return inner is null ? ReadPlain(node, ignoreOthers: true) : ReadPlain(inner, ignoreOthers: false);
    }

    private static bool IsEnclave((string Name, JsonElementNode Value)[] members) => members.Any(member => member.Name is "EnclaveID" or "EnclaveCID" or "Flags");

    /// <summary>describe-eif says whether the image is whole.</summary>
    private static void RequireSound((string Name, JsonElementNode Value)[] members)
    {
        foreach (var (name, value) in members)
        {
            if (name is "CheckCRC" or "SignatureCheck" && value.IsFalse)
            {
                throw value.Error($"describe-eif says {name} false: the image is damaged, or its signature does not verify");
            }
        }
    }

    private static Dictionary<int, Sha384Digest> ReadPlain(JsonElementNode node, bool ignoreOthers)
    {
        var measurements = new Dictionary<int, Sha384Digest>();
        foreach (var (name, value) in node.Members("measurements"))
        {
            if (name == "HashAlgorithm")
            {
                if (!value.String().StartsWith("Sha384", StringComparison.OrdinalIgnoreCase))
                {
                    throw value.Error("HashAlgorithm is not Sha384");
                }
            }
            else if (TryReadIndex(name, out var index))
            {
                measurements.Add(index, PolicyReader.Digest(value));
            }
            else if (!ignoreOthers)
            {
                throw value.Error($"{ByteText.Quote(name)} is no measurement: they are PCR0 to PCR31");
            }
        }

        return measurements;
    }

    /// <summary>"PCR" and a number without needless zeros.</summary>
    internal static bool TryReadIndex(string name, out int index)
    {
        index = -1;
        return name.StartsWith("PCR", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(3), NumberStyles.None, NumberFormatInfo.InvariantInfo, out index)
            && name.Length == 3 + index.ToString(NumberFormatInfo.InvariantInfo).Length;
    }
}
