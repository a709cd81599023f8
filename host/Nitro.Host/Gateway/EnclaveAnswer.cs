using System.Net;

namespace Nitro.Host.Gateway;

/// <summary>What the enclave answered, whole.</summary>
internal sealed record EnclaveAnswer(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public string? ContentType => Header("Content-Type");
}
