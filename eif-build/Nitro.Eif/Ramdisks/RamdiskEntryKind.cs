namespace Nitro.Eif.Ramdisks;

/// <summary>What an entry of a ramdisk is; the values are those of a file's mode (stat(2), <c>S_IFMT</c>).</summary>
public enum RamdiskEntryKind
{
    /// <summary>A folder.</summary>
    Folder = 0x4000,

    /// <summary>A file.</summary>
    File = 0x8000,

    /// <summary>A symbolic link.</summary>
    Link = 0xA000,
}
