namespace Nitro.Vsock;

/// <summary>What carries a channel.</summary>
public enum ChannelKind
{
    /// <summary>AF_VSOCK, between an enclave and its parent.</summary>
    Vsock,

    /// <summary>A Unix socket, the stand-in on machines without vsock.</summary>
    Unix,

    /// <summary>The Unix socket of an emulated machine's vsock backend, and a port inside that machine.</summary>
    Emulator,
}
