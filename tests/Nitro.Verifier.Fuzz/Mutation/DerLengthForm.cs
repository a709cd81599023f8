namespace Nitro.Verifier.Fuzz.Mutation;

/// <summary>How a <see cref="DerNode"/> writes its length. Only the first is DER.</summary>
public enum DerLengthForm
{
    Shortest,
    LongerThanNeeded,
    FourOctets,
    Indefinite,
    Huge,
    OneMore,
    OneLess,
}
