namespace Nitro.Nsm.Simulator;

/// <summary>Fills bytes at random: <c>RandomNumberGenerator.Fill</c>, or something repeatable in a test. Keys never come from it.</summary>
/// <param name="destination">All of it is filled.</param>
public delegate void RandomSource(Span<byte> destination);
