using Nitro.Attestation;

namespace Nitro.Eif.Reading;

/// <summary>Why bytes are no enclave image: which rule, where, what was expected, what was found. Immutable.</summary>
/// <param name="Kind">The rule.</param>
/// <param name="Where">The part of the image, such as <c>section 3 (ramdisk)</c>.</param>
/// <param name="Offset">Bytes from the image's start, or -1 where no single place is to blame.</param>
/// <param name="Expected">What the format asks for.</param>
/// <param name="Found">What was there instead; what of it came from outside is fit for a terminal.</param>
public sealed record EifError(EifErrorKind Kind, string Where, long Offset, string Expected, string Found)
{
    /// <summary>What was there instead; what of it came from outside is fit for a terminal.</summary>
    public string Found { get; init; } = new FormatError("", -1, "", Found).Found;

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        var text = new FormatError(Where, -1, Expected, Found);
        return Offset < 0
            ? $"{text.Where}: expected {text.Expected}, found {text.Found} ({Kind})"
            : $"{text.Where} at byte {Offset}: expected {text.Expected}, found {text.Found} ({Kind})";
    }
}
