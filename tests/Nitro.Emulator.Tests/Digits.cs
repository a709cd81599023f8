using System.Formats.Cbor;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Inference;
using Nitro.Models.Digits;
using Nitro.OpenInference;
using Nitro.Testing;

namespace Nitro.Emulator.Tests;

/// <summary>Questions to the digit model, and what a receipt's signature is over.</summary>
internal static class Digits
{
    public static string File { get; } = RepositoryRoot.Combine("enclave", "models", "digits.onnx");

    public static InferRequest Request(int index) => new()
    {
        Inputs = [Tensor.Create("image", Datatype.Fp32, [1, 1, DigitRenderer.Height, DigitRenderer.Width], MemoryMarshal.AsBytes(DigitSample.Draw(DigitSet.Demonstration, index).Image.Span).ToArray())],
        Nonce = RandomNumberGenerator.GetBytes(32),
        BinaryOutputDefault = true,
    };

    /// <summary>The ten probabilities of an answer.</summary>
    public static float[] Scores(InferResponse response) => MemoryMarshal.Cast<byte, float>(response.Outputs[0].Data.Span).ToArray();

    public static int Answer(int index) => DigitSample.Draw(DigitSet.Demonstration, index).Digit;

    /// <summary>The Sig_structure of RFC 9052 section 4.4, written with Microsoft's CBOR writer.</summary>
    public static byte[] ToBeSigned(Receipt receipt)
    {
        var writer = new CborWriter();
        writer.WriteStartArray(4);
        writer.WriteTextString("Signature1");
        writer.WriteByteString(receipt.Envelope.ProtectedHeader.Span);
        writer.WriteByteString([]);
        writer.WriteByteString(receipt.Envelope.Payload.Span);
        writer.WriteEndArray();
        return writer.Encode();
    }
}
