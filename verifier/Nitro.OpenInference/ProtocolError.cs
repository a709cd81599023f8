namespace Nitro.OpenInference;

/// <summary>Why a message is refused.</summary>
/// <param name="Status">The HTTP status that fits.</param>
/// <param name="Message">One sentence: what, where, expected, found, what to do. Text of the message in it is cut and holds no control characters.</param>
public sealed record ProtocolError(int Status, string Message)
{
    /// <summary>The message cannot be understood as it stands.</summary>
    public const int BadRequest = 400;
}
