using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;
using Nitro.Attestation.Documents;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Attestation.Inference;

namespace Nitro.Verifier.Cli;

/// <summary><c>nitro-verify inspect</c>: shows what stands in a document, a receipt or an evidence file, and verifies nothing.</summary>
internal sealed class InspectCommand
{
    private const string Mark = "UNVERIFIED";
    private readonly Terminal _terminal;

    private InspectCommand(Terminal terminal) => _terminal = terminal;

    public static Command Create(CommandContext context)
    {
        var files = new Argument<string[]>("files") { Description = "Documents, receipts or evidence files; - is standard input.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("inspect", "Show what a document, a receipt or an evidence file holds. Verifies nothing.") { files };
        command.SetAction(parsed =>
        {
            var inspect = new InspectCommand(new Terminal(context.Output, colour: false));
            var readable = true;
            foreach (var file in parsed.GetValue(files)!)
            {
                readable &= inspect.Show(context.Inputs.Read(file), Inputs.Shown(file));
            }

            return readable ? ExitCode.Done : ExitCode.Usage;
        });
        return command;
    }

    private bool Show(byte[] content, string name)
    {
        _terminal.Line($"{Terminal.Clean(name)}  {Mark}");
        if (content.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8))
        {
            return ShowEvidence(content);
        }

        var bytes = InputForm.Decode(content, name);
        if (Receipt.TryParse(bytes, out var receipt, out _))
        {
            ShowReceipt(receipt!);
            return true;
        }

        return ShowDocument(bytes);
    }

    private bool ShowEvidence(byte[] content)
    {
        if (!Evidence.TryParse(content, out var evidence, out var error))
        {
            _terminal.Line($"  not an evidence file: {Terminal.Clean(error!.ToString())}");
            return false;
        }

        Field("kind", evidence!.Kind.ToString());
        if (Receipt.TryParse(evidence.Receipt.Span, out var receipt, out _))
        {
            ShowReceipt(receipt!);
        }

        var readable = ShowDocument(evidence.Document.Span);
        ShowManifest(evidence.Manifest.Span);
        ShowConfiguration(evidence.Configuration.Span);
        ShowTensors("input", evidence.Input is { } input && InferenceInput.TryParse(input, out var parsedInput, out _) ? parsedInput!.Tensors : null);
        ShowTensors("output", evidence.Output is { } output && InferenceOutput.TryParse(output, out var parsedOutput, out _) ? parsedOutput!.Tensors : null);
        return readable;
    }

    private void ShowReceipt(Receipt receipt)
    {
        Section("receipt");
        Field("algorithm", receipt.Algorithm.Name());
        ShowClaim(receipt.Claim);
        Field("signature", Convert.ToHexStringLower(receipt.Envelope.Signature.Span));
    }

    private void ShowClaim(Claim claim)
    {
        Field("claim.model", claim.Model.ToString());
        Field("claim.input", claim.Input.ToString());
        Field("claim.output", claim.Output.ToString());
        Field("claim.nonce", Hex(claim.Nonce));
        Field("claim.issued-at", Moment(claim.IssuedAtMs));
        Field("claim.sequence", claim.Sequence.ToString(CultureInfo.InvariantCulture));
        Field("claim.session", claim.Session.ToString());
        Field("claim.previous", claim.Previous.ToString());
    }

    private bool ShowDocument(ReadOnlySpan<byte> bytes)
    {
        Section("attestation document");
        if (!UnverifiedDocument.TryParse(bytes, out var document, out var error))
        {
            Field("not readable", error!.ToString());
            return false;
        }

        Field("module_id", document!.ModuleId);
        Field("timestamp", Moment((ulong)document.TimestampMs));
        foreach (var index in document.Pcrs.Indices)
        {
            document.Pcrs.TryGet(index, out var value);
            Field($"PCR{index.ToString(CultureInfo.InvariantCulture)}", value.ToString());
        }

        Field("public_key", Hex(document.PublicKey));
        Field("user_data", Hex(document.UserData));
        Field("nonce", Hex(document.Nonce));
        ShowUserData(document.UserData);
        for (var level = 0; level < document.Cabundle.Count; level++)
        {
            ShowCertificate($"cabundle[{level.ToString(CultureInfo.InvariantCulture)}]", document.Cabundle[level]);
        }

        ShowCertificate("certificate", document.Certificate);
        if (document.Pcrs.ShowDebugMode)
        {
            _terminal.Line("  PCR0, PCR1 or PCR2 is zero: the enclave ran in debug mode");
        }

        return true;
    }

    private void ShowUserData(ReadOnlyMemory<byte>? userData)
    {
        var bytes = userData.GetValueOrDefault().Span;
        if (Claim.TryParse(bytes, out var claim, out _))
        {
            ShowClaim(claim!);
        }
        else if (SessionStatement.TryParse(bytes, out var session, out _))
        {
            Field("session.models", session!.Models.ToString());
            Field("session.config", session.Configuration.ToString());
            Field("session.started-at", Moment(session.StartedAtMs));
            Field("session.algorithm", session.Algorithm.Name());
            Field("session.tls-key", session.TlsKey?.ToString() ?? "none");
        }
    }

    private void ShowCertificate(string name, ReadOnlyMemory<byte> der)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der.Span);
            Field(name, certificate.Subject);
            Field("", string.Create(CultureInfo.InvariantCulture, $"{certificate.NotBefore.ToUniversalTime():yyyy-MM-dd HH:mm:ss} to {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC, serial {certificate.SerialNumber}"));
            Field("", "SHA-256 " + Convert.ToHexStringLower(SHA256.HashData(der.Span)));
        }
        catch (CryptographicException)
        {
            Field(name, $"{der.Length.ToString(CultureInfo.InvariantCulture)} bytes that are no certificate");
        }
    }

    private void ShowManifest(ReadOnlySpan<byte> bytes)
    {
        Section("manifest");
        if (!ModelManifest.TryParse(bytes, out var manifest, out var error))
        {
            Field("not readable", error!.ToString());
            return;
        }

        Field("digest", manifest!.Digest.ToString());
        foreach (var entry in manifest.Entries)
        {
            Field($"{entry.Name} {entry.Version}", entry.Model.ToString());
        }
    }

    private void ShowConfiguration(ReadOnlySpan<byte> bytes)
    {
        Section("configuration");
        if (!EnclaveConfiguration.TryParse(bytes, out var configuration, out var error))
        {
            Field("not readable", error!.ToString());
            return;
        }

        Field("digest", configuration!.Digest.ToString());
        foreach (var (name, value) in configuration.Settings)
        {
            Field(name, value);
        }
    }

    private void ShowTensors(string what, IReadOnlyList<Tensor>? tensors)
    {
        Section(what);
        if (tensors is null)
        {
            Field("", "not in the file, or not readable");
            return;
        }

        foreach (var tensor in tensors)
        {
            Field(tensor.Name, string.Create(CultureInfo.InvariantCulture, $"{tensor.Datatype.Name()} [{string.Join(", ", tensor.Shape)}], {tensor.Data.Length} bytes"));
        }
    }

    private void Section(string title) => _terminal.Line($"  {title}  {Mark}");

    private void Field(string name, string value) => _terminal.Line($"    {Terminal.Clean(name),-20} {Terminal.Clean(value)}");

    private static string Hex(ReadOnlyMemory<byte>? bytes) => bytes is { } present ? present.IsEmpty ? "empty" : Convert.ToHexStringLower(present.Span) : "null";

    private static string Moment(ulong milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture);
}
