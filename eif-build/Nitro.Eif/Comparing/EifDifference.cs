namespace Nitro.Eif.Comparing;

/// <summary>One thing that is not the same in two images. Immutable; texts are fit for a terminal.</summary>
/// <param name="Where">The section, such as <c>ramdisk 1</c>, or <c>header</c>.</param>
/// <param name="Path">The file in the ramdisk, or null for what is not in one.</param>
/// <param name="What">What differs: <c>content</c>, <c>mode</c>, <c>only in the first</c> and so on.</param>
/// <param name="First">What the first image has.</param>
/// <param name="Second">What the second image has.</param>
public sealed record EifDifference(string Where, string? Path, string What, string First, string Second);
