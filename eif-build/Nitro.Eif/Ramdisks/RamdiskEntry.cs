using Nitro.Eif.Writing;

namespace Nitro.Eif.Ramdisks;

/// <summary>One entry of a ramdisk. Immutable. Owners, times and devices are always zero.</summary>
/// <param name="Path">From the ramdisk's root, without a slash at either end: <c>rootfs/app/nitro-enclave</c>.</param>
/// <param name="Kind">Folder, file or symbolic link.</param>
/// <param name="Mode">The permission bits, 0 to 7777 octal.</param>
/// <param name="Content">A file's content, or a link's target; null for a folder.</param>
public sealed record RamdiskEntry(string Path, RamdiskEntryKind Kind, int Mode, EifSource? Content);
