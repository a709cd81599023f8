namespace Nitro.Host;

/// <summary>Something on the command line that the user can mend. The message says what and how.</summary>
internal sealed class UsageException(string message) : Exception(message);
