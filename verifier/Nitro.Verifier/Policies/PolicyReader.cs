using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Nitro.Attestation;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier;

/// <summary>
/// Reads a policy from JSON: comments and trailing commas are allowed, since people write it; unknown and duplicate members are refused with their line,
/// since a misspelt rule must not become no rule.
/// </summary>
public static class PolicyReader
{
    /// <summary>The most bytes of a policy.</summary>
    public const int MaximumSize = 1024 * 1024;

    /// <summary>describe-eif prints a container's description, nested deeper than a policy is.</summary>
    private const int MaximumDepth = 32;

    private const string NotAPolicy =
        "what nitro-cli prints is not a policy: it says what an image is, not what to accept. Put it into a release as its measurements, or run nitro-verify policy new --measurements FILE";

    internal static VerificationPolicy Read(ReadOnlySpan<byte> json, Func<string, byte[]>? readCertificate)
    {
        if (json.Length > MaximumSize)
        {
            throw new PolicyException(Text($"the policy has {json.Length} bytes; at most {MaximumSize} are read"));
        }

        // The JSON reader looks at the bytes of texts alone, not at those of comments.
        if (!Utf8.IsValid(json))
        {
            throw new PolicyException(Text($"line {1 + json[..ValidLength(json)].Count((byte)'\n')}: bytes that are not valid Unicode (UTF-8)"));
        }

        JsonElementNode root;
        try
        {
            root = JsonElementNode.Parse(json, MaximumDepth);
        }
        catch (JsonException exception)
        {
            throw new PolicyException(Text($"line {exception.LineNumber + 1}: not JSON: {ByteText.Clip(exception.Message.Split(" LineNumber")[0])}"), exception);
        }

        return new VerificationPolicy(ReadSettings(root, readCertificate));
    }

    /// <summary>How many bytes are valid before the first that are not.</summary>
    private static int ValidLength(ReadOnlySpan<byte> json)
    {
        var length = 0;
        while (Rune.DecodeFromUtf8(json[length..], out _, out var read) == OperationStatus.Done)
        {
            length += read;
        }

        return length;
    }

    private static PolicySettings ReadSettings(JsonElementNode root, Func<string, byte[]>? readCertificate)
    {
        var settings = new PolicySettings();
        var versioned = false;
        if (root.IsList)
        {
            throw root.Error($"policy is no object; {NotAPolicy}");
        }

        foreach (var (name, value) in root.Members("policy"))
        {
            switch (name)
            {
                case "$schema":
                    value.String();
                    break;
                case "version":
                    versioned = value.Integer() == 1 ? true : throw value.Error("version is not 1: a newer release may read it");
                    break;
                case "trustAnchors":
                    settings = settings with { TrustAnchors = [.. value.Items().Select(item => ReadTrustAnchor(item, readCertificate))] };
                    break;
                case "releases":
                    settings = settings with { Releases = [.. value.Items().Select(ReadRelease)] };
                    RequireSome(settings.Releases, value, "releases");
                    break;
                case "anyMeasurementsUnsafe":
                    settings = settings with { AnyMeasurementsUnsafe = value.Boolean() };
                    break;
                case "debugModeUnsafe":
                    settings = settings with { DebugModeUnsafe = value.Boolean() };
                    break;
                case "models":
                    settings = settings with { Models = [.. value.Items().Select(Digest)] };
                    RequireSome(settings.Models, value, "models");
                    break;
                case "anyModelUnsafe":
                    settings = settings with { AnyModelUnsafe = value.Boolean() };
                    break;
                case "configurations":
                    settings = settings with { Configurations = [.. value.Items().Select(Digest)] };
                    RequireSome(settings.Configurations, value, "configurations");
                    break;
                case "anyConfigurationUnsafe":
                    settings = settings with { AnyConfigurationUnsafe = value.Boolean() };
                    break;
                case "maximumDocumentAgeSeconds":
                    settings = settings with { MaximumDocumentAge = Seconds(value) };
                    break;
                case "clockSkewSeconds":
                    settings = settings with { ClockSkew = Seconds(value) };
                    break;
                case "session":
                    settings = ReadSession(value, settings);
                    break;
                case "leastEvidence":
                    settings = settings with { LeastEvidence = Kind(value) };
                    break;
                case "revocations":
                    settings = settings with { Revocations = [.. value.Items().Select(RevocationReader.Read)] };
                    break;
                case "revocationLists":
                    settings = settings with { RevocationListLevels = RevocationReader.ReadRequiredLevels(value) };
                    break;
                case "noCertificateProfileUnsafe":
                    settings = settings with { NoCertificateProfileUnsafe = value.Boolean() };
                    break;
                case "Measurements" or "EifVersion" or "EnclaveID" or "EnclaveName":
                    throw value.Error(NotAPolicy);
                default:
                    throw value.Error($"there is no member {ByteText.Quote(name)} in a policy");
            }
        }

        return versioned ? settings : throw root.Error("the member version is missing; it is 1");
    }

    private static PolicySettings ReadSession(JsonElementNode node, PolicySettings settings)
    {
        foreach (var (name, value) in node.Members("session"))
        {
            settings = name switch
            {
                "maximumDocumentAgeSeconds" => settings with { SessionMaximumDocumentAge = Seconds(value) },
                "maximumAgeSeconds" => settings with { SessionMaximumAge = Seconds(value) },
                _ => throw value.Error($"there is no member {ByteText.Quote(name)} in session"),
            };
        }

        return settings;
    }

    private static Release ReadRelease(JsonElementNode node)
    {
        string? title = null;
        Dictionary<int, Sha384Digest>? measurements = null;
        var computed = new Dictionary<int, (JsonElementNode, Sha384Digest)>();
        DateTimeOffset? notBefore = null;
        DateTimeOffset? notAfter = null;
        var anyImageBySigner = false;
        foreach (var (name, value) in node.Members("release"))
        {
            switch (name)
            {
                case "name":
                    title = value.String();
                    break;
                case "measurements" or "Measurements":
                    measurements = measurements is null ? MeasurementReader.Read(value) : throw value.Error("measurements are there twice");
                    break;
                case "roleArn":
                    var arn = value.String();
                    AddComputed(value, ComputedPcr.ParentRole, () => ComputedPcr.OfParentRole(arn), computed);
                    break;
                case "instanceId":
                    var instance = value.String();
                    AddComputed(value, ComputedPcr.ParentInstance, () => ComputedPcr.OfParentInstance(instance), computed);
                    break;
                case "signingCertificate":
                    var certificate = RevocationReader.ReadCertificate(value);
                    AddComputed(value, ComputedPcr.SigningCertificate, () => ComputedPcr.OfSigningCertificate(certificate), computed);
                    break;
                case "notBefore":
                    notBefore = Time(value);
                    break;
                case "notAfter":
                    notAfter = Time(value);
                    break;
                case "anyImageBySignerUnsafe":
                    anyImageBySigner = value.Boolean();
                    break;
                default:
                    throw value.Error($"there is no member {ByteText.Quote(name)} in a release");
            }
        }

        if (title is null || (measurements is null && computed.Count == 0))
        {
            throw node.Error($"a release has a name and measurements; {(title is null ? "name" : "measurements")} is missing");
        }

        measurements ??= [];
        Merge(computed, measurements);
        try
        {
            return anyImageBySigner
                ? Release.AnyImageBySignerUnsafe(title, measurements, notBefore, notAfter)
                : new Release(title, measurements, notBefore, notAfter);
        }
        catch (PolicyException exception)
        {
            throw node.Error(exception.Message);
        }
    }

    /// <summary>PCRs that are computed for the operator stand beside those that are stated, and may not contradict them.</summary>
    private static void AddComputed(JsonElementNode node, int index, Func<Sha384Digest> compute, Dictionary<int, (JsonElementNode, Sha384Digest)> computed)
    {
        try
        {
            computed.Add(index, (node, compute()));
        }
        catch (PolicyException exception)
        {
            throw node.Error(exception.Message);
        }
    }

    private static void Merge(Dictionary<int, (JsonElementNode Node, Sha384Digest Value)> computed, Dictionary<int, Sha384Digest> measurements)
    {
        foreach (var (index, (node, value)) in computed)
        {
            if (measurements.TryGetValue(index, out var stated) && stated != value)
            {
                throw node.Error(Text($"this gives PCR{index} {value}, but measurements state {stated}"));
            }

            measurements[index] = value;
        }
    }

    private static TrustAnchor ReadTrustAnchor(JsonElementNode node, Func<string, byte[]>? readCertificate)
    {
        if (node.IsString)
        {
            return node.String() switch
            {
                "aws" => TrustAnchors.AwsNitroEnclavesG1,
                "aws-us-gov" => TrustAnchors.AwsUsGov,
                var other => throw node.Error($"{ByteText.Quote(other)} is no known trust anchor: they are \"aws\", \"aws-us-gov\", or an object with name and certificate"),
            };
        }

        string? name = null;
        string? certificate = null;
        JsonElementNode? at = null;
        foreach (var (member, value) in node.Members("trust anchor"))
        {
            switch (member)
            {
                case "name":
                    name = value.String();
                    break;
                case "certificate":
                    (certificate, at) = (value.String(), value);
                    break;
                default:
                    throw value.Error($"there is no member {ByteText.Quote(member)} in a trust anchor");
            }
        }

        if (string.IsNullOrWhiteSpace(name) || certificate is null)
        {
            throw node.Error("a trust anchor of one's own has a name and a certificate (PEM text, or a file's name)");
        }

        return LoadTrustAnchor(name, certificate, at!, readCertificate);
    }

    private static TrustAnchor LoadTrustAnchor(string name, string certificate, JsonElementNode at, Func<string, byte[]>? readCertificate)
    {
        if (name is "aws" or "aws-us-gov")
        {
            throw at.Error($"the name {ByteText.Quote(name)} belongs to AWS's own root");
        }

        var isPem = certificate.StartsWith("-----BEGIN", StringComparison.Ordinal);
        var bytes = isPem ? [] : ReadFile(name, certificate, at, readCertificate);
        var pem = isPem ? certificate : bytes.AsSpan().StartsWith("-----BEGIN"u8) ? Encoding.ASCII.GetString(bytes) : null;
        string? problem;
        return (pem is null ? TrustAnchor.TryCreate(name, bytes, out var anchor, out problem) : TrustAnchor.TryCreateFromPem(name, pem, out anchor, out problem))
            ? anchor!
            : throw at.Error(char.ToLowerInvariant(problem![0]) + problem[1..]);
    }

    private static byte[] ReadFile(string anchor, string file, JsonElementNode at, Func<string, byte[]>? readCertificate)
    {
        if (readCertificate is null)
        {
            throw at.Error("a certificate file is named, but files cannot be read here: give the PEM text itself");
        }

        try
        {
            return readCertificate(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw at.Error($"trust anchor {ByteText.Quote(anchor)}: the certificate file {ByteText.Quote(file)} cannot be read: {ByteText.Clip(exception.Message)}");
        }
        catch (ArgumentException)
        {
            throw at.Error($"trust anchor {ByteText.Quote(anchor)}: {ByteText.Quote(file)} is neither PEM text nor the name of a file");
        }
    }

    private static void RequireSome<T>(IReadOnlyList<T> list, JsonElementNode node, string name)
    {
        if (list.Count == 0)
        {
            throw node.Error($"{name} is empty, so nothing could ever be accepted");
        }
    }

    internal static Sha384Digest Digest(JsonElementNode node) => Sha384Digest.TryParseHex(node.String(), out var digest)
        ? digest
        : throw node.Error("a SHA-384 value has 96 hexadecimal digits");

    private static TimeSpan Seconds(JsonElementNode node) => node.Integer() is var seconds and >= 0 and <= int.MaxValue
        ? TimeSpan.FromSeconds(seconds)
        : throw node.Error("a time is a whole number of seconds, 0 or more");

    internal static DateTimeOffset Time(JsonElementNode node) =>
        DateTimeOffset.TryParseExact(node.String(), "yyyy-MM-dd'T'HH:mm:ss'Z'", DateTimeFormatInfo.InvariantInfo, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw node.Error("a moment is written like 2026-01-31T23:59:59Z");

    private static EvidenceKind Kind(JsonElementNode node) => node.String() switch
    {
        "session" => EvidenceKind.Session,
        "direct" => EvidenceKind.Direct,
        var other => throw node.Error($"{ByteText.Quote(other)} is no kind of evidence: they are \"session\" and \"direct\""),
    };

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
