namespace Nitro.Eif.Format;

/// <summary>Where one section lies in an image that was read to its end. Immutable.</summary>
/// <param name="Index">Its place among the sections, from 0.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Offset">Bytes from the image's start to the section's data, behind its 12-byte header.</param>
/// <param name="Size">Bytes of its data.</param>
public sealed record EifSection(int Index, EifSectionType Type, long Offset, long Size);
