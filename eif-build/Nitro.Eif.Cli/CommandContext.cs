namespace Nitro.Eif.Cli;

/// <summary>What commands read from and write to. <paramref name="Interactive"/>: someone is watching the error stream.</summary>
internal sealed record CommandContext(TextWriter Output, TextWriter Errors, Stream Input, TimeProvider Clock, bool Interactive);
