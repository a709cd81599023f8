using System.Diagnostics.CodeAnalysis;

namespace Nitro.OpenInference;

/// <summary>Carries an error from deep inside a message to the one boundary of its reader or writer. Never leaves this assembly.</summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Made in this assembly alone, always with a message.")]
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Caught at the boundary of every reader and writer.")]
internal sealed class MessageException(string message) : Exception(message)
{
    public ProtocolError ToError() => new(ProtocolError.BadRequest, Message);
}
