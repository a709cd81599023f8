using System.Diagnostics;
using System.Text.Json;

namespace Nitro.Harness;

/// <summary>What an operator writes a policy from: the measurements of the image, and what `describe` prints of models and settings.</summary>
/// <param name="Measurements">PCR0, PCR1 and PCR2 in hexadecimal.</param>
/// <param name="Models">The SHA-384 of each model, in the manifest's order.</param>
/// <param name="Configuration">The digest of the configuration.</param>
public sealed record SimulatedImage(IReadOnlyList<string> Measurements, IReadOnlyList<string> Models, string Configuration)
{
    /// <summary>Reads a measurements file and runs `describe` with these models and options.</summary>
    public static async Task<SimulatedImage> DescribeAsync(string measurementsFile, IEnumerable<string> models, CancellationToken cancel, params string[] options)
    {
        string[] arguments = [Executables.SimulatedEnclave, "describe", .. models.SelectMany(model => new[] { "--model", model }), .. options];
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ORT_DISABLE_TELEMETRY"] = "1" },
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(cancel);
        var output = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"describe failed with {process.ExitCode}: {await error}");
        }

        using var image = JsonDocument.Parse(await File.ReadAllBytesAsync(measurementsFile, cancel));
        using var json = JsonDocument.Parse(output);
        var root = json.RootElement;
        return new SimulatedImage(
            [.. Enumerable.Range(0, 3).Select(index => image.RootElement.GetProperty("Measurements").GetProperty($"PCR{index}").GetString()!)],
            [.. root.GetProperty("Models").EnumerateArray().Select(model => model.GetProperty("Digest").GetString()!)],
            root.GetProperty("ConfigurationDigest").GetString()!);
    }
}
