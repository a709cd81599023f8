using System.Text.RegularExpressions;

namespace Nitro.Enclave.Models;

/// <summary>Makes ONNX Runtime's messages fit for callers: one line, without error codes, source paths and C++ signatures.</summary>
internal static partial class RuntimeMessage
{
    private const int MaximumRead = 4096;

    /// <summary>The cleaned message.</summary>
    public static string Clean(string message)
    {
        var text = message.Length <= MaximumRead ? message : message[..MaximumRead];
        text = ErrorCode().Replace(text, "");
        text = SourceLine().Replace(text, "");
        text = EmptyName().Replace(text, "");
        return PlainText.Clean(text, PlainText.MaximumMessage);
    }

    /// <summary>
    /// The cleaned message of a model that does not load, for the middle of a sentence. Of an operator set that is too new the runtime speaks
    /// in four sentences, of which one helps.
    /// </summary>
    public static string CleanLoading(string message)
    {
        var text = Clean(message).TrimEnd('.');
        return NewOpset().Match(text) is { Success: true } found
            ? $"it is for opset {found.Groups["opset"]} of {found.Groups["domain"]}, "
                + $"and this ONNX Runtime has those up to {found.Groups["last"]}: export the model for one of them"
            : text;
    }

    /// <summary>Whether the runtime ran out of the memory that it was given.</summary>
    public static bool IsOutOfMemory(string message) =>
        message.Contains("bfc_arena", StringComparison.Ordinal) || message.Contains("bad_alloc", StringComparison.Ordinal)
        || message.Contains("Failed to allocate memory", StringComparison.Ordinal);

    [GeneratedRegex(@"\[ErrorCode:\w*\] ?|\[ONNXRuntimeError\] : \d+ : \w+ : ")]
    private static partial Regex ErrorCode();

    /// <summary>A file and line, and the signature that the runtime's macros put after it.</summary>
    [GeneratedRegex(
        @"[\w./+-]*\.(?:cc|cpp|h|hpp):\d+ (?:[^()\n]{1,200}::[^()\n]{1,100}\([^()\n]{0,300}\)(?: const)? (?:\[with [^\]\n]{0,300}\] )?)?")]
    private static partial Regex SourceLine();

    [GeneratedRegex(@"Opset (?<opset>\d+) is under development.{1,300} for domain (?<domain>[\w.]+) is till opset (?<last>\d+)")]
    private static partial Regex NewOpset();

    [GeneratedRegex(@"Name:'' ?")]
    private static partial Regex EmptyName();
}
