using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Nitro.Attestation;
using Nitro.Eif.Signing;

namespace Nitro.Eif.Cli;

/// <summary><c>nitro-eif verify</c>: whether an image's signature holds, line by line.</summary>
internal static class VerifyCommand
{
    private const string MomentForm = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public static Command Create(CommandContext context)
    {
        var image = new Argument<string>("IMAGE") { Description = "The image; - is standard input." };
        var at = new Option<string?>("--at")
        {
            Description = "The moment at which the certificate has to be valid, like 2026-01-31T23:59:59Z; the machine's clock without it.",
            HelpName = "TIME",
        };
        var certificate = new Option<string?>("--certificate")
        {
            Description = "The certificate, PEM or DER, that must have signed it. Without it anybody's signature will do, and PCR8 says whose it is.",
            HelpName = "FILE",
        };
        var command = new Command(
            "verify",
            "Verify an image's checksum and signature: certificate, validity, and that PCR0 is what was signed.")
        {
            image, at, certificate,
        };
        command.SetAction(parsed =>
        {
            var moment = ReadMoment(parsed.GetValue(at)) ?? context.Clock.GetUtcNow();
            var expected = parsed.GetValue(certificate) is { } file ? ReadPcr8(file) : default(Sha384Digest?);
            var description = Images.Read(context, parsed.GetValue(image)!);
            if (description.Signature is not { } signature)
            {
                throw new RefusedException($"{parsed.GetValue(image)} is not signed");
            }

            var result = signature.Verify(description.Measurements.Pcr0, moment);
            Line(true, "checksum", "CRC-32 and structure are right");
            var (algorithm, pcr0) = (signature.Algorithm.Name(), description.Measurements.Pcr0);
            Line(result.SignatureHolds, "signature", $"{algorithm}, {(result.SignatureHolds ? "" : "not ")}made by the certificate's key");
            Line(result.RegisterMatches, "PCR0", $"{pcr0} is {(result.RegisterMatches ? "" : "not ")}what was signed");
            Line(
                result.CertificateIsValid,
                "certificate",
                $"valid from {Shown(signature.NotBefore)} to {Shown(signature.NotAfter)}, asked for {Shown(moment)}");
            if (expected is not null)
            {
                var isGiven = expected == signature.Pcr8;
                Line(isGiven, "signer", isGiven ? "the certificate is the one given" : $"expected the certificate of PCR8 {expected}, found the one below");
            }

            context.Output.WriteLine($"      PCR8         {signature.Pcr8}");
            return result.IsVerified && (expected is null || expected == signature.Pcr8) ? ExitCode.Done : ExitCode.Refused;

            void Line(bool holds, string what, string text) => context.Output.WriteLine($"{(holds ? "ok  " : "FAIL")}  {what,-11}  {text}");
        });
        return command;
    }

    private static string Shown(DateTimeOffset moment) => moment.UtcDateTime.ToString(MomentForm, CultureInfo.InvariantCulture);

    private static DateTimeOffset? ReadMoment(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return DateTimeOffset.TryParseExact(text, MomentForm, DateTimeFormatInfo.InvariantInfo, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment
            : throw new UsageException($"--at: \"{text}\" is not a moment like 2026-01-31T23:59:59Z");
    }

    private static Sha384Digest ReadPcr8(string file)
    {
        try
        {
            var content = Images.ReadSmall(file);
            var text = Encoding.Latin1.GetString(content);
            using var certificate = PemEncoding.TryFind(text, out _) ? PemCertificate.Read(text) : X509CertificateLoader.LoadCertificate(content);
            return Sha384Digest.Of(certificate.RawData).ExtendFromZero();
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new UsageException($"{file} is no certificate, PEM or DER: {exception.Message}");
        }
    }
}
