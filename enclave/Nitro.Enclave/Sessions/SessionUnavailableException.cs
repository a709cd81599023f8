namespace Nitro.Enclave.Sessions;

/// <summary>
/// The enclave cannot sign now: its session document or key is too old, or the NSM does not answer or has too many waiting. Trying again
/// may help.
/// </summary>
public sealed class SessionUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
