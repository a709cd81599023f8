using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Nitro.Attestation.Documents;
using Nitro.Verifier;

namespace Nitro.Bench;

/// <summary>What the ratios are made of, by BenchmarkDotNet. <c>make bench-details</c>; the results stand in docs/performance.md.</summary>
[MemoryDiagnoser]
public class Details : IDisposable
{
    private static readonly DocumentExpectations Anything = new() { Nonce = ByteExpectation.AnyUnsafe, UserData = ByteExpectation.AnyUnsafe, PublicKey = ByteExpectation.AnyUnsafe };
    private readonly byte[] _hash = new byte[48];
    private Corpus _corpus = null!;
    private AttestationVerifier _cold = null!;
    private AttestationVerifier _warm = null!;
    private AttestationVerifier _platformCold = null!;
    private AttestationVerifier _platformWarm = null!;
    private ECDsa _platformKey = null!;
    private byte[] _signature = [];
    private byte[] _subjectPublicKeyInfo = [];

    internal static int Run(string[] arguments)
    {
        // In this process: the projects' build settings are not those of the projects that BenchmarkDotNet would generate.
        var config = ManualConfig.Create(DefaultConfig.Instance).AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
        BenchmarkRunner.Run<Details>(config, arguments);
        return 0;
    }

    /// <summary>Makes what is measured.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _corpus = new Corpus(leaves: 1, perLeaf: 1, receipts: 1);
        var off = new VerifierOptions { IssuerCacheCapacity = 0, SessionCacheCapacity = 0, KeyTableCapacity = 0 };
        _cold = new AttestationVerifier(_corpus.Policy, off);
        _warm = new AttestationVerifier(_corpus.Policy);
        _platformCold = new AttestationVerifier(_corpus.Policy, off with { PlatformSignatures = true });
        _platformWarm = new AttestationVerifier(_corpus.Policy, new VerifierOptions { PlatformSignatures = true });
        _platformKey = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        _signature = _platformKey.SignHash(_hash);
        _subjectPublicKeyInfo = _platformKey.ExportSubjectPublicKeyInfo();
    }

    /// <summary>Frees it.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _corpus.Dispose();
        _platformKey.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The format alone.</summary>
    [Benchmark]
    public bool ParseDocument() => UnverifiedDocument.TryParse(_corpus.OneLeaf[0], out _, out _);

    /// <summary>Five signatures, nothing remembered.</summary>
    [Benchmark]
    public bool ColdDocument() => Verify(_cold);

    /// <summary>One signature.</summary>
    [Benchmark]
    public bool WarmDocument() => Verify(_warm);

    /// <summary>Five signatures by the platform, nothing remembered.</summary>
    [Benchmark]
    public bool ColdDocumentByPlatform() => Verify(_platformCold);

    /// <summary>One signature by the platform.</summary>
    [Benchmark]
    public bool WarmDocumentByPlatform() => Verify(_platformWarm);

    /// <summary>One ES256 signature of a known session.</summary>
    [Benchmark]
    public bool Receipt() => _warm.VerifyEvidence(_corpus.Receipts[0], Corpus.Expected, ValidationTime.Archive).IsVerified;

    /// <summary>The platform alone, with a key at hand.</summary>
    [Benchmark]
    public bool PlatformVerify() => _platformKey.VerifyHash(_hash, _signature);

    /// <summary>Importing a key the usual way: OpenSSL multiplies it by the curve's order.</summary>
    [Benchmark]
    public void PlatformImport()
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(_subjectPublicKeyInfo, out _);
    }

    private bool Verify(AttestationVerifier verifier) => verifier.Verify(_corpus.OneLeaf[0], Anything, ValidationTime.Archive).IsVerified;
}
