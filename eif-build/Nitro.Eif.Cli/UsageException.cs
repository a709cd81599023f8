namespace Nitro.Eif.Cli;

/// <summary>Something that the user can mend: an option or an input. The message says what and how.</summary>
internal sealed class UsageException(string message) : Exception(message);
