namespace Nitro.Host.Store;

/// <summary>The evidence store cannot be used. The message says where, why and what to do.</summary>
internal sealed class StoreException(string message, Exception? cause = null) : Exception(message, cause);
