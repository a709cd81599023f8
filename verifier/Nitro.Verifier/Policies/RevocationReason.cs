namespace Nitro.Verifier;

/// <summary>Why a policy revokes something, which decides what becomes of what was signed before.</summary>
public enum RevocationReason
{
    /// <summary>
    /// It may have been in wrong hands: what bears its name is refused, whatever it says of its own time, unless a witness saw it before the effective time.
    /// </summary>
    Compromised = 1,

    /// <summary>It is no longer to be used: what was signed before the effective time still counts.</summary>
    Superseded = 2,
}
