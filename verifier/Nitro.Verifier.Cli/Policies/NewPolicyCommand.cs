using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nitro.Verifier.Cli.Policies;

/// <summary><c>nitro-verify policy new</c>: a first policy from what nitro-cli printed.</summary>
internal static class NewPolicyCommand
{
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create(CommandContext context)
    {
        var name = new Option<string>("--name") { Description = "The release's name.", HelpName = "TEXT", DefaultValueFactory = _ => "release 1" };
        var measurements = new Option<string?>("--measurements") { Description = "What nitro-cli build-enclave, describe-eif or describe-enclaves printed; - is standard input.", HelpName = "FILE" };
        var signer = new Option<string?>("--signing-certificate") { Description = "The certificate that signed the image, PEM or DER: PCR8.", HelpName = "FILE" };
        var anyImage = new Option<bool>("--any-image-by-signer-unsafe") { Description = "Accept any image of that signer: no measurements then." };
        var role = new Option<string?>("--role-arn") { Description = "The parent instance's IAM role: PCR3.", HelpName = "ARN" };
        var instance = new Option<string?>("--instance-id") { Description = "The parent instance: PCR4.", HelpName = "ID" };
        var notBefore = new Option<string?>("--not-before") { Description = "The first moment of the release, like 2026-01-31T23:59:59Z.", HelpName = "TIME" };
        var notAfter = new Option<string?>("--not-after") { Description = "The last moment of the release.", HelpName = "TIME" };
        var models = new Option<string[]>("--model") { Description = "A model that evidence may be about, by its SHA-384; may be repeated.", HelpName = "HEX", DefaultValueFactory = _ => [] };
        var anyModel = new Option<bool>("--any-model-unsafe") { Description = "Accept evidence about any model." };
        var configurations = new Option<string[]>("--configuration") { Description = "A configuration of the enclave, by its digest; may be repeated.", HelpName = "HEX", DefaultValueFactory = _ => [] };
        var anyConfiguration = new Option<bool>("--any-configuration-unsafe") { Description = "Accept any configuration." };
        var anchors = new Option<string[]>("--trust-anchor") { Description = "aws (the default), aws-us-gov, or NAME=FILE with a root of your own; may be repeated.", HelpName = "ANCHOR", DefaultValueFactory = _ => [] };
        var output = new Option<string?>("--output", "-o") { Description = "Where the policy goes; standard output without it.", HelpName = "FILE" };
        var command = new Command("new", "Write a policy for one release. Edit it by hand afterwards: docs/policy.md.")
        {
            name, measurements, signer, anyImage, role, instance, notBefore, notAfter, models, anyModel, configurations, anyConfiguration, anchors, output,
        };
        command.SetAction(parsed =>
        {
            RequireMeasurements(parsed.GetValue(measurements), parsed.GetValue(signer), parsed.GetValue(anyImage));
            var release = new JsonObject { ["name"] = parsed.GetValue(name) };
            if (parsed.GetValue(measurements) is { } file)
            {
                release["measurements"] = ReadJson(context.Inputs.Read(file), file);
            }

            Add(release, "signingCertificate", parsed.GetValue(signer) is { } certificate ? ReadCertificate(context.Inputs.Read(certificate), certificate) : null);
            Add(release, "roleArn", parsed.GetValue(role));
            Add(release, "instanceId", parsed.GetValue(instance));
            Add(release, "notBefore", parsed.GetValue(notBefore));
            Add(release, "notAfter", parsed.GetValue(notAfter));
            AddTrue(release, "anyImageBySignerUnsafe", parsed.GetValue(anyImage));
            var policy = new JsonObject { ["version"] = 1 };
            AddAll(policy, "trustAnchors", [.. parsed.GetValue(anchors)!.Select(anchor => ReadAnchor(anchor, context.Inputs))]);
            policy["releases"] = new JsonArray(release);
            AddAll(policy, "models", [.. parsed.GetValue(models)!.Select(model => (JsonNode)model)]);
            AddTrue(policy, "anyModelUnsafe", parsed.GetValue(anyModel));
            AddAll(policy, "configurations", [.. parsed.GetValue(configurations)!.Select(configuration => (JsonNode)configuration)]);
            AddTrue(policy, "anyConfigurationUnsafe", parsed.GetValue(anyConfiguration));
            Write(policy, parsed.GetValue(output), context);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Names the option without which there is nothing to accept, where the policy's reader would name a line that nobody wrote.</summary>
    private static void RequireMeasurements(string? measurements, string? signer, bool anyImage)
    {
        if (anyImage && signer is null)
        {
            throw new UsageException("--any-image-by-signer-unsafe goes with --signing-certificate FILE, which says whose images");
        }

        if (measurements is null && !anyImage)
        {
            throw new UsageException("--measurements FILE is missing, what nitro-cli build-enclave, describe-eif or describe-enclaves printed: it says which image to accept");
        }
    }

    /// <summary>What is written is read first, so that a policy that nobody could use never leaves here.</summary>
    private static void Write(JsonObject policy, string? file, CommandContext context)
    {
        try
        {
            var read = VerificationPolicy.Parse(Encoding.UTF8.GetBytes(policy.ToJsonString(Layout)));
            KeepMeasurementsAlone(policy["releases"]![0]!.AsObject(), read.Settings.Releases[0]);
        }
        catch (PolicyException exception)
        {
            throw new UsageException($"no policy comes of this: {exception.Message}");
        }

        var json = policy.ToJsonString(Layout) + "\n";
        if (file is null)
        {
            context.Output.Write(json);
        }
        else
        {
            Outputs.Write(file, Encoding.UTF8.GetBytes(json), context.Inputs);
        }
    }

    /// <summary>Of all that nitro-cli prints, the PCRs; those that the policy computes are left to it.</summary>
    private static void KeepMeasurementsAlone(JsonObject release, Release read)
    {
        if (!release.ContainsKey("measurements"))
        {
            return;
        }

        var computed = new[] { ("roleArn", ComputedPcr.ParentRole), ("instanceId", ComputedPcr.ParentInstance), ("signingCertificate", ComputedPcr.SigningCertificate) }
            .Where(one => release.ContainsKey(one.Item1)).Select(one => one.Item2).ToHashSet();
        release["measurements"] = new JsonObject(read.Measurements.Where(pcr => !computed.Contains(pcr.Key)).Select(pcr =>
            KeyValuePair.Create<string, JsonNode?>(string.Create(CultureInfo.InvariantCulture, $"PCR{pcr.Key}"), pcr.Value.ToString())));
    }

    private static JsonNode ReadAnchor(string anchor, Inputs inputs)
    {
        if (anchor is "aws" or "aws-us-gov")
        {
            return anchor;
        }

        var equals = anchor.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? new JsonObject { ["name"] = anchor[..equals], ["certificate"] = ReadPem(inputs.Read(anchor[(equals + 1)..])) }
            : throw new UsageException($"--trust-anchor: \"{anchor}\" is neither aws nor aws-us-gov nor NAME=FILE");
    }

    private static string ReadPem(byte[] content) => PemEncoding.TryFind(Encoding.Latin1.GetString(content), out _)
        ? Encoding.Latin1.GetString(content).ReplaceLineEndings("\n").Trim()
        : PemEncoding.WriteString("CERTIFICATE", content);

    private static string ReadCertificate(byte[] content, string file)
    {
        var text = Encoding.Latin1.GetString(content);
        if (!PemEncoding.TryFind(text, out var block))
        {
            return Convert.ToBase64String(content);
        }

        return text[block.Label] == "CERTIFICATE"
            ? string.Concat(text[block.Base64Data].Where(character => !char.IsWhiteSpace(character)))
            : throw new UsageException($"{file} holds {Terminal.Quoted(text[block.Label])}, not a CERTIFICATE");
    }

    private static JsonNode ReadJson(byte[] content, string file)
    {
        try
        {
            return JsonNode.Parse(content) ?? throw new UsageException($"{Inputs.Shown(file)} holds null, not measurements");
        }
        catch (JsonException exception)
        {
            throw new UsageException($"{Inputs.Shown(file)} is not what nitro-cli prints: {Terminal.Place(exception)}");
        }
    }

    private static void Add(JsonObject target, string name, string? value)
    {
        if (value is not null)
        {
            target[name] = value;
        }
    }

    private static void AddTrue(JsonObject target, string name, bool given)
    {
        if (given)
        {
            target[name] = true;
        }
    }

    private static void AddAll(JsonObject target, string name, JsonNode[] values)
    {
        if (values.Length > 0)
        {
            target[name] = new JsonArray(values);
        }
    }
}
