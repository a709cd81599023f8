namespace Nitro.Models.Digits;

/// <summary>What a sample is for. The two highest bits of a sample's seed say it, so that no two sets can share a picture's seed.</summary>
public enum DigitSet
{
    /// <summary>The network's weights are made from these.</summary>
    Training = 0,

    /// <summary>Progress is watched on these, and settings were chosen by them.</summary>
    Validation = 1,

    /// <summary>The accuracy that counts is measured on these, once, after training.</summary>
    Unseen = 2,

    /// <summary>For showing to people: neither trained on nor measured on.</summary>
    Demonstration = 3,
}
