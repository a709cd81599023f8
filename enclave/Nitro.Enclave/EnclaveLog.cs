using System.Globalization;

namespace Nitro.Enclave;

/// <summary>
/// An enclave's log: one line per event, with the time by the enclave's clock. It never holds what callers sent or what models answered.
/// Safe to use from several threads at once; a destination that fails is ignored.
/// </summary>
/// <param name="destination">Where the lines go. It is not disposed.</param>
/// <param name="time">The clock.</param>
public sealed class EnclaveLog(TextWriter destination, TimeProvider time)
{
    private readonly Lock _gate = new();

    /// <summary>Something that an operator may want to know.</summary>
    public void Information(string message) => Write("info", message);

    /// <summary>Something that an operator should look at.</summary>
    public void Warning(string message) => Write("warn", message);

    /// <summary>Something that keeps the enclave from doing its work.</summary>
    public void Error(string message) => Write("fail", message);

    private void Write(string level, string message)
    {
        var text = PlainText.Clean(message, 2 * PlainText.MaximumMessage);
        var line = string.Create(DateTimeFormatInfo.InvariantInfo, $"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ} {level} {text}");
        lock (_gate)
        {
            try
            {
                destination.WriteLine(line);
                destination.Flush();
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // The console of an enclave may be gone; the work goes on.
            }
        }
    }
}
