using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Nitro.Eif.Format;
using Nitro.Eif.Ramdisks;
using Nitro.Eif.Writing;

namespace Nitro.Eif.Cli;

/// <summary><c>nitro-eif build</c>: an image from its parts, the same bytes whatever the machine.</summary>
internal sealed class BuildCommand
{
    /// <summary>Bytes of a file with custom metadata at most: nitro-cli's own limit.</summary>
    private const int MaximumCustomMetadata = 4096;

    /// <summary>What may be read of nitro-cli's folder; other files may lie there, an image among them.</summary>
    private static readonly string[] BlobNames = ["bzImage", "Image", "cmdline", "init", "nsm.ko"];

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "Where the image goes.",
        Required = true,
        HelpName = "FILE",
    };
    private readonly Option<string?> _kernel = new("--kernel")
    {
        Description = "The kernel: a bzImage, or an Image for arm64.",
        HelpName = "FILE",
    };
    private readonly Option<string?> _cmdline = new("--cmdline") { Description = "The kernel's command line.", HelpName = "TEXT" };
    private readonly Option<string?> _cmdlineFile = new("--cmdline-file")
    {
        Description = "A file with the kernel's command line, trimmed.",
        HelpName = "FILE",
    };
    private readonly Option<string?> _init = new("--init")
    {
        Description = "The program that the kernel starts, static: /init of the first ramdisk.",
        HelpName = "FILE",
    };
    private readonly Option<string[]> _modules = new("--module")
    {
        Description = "A kernel module, uncompressed; repeat in the order of loading.",
        HelpName = "FILE",
        DefaultValueFactory = _ => [],
    };
    private readonly Option<string?> _blobs = new("--blobs")
    {
        Description = "nitro-cli's folder of bzImage, cmdline, init and nsm.ko, instead of the four options above.",
        HelpName = "FOLDER",
    };
    private readonly Option<string?> _rootfs = new("--rootfs")
    {
        Description = "The application's root filesystem: a folder, or a tar archive.",
        HelpName = "FOLDER|TAR",
    };
    private readonly Option<string[]> _command = new("--cmd")
    {
        Description = "What the init runs there: the program, then its arguments, one each.",
        HelpName = "TOKEN",
        DefaultValueFactory = _ => [],
    };
    private readonly Option<string[]> _environment = new("--env")
    {
        Description = "A variable of its environment; may be repeated.",
        HelpName = "NAME=VALUE",
        DefaultValueFactory = _ => [],
    };
    private readonly Option<string[]> _ramdisks = new("--ramdisk")
    {
        Description = "A ramdisk that is ready, instead of init, modules, rootfs, cmd and env; may be repeated.",
        HelpName = "FILE",
        DefaultValueFactory = _ => [],
    };
    private readonly Option<string> _name = new("--name")
    {
        Description = "The image's name, in the metadata.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => "enclave",
    };
    private readonly Option<string> _version = new("--image-version")
    {
        Description = "The image's version, in the metadata.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => "1.0",
    };
    private readonly Option<string?> _kernelVersion = new("--kernel-version")
    {
        Description = "The kernel's version, in the metadata; read from a bzImage without it.",
        HelpName = "TEXT",
    };
    private readonly Option<string?> _buildTime = new("--build-time")
    {
        Description = "A time of building, in the metadata. Left out, so that two builds are the same.",
        HelpName = "TEXT",
    };
    private readonly Option<string?> _metadata = new("--metadata")
    {
        Description = "A JSON file of your own, in the metadata.",
        HelpName = "FILE",
    };
    private readonly Option<string> _architecture = new("--arch") { Description = "x86_64 or arm64.", DefaultValueFactory = _ => "x86_64" };
    private readonly Option<string?> _key = new("--key")
    {
        Description = "Sign with this key: PEM, P-256, P-384 or P-521.",
        HelpName = "FILE",
    };
    private readonly Option<string?> _certificate = new("--certificate")
    {
        Description = "The certificate of the key: PEM.",
        HelpName = "FILE",
    };

    public static Command Create(CommandContext context)
    {
        var options = new BuildCommand();
        options._architecture.AcceptOnlyFromAmong("x86_64", "arm64");
        foreach (var many in new Option<string[]>[] { options._command, options._environment, options._modules, options._ramdisks })
        {
            many.Arity = new ArgumentArity(1, 10_000);
            many.AllowMultipleArgumentsPerToken = false;
        }

        var command = new Command(
            "build",
            "Build an image from kernel, init and a root filesystem; the same inputs give the same bytes. Prints what nitro-cli build-enclave prints.")
        {
            options._output, options._kernel, options._cmdline, options._cmdlineFile, options._init, options._modules, options._blobs,
            options._rootfs, options._command, options._environment, options._ramdisks, options._name, options._version,
            options._kernelVersion, options._buildTime, options._metadata, options._architecture, options._key, options._certificate,
        };
        command.SetAction(parsed => options.Run(parsed, context));
        return command;
    }

    private int Run(ParseResult parsed, CommandContext context)
    {
        try
        {
            using var signer = SignCommand.ReadSigner(parsed.GetValue(_key), parsed.GetValue(_certificate));
            var content = Compose(parsed);
            Images.RefuseOver(parsed.GetValue(_output)!, Inputs(parsed));
            var total = content.Ramdisks.Append(content.Kernel).Sum(source => source.Length);
            EifMeasurements measurements;
            using (var bar = new ProgressBar(context, "building", total))
            {
                measurements = Images.Replace(parsed.GetValue(_output)!, stream => EifWriter.Write(stream, content, signer, bar));
            }

            context.Output.WriteLine(NitroCliJson.Build(measurements));
            return ExitCode.Done;
        }
        catch (ArgumentException exception)
        {
            throw new UsageException($"no image comes of this: {exception.Message}");
        }
    }

    private IEnumerable<string?> Inputs(ParseResult parsed) =>
    [
        .. new[] { _kernel, _cmdlineFile, _init, _rootfs, _metadata, _key, _certificate }.Select(parsed.GetValue),
        .. parsed.GetValue(_modules)!,
        .. parsed.GetValue(_ramdisks)!,
        .. parsed.GetValue(_blobs) is { } blobs ? BlobNames.Select(name => Path.Combine(blobs, name)) : [],
    ];

    private EifContent Compose(ParseResult parsed)
    {
        var blobs = parsed.GetValue(_blobs);
        if (blobs is not null)
        {
            Exclude(parsed, "--blobs brings its own", _kernel, _cmdline, _cmdlineFile, _init, _modules, _ramdisks);
        }

        var kernel = blobs is null ? Need(parsed, _kernel) : InBlobs(blobs, "bzImage", "Image");
        return new EifContent
        {
            Kernel = EifSource.FromFile(kernel),
            CommandLine = blobs is null ? CommandLineText(parsed) : ReadCommandLine(InBlobs(blobs, "cmdline")),
            Ramdisks = Ramdisks(parsed, blobs),
            Metadata = Metadata(parsed, kernel),
            Architecture = parsed.GetValue(_architecture) == "arm64" ? EifArchitecture.Arm64 : EifArchitecture.X64,
        };
    }

    private IReadOnlyList<EifSource> Ramdisks(ParseResult parsed, string? blobs)
    {
        if (parsed.GetValue(_ramdisks) is { Length: > 0 } ready)
        {
            Exclude(parsed, "--ramdisk brings ready ones", _init, _modules, _rootfs, _command, _environment);
            return [.. ready.Select(file => EifSource.FromFile(Existing(file)))];
        }

        var init = EifSource.FromFile(blobs is null ? Need(parsed, _init) : InBlobs(blobs, "init"));
        var modules = parsed.GetValue(_modules)!.Select(file => (Path.GetFileName(file), EifSource.FromFile(Existing(file)))).ToList();
        var nsm = blobs is not null && File.Exists(Path.Combine(blobs, "nsm.ko")) ? EifSource.FromFile(Path.Combine(blobs, "nsm.ko")) : null;
        var root = parsed.GetValue(_rootfs) ?? throw new UsageException(
            "--rootfs is needed: a folder or a tar archive with the application (or --ramdisk, twice)");
        return
        [
            EnclaveRamdisks.Boot(init, modules, nsm),
            EnclaveRamdisks.Application(
                (builder, prefix) => AddRoot(builder, prefix, root, parsed.GetValue(_output)!),
                parsed.GetValue(_command)!,
                parsed.GetValue(_environment)!),
        ];
    }

    private static void AddRoot(RamdiskBuilder builder, string prefix, string root, string output)
    {
        if (Directory.Exists(root))
        {
            if (Path.GetFullPath(output).StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)) + "/", StringComparison.Ordinal))
            {
                throw new UsageException($"{output} lies in {root}: the next build would put this image into itself");
            }

            builder.AddTree(prefix, root);
        }
        else
        {
            Existing(root);
            builder.AddTar(prefix, () => File.OpenRead(root));
        }
    }

    private EifMetadata Metadata(ParseResult parsed, string kernel)
    {
        var start = new byte[1 << 16];
        using (var stream = File.OpenRead(kernel))
        {
            start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        }

        return new EifMetadata
        {
            ImageName = parsed.GetValue(_name)!,
            ImageVersion = parsed.GetValue(_version)!,
            BuildTime = parsed.GetValue(_buildTime) ?? "",
            KernelVersion = parsed.GetValue(_kernelVersion) ?? EifMetadata.ReadKernelVersion(start) ?? "Unknown",
            CustomMetadata = parsed.GetValue(_metadata) is { } file ? ReadJson(file) : null,
        };
    }

    private static JsonNode? ReadJson(string file)
    {
        if (new FileInfo(Existing(file)).Length > MaximumCustomMetadata)
        {
            throw new UsageException($"{file} has more than {MaximumCustomMetadata} bytes, which is what nitro-cli allows");
        }

        try
        {
            return JsonNode.Parse(File.ReadAllBytes(file));
        }
        catch (JsonException exception)
        {
            // Lines and bytes are counted from 0 there, and said after what is wrong.
            var reason = exception.Message.Split([" Path:", " LineNumber:", " Change the reader"], StringSplitOptions.None)[0];
            throw new UsageException(string.Create(
                CultureInfo.InvariantCulture, $"{file} is no JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}: {reason}"));
        }
    }

    private string CommandLineText(ParseResult parsed) => (parsed.GetValue(_cmdline), parsed.GetValue(_cmdlineFile)) switch
    {
        ({ } text, null) => text,
        (null, { } file) => ReadCommandLine(Existing(file)),
        (null, null) => throw new UsageException("--cmdline or --cmdline-file is needed (or --blobs)"),
        _ => throw new UsageException("--cmdline and --cmdline-file exclude each other"),
    };

    /// <summary>As nitro-cli reads it: all of it is UTF-8, and white space at its ends goes.</summary>
    private static string ReadCommandLine(string file)
    {
        var bytes = File.ReadAllBytes(file);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes).Trim() : throw new UsageException($"{file} is no UTF-8");
    }

    private static string Need(ParseResult parsed, Option<string?> option) =>
        Existing(parsed.GetValue(option) ?? throw new UsageException($"{option.Name} is needed (or --blobs)"));

    private static string InBlobs(string folder, params string[] names) =>
        names.Select(name => Path.Combine(folder, name)).FirstOrDefault(file => File.Exists(file) && !Images.IsSpecial(file))
        ?? throw new UsageException($"{folder} holds no {string.Join(" and no ", names)}: it is no folder of nitro-cli's blobs");

    private static string Existing(string file) => !File.Exists(file) ? throw new UsageException($"there is no file {file}")
        : Images.IsSpecial(file) ? throw new UsageException($"{file} is no regular file, and is read more than once")
        : file;

    private static void Exclude(ParseResult parsed, string why, params Option[] options)
    {
        if (options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } given)
        {
            throw new UsageException($"{given.Name} is given as well, but {why}");
        }
    }
}
