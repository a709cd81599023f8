namespace Nitro.Verifier.Cli;

/// <summary>Runs of checks that belong together, so that a long list reads at a glance.</summary>
internal sealed record CheckGroup(string Title, int First, int Last)
{
    public static IReadOnlyList<CheckGroup> All { get; } =
    [
        new("evidence accepted, well-formed", 701, 704),
        new("COSE envelope", 101, 105),
        new("document fields", 201, 212),
        new("certificate chain to a pinned root", 301, 312),
        new("revocation lists", 321, 326),
        new("document signature", 401, 401),
        new("time", 501, 502),
        new("debug mode and measurements", 601, 603),
        new("nothing that the policy revoked", 604, 604),
        new("expected fields of the document", 651, 653),
        new("claim, session and their signature", 705, 711),
        new("models and configuration in PCR16, PCR17", 712, 718),
        new("input and output", 719, 720),
        new("time of the claim", 721, 723),
        new("nonce of the claim", 724, 724),
        new("claim not revoked by the policy", 725, 725),
    ];

    public IEnumerable<CheckResult> Of(IEnumerable<CheckResult> checks) => checks.Where(one => (int)one.Check >= First && (int)one.Check <= Last);
}
