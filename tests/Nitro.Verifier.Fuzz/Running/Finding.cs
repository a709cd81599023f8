namespace Nitro.Verifier.Fuzz.Running;

/// <summary>A case that breaks a property.</summary>
/// <param name="Number">The case's number.</param>
/// <param name="Property">The property, one of the names in <see cref="Properties"/>.</param>
/// <param name="Details">What happened.</param>
/// <param name="Case">The case.</param>
public sealed record Finding(long Number, string Property, string Details, FuzzCase Case);
