namespace Nitro.Verifier.Fuzz;

/// <summary>The policies and expectations under which cases are judged, so that every check can be the one that refuses.</summary>
public enum Situation
{
    /// <summary>Archived, any measurements, debug mode, nothing expected.</summary>
    Open,

    /// <summary>As <see cref="Open"/>, without AWS's certificate profile.</summary>
    WithoutProfile,

    /// <summary>As <see cref="Open"/>, live.</summary>
    Live,

    /// <summary>Archived, measurements of one of two releases with windows, no debug mode, exact models and configurations.</summary>
    Releases,

    /// <summary>Live, and everything that can be expected is.</summary>
    Expecting,

    /// <summary>As <see cref="Open"/>, with a witness, revocation lists required for levels 1 and 2, and a policy that revokes a module and a model.</summary>
    Revoking,
}
