namespace Nitro.Nsm;

/// <summary>A platform configuration register as the NSM describes it.</summary>
/// <param name="Value">Its content, <see cref="NsmLimits.PcrLength"/> bytes.</param>
/// <param name="Locked">Whether it can no longer change. Attestation documents list locked registers only.</param>
public sealed record PcrState(ReadOnlyMemory<byte> Value, bool Locked);
