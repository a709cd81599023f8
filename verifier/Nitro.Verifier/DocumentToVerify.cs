namespace Nitro.Verifier;

/// <summary>One attestation document of many.</summary>
/// <param name="Document">The document, raw: no base64, nothing around it. It must not change while it is verified.</param>
/// <param name="Expected">What its nonce, user data and public key must be.</param>
public sealed record DocumentToVerify(ReadOnlyMemory<byte> Document, DocumentExpectations Expected);
