using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Nitro.Verifier.Cli.Policies;

/// <summary><c>nitro-verify policy new|check|show|sign</c>.</summary>
internal static class PolicyCommand
{
    public static Command Create(CommandContext context) => new("policy", "Write, check, show and sign policies.")
    {
        NewPolicyCommand.Create(context), CreateCheck(context), CreateShow(context), CreateSign(context),
    };

    private static Command CreateCheck(CommandContext context)
    {
        var (file, key, least) = Arguments();
        var command = new Command("check", "Say whether a policy can be used, and what it gives up.") { file, key, least };
        command.SetAction(parsed =>
        {
            var name = parsed.GetValue(file)!;
            var (policy, version) = PolicyFile.Read(name, context.Inputs, parsed.GetValue(key), parsed.GetValue(least));
            context.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Terminal.Clean(Inputs.Shown(name))}: a usable policy{(version is { } number ? $", version {number}" : "")}, {(policy.CoversEvidence ? "for documents and evidence" : "for documents alone: it states no models or no configurations")}"));
            foreach (var warning in PolicySummary.Warnings(policy))
            {
                context.Output.WriteLine($"  {warning}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateShow(CommandContext context)
    {
        var (file, key, least) = Arguments();
        var command = new Command("show", "Show what a policy accepts, with every default.") { file, key, least };
        command.SetAction(parsed =>
        {
            var (policy, version) = PolicyFile.Read(parsed.GetValue(file)!, context.Inputs, parsed.GetValue(key), parsed.GetValue(least));
            PolicySummary.Print(policy, version, context.Output);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateSign(CommandContext context)
    {
        var file = new Argument<string>("policy") { Description = "The policy, JSON; - is standard input." };
        var key = new Option<string>("--key") { Description = "The private key, PEM, on P-256 or P-384.", HelpName = "FILE", Required = true };
        var version = new Option<ulong>("--version") { Description = "The policy's version: larger than that of every one before, since verifiers refuse to go back.", HelpName = "NUMBER", Required = true };
        var output = new Option<string>("--output", "-o") { Description = "Where the signed policy goes.", HelpName = "FILE", Required = true };
        var command = new Command("sign", "Sign a policy for verifiers that pin your public key.") { file, key, version, output };
        command.SetAction(parsed =>
        {
            var name = parsed.GetValue(file)!;
            using var signer = ReadPrivateKey(context.Inputs.Read(parsed.GetValue(key)!), parsed.GetValue(key)!);
            try
            {
                var signed = SignedPolicy.Sign(signer, parsed.GetValue(version), context.Inputs.Read(name), PolicyFile.CertificatesBeside(name, context.Inputs));
                Outputs.Write(parsed.GetValue(output)!, signed, context.Inputs);
                context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Terminal.Clean(parsed.GetValue(output)!)}: version {parsed.GetValue(version)}, {signed.Length} bytes"));
                return ExitCode.Done;
            }
            catch (PolicyException exception)
            {
                throw new UsageException($"policy {Inputs.Shown(name)}: {exception.Message}");
            }
        });
        return command;
    }

    private static (Argument<string> File, Option<string?> Key, Option<ulong> Least) Arguments() => (
        new Argument<string>("policy") { Description = "The policy file; - is standard input." },
        new Option<string?>("--policy-key") { Description = "The public key that must have signed it, PEM or DER.", HelpName = "FILE" },
        new Option<ulong>("--policy-version-at-least") { Description = "The least version of a signed policy: the one you accepted last.", HelpName = "NUMBER" });

    private static ECDsa ReadPrivateKey(byte[] content, string name)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(Encoding.ASCII.GetString(content));

            // A public key is refused here, by what only a private one can do.
            key.SignHash(new byte[SHA256.HashSizeInBytes]);
            var curve = key.ExportParameters(includePrivateParameters: false).Curve;

            // One that states its curve's parameters has no name to ask for, whichever curve they are.
            if (!curve.IsNamed || curve.Oid.Value is not ("1.2.840.10045.3.1.7" or "1.3.132.0.34"))
            {
                throw new CryptographicException("neither P-256 nor P-384");
            }

            return key;
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new UsageException($"--key {name}: expected an EC private key on P-256 or P-384 in PEM that is not encrypted (openssl ecparam -genkey -name secp384r1 -noout makes one)");
        }
    }
}
