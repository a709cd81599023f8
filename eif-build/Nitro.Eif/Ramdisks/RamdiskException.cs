namespace Nitro.Eif.Ramdisks;

/// <summary>A ramdisk that cannot be read entry by entry. The message says why and is fit for a terminal. The kernel may still be able to unpack it.</summary>
public sealed class RamdiskException : Exception
{
    /// <summary>Without a reason; use the other.</summary>
    public RamdiskException()
    {
    }

    /// <summary>With its reason.</summary>
    public RamdiskException(string message)
        : base(new Attestation.FormatError("", -1, "", message).Found)
    {
    }

    /// <summary>With its reason and what caused it.</summary>
    public RamdiskException(string message, Exception inner)
        : base(new Attestation.FormatError("", -1, "", message).Found, inner)
    {
    }
}
