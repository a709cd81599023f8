using System.CommandLine;
using Nitro.Eif.Signing;
using Nitro.Eif.Writing;

namespace Nitro.Eif.Cli;

/// <summary><c>nitro-eif sign</c>: an image with a signature over its PCR0.</summary>
internal static class SignCommand
{
    public static Command Create(CommandContext context)
    {
        var image = new Argument<string>("IMAGE") { Description = "The image." };
        var key = new Option<string?>("--key")
        {
            Description = "The private key: PEM, P-256, P-384 or P-521.",
            Required = true,
            HelpName = "FILE",
        };
        var certificate = new Option<string?>("--certificate")
        {
            Description = "Its certificate: PEM.",
            Required = true,
            HelpName = "FILE",
        };
        var output = new Option<string?>("--output", "-o")
        {
            Description = "Where the signed image goes; without it, it takes the place of the image.",
            HelpName = "FILE",
        };
        var replace = new Option<bool>("--replace") { Description = "Put the signature in the place of one that is there." };
        var command = new Command("sign", "Sign an image: PCR0 to PCR2 stay, PCR8 becomes that of the certificate.")
        {
            image, key, certificate, output, replace,
        };
        command.SetAction(parsed =>
        {
            var name = parsed.GetValue(image)!;
            Images.RequireFile("sign", name);
            Images.RefuseOver(parsed.GetValue(output) ?? name, parsed.GetValue(key), parsed.GetValue(certificate));
            try
            {
                using var signer = ReadSigner(parsed.GetValue(key), parsed.GetValue(certificate))!;
                var description = Images.Read(context, name);
                if (description.Signature is not null && !parsed.GetValue(replace))
                {
                    throw new UsageException($"{name} is signed already: --replace puts yours in its place");
                }

                var measurements = Images.Replace(
                    parsed.GetValue(output) ?? name, stream => EifWriter.Sign(() => Images.Open(name), description, stream, signer));
                context.Output.WriteLine(NitroCliJson.Build(measurements));
                return ExitCode.Done;
            }
            catch (ArgumentException exception)
            {
                throw new UsageException($"{name} cannot be signed: {exception.Message}");
            }
        });
        return command;
    }

    /// <summary>The signer that two options name, or null when neither is given.</summary>
    public static EifSigner? ReadSigner(string? key, string? certificate)
    {
        if (key is null && certificate is null)
        {
            return null;
        }

        if (key is null || certificate is null)
        {
            throw new UsageException("--key and --certificate go together");
        }

        using var text = new StreamReader(new MemoryStream(Images.ReadSmall(key)));
        return EifSigner.Create(text.ReadToEnd(), Images.ReadSmall(certificate));
    }
}
