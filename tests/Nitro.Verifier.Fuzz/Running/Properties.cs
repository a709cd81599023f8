namespace Nitro.Verifier.Fuzz.Running;

/// <summary>What must hold for every case, by name.</summary>
public static class Properties
{
    public const string NoException = "no exception";
    public const string BoundedMemory = "bounded memory";
    public const string BoundedTime = "bounded time";
    public const string SignedContent = "what is accepted was signed";
    public const string SameVerdict = "the same verdict in any order, culture and time zone, with eight threads, by every configuration";
}
