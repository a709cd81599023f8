using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nitro.Nsm.Simulator;

namespace Nitro.Enclave.Simulated;

/// <summary>
/// The measurements of an image that does not exist: PCRn = SHA384("TEXT PCRn") for n = 0, 1 and 2. The same text gives the same, another
/// text another release. Immutable.
/// </summary>
/// <param name="Text">What stands in for the image.</param>
internal sealed record SimulatedImage(string Text)
{
    /// <summary>What stands in for the image unless something else is asked for.</summary>
    public const string DefaultText = "simulated image";

    /// <summary>PCR0, PCR1 and PCR2, as <see cref="SimulatedNsmOptions.Pcrs"/> takes them.</summary>
    public IReadOnlyDictionary<int, ReadOnlyMemory<byte>> Pcrs { get; } =
        Enumerable.Range(0, 3).ToDictionary(
            index => index, index => (ReadOnlyMemory<byte>)SHA384.HashData(Encoding.UTF8.GetBytes($"{Text} PCR{index}")));

    /// <summary>The JSON that <c>nitro-cli build-enclave</c> prints of an image, which a policy takes as it is.</summary>
    public byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartObject("Measurements");
            json.WriteString("HashAlgorithm", "Sha384 { ... }");
            foreach (var (index, value) in Pcrs)
            {
                json.WriteString($"PCR{index}", Convert.ToHexStringLower(value.Span));
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
