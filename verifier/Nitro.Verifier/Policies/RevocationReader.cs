using System.Security.Cryptography;
using Nitro.Attestation;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier;

/// <summary>Reads a policy's <c>revocations</c> and <c>revocationLists</c>.</summary>
internal static class RevocationReader
{
    private const string Subjects = "measurement, module, instance, certificate, certificateKey, session, model or configuration";

    /// <summary>One revocation: one subject, a reason, and from when on.</summary>
    public static Revocation Read(JsonElementNode node)
    {
        Func<RevocationReason, DateTimeOffset?, Revocation>? make = null;
        RevocationReason? reason = null;
        DateTimeOffset? effective = null;
        foreach (var (name, value) in node.Members("revocation"))
        {
            switch (name)
            {
                case "reason":
                    reason = ReadReason(value);
                    break;
                case "effective":
                    effective = PolicyReader.Time(value);
                    break;
                case "note":
                    value.String();
                    break;
                default:
                    if (make is not null)
                    {
                        throw value.Error($"a revocation is about one thing; {ByteText.Quote(name)} is a second one");
                    }

                    make = ReadSubject(name, value);
                    break;
            }
        }

        if (make is null || reason is not { } stated)
        {
            throw node.Error(make is null ? $"a revocation is about one of {Subjects}" : "a revocation has a reason: \"compromised\" or \"superseded\"");
        }

        try
        {
            return make(stated, effective);
        }
        catch (PolicyException exception)
        {
            throw node.Error(exception.Message);
        }
    }

    /// <summary>The levels that need a list.</summary>
    public static IReadOnlyList<int> ReadRequiredLevels(JsonElementNode node)
    {
        IReadOnlyList<int> levels = [];
        foreach (var (name, value) in node.Members("revocationLists"))
        {
            levels = name == "requiredLevels"
                ? [.. value.Items().Select(item => item.Integer() is var level and (1 or 2) ? (int)level : throw item.Error("a required level is 1 or 2: AWS issues no lists for others"))]
                : throw value.Error($"there is no member {ByteText.Quote(name)} in revocationLists");
            if (levels.Distinct().Count() != levels.Count)
            {
                throw value.Error("a level is there twice");
            }
        }

        return levels;
    }

    private static RevocationReason ReadReason(JsonElementNode value) => value.String() switch
    {
        "compromised" => RevocationReason.Compromised,
        "superseded" => RevocationReason.Superseded,
        _ => throw value.Error("a reason is \"compromised\" or \"superseded\""),
    };

    private static Func<RevocationReason, DateTimeOffset?, Revocation> ReadSubject(string name, JsonElementNode value)
    {
        switch (name)
        {
            case "measurement":
                return ReadMeasurement(value);
            case "module":
                var module = value.String();
                return (reason, effective) => Revocation.OfModule(module, reason, effective);
            case "instance":
                var instance = value.String();
                return (reason, effective) => Revocation.OfInstance(instance, reason, effective);
            case "certificate":
                var der = ReadCertificate(value);
                return (reason, effective) => Revocation.OfCertificate(der, reason, effective);
            case "certificateKey":
                return OfDigest(value, Revocation.OfCertificateKey);
            case "session":
                return OfDigest(value, Revocation.OfSession);
            case "model":
                return OfDigest(value, Revocation.OfModel);
            case "configuration":
                return OfDigest(value, Revocation.OfConfiguration);
            default:
                throw value.Error($"there is no member {ByteText.Quote(name)} in a revocation, which is about one of {Subjects}");
        }
    }

    private static Func<RevocationReason, DateTimeOffset?, Revocation> OfDigest(
        JsonElementNode value, Func<Sha384Digest, RevocationReason, DateTimeOffset?, Revocation> make)
    {
        var digest = PolicyReader.Digest(value);
        return (reason, effective) => make(digest, reason, effective);
    }

    /// <summary>One PCR and its value: what is refused must be stated exactly, not as one of several that must come together.</summary>
    private static Func<RevocationReason, DateTimeOffset?, Revocation> ReadMeasurement(JsonElementNode node)
    {
        var members = node.Members("measurement").ToArray();
        if (members.Length != 1
            || !MeasurementReader.TryReadIndex(members[0].Name, out var index))
        {
            throw node.Error("a revoked measurement is one PCR and its value, such as { \"PCR0\": \"96 hexadecimal digits\" }");
        }

        var digest = PolicyReader.Digest(members[0].Value);
        return (reason, effective) => Revocation.OfMeasurement(index, digest, reason, effective);
    }

    /// <summary>PEM text, or DER in base64.</summary>
    internal static byte[] ReadCertificate(JsonElementNode node)
    {
        var text = node.String();
        try
        {
            if (!PemEncoding.TryFind(text, out var block))
            {
                return Convert.FromBase64String(text);
            }

            return text[block.Label] == "CERTIFICATE" ? Convert.FromBase64String(text[block.Base64Data]) : throw node.Error($"expected a PEM block CERTIFICATE, found {ByteText.Quote(text[block.Label])}");
        }
        catch (FormatException)
        {
            throw node.Error("a certificate is PEM text, or its DER in base64");
        }
    }
}
