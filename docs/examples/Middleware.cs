// A web service takes answers only with evidence: the middleware verifies the body before any handler sees it, and hands on what the evidence proves rather than
// what the caller says. A refusal names the check, in the form of RFC 9457.
using Nitro.Attestation.EvidenceFiles;
using Nitro.Verifier;

namespace Nitro.Examples;

/// <summary>Registered with <c>app.UseMiddleware&lt;EvidenceMiddleware&gt;(verifier, nonces, clock)</c> in front of what may only see verified inferences.</summary>
public sealed class EvidenceMiddleware(RequestDelegate next, AttestationVerifier verifier, NonceStore nonces, TimeProvider clock)
{
    private const int MaximumBody = 1024 * 1024;
    private const string NonceHeader = "Nitro-Nonce";

    /// <summary>What a handler reads.</summary>
    public static VerifiedInference Inference(HttpContext context) => (VerifiedInference)context.Items[typeof(VerifiedInference)]!;

    /// <summary>Verifies one request's body.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (await ReadAsync(context.Request) is not { } body)
        {
            await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, "The evidence is larger than 1 MiB.");
            return;
        }

        if (!Evidence.TryParse(body, out var evidence, out var error))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"No evidence file: {error}");
            return;
        }

        // The nonce that this service gave the caller, who asked the model with it. It is spent by the attempt: of two requests with the same evidence one is refused.
        Span<byte> nonce = stackalloc byte[64];
        if (Convert.FromHexString(context.Request.Headers[NonceHeader].ToString(), nonce, out _, out var length) != System.Buffers.OperationStatus.Done || length == 0)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"The header {NonceHeader} holds no nonce in hexadecimal.");
            return;
        }

        if (!nonces.Take(nonce[..length]))
        {
            await RefuseAsync(context, StatusCodes.Status409Conflict, "The nonce was not given out here, is too old, or has been used: ask for another.");
            return;
        }

        var result = verifier.VerifyEvidence(evidence!, Expected(nonce[..length]), ValidationTime.Live(clock.GetUtcNow()));
        if (result.Inference is not { } inference)
        {
            await RefuseAsync(context, StatusCodes.Status422UnprocessableEntity, $"Refused by check {(int)result.Failure!.Check}, {result.Failure.Check}.");
            return;
        }

        context.Items[typeof(VerifiedInference)] = inference;
        await next(context);
    }

    private static EvidenceExpectations Expected(ReadOnlySpan<byte> nonce) => new()
    {
        Model = ModelExpectation.Named("digits", "1"),
        Input = InputExpectation.InEvidence,
        Output = OutputExpectation.InEvidence,
        Nonce = ByteExpectation.Exactly(nonce),
    };

    private static async Task<byte[]?> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0;)
        {
            body.Write(buffer, 0, read);
            if (body.Length > MaximumBody)
            {
                return null;
            }
        }

        return body.ToArray();
    }

    private static Task RefuseAsync(HttpContext context, int status, string detail) =>
        Results.Problem(detail, statusCode: status).ExecuteAsync(context);
}
