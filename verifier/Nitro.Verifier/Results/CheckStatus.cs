namespace Nitro.Verifier;

/// <summary>What became of a check.</summary>
public enum CheckStatus
{
    /// <summary>An earlier check failed, so this one was not made.</summary>
    NotReached,

    /// <summary>It holds.</summary>
    Passed,

    /// <summary>It does not hold: the whole is refused.</summary>
    Failed,

    /// <summary>It does not exist for this kind of evidence, or in this mode of time.</summary>
    NotApplicable,

    /// <summary>The caller or the policy gave it up, through a member whose name ends in Unsafe.</summary>
    Waived,
}
