namespace Nitro.Eif.Cli;

/// <summary>An image that is none, or not what it should be. The message says which rule it breaks.</summary>
internal sealed class RefusedException(string message) : Exception(message);
