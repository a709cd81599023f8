namespace Nitro.OpenInference;

/// <summary>One output that a caller asks for.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Binary">Whether it is to be binary; null for the request's default.</param>
public sealed record RequestedOutput(string Name, bool? Binary = null);
