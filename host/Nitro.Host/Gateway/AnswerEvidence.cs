using System.Globalization;
using Microsoft.AspNetCore.Http;
using Nitro.Attestation;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Attestation.Inference;
using Nitro.OpenInference;

namespace Nitro.Host.Gateway;

/// <summary>
/// The evidence that came with an answer. The host verifies no signature; it makes sure that what it is about to store is evidence of this
/// very question and answer, since what it stored instead could never be mended later.
/// </summary>
internal sealed record AnswerEvidence(byte[] Receipt, Sha384Digest Session, byte[] InputSalt, byte[] OutputSalt, byte[] Input, byte[] Output, byte[]? DirectDocument)
{
    /// <summary>Takes the evidence out of an answer's headers and body.</summary>
    /// <exception cref="GatewayException">Something is missing, malformed, or about something else.</exception>
    public static AnswerEvidence Read(InferRequest request, EnclaveAnswer answer)
    {
        var receiptBytes = Bytes(answer, NitroHeaders.Receipt, Attestation.Claims.Receipt.MaximumSize);
        if (!Attestation.Claims.Receipt.TryParse(receiptBytes, out var receipt, out var receiptError))
        {
            throw Bad($"{NitroHeaders.Receipt} is no receipt: {receiptError}");
        }

        if (!Sha384Digest.TryParseHex(answer.Header(NitroHeaders.SessionDocument), out var session))
        {
            throw Bad($"{NitroHeaders.SessionDocument} is missing or is no SHA-384 in hexadecimal");
        }

        var response = ReadResponse(answer);
        var (inputSalt, outputSalt) = (Salt(answer, NitroHeaders.InputSalt), Salt(answer, NitroHeaders.OutputSalt));
        var (input, output) = (request.ToInput().Encode(), response.ToOutput().Encode());
        var claim = receipt!.Claim;
        Require(InferenceInput.ComputeDigest(input, inputSalt) == claim.Input, "its receipt is about another input");
        Require(InferenceOutput.ComputeDigest(output, outputSalt) == claim.Output, "its receipt is about another output");
        Require(claim.Nonce.Span.SequenceEqual(request.Nonce.Span), "its receipt has another nonce");
        var direct = request.Evidence == EvidenceRequest.Direct ? ReadDirect(response) : null;
        return new AnswerEvidence(receiptBytes, session, inputSalt, outputSalt, input, output, direct);
    }

    private static InferResponse ReadResponse(EnclaveAnswer answer)
    {
        var lengthText = answer.Header(NitroHeaders.InferenceHeaderContentLength);
        int? length = null;
        if (lengthText is not null)
        {
            length = int.TryParse(lengthText, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : throw Bad($"{NitroHeaders.InferenceHeaderContentLength} is no number");
        }

        return InferResponse.TryParse(answer.Body, length, out var response, out var error) ? response! : throw Bad($"its answer is malformed: {error!.Message}");
    }

    private static byte[] ReadDirect(InferResponse response)
    {
        if (response.Evidence is null
            || !Evidence.TryParse(System.Text.Encoding.UTF8.GetBytes(response.Evidence), out var evidence, out _)
            || evidence!.Kind != EvidenceKind.Direct)
        {
            throw Bad("it gave no direct evidence, which was asked for");
        }

        return evidence.Document.ToArray();
    }

    private static byte[] Salt(EnclaveAnswer answer, string header)
    {
        var salt = Bytes(answer, header, SaltedDigest.SaltSize);
        return salt.Length == SaltedDigest.SaltSize ? salt : throw Bad($"{header} has {salt.Length} bytes instead of {SaltedDigest.SaltSize}");
    }

    private static byte[] Bytes(EnclaveAnswer answer, string header, int maximum)
    {
        if (answer.Header(header) is not { } text)
        {
            throw Bad($"the header {header} is missing");
        }

        var bytes = new byte[maximum];
        return Convert.TryFromBase64String(text, bytes, out var size) ? bytes[..size] : throw Bad($"{header} is no base64 of at most {maximum} bytes");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw Bad(otherwise);
        }
    }

    private static GatewayException Bad(string what) =>
        new(StatusCodes.Status502BadGateway, $"the enclave answered without usable evidence: {what}; the answer is withheld");
}
