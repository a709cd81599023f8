namespace Nitro.Eif.Reading;

/// <summary>Something in an image that is allowed and yet worth a look. Immutable.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">One line for people, fit for a terminal.</param>
public sealed record EifWarning(EifWarningKind Kind, string Text);
