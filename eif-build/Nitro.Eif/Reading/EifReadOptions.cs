namespace Nitro.Eif.Reading;

/// <summary>How an image is read. Immutable.</summary>
public sealed record EifReadOptions
{
    /// <summary>Told the bytes read so far, from 0 to the image's size, about once a megabyte; null tells nobody.</summary>
    public IProgress<long>? Progress { get; init; }

    /// <summary>Reads a damaged image to its end and lets <see cref="EifDescription.CrcMatches"/> say so, as nitro-cli does, instead of refusing it.</summary>
    public bool AllowWrongCrcUnsafe { get; init; }

    /// <summary>
    /// Hashes on other threads than the caller's. Without it everything happens on the calling thread, which takes about twice the time for
    /// large images.
    /// </summary>
    public bool Parallel { get; init; } = true;
}
