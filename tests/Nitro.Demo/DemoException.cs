namespace Nitro.Demo;

/// <summary>Something that should have gone otherwise. The message says what.</summary>
internal sealed class DemoException(string message) : Exception(message);
