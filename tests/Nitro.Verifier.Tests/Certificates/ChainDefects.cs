namespace Nitro.Verifier.Tests.Certificates;

/// <summary>Every way in which a chain is broken here, each in one thing.</summary>
internal static class ChainDefects
{
    public static IReadOnlyList<ChainDefect> All { get; } =
    [
        .. EncodingDefects.All,
        .. AlgorithmDefects.All,
        .. ExtensionDefects.All,
        .. PathDefects.All,
        .. ProfileDefects.All,
    ];
}
