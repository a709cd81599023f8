using System.Globalization;
using System.Text;
using Nitro.Eif.Writing;

namespace Nitro.Eif.Ramdisks;

/// <summary>
/// nitro-cli's composition of an enclave's two ramdisks: the first boots, the second is the application, so that PCR1 stays the same over
/// many applications and PCR2 over many kernels.
/// </summary>
public static class EnclaveRamdisks
{
    /// <summary>The folders that an init mounts on, which the second ramdisk has whether or not the application does.</summary>
    private static readonly string[] MountPoints = ["dev", "proc", "run", "sys", "var"];

    /// <summary>Modules at most: their names begin with two digits, so that the order of the names is that of loading.</summary>
    public const int MaximumModules = 100;

    private const int TemporaryMode = 0b001_111_111_111;

    /// <summary>The first ramdisk: <c>dev/</c>, <c>init</c>, and the kernel's modules.</summary>
    /// <param name="init">The program that the kernel starts: a static executable.</param>
    /// <param name="modules">Names and contents, in the order of loading: they become <c>modules/00-NAME</c>, <c>modules/01-NAME</c> and so on.</param>
    /// <param name="nsmModule">nitro-cli's <c>nsm.ko</c>, which its init looks for at the root, or null.</param>
    /// <exception cref="ArgumentException">More than <see cref="MaximumModules"/>, or a name that cannot be one.</exception>
    public static Ramdisk Boot(EifSource init, IReadOnlyList<(string Name, EifSource Content)> modules, EifSource? nsmModule = null)
    {
        ArgumentNullException.ThrowIfNull(modules);
        if (modules.Count > MaximumModules || modules.Any(module => module.Name is null || module.Name.Contains('/', StringComparison.Ordinal)))
        {
            throw new ArgumentException(
                $"the modules are up to {MaximumModules} files, each with a name and no path: an init loads them in the order of their names");
        }

        var builder = new RamdiskBuilder().AddFolder("dev").AddFile("init", init, executable: true);
        for (var i = 0; i < modules.Count; i++)
        {
            builder.AddFile(string.Create(CultureInfo.InvariantCulture, $"modules/{i:00}-{modules[i].Name}"), modules[i].Content);
        }

        return (nsmModule is null ? builder : builder.AddFile("nsm.ko", nsmModule)).Build();
    }

    /// <summary>The second ramdisk: <c>rootfs/</c>, <c>cmd</c> and <c>env</c>.</summary>
    /// <param name="addRoot">Adds the root filesystem under the prefix it is given.</param>
    /// <param name="command">The program and its arguments, at least the program.</param>
    /// <param name="environment">Its environment, each <c>NAME=VALUE</c>.</param>
    /// <exception cref="ArgumentException">An item that has no form for these files.</exception>
    public static Ramdisk Application(Action<RamdiskBuilder, string> addRoot, IReadOnlyList<string> command, IReadOnlyList<string> environment)
    {
        ArgumentNullException.ThrowIfNull(addRoot);
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(environment);
        if (command.Count == 0)
        {
            throw new ArgumentException("an enclave needs a command to run");
        }

        if (environment.FirstOrDefault(item => item?.IndexOf('=', StringComparison.Ordinal) < 1) is { } wrong)
        {
            throw new ArgumentException($"the environment's \"{wrong}\" is not of the form NAME=VALUE");
        }

        var builder = new RamdiskBuilder();
        addRoot(builder, "rootfs");
        foreach (var folder in MountPoints)
        {
            builder.AddFolder($"rootfs/{folder}");
        }

        return builder.AddFolder("rootfs/tmp", TemporaryMode)
            .AddFile("cmd", Lines(command, "command"))
            .AddFile("env", Lines(environment, "environment"))
            .Build();
    }

    /// <summary>One item a line, which is how nitro-cli's init and ours read them.</summary>
    private static EifSource Lines(IReadOnlyList<string> items, string what)
    {
        // What .NET could not read as Unicode has become U+FFFD, and half of a surrogate pair will: written out it would be another argument.
        if (items.FirstOrDefault(item => item is not null && Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(item)).Contains('\uFFFD')) is { } garbled)
        {
            throw new ArgumentException($"an item of the {what} is no Unicode text: \"{garbled}\"");
        }

        if (items.Select(item => item ?? "").FirstOrDefault(item => item.Length == 0 || item.AsSpan().IndexOfAny('\n', '\r', '\0') >= 0) is { } wrong)
        {
            var shown = wrong.ReplaceLineEndings("\\n");
            throw new ArgumentException(
                $"an item of the {what} is empty or has a line break or NUL in it, and the file has one item a line: \"{shown}\"");
        }

        return EifSource.FromBytes(Encoding.UTF8.GetBytes(string.Concat(items.Select(item => item + "\n"))));
    }
}
