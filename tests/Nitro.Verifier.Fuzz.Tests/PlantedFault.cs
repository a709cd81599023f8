namespace Nitro.Verifier.Fuzz.Tests;

/// <summary>What is wrong with a <see cref="PlantedKind"/>.</summary>
public enum PlantedFault
{
    None,
    Exception,
    Memory,
    Culture,
    TimeZone,
    Order,
    Content,
}
