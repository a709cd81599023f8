namespace Nitro.Verifier.Cli;

/// <summary>What commands read from and write to.</summary>
internal sealed record CommandContext(TextWriter Output, Inputs Inputs, TimeProvider Clock);
