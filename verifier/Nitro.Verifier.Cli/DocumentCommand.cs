using System.CommandLine;
using Nitro.Attestation.EvidenceFiles;

namespace Nitro.Verifier.Cli;

/// <summary><c>nitro-verify document</c>: attestation documents by themselves.</summary>
internal static class DocumentCommand
{
    private const string PartOfEvidence =
        "of the document alone: receipt, input and output of this evidence file were not looked at (nitro-verify evidence does)";

    public static Command Create(CommandContext context)
    {
        var files = new Argument<string[]>("files") { Description = "Documents: raw, hexadecimal, base64, or JSON with one in it, of which nothing else is looked at; folders are searched for *.bin; - is standard input.", Arity = ArgumentArity.OneOrMore };
        var userData = new Option<string?>("--user-data") { Description = "The user data to expect: hexadecimal, base64:… or text:…", HelpName = "BYTES" };
        var publicKey = new Option<string?>("--public-key") { Description = "The public key to expect: hexadecimal, base64:… or text:…", HelpName = "BYTES" };
        var options = new SharedOptions();
        var command = new Command("document", "Verify attestation documents.") { files, userData, publicKey };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            var verifier = new AttestationVerifier(options.ReadPolicy(parsed, context.Inputs), options.ReadOptions(parsed, context.Inputs));
            var time = options.ReadTime(parsed, context.Clock);
            var expected = new DocumentExpectations
            {
                Nonce = options.ReadNonce(parsed),
                UserData = SharedOptions.ReadBytes(parsed.GetValue(userData), absent: false, "--user-data"),
                PublicKey = SharedOptions.ReadBytes(parsed.GetValue(publicKey), absent: false, "--public-key"),
            };
            var report = new Report(context.Output, options.ReadStyle(parsed));
            foreach (var file in Inputs.Expand(parsed.GetValue(files)!, "*.bin"))
            {
                report.Add(Verify(verifier, file, expected, time, context.Inputs));
            }

            report.Summarise();
            return report.ExitCode;
        });
        return command;
    }

    private static Outcome Verify(AttestationVerifier verifier, string file, DocumentExpectations expected, ValidationTime time, Inputs inputs)
    {
        try
        {
            var content = inputs.Read(file);
            var result = verifier.Verify(InputForm.Decode(content, Inputs.Shown(file)), expected, time);
            return new Outcome(file, result.Checks, result.Failure, result.Document, null, Note: Evidence.TryParse(content, out _, out _) ? PartOfEvidence : null);
        }
        catch (UsageException exception)
        {
            return new Outcome(file, [], null, null, null, exception.Message);
        }
    }
}
