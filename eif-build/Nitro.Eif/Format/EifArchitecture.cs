namespace Nitro.Eif.Format;

/// <summary>The processor that an image is for: bit 0 of the header's flags.</summary>
public enum EifArchitecture
{
    /// <summary>64-bit x86: the bit is clear.</summary>
    X64 = 0,

    /// <summary>64-bit ARM, as of Graviton: the bit is set.</summary>
    Arm64 = 1,
}
