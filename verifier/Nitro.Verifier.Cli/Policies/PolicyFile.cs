using System.Security.Cryptography;
using System.Text;

namespace Nitro.Verifier.Cli.Policies;

/// <summary>A policy file: JSON, or signed by a key that the caller pins.</summary>
internal static class PolicyFile
{
    private const string NotSigned = "it is not signed, and --policy-key asks for a signature (nitro-verify policy sign makes one)";

    /// <summary>Reads a policy. Certificates that it names lie beside it.</summary>
    /// <param name="file">Its name, or "-".</param>
    /// <param name="inputs">What reads files.</param>
    /// <param name="pinnedKey">A PEM or DER file with the public key that must have signed it; null for a policy that is not signed.</param>
    /// <param name="leastVersion">The least version of a signed one.</param>
    /// <returns>The policy, and its version when it is signed.</returns>
    public static (VerificationPolicy Policy, ulong? Version) Read(string file, Inputs inputs, string? pinnedKey, ulong leastVersion)
    {
        var bytes = inputs.Read(file);
        var reader = CertificatesBeside(file, inputs);
        if (pinnedKey is null)
        {
            if (SignedPolicy.IsOne(bytes))
            {
                throw new UsageException($"policy {Inputs.Shown(file)}: it is signed: name the key that must have signed it with --policy-key");
            }

            return leastVersion == 0
                ? (Parse(bytes, file, reader), null)
                : throw new UsageException("--policy-version-at-least goes with --policy-key: a policy that is not signed has no version");
        }

        var key = ReadPublicKey(inputs.Read(pinnedKey), pinnedKey);
        try
        {
            return SignedPolicy.TryRead(bytes, key, leastVersion, reader, out var signed, out var error)
                ? (signed.Policy, signed.Version)
                : throw new UsageException($"policy {Inputs.Shown(file)}: {(IsJson(bytes) ? NotSigned : error)}");
        }
        catch (ArgumentException exception)
        {
            throw new UsageException($"--policy-key {pinnedKey}: {Terminal.Reason(exception)}");
        }
    }

    /// <summary>Reads JSON, with its name in what is wrong.</summary>
    public static VerificationPolicy Parse(byte[] json, string file, Func<string, byte[]> readCertificate)
    {
        try
        {
            return VerificationPolicy.Parse(json, readCertificate);
        }
        catch (PolicyException exception)
        {
            throw new UsageException($"policy {Inputs.Shown(file)}: {exception.Message}");
        }
    }

    /// <summary>Reads files that a policy names, in the folder where it lies.</summary>
    public static Func<string, byte[]> CertificatesBeside(string file, Inputs inputs)
    {
        var folder = file == "-" ? "." : Path.GetDirectoryName(Path.GetFullPath(file))!;
        return name =>
        {
            try
            {
                return inputs.Read(Path.Combine(folder, name));
            }
            catch (UsageException exception)
            {
                // So that the reader adds which trust anchor it is, and the line.
                throw new IOException(exception.Message, exception);
            }
        };
    }

    private static bool IsJson(byte[] bytes) => bytes.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8);

    /// <summary>SubjectPublicKeyInfo from PEM (PUBLIC KEY) or DER.</summary>
    private static byte[] ReadPublicKey(byte[] content, string name)
    {
        var text = Encoding.Latin1.GetString(content);
        if (!PemEncoding.TryFind(text, out var block))
        {
            return content;
        }

        return text[block.Label] == "PUBLIC KEY"
            ? Convert.FromBase64String(text[block.Base64Data])
            : throw new UsageException($"{name} holds {Terminal.Quoted(text[block.Label])}; a PEM block PUBLIC KEY is wanted (openssl pkey -pubout makes one)");
    }
}
