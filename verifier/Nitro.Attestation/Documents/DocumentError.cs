namespace Nitro.Attestation.Documents;

/// <summary>The first rule that bytes break, and how.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Error">What was expected and what was found.</param>
public sealed record DocumentError(DocumentRule Rule, FormatError Error)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => $"{Rule}: {Error}";
}
