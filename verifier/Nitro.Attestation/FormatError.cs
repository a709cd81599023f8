namespace Nitro.Attestation;

/// <summary>Why bytes are not what they should be: what was read, where, what was expected and what was found.</summary>
/// <param name="Where">The part of the format, in the field's own names, such as <c>payload.pcrs[3]</c>.</param>
/// <param name="Offset">Bytes from the start of the input that was handed over, or -1 where no single byte is to blame.</param>
/// <param name="Expected">What the format asks for.</param>
/// <param name="Found">What was there instead.</param>
public sealed record FormatError(string Where, int Offset, string Expected, string Found)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => Offset < 0
        ? $"{Where}: expected {Expected}, found {Found}"
        : $"{Where} at byte {Offset}: expected {Expected}, found {Found}";
}
