using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nitro.Nsm.Simulator.Tests;

public sealed class StorageTests : IDisposable
{
    private readonly string folder = Path.Combine(Directory.CreateTempSubdirectory("simulated-pki-").FullName, "pki");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);

    [Fact]
    public void A_saved_root_is_the_same_when_loaded_and_issues_the_same_trust()
    {
        Assert.False(SimulatedPki.Exists(folder));
        using var pki = SimulatedPki.Create();
        pki.Save(folder);
        Assert.True(SimulatedPki.Exists(folder));
        using var loaded = SimulatedPki.Load(folder);
        Assert.Equal(pki.RootCertificate.ToArray(), loaded.RootCertificate.ToArray());
        Assert.Equal(pki.Root.NotBefore, loaded.Root.NotBefore);
        Assert.Equal(pki.Root.NotAfter, loaded.Root.NotAfter);
        Assert.Equal(pki.Root.Subject.ToArray(), loaded.Root.Subject.ToArray());
        Assert.Equal(pki.Root.SubjectPublicKeyInfo.ToArray(), loaded.Root.SubjectPublicKeyInfo.ToArray());

        using var enclave = new Enclave(pki: loaded);
        var document = enclave.Attest();
        Assert.Null(Chains.DotNet([pki.RootCertificate.ToArray(), .. document.Chain.Skip(1)], document.Timestamp));
    }

    [Fact]
    public void The_files_are_PEM_the_key_is_the_owners_only_and_nothing_else_is_left()
    {
        using var pki = SimulatedPki.Create();
        pki.Save(folder);
        var files = Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(["simulated-root.key.pem", "simulated-root.pem"], files);
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(SimulatedPki.CertificatePath(folder));
        Assert.Equal(pki.RootCertificate.ToArray(), certificate.RawData);
        var key = File.ReadAllText(SimulatedPki.KeyPath(folder));
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----\n", key, StringComparison.Ordinal);
        Assert.EndsWith("-----END PRIVATE KEY-----\n", key, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SimulatedPki.KeyPath(folder)));
        }
    }

    [Fact]
    public void A_root_is_never_overwritten()
    {
        using var first = SimulatedPki.Create();
        using var second = SimulatedPki.Create();
        first.Save(folder);
        var error = Assert.ThrowsAny<IOException>(() => second.Save(folder));
        Assert.Contains("already", error.Message, StringComparison.Ordinal);
        using var loaded = SimulatedPki.Load(folder);
        Assert.Equal(first.RootCertificate.ToArray(), loaded.RootCertificate.ToArray());
    }

    [Fact]
    public async Task Of_many_that_save_at_once_one_does_and_its_root_is_whole()
    {
        var pkis = Enumerable.Range(0, 4).Select(_ => SimulatedPki.Create()).ToList();
        for (var round = 0; round < 25; round++)
        {
            var place = $"{folder}-{round}";
            using var start = new Barrier(pkis.Count);
            var winners = await Task.WhenAll(pkis.Select(pki => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait(TestContext.Current.CancellationToken);
                    try
                    {
                        pki.Save(place);
                        return pki;
                    }
                    catch (IOException)
                    {
                        return null;
                    }
                },
                TestContext.Current.CancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)));
            var winner = Assert.Single(winners, pki => pki is not null)!;
            using var loaded = SimulatedPki.Load(place);
            Assert.Equal(winner.RootCertificate.ToArray(), loaded.RootCertificate.ToArray());
            Assert.Equal(2, Directory.GetFiles(place).Length);
        }
    }

    [Fact]
    public void A_folder_without_a_root_says_how_to_make_one()
    {
        var error = Assert.Throws<FileNotFoundException>(() => SimulatedPki.Load(folder));
        Assert.Contains("SimulatedPki.Create and Save", error.Message, StringComparison.Ordinal);
        Assert.Contains(folder, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_is_named_with_what_was_expected()
    {
        using var pki = SimulatedPki.Create();
        using var other = SimulatedPki.Create();
        using var rsa = RSA.Create(2048);
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        pki.Save(folder);
        var (certificatePath, keyPath) = (SimulatedPki.CertificatePath(folder), SimulatedPki.KeyPath(folder));
        var (certificate, key) = (File.ReadAllText(certificatePath), File.ReadAllText(keyPath));

        void Check(string path, string? content, string expected)
        {
            File.WriteAllText(certificatePath, certificate);
            File.WriteAllText(keyPath, key);
            if (content is null)
            {
                File.Delete(path);
            }
            else
            {
                File.WriteAllText(path, content);
            }

            var error = Assert.Throws<InvalidDataException>(() => SimulatedPki.Load(folder));
            Assert.Contains($"{path} is damaged", error.Message, StringComparison.Ordinal);
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }

        foreach (var path in (string[])[certificatePath, keyPath])
        {
            Check(path, null, "found none");
            Check(path, "", "an empty file");
            Check(path, "hello", "PEM with the label");
            Check(path, new string('x', 17000), "at most 16384 bytes");
            Check(path, path == keyPath ? certificate : key, "PEM with the label");
            Check(path, (path == keyPath ? key : certificate)[..100], "PEM with the label");
        }

        var shortened = pki.RootCertificate.ToArray()[..^1];
        Check(certificatePath, PemEncoding.WriteString("CERTIFICATE", shortened), "expected a certificate, found something else");
        var others = PemEncoding.WriteString("CERTIFICATE", other.RootCertificate.Span);
        Check(certificatePath, others, $"the certificate of the key in {keyPath}");
        var flipped = pki.RootCertificate.ToArray();
        flipped[^1] ^= 1;
        Check(certificatePath, PemEncoding.WriteString("CERTIFICATE", flipped), "signature does not verify");
        Check(keyPath, rsa.ExportPkcs8PrivateKeyPem(), "of an elliptic curve");
        Check(keyPath, p256.ExportPkcs8PrivateKeyPem(), "a P-384 key");
        Check(keyPath, PemEncoding.WriteString("PRIVATE KEY", [.. pki.Root.Key.ExportPkcs8PrivateKey(), 0]), "key");
    }

    [Fact]
    public void Any_change_of_a_file_is_harmless_or_refused()
    {
        using var pki = SimulatedPki.Create();
        pki.Save(folder);
        var random = new Random(5);
        foreach (var path in (string[])[SimulatedPki.CertificatePath(folder), SimulatedPki.KeyPath(folder)])
        {
            var original = File.ReadAllBytes(path);
            var refused = 0;
            for (var i = 0; i < 300; i++)
            {
                var changed = original.ToArray();
                changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
                File.WriteAllBytes(path, changed);
                try
                {
                    using var loaded = SimulatedPki.Load(folder);
                    Assert.Equal(pki.Root.SubjectPublicKeyInfo.ToArray(), loaded.Root.SubjectPublicKeyInfo.ToArray());
                    var signature = loaded.Root.Key.SignData(original, HashAlgorithmName.SHA384);
                    Assert.True(pki.Root.Key.VerifyData(original, signature, HashAlgorithmName.SHA384));
                }
                catch (InvalidDataException)
                {
                    refused++;
                }
            }

            File.WriteAllBytes(path, original);
            Assert.InRange(refused, 100, 300);
        }
    }

    [Fact]
    public void A_folder_that_is_a_file_is_an_IO_error()
    {
        File.WriteAllText(folder, "");
        using var pki = SimulatedPki.Create();
        Assert.ThrowsAny<IOException>(() => pki.Save(folder));
        Assert.ThrowsAny<IOException>(() => SimulatedPki.Load(folder));
        Assert.Throws<ArgumentException>("folder", () => pki.Save(""));
        Assert.Throws<ArgumentException>("folder", () => SimulatedPki.Load(""));
    }
}
