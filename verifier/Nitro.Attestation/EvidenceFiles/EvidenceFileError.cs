namespace Nitro.Attestation.EvidenceFiles;

/// <summary>What kind of fault keeps a file from being an evidence file.</summary>
public enum EvidenceFileFault
{
    /// <summary>Not a flat JSON object in UTF-8, or a value of the wrong type.</summary>
    Malformed = 1,

    /// <summary>The file, or one member, is larger than its limit.</summary>
    TooLarge,

    /// <summary>A version that this release does not read: a newer release may.</summary>
    UnknownVersion,

    /// <summary>A member that version 1 does not have.</summary>
    UnknownMember,

    /// <summary>A member that stands there twice.</summary>
    DuplicateMember,

    /// <summary>A member that must be there and is not, or must not be there for this kind of evidence and is.</summary>
    WrongMembers,
}

/// <summary>Why a file is not an evidence file.</summary>
/// <param name="Fault">The kind of fault.</param>
/// <param name="Error">What was expected and what was found.</param>
public sealed record EvidenceFileError(EvidenceFileFault Fault, FormatError Error)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => $"{Fault}: {Error}";
}
