using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>One way to break a chain.</summary>
/// <param name="Name">What is wrong, unique.</param>
/// <param name="Rule">The rule that must refuse it.</param>
/// <param name="Level">The level that the refusal must name.</param>
/// <param name="Spoil">Breaks a valid chain.</param>
internal sealed record ChainDefect(string Name, CertificateRule Rule, int Level, Action<TestChain> Spoil);
