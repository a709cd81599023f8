using System.Diagnostics;
using System.Globalization;

namespace Nitro.Bench;

/// <summary>What <c>openssl speed</c> measures on this machine, now.</summary>
internal static class OpenSsl
{
    private const string EcdsaRow = "+F4:";

    /// <summary>The version line, or null where there is no openssl.</summary>
    public static string? Version()
    {
        try
        {
            return Run("version").Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Verifications a second on P-384 and P-256, one process, by its CPU time.</summary>
    public static (double P384, double P256) Verify()
    {
        var rows = Rows("speed -mr -seconds 1 ecdsap384 ecdsap256");
        return (rows["384"], rows["256"]);
    }

    /// <summary>P-384 verifications a second by the clock, for a number of processes at once.</summary>
    public static double VerifyElapsed(int processes) => Rows($"speed -mr -elapsed -seconds 1 {(processes > 1 ? FormattableString.Invariant($"-multi {processes} ") : "")}ecdsap384")["384"];

    /// <summary>The last row for each curve is the sum over all processes.</summary>
    private static Dictionary<string, double> Rows(string arguments)
    {
        var rows = new Dictionary<string, double>();
        foreach (var line in Run(arguments).Split('\n').Where(line => line.StartsWith(EcdsaRow, StringComparison.Ordinal)))
        {
            var cells = line.Trim().Split(':');
            rows[cells[2]] = double.Parse(cells[4], CultureInfo.InvariantCulture);
        }

        return rows;
    }

    private static string Run(string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"openssl {arguments} ended with {process.ExitCode}");
    }
}
