namespace Nitro.Models.Train;

/// <summary>What one round of training came to.</summary>
/// <param name="Round">Its number, from 1.</param>
/// <param name="Training">The answers to the round's own samples, each given before the network learned from it.</param>
/// <param name="Validation">The answers to the validation set after the round.</param>
internal sealed record RoundReport(int Round, Measurement Training, Measurement Validation);
