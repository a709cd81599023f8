namespace Nitro.Eif.Reading;

/// <summary>What is allowed in an image and yet worth a look. The numbers stay.</summary>
public enum EifWarningKind
{
    /// <summary>Places of the header that should be zero are not; nothing measures them.</summary>
    UnusedHeader = 1,

    /// <summary>The command line is longer than Linux keeps.</summary>
    LongCommandLine = 2,

    /// <summary>The command line begins or ends with white space, or has control characters in it.</summary>
    UntidyCommandLine = 3,

    /// <summary>There is only one ramdisk: PCR2 is that of no bytes, the same for every such image.</summary>
    OneRamdisk = 4,

    /// <summary>The metadata carries a time of building, so that building again gives other bytes (and the same PCRs).</summary>
    BuildTime = 5,

    /// <summary>The kernel does not begin as one of its architecture does.</summary>
    KernelForm = 6,

    /// <summary>The format's version is an old one.</summary>
    OldVersion = 7,

    /// <summary>The command line turns the kernel's log or a debugger on, or allows modules or a shell that an enclave should do without.</summary>
    DebuggingCommandLine = 8,

    /// <summary>A ramdisk or the command line has no content.</summary>
    EmptySection = 9,
}
