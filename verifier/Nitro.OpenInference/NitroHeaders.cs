namespace Nitro.OpenInference;

/// <summary>The HTTP headers that go with requests and answers.</summary>
public static class NitroHeaders
{
    /// <summary>The receipt, base64.</summary>
    public const string Receipt = "Nitro-Receipt";

    /// <summary>The input's salt, 32 bytes in base64.</summary>
    public const string InputSalt = "Nitro-Input-Salt";

    /// <summary>The output's salt, 32 bytes in base64.</summary>
    public const string OutputSalt = "Nitro-Output-Salt";

    /// <summary>The SHA-384 of the session document that covers the receipt, 96 hexadecimal digits.</summary>
    public const string SessionDocument = "Nitro-Session-Document";

    /// <summary>The id under which the host keeps the evidence, 32 hexadecimal digits.</summary>
    public const string EvidenceId = "Nitro-Evidence-Id";

    /// <summary>The bytes of a binary message's JSON part (the protocol's binary data extension).</summary>
    public const string InferenceHeaderContentLength = "Inference-Header-Content-Length";
}
