using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Nitro.Attestation;
using Nitro.Eif.Comparing;
using Nitro.Eif.Reading;

namespace Nitro.Eif.Cli;

/// <summary><c>nitro-eif diff</c>: why two images have other PCRs.</summary>
internal static class DiffCommand
{
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create(CommandContext context)
    {
        var first = new Argument<string>("A") { Description = "An image." };
        var second = new Argument<string>("B") { Description = "Another one." };
        var json = new Option<bool>("--json") { Description = "Print one JSON array." };
        var command = new Command(
            "diff",
            "Compare two images: which PCR, which section, which file of which ramdisk. Exit code 1 when they differ, 2 when one is no image.")
        {
            first, second, json,
        };
        command.SetAction(parsed =>
        {
            var (a, b) = (parsed.GetValue(first)!, parsed.GetValue(second)!);
            Images.RequireFile("diff", a);
            Images.RequireFile("diff", b);

            var (one, other) = (Read(context, a), Read(context, b));
            var differences = EifComparison.Compare(() => Images.Open(a), one, () => Images.Open(b), other);
            if (parsed.GetValue(json))
            {
                context.Output.WriteLine(JsonSerializer.Serialize(differences, Layout));
            }
            else
            {
                Print(context.Output, one.Measurements, other.Measurements, differences);
            }

            return differences.Count == 0 ? ExitCode.Done : ExitCode.Refused;
        });
        return command;
    }

    /// <summary>As in diff(1), 1 means that they differ, and what is no image cannot be compared.</summary>
    private static EifDescription Read(CommandContext context, string name)
    {
        try
        {
            return Images.Read(context, name);
        }
        catch (RefusedException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    private static void Print(TextWriter output, EifMeasurements one, EifMeasurements other, IReadOnlyList<EifDifference> differences)
    {
        Pcr("PCR0", "kernel, cmdline, all ramdisks", one.Pcr0, other.Pcr0);
        Pcr("PCR1", "kernel, cmdline, ramdisk 0", one.Pcr1, other.Pcr1);
        Pcr("PCR2", "ramdisks from 1 on", one.Pcr2, other.Pcr2);
        Pcr("PCR8", "signing certificate", one.Pcr8, other.Pcr8);
        output.WriteLine();
        foreach (var section in differences.GroupBy(difference => difference.Where))
        {
            output.WriteLine($"{section.Key} ({Covered(section.Key)})");
            foreach (var difference in section)
            {
                output.WriteLine($"  {(difference.Path is null ? "" : difference.Path + ": ")}{difference.What}");
                Side('-', difference.First);
                Side('+', difference.Second);
            }
        }

        output.WriteLine(differences.Count == 0 ? "no difference" : string.Create(
            CultureInfo.InvariantCulture, $"{differences.Count} difference{(differences.Count == 1 ? "" : "s")}"));

        void Pcr(string name, string of, Sha384Digest? before, Sha384Digest? after)
        {
            if (before is null && after is null)
            {
                return;
            }

            output.WriteLine($"{name}  {(before == after ? "same   " : "differs")}  {of}");
            if (before != after)
            {
                Side('-', before?.ToString() ?? "none");
                Side('+', after?.ToString() ?? "none");
            }
        }

        void Side(char sign, string text)
        {
            if (text.Length > 0)
            {
                output.WriteLine($"    {sign} {text}");
            }
        }
    }

    private static string Covered(string where) => where switch
    {
        "kernel" or "cmdline" or "ramdisk 0" => "in PCR0 and PCR1",
        "metadata" or "header" => "not measured",
        "signature" => "in PCR8",
        _ => "in PCR0 and PCR2",
    };
}
