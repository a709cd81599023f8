using System.Diagnostics.CodeAnalysis;
using Nitro.Attestation.Claims;

namespace Nitro.Enclave.Models;

/// <summary>A model to serve: under which name and version, and from which file. Immutable.</summary>
/// <param name="Name">What callers ask for: 1 to 128 of the characters <c>A-Z a-z 0-9 . _ -</c>, beginning with a letter or digit.</param>
/// <param name="Version">The version, of the same form.</param>
/// <param name="Path">The ONNX file.</param>
public sealed record ModelSource(string Name, string Version, string Path)
{
    /// <summary>The version of a model that is given none.</summary>
    public const string DefaultVersion = "1";

    /// <summary>What <see cref="TryParse"/> reads.</summary>
    public const string Syntax = "NAME[:VERSION]=PATH";

    /// <summary>Whether a text can be a name or a version, so that it can stand in a URL, a log and a command line as it is.</summary>
    public static bool IsName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is >= 1 and <= ModelManifest.MaximumText
            && char.IsAsciiLetterOrDigit(text[0])
            && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-');
    }

    /// <summary>Reads <c>NAME[:VERSION]=PATH</c>. Whether the file is there is not looked at.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ModelSource? source, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        source = null;
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0 || equals == text.Length - 1)
        {
            error = $"a model is given as {Syntax}, such as digits:1=digits.onnx; found {PlainText.Quote(text)}";
            return false;
        }

        var names = text[..equals].Split(':', 2);
        var version = names.Length == 2 ? names[1] : DefaultVersion;
        foreach (var name in new[] { names[0], version })
        {
            if (!IsName(name))
            {
                error = $"a model's name and version have 1 to {ModelManifest.MaximumText} of the characters A-Z a-z 0-9 . _ - " +
                    $"and begin with a letter or digit; found {PlainText.Quote(name)}";
                return false;
            }
        }

        (source, error) = (new ModelSource(names[0], version, text[(equals + 1)..]), null);
        return true;
    }
}
