using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Nitro.Eif.Format;
using Nitro.Eif.Ramdisks;
using Nitro.Eif.Reading;
using Nitro.Eif.Signing;
using Nitro.Eif.Writing;

namespace Nitro.Emulator.Tests;

/// <summary>Images made of the production image: the same kernel, init and modules, with a signature, another model or another program.</summary>
internal static class Images
{
    public static EifDescription Read(string image)
    {
        using var stream = File.OpenRead(image);
        return EifReader.TryRead(stream, null, out var description, out var error) ? description : throw new InvalidDataException(error.ToString());
    }

    /// <summary>The image with a signature by a new key.</summary>
    public static void Sign(string image, string signed)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var certificate = new CertificateRequest("CN=emulator test", key, HashAlgorithmName.SHA384).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var signer = EifSigner.Create(key.ExportPkcs8PrivateKeyPem(), Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
        using var output = new FileStream(signed, FileMode.Create, FileAccess.ReadWrite);
        EifWriter.Sign(() => File.OpenRead(image), Read(image), output, signer);
    }

    /// <summary>The image with more models, served beside the one it has.</summary>
    public static void AddModels(string image, string changed, params (string Name, byte[] Model)[] models) => Change(image, changed, (builder, entries) =>
    {
        var more = string.Concat(models.Select(one => $"--model\n{one.Name}:1=/models/{one.Name}.onnx\n"));
        foreach (var (entry, content) in entries)
        {
            Add(builder, entry, entry.Path == "cmd" ? [.. content, .. Encoding.UTF8.GetBytes(more)] : content);
        }

        foreach (var (name, model) in models)
        {
            builder.AddFile($"rootfs/models/{name}.onnx", EifSource.FromBytes(model));
        }
    });

    /// <summary>The image with a folder's program in place of the enclave's, above the same libraries.</summary>
    public static void ReplaceProgram(string image, string changed, string folder, IEnumerable<string> command, IEnumerable<string> environment) => Change(image, changed, (builder, entries) =>
    {
        foreach (var (entry, content) in entries.Where(one => !one.Entry.Path.StartsWith("rootfs/app/", StringComparison.Ordinal) && one.Entry.Path is not ("rootfs/app" or "cmd" or "env")))
        {
            Add(builder, entry, content);
        }

        builder.AddTree("rootfs/app", folder);
        builder.AddFile("cmd", Lines(command)).AddFile("env", Lines(environment));
    });

    /// <summary>The image's kernel, and as its only ramdisk one with this as the first program.</summary>
    public static void ReplaceInit(string image, string changed, byte[] init)
    {
        var description = Read(image);
        var kernel = description.Sections.Single(section => section.Type == EifSectionType.Kernel);
        using var output = new FileStream(changed, FileMode.Create, FileAccess.ReadWrite);
        EifWriter.Write(output, new EifContent
        {
            Kernel = EifSource.FromPart(() => File.OpenRead(image), kernel.Offset, kernel.Size),
            CommandLine = description.CommandLine,
            Ramdisks = [new RamdiskBuilder().AddFile("init", EifSource.FromBytes(init), true).Build()],
            Metadata = new EifMetadata { ImageName = Path.GetFileNameWithoutExtension(changed) },
        });
    }

    private static EifSource Lines(IEnumerable<string> lines) => EifSource.FromBytes(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));

    private static void Change(string image, string changed, Action<RamdiskBuilder, List<(ArchivedEntry Entry, byte[] Content)>> change)
    {
        var description = Read(image);
        var ramdisks = description.Sections.Where(section => section.Type == EifSectionType.Ramdisk).ToArray();
        var entries = new List<(ArchivedEntry, byte[])>();
        using (var reader = RamdiskReader.Open(new SectionStream(File.OpenRead(image), ramdisks[1])))
        {
            while (reader.Next() is { } entry)
            {
                using var content = new MemoryStream();
                reader.CopyContent(content);
                entries.Add((entry, content.ToArray()));
            }
        }

        var builder = new RamdiskBuilder();
        change(builder, entries);
        using var output = new FileStream(changed, FileMode.Create, FileAccess.ReadWrite);
        EifWriter.Write(output, new EifContent
        {
            Kernel = Part(description.Sections.Single(section => section.Type == EifSectionType.Kernel)),
            CommandLine = description.CommandLine,
            Ramdisks = [Part(ramdisks[0]), builder.Build()],
            Metadata = new EifMetadata { ImageName = Path.GetFileNameWithoutExtension(changed) },
        });

        EifSource Part(EifSection section) => EifSource.FromPart(() => File.OpenRead(image), section.Offset, section.Size);
    }

    private static void Add(RamdiskBuilder builder, ArchivedEntry entry, byte[] content)
    {
        switch (entry.Kind)
        {
            case RamdiskEntryKind.Folder:
                builder.AddFolder(entry.Path, entry.Permissions);
                break;
            case RamdiskEntryKind.Link:
                builder.AddLink(entry.Path, Encoding.UTF8.GetString(content));
                break;
            default:
                builder.AddFile(entry.Path, EifSource.FromBytes(content), (entry.Permissions & 0b001_000_000) != 0);
                break;
        }
    }
}
