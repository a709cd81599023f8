namespace Nitro.Nsm;

/// <summary>
/// One CBOR request in, one CBOR response out: the whole of what the NSM's driver does. <see cref="NsmDevice"/> is the real one;
/// <see cref="NsmClient"/> is the codec over any of them.
/// </summary>
/// <remarks>Implementations are safe to call from several threads at once; the device answers one call at a time.</remarks>
public interface INsmTransport : IDisposable
{
    /// <summary>Sends one request and waits for its response.</summary>
    /// <param name="request">One CBOR item, 1 to <see cref="NsmLimits.MaximumRequestLength"/> bytes.</param>
    /// <returns>The response, at most <see cref="NsmLimits.MaximumResponseLength"/> bytes. It is not parsed here.</returns>
    /// <exception cref="ArgumentException">The request is empty: a device given no bytes stops answering.</exception>
    /// <exception cref="NsmDeviceException">The device did not take the request or did not answer it.</exception>
    /// <exception cref="ObjectDisposedException">The transport is closed.</exception>
    byte[] Exchange(ReadOnlySpan<byte> request);
}
