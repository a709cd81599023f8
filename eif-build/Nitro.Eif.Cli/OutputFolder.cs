using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nitro.Eif.Cli;

/// <summary>A folder that is filled in whole or not at all.</summary>
internal static class OutputFolder
{
    /// <summary>
    /// Fills a folder: under a name of its own first, then renamed, so that what fails or is stopped leaves nothing behind. A second
    /// Ctrl-C stops at once.
    /// </summary>
    /// <param name="name">The folder; made with those above it, or there already and empty.</param>
    /// <param name="write">Writes into the folder it is given, and asks the token between two files.</param>
    /// <exception cref="UsageException">See <see cref="RequireFree"/>.</exception>
    /// <exception cref="OperationCanceledException">It was stopped by a signal.</exception>
    public static void Fill(string name, Action<string, CancellationToken> write)
    {
        RequireFree(name);
        var target = Path.TrimEndingDirectorySeparator(name);
        var isThere = Directory.Exists(target);
        var suffix = $"{RandomNumberGenerator.GetHexString(12, lowercase: true)}.part";
        var part = isThere ? Path.Combine(target, suffix) : $"{target}.{suffix}";
        var missing = MissingAbove(target);
        using var stop = new CancellationTokenSource();
        var signals = new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }
            .Select(signal => PosixSignalRegistration.Create(signal, context => Stop(context, stop))).ToArray();
        try
        {
            Make(part, target);
            write(part, stop.Token);
            stop.Token.ThrowIfCancellationRequested();
            Place(part, target, isThere);
        }
        catch
        {
            if (Directory.Exists(part))
            {
                Directory.Delete(part, recursive: true);
            }

            foreach (var made in missing.Where(made => Directory.Exists(made) && !Directory.EnumerateFileSystemEntries(made).Any()))
            {
                Directory.Delete(made);
            }

            throw;
        }
        finally
        {
            Array.ForEach(signals, signal => signal.Dispose());
        }
    }

    /// <exception cref="UsageException">The folder could not be filled: something is there.</exception>
    public static void RequireFree(string name)
    {
        if (name.Length == 0)
        {
            throw new UsageException("the folder's name is empty");
        }

        if (File.Exists(name) || (Directory.Exists(name) && Directory.EnumerateFileSystemEntries(name).Any()))
        {
            throw new UsageException($"FOLDER {name} is there already and not an empty folder (the order is IMAGE FOLDER)");
        }
    }

    /// <summary>The folders above that are made on the way, the innermost first.</summary>
    private static List<string> MissingAbove(string target)
    {
        var missing = new List<string>();
        var above = Path.GetDirectoryName(Path.GetFullPath(target));
        while (above is not null && !Directory.Exists(above))
        {
            missing.Add(above);
            above = Path.GetDirectoryName(above);
        }

        return missing;
    }

    private static void Make(string part, string target)
    {
        try
        {
            Directory.CreateDirectory(part);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException || exception.GetType() == typeof(IOException))
        {
            throw new UsageException($"the folder {target} cannot be made: what is above it is no folder, or takes none");
        }
    }

    private static void Stop(PosixSignalContext context, CancellationTokenSource stop)
    {
        context.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    }

    private static void Place(string part, string target, bool isThere)
    {
        if (!isThere)
        {
            Directory.Move(part, target);
            return;
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(part).ToArray())
        {
            Directory.Move(entry, Path.Combine(target, Path.GetFileName(entry)));
        }

        Directory.Delete(part);
    }
}
