using System.Diagnostics;
using Nitro.Eif.Writing;

namespace Nitro.Bench;

/// <summary>
/// What it takes to measure an image beside hashing its file once: both as whole processes, by the clock, one after the other, with the file
/// in the page cache. PCR2 needs a second hash of most of the file, so this counts two cores against one.
/// </summary>
internal static class Describing
{
    public const double Target = 0.85;

    private const int Megabytes = 1024;

    private static readonly string NitroEif = Path.Combine(AppContext.BaseDirectory, "nitro-eif.dll");

    public static (double MegabytesPerSecond, double OpenSslMegabytesPerSecond, double Ratio) Measure(int rounds, Action<int, int> progress)
    {
        var folder = Directory.CreateTempSubdirectory("nitro-bench-");
        try
        {
            var image = Path.Combine(folder.FullName, "image.eif");
            Write(image);
            double[] ours = new double[rounds], theirs = new double[rounds], ratios = new double[rounds];
            Seconds("dotnet", NitroEif, "describe", image);
            for (var round = 0; round < rounds; round++)
            {
                progress(round, rounds);
                theirs[round] = Megabytes / Seconds("openssl", "dgst", "-sha384", image);
                ours[round] = Megabytes / Seconds("dotnet", NitroEif, "describe", image);
                ratios[round] = ours[round] / theirs[round];
            }

            progress(rounds, rounds);
            return (Median(ours), Median(theirs), Median(ratios));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Write(string image)
    {
        var block = new byte[1 << 20];
        new Random(1).NextBytes(block);
        using var output = new FileStream(image, FileMode.Create, FileAccess.ReadWrite);
        EifWriter.Write(output, new EifContent
        {
            Kernel = EifSource.FromBytes(new byte[10 << 20]),
            CommandLine = "quiet",
            Ramdisks = [EifSource.FromBytes(new byte[1 << 20]), EifSource.FromPart(() => new Repeated(block), 0, (long)(Megabytes - 11) << 20)],
            Metadata = new EifMetadata { ImageName = "bench" },
        });
    }

    private static double Seconds(string program, params string[] arguments)
    {
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? clock.Elapsed.TotalSeconds : throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    /// <summary>One block again and again, without an end.</summary>
    private sealed class Repeated(byte[] block) : MemoryStream(block)
    {
        public override int Read(byte[] buffer, int offset, int count)
        {
            if (Position == Length)
            {
                Position = 0;
            }

            return base.Read(buffer, offset, count);
        }
    }
}
