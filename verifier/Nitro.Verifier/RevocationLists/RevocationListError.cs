using Nitro.Attestation;

namespace Nitro.Verifier.RevocationLists;

/// <summary>Why bytes are no revocation list that this verifier reads.</summary>
/// <param name="Check"><see cref="Check.RevocationListEncoding"/> or <see cref="Check.RevocationListExtensions"/>.</param>
/// <param name="Error">What is wrong, where, and what was expected.</param>
public sealed record RevocationListError(Check Check, FormatError Error)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => $"{(int)Check} {Check}: {Error}";
}
