namespace Nitro.Eif.Ramdisks;

/// <summary>One entry of a ramdisk that was read, as it stands there: nothing about it can be relied on. Immutable.</summary>
/// <param name="Path">As it stands there; it may be absolute or lead upwards.</param>
/// <param name="Mode">Kind and permission bits (stat(2)).</param>
/// <param name="UserId">The owner.</param>
/// <param name="GroupId">The group.</param>
/// <param name="ModifiedAt">Seconds since 1970.</param>
/// <param name="Size">Bytes of the content.</param>
/// <param name="Links">
/// Names of the file. Where there are several, archivers write the content with the last of them, and the kernel makes one file of all.
/// </param>
public sealed record ArchivedEntry(string Path, int Mode, long UserId, long GroupId, long ModifiedAt, long Size, long Links)
{
    /// <summary>What it is; values beyond those that are named are devices, pipes and sockets.</summary>
    public RamdiskEntryKind Kind => (RamdiskEntryKind)(Mode & 0xF000);

    /// <summary>The permission bits.</summary>
    public int Permissions => Mode & 0xFFF;
}
