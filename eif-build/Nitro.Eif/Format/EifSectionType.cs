namespace Nitro.Eif.Format;

/// <summary>What a section of an image holds; the values are the format's own (AWS's image-format repository, <c>EifSectionType</c>).</summary>
public enum EifSectionType
{
    /// <summary>The kernel, a bzImage on x86_64. Measured into PCR0 and PCR1.</summary>
    Kernel = 1,

    /// <summary>The kernel's command line, text without a NUL. Measured into PCR0 and PCR1.</summary>
    CommandLine = 2,

    /// <summary>An initial ramdisk. The first is measured into PCR0 and PCR1, the others into PCR0 and PCR2.</summary>
    Ramdisk = 3,

    /// <summary>A signature over PCR0 and its certificate. Not measured, but the certificate is what PCR8 is made of.</summary>
    Signature = 4,

    /// <summary>JSON that says who built the image and when. Not measured: nobody vouches for it.</summary>
    Metadata = 5,
}
