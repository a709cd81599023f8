namespace Nitro.Verifier.Tests.Certificates;

/// <summary>The implementations that chains are compared with.</summary>
[Flags]
internal enum Oracles
{
    None = 0,

    /// <summary>.NET's X509Chain, which on Linux is OpenSSL with a path builder around it.</summary>
    X509Chain = 1,

    BouncyCastle = 2,

    Both = X509Chain | BouncyCastle,
}
