using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>The ways in which a P-384 signature is verified, which must agree.</summary>
internal static class SignatureEngines
{
    public static SignatureEngine Own { get; } = new(platform: false, tables: 0);

    public static SignatureEngine OwnWithTables { get; } = new(platform: false, tables: 64);

    public static SignatureEngine Platform { get; } = new(platform: true, tables: 0);

    public static IReadOnlyDictionary<string, SignatureEngine> All { get; } = new Dictionary<string, SignatureEngine>
    {
        ["own"] = Own,
        ["own, with tables"] = OwnWithTables,
        ["platform"] = Platform,
    };
}
