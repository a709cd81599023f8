using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nitro.Eif.Reading;
using Nitro.Verifier;

namespace Nitro.Eif.Cli;

/// <summary><c>nitro-eif describe</c>: what nitro-cli describe-eif prints, and a policy on request.</summary>
internal static class DescribeCommand
{
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] NameMembers = ["ImageName", "ImageVersion"];

    public static Command Create(CommandContext context)
    {
        var image = new Argument<string>("IMAGE") { Description = "The image; - is standard input." };
        var policy = new Option<string?>("--policy")
        {
            Description = "Write a verifier policy that accepts this image (docs/policy.md).",
            HelpName = "FILE",
        };
        var release = new Option<string?>("--release")
        {
            Description = "The release's name in the policy; the image's name and version without it.",
            HelpName = "TEXT",
        };
        var enclave = new Option<string?>("--enclave")
        {
            Description = "What nitro-enclave describe printed: its models and configuration go into the policy.",
            HelpName = "FILE",
        };
        var command = new Command(
            "describe", "Print an image's measurements and contents as nitro-cli describe-eif does, with sections and warnings after that.")
        {
            image, policy, release, enclave,
        };
        command.SetAction(parsed =>
        {
            var name = parsed.GetValue(image)!;
            if (parsed.GetValue(policy) is null && (parsed.GetValue(release) ?? parsed.GetValue(enclave)) is not null)
            {
                throw new UsageException("--release and --enclave go with --policy");
            }

            if (parsed.GetValue(policy) is { } written)
            {
                Images.RefuseOver(written, name == "-" ? null : name, parsed.GetValue(enclave));
                Images.RefuseOverImage(written);
            }

            var description = Images.Read(context, name, allowWrongCrc: true);
            context.Output.WriteLine(NitroCliJson.Describe(description));
            foreach (var warning in description.Warnings)
            {
                context.Errors.WriteLine($"warning: {warning.Text}");
            }

            if (!description.CrcMatches)
            {
                throw new RefusedException(
                    $"{name}: the checksum in the header is {description.StoredCrc:x8} and that of the file {description.ComputedCrc:x8}: "
                    + "it was damaged or changed, and its measurements are of what it is now");
            }

            if (parsed.GetValue(policy) is { } file)
            {
                var content = Encoding.UTF8.GetBytes(Policy(description, parsed.GetValue(release), parsed.GetValue(enclave)));
                Images.Replace(file, stream =>
                {
                    stream.Write(content);
                    return content.Length;
                });
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>What is written is read first, so that a policy that nobody could use never leaves here.</summary>
    private static string Policy(EifDescription image, string? release, string? enclave)
    {
        var measurements = new JsonObject
        {
            ["PCR0"] = image.Measurements.Pcr0.ToString(),
            ["PCR1"] = image.Measurements.Pcr1.ToString(),
            ["PCR2"] = image.Measurements.Pcr2.ToString(),
        };
        if (image.Measurements.Pcr8 is { } pcr8)
        {
            measurements["PCR8"] = pcr8.ToString();
        }

        var policy = new JsonObject
        {
            ["version"] = 1,
            ["trustAnchors"] = new JsonArray("aws"),
            ["releases"] = new JsonArray(new JsonObject { ["name"] = release ?? Name(image), ["measurements"] = measurements }),
        };
        if (enclave is not null)
        {
            AddEnclave(policy, enclave);
        }

        var json = policy.ToJsonString(Layout) + "\n";
        try
        {
            VerificationPolicy.Parse(Encoding.UTF8.GetBytes(json));
            return json;
        }
        catch (PolicyException exception)
        {
            throw new UsageException($"no policy comes of this: {exception.Message}");
        }
    }

    private static string Name(EifDescription image)
    {
        if (image.Metadata is { } bytes)
        {
            using var json = JsonDocument.Parse(bytes);
            var parts = NameMembers
                .Select(member => json.RootElement.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null)
                .Where(text => !string.IsNullOrWhiteSpace(text));
            var name = CommandLine.Clean(string.Join(' ', parts));
            if (name.Length is > 0 and <= 128)
            {
                return name;
            }
        }

        return "release 1";
    }

    private static void AddEnclave(JsonObject policy, string file)
    {
        try
        {
            if (JsonNode.Parse(Images.ReadSmall(file)) is JsonObject enclave
                && enclave["Models"] is JsonArray models && enclave["ConfigurationDigest"] is { } configuration
                && models.All(model => model is JsonObject { } one && one["Digest"] is not null))
            {
                var digests = models.Select(model => model!["Digest"]!.GetValue<string>()).Distinct(StringComparer.Ordinal);
                policy["models"] = new JsonArray([.. digests.Select(digest => (JsonNode)digest)]);
                policy["configurations"] = new JsonArray(configuration.DeepClone());
                return;
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            // Said below, like every other content that is not what it should be.
        }

        throw new UsageException($"{file} is not what nitro-enclave describe prints: Models with a Digest each, and a ConfigurationDigest");
    }
}
