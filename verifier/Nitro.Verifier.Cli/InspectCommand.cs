using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;
using Nitro.Attestation.Documents;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Attestation.Inference;
using Nitro.Verifier.Cli.Inspection;
using Nitro.Verifier.RevocationLists;

namespace Nitro.Verifier.Cli;

/// <summary><c>nitro-verify inspect</c>: shows what stands in a document, a receipt or an evidence file, and verifies nothing.</summary>
internal sealed class InspectCommand
{
    private const string Mark = "UNVERIFIED";
    private const string CertificateLabel = "CERTIFICATE";
    private const string RevocationListLabel = "X509 CRL";
    private const byte DerSequence = 0x30;

    /// <summary>Entries of a revocation list that are shown; the rest is counted.</summary>
    private const int MaximumEntries = 100;

    private readonly Terminal _terminal;

    private InspectCommand(Terminal terminal) => _terminal = terminal;

    public static Command Create(CommandContext context)
    {
        var files = new Argument<string[]>("files") { Description = "Documents, certificates and chains, revocation lists, receipts or evidence files; - is standard input.", Arity = ArgumentArity.OneOrMore };
        var raw = new Option<bool>("--raw") { Description = "CBOR in diagnostic notation (RFC 8949 section 8), DER as a list of its values, however malformed." };
        var command = new Command("inspect", "Show what a document, a certificate, a revocation list, a receipt or an evidence file holds. Verifies nothing.") { files, raw };
        command.SetAction(parsed =>
        {
            var inspect = new InspectCommand(new Terminal(context.Output, colour: false));
            var readable = true;
            foreach (var file in parsed.GetValue(files)!)
            {
                var content = context.Inputs.Read(file);
                readable &= parsed.GetValue(raw) ? inspect.ShowRaw(content, Inputs.Shown(file)) : inspect.Show(content, Inputs.Shown(file));
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

        if (PemBlocks(content) is { Count: > 0 } blocks)
        {
            return blocks.Select((block, index) => ShowDer(block.Label, block.Der, index)).Aggregate(true, (all, one) => all && one);
        }

        if (content is [DerSequence, ..])
        {
            return ShowDer(CertificateRevocationList.TryRead(content, out _, out _) ? RevocationListLabel : null, content, 0);
        }

        var bytes = InputForm.Decode(content, name);
        if (Receipt.TryParse(bytes, out var receipt, out _))
        {
            ShowReceipt(receipt!);
            return true;
        }

        return ShowDocument(bytes);
    }

    /// <summary>What stands there, to the byte where it is malformed.</summary>
    private bool ShowRaw(byte[] content, string name)
    {
        _terminal.Line($"{Terminal.Clean(name)}  {Mark}");
        var blocks = PemBlocks(content);
        var readable = true;
        foreach (var bytes in blocks.Count > 0 ? blocks.Select(block => block.Der) : [content is [DerSequence, ..] ? content : InputForm.Decode(content, name)])
        {
            var (text, problem) = bytes is [DerSequence, ..] ? DerListing.Show(bytes) : CborDiagnostics.Show(bytes);
            _terminal.Line(text);
            if (problem is not null)
            {
                _terminal.Line($"  malformed: {Terminal.Clean(problem)}");
                readable = false;
            }
        }

        return readable;
    }

    private static List<(string Label, byte[] Der)> PemBlocks(byte[] content)
    {
        var blocks = new List<(string, byte[])>();
        ReadOnlySpan<char> text = System.Text.Encoding.Latin1.GetString(content);
        while (PemEncoding.TryFind(text, out var block))
        {
            if (text[block.Label] is CertificateLabel or RevocationListLabel)
            {
                blocks.Add((text[block.Label].ToString(), Convert.FromBase64String(text[block.Base64Data].ToString())));
            }

            text = text[block.Location.End..];
        }

        return blocks;
    }

    private bool ShowDer(string? label, byte[] der, int index)
    {
        if (label != RevocationListLabel)
        {
            Section(string.Create(CultureInfo.InvariantCulture, $"certificate {index}"));
            return ShowCertificate("subject", der);
        }

        Section("revocation list");
        if (!CertificateRevocationList.TryRead(der, out var list, out var error))
        {
            Field("not readable", error.ToString());
            return false;
        }

        Field("issuer", list.IssuerText);
        Field("issuer's key", list.IssuerKeyIdentifier is { Length: > 0 } key ? key : "not stated");
        Field("number", list.Number is { Length: > 0 } number ? number : "none");
        Field("this update", Moment((ulong)list.ThisUpdate.ToUnixTimeMilliseconds()));
        Field("next update", Moment((ulong)list.NextUpdate.ToUnixTimeMilliseconds()));
        Field("revoked", string.Create(CultureInfo.InvariantCulture, $"{list.Count} certificates"));
        foreach (var entry in list.Entries.Take(MaximumEntries))
        {
            Field("", string.Create(
                CultureInfo.InvariantCulture,
                $"{entry.SerialNumber}  {entry.RevokedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC  {entry.Reason}{(entry.InvalidSince is { } since ? $", invalid since {since.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" : "")}"));
        }

        if (list.Count > MaximumEntries)
        {
            Field("", string.Create(CultureInfo.InvariantCulture, $"and {list.Count - MaximumEntries} more"));
        }

        return true;
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
        for (var i = 0; i < evidence.RevocationLists.Count; i++)
        {
            ShowDer(RevocationListLabel, evidence.RevocationLists[i].ToArray(), i);
        }

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
        if (!UnverifiedDocument.TryParse(bytes, out var document, out var error) && !TryReadUnsigned(bytes, out document))
        {
            Field("not readable", error!.ToString());
            return false;
        }

        if (error is not null)
        {
            Field("NOT OF AN NSM", $"no verifier accepts it: {error}");
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

    /// <summary>A document whose envelope is none of an NSM's, as QEMU's emulated one makes them.</summary>
    private static bool TryReadUnsigned(ReadOnlySpan<byte> bytes, out UnverifiedDocument? document)
    {
#pragma warning disable RS0030 // This command alone may: it verifies nothing, says so on every section, and shows next to the document why no verifier takes it.
        return UnverifiedDocument.TryParseAnyEnvelopeUnsafe(bytes, out document, out _);
#pragma warning restore RS0030
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

    private bool ShowCertificate(string name, ReadOnlyMemory<byte> der)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der.Span);
            Field(name, certificate.Subject);
            Field("", string.Create(CultureInfo.InvariantCulture, $"{certificate.NotBefore.ToUniversalTime():yyyy-MM-dd HH:mm:ss} to {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC, serial {certificate.SerialNumber}"));
            Field("", $"issued by {certificate.Issuer}");
            Field("", "SHA-256 " + Convert.ToHexStringLower(SHA256.HashData(der.Span)));
            return true;
        }
        catch (CryptographicException)
        {
            Field(name, $"{der.Length.ToString(CultureInfo.InvariantCulture)} bytes that are no certificate");
            return false;
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
