namespace Nitro.Eif.Format;

/// <summary>The names of AWS's tools for the values of the format.</summary>
public static class EifNames
{
    /// <summary>kernel, cmdline, ramdisk, signature or metadata.</summary>
    public static string Name(this EifSectionType type) => type switch
    {
        EifSectionType.Kernel => "kernel",
        EifSectionType.CommandLine => "cmdline",
        EifSectionType.Ramdisk => "ramdisk",
        EifSectionType.Signature => "signature",
        EifSectionType.Metadata => "metadata",
        _ => "unknown",
    };

    /// <summary>x86_64 or arm64.</summary>
    public static string Name(this EifArchitecture architecture) => architecture == EifArchitecture.Arm64 ? "arm64" : "x86_64";
}
