namespace Nitro.Models.Train;

/// <summary>How to train: everything that decides the weights. The same plan gives the same weights, bit for bit.</summary>
internal sealed record TrainingPlan
{
    /// <summary>What the committed model was trained by.</summary>
    public static TrainingPlan Committed { get; } = new();

    /// <summary>Of the first weights.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Rounds; after each the network is measured on the validation set.</summary>
    public int Rounds { get; init; } = 30;

    /// <summary>Samples in a round, each rendered once and never shown again.</summary>
    public int SamplesPerRound { get; init; } = 20_000;

    /// <summary>Samples between two steps.</summary>
    public int BatchSize { get; init; } = 20;

    /// <summary>Of the first step; it falls evenly, to zero after the last.</summary>
    public float LearningRate { get; init; } = 0.02f;

    /// <summary>The part of the last step that is taken again.</summary>
    public float Momentum { get; init; } = 0.9f;

    /// <summary>Samples of the validation set that are measured after each round; they do not change the weights.</summary>
    public int ValidationSamples { get; init; } = 2_000;

    /// <summary>Samples of the unseen set that are measured at the end.</summary>
    public int UnseenSamples { get; init; } = 10_000;
}
