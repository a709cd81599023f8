using System.CommandLine;
using System.Globalization;
using Nitro.Eif.Format;
using Nitro.Eif.Ramdisks;
using Nitro.Eif.Reading;

namespace Nitro.Eif.Cli;

/// <summary><c>nitro-eif extract</c>: an image's sections, and on request the files of its ramdisks, into a folder.</summary>
internal static class ExtractCommand
{
    private const string CertificateFile = "signing-certificate.pem", FilesSuffix = ".files";

    public static Command Create(CommandContext context)
    {
        var image = new Argument<string>("IMAGE") { Description = "The image." };
        var folder = new Argument<string>("FOLDER") { Description = "Where to; it is made, and must be empty if it is there." };
        var files = new Option<bool>("--files")
        {
            Description = "Unpack the ramdisks as well, into ramdisk-0.files, ramdisk-1.files and so on.",
        };
        var command = new Command(
            "extract", $"Take an image apart into kernel, cmdline, ramdisks, metadata.json, signature.cbor and {CertificateFile}.")
        {
            image, folder, files,
        };
        command.SetAction(parsed =>
        {
            var (name, target) = (parsed.GetValue(image)!, parsed.GetValue(folder)!);
            Images.RequireFile("extract", name);
            OutputFolder.RequireFree(target);
            var description = Images.Read(context, name);
            var unpacks = parsed.GetValue(files);
            OutputFolder.Fill(target, (part, stop) => Write(name, description, part, unpacks, context.Errors, stop));
            foreach (var (section, file) in Named(description))
            {
                context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{section.Size,12}  {Path.Combine(target, file)}"));
                if (unpacks && section.Type == EifSectionType.Ramdisk)
                {
                    context.Output.WriteLine($"{"",12}  {Path.Combine(target, file + FilesSuffix)}/");
                }
            }

            if (description.Signature is { } signature)
            {
                context.Output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{signature.CertificatePem.Length,12}  {Path.Combine(target, CertificateFile)}"));
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Every section in order, with the name of its file.</summary>
    private static IEnumerable<(EifSection Section, string File)> Named(EifDescription description)
    {
        var ramdisks = 0;
        foreach (var section in description.Sections)
        {
            yield return (section, section.Type switch
            {
                EifSectionType.Ramdisk => string.Create(CultureInfo.InvariantCulture, $"ramdisk-{ramdisks++}"),
                EifSectionType.Metadata => "metadata.json",
                EifSectionType.Signature => "signature.cbor",
                _ => section.Type.Name(),
            });
        }
    }

    private static void Write(string image, EifDescription description, string folder, bool unpacks, TextWriter errors, CancellationToken stop)
    {
        foreach (var (section, file) in Named(description))
        {
            stop.ThrowIfCancellationRequested();
            using (var content = new SectionStream(Images.Open(image), section))
            using (var output = new FileStream(Path.Combine(folder, file), FileMode.CreateNew))
            {
                content.CopyTo(output);
            }

            if (unpacks && section.Type == EifSectionType.Ramdisk)
            {
                new RamdiskUnpacker(Path.Combine(folder, file + FilesSuffix))
                    .Unpack(new SectionStream(Images.Open(image), section), file, errors, stop);
            }
        }

        if (description.Signature is { } signature)
        {
            File.WriteAllBytes(Path.Combine(folder, CertificateFile), signature.CertificatePem.ToArray());
        }
    }
}
