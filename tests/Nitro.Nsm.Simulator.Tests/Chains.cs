using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Pkix;
using Org.BouncyCastle.Utilities.Collections;
using Org.BouncyCastle.X509;
using Org.BouncyCastle.X509.Store;

namespace Nitro.Nsm.Simulator.Tests;

/// <summary>Three verifiers of a chain that none of us wrote: .NET's (OpenSSL's library), OpenSSL's command line, BouncyCastle's.</summary>
internal static class Chains
{
    /// <summary>Null if the chain leads to its first certificate at that time, else what .NET says.</summary>
    public static string? DotNet(IReadOnlyList<byte[]> rootFirst, DateTimeOffset time)
    {
        X509Certificate2[] certificates = [.. rootFirst.Select(X509CertificateLoader.LoadCertificate)];
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(certificates[0]);
        chain.ChainPolicy.ExtraStore.AddRange(certificates[1..^1]);
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = time.UtcDateTime;
        try
        {
            if (!chain.Build(certificates[^1]))
            {
                return string.Join("; ", chain.ChainStatus.Select(status => status.Status));
            }

            // Not some other way to the root.
            return chain.ChainElements.Select(element => element.Certificate.RawData).Reverse().SequenceEqual(rootFirst, ByteArrays)
                ? null
                : "another path";
        }
        finally
        {
            foreach (var certificate in certificates)
            {
                certificate.Dispose();
            }
        }
    }

    /// <summary>Null if BouncyCastle accepts the path, else what it says.</summary>
    public static string? BouncyCastle(IReadOnlyList<byte[]> rootFirst, DateTimeOffset time)
    {
        var parser = new X509CertificateParser();
        var certificates = rootFirst.Select(parser.ReadCertificate).ToList();
        var parameters = new PkixParameters(new HashSet { new TrustAnchor(certificates[0], null) })
        {
            IsRevocationEnabled = false,
            Date = new Org.BouncyCastle.Utilities.Date.DateTimeObject(time.UtcDateTime),
        };
        try
        {
            new PkixCertPathValidator().Validate(new PkixCertPath(certificates.Skip(1).Reverse().ToList()), parameters);
            return null;
        }
        catch (PkixCertPathValidatorException e)
        {
            return e.Message;
        }
    }

    /// <summary>Null if <c>openssl verify</c> accepts the chain, else what it says. Skips the test where there is no openssl.</summary>
    public static string? OpenSsl(IReadOnlyList<byte[]> rootFirst, DateTimeOffset time)
    {
        var folder = Directory.CreateTempSubdirectory("openssl-");
        try
        {
            string Write(string name, IEnumerable<byte[]> certificates)
            {
                var path = Path.Combine(folder.FullName, name);
                File.WriteAllLines(path, certificates.Select(der => PemEncoding.WriteString("CERTIFICATE", der)));
                return path;
            }

            string[] arguments =
            [
                "verify", "-attime", time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), "-no-CApath", "-no-CAstore",
                "-CAfile", Write("root.pem", rootFirst.Take(1)),
                "-untrusted", Write("between.pem", rootFirst.Skip(1).SkipLast(1)),
                Write("leaf.pem", rootFirst.TakeLast(1)),
            ];
            using var openssl = Process.Start(new ProcessStartInfo("openssl", arguments)
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            var error = openssl.StandardError.ReadToEnd();
            openssl.WaitForExit();
            return openssl.ExitCode == 0 ? null : error;
        }
        catch (Win32Exception)
        {
            Assert.Skip("There is no openssl command on this machine.");
            throw;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static EqualityComparer<byte[]> ByteArrays { get; } =
        EqualityComparer<byte[]>.Create((a, b) => a.AsSpan().SequenceEqual(b), bytes => bytes.Length);
}
