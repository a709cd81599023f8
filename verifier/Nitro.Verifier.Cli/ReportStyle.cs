namespace Nitro.Verifier.Cli;

/// <summary>How outcomes are printed.</summary>
/// <param name="Json">One JSON object a file and nothing else.</param>
/// <param name="Quiet">Nothing: the exit code says it.</param>
/// <param name="Verbose">Every check on a line of its own.</param>
/// <param name="Colour">With colour.</param>
internal sealed record ReportStyle(bool Json, bool Quiet, bool Verbose, bool Colour);
