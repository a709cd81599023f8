using System.CommandLine;
using System.Text;
using System.Text.Json;
using Nitro.Attestation.Claims;
using Nitro.Enclave.Models;

namespace Nitro.Enclave.Hosting;

/// <summary>
/// <c>describe</c>: what a policy has to allow of an enclave with these models and settings, without starting it. It reads the model files
/// and needs neither an NSM nor a socket.
/// </summary>
internal static class DescribeCommand
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true };

    public static Command Create(TextWriter output, TextWriter errors)
    {
        var options = new EnclaveOptions();
        var command = new Command(
            "describe", "Print the digests of the models and of the configuration that an enclave with these options has, for a policy.");
        options.AddSettingsTo(command);
        command.SetAction(parsed =>
        {
            try
            {
                var settings = options.ReadSettings(parsed);
                settings.Check();
                OnnxProcess.Start(settings.ModelMemoryMiB);
                using var models = ModelCatalog.Load(settings.Models, settings.Threads, File.ReadAllBytes);
                output.WriteLine(ToJson(models.Manifest, settings.ToConfiguration(OnnxProcess.Version)));
                return 0;
            }
            catch (EnclaveStartException exception)
            {
                return EnclaveProgram.Refuse(errors, exception.Message, exception.ExitCode);
            }
        });
        return command;
    }

    private static string ToJson(ModelManifest manifest, EnclaveConfiguration configuration)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteStartArray("Models");
            foreach (var entry in manifest.Entries)
            {
                json.WriteStartObject();
                json.WriteString("Name", entry.Name);
                json.WriteString("Version", entry.Version);
                json.WriteString("Digest", entry.Model.ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("Configuration");
            foreach (var (name, value) in configuration.Settings)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            json.WriteString("ConfigurationDigest", configuration.Digest.ToString());
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
