using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Nitro.Nsm.Simulator;

/// <summary>
/// A private certificate hierarchy that is AWS's in everything but its root's key. The root is made once per installation and kept in
/// a folder; the levels below it are issued when needed and never kept. No verifier trusts it unless it is told to.
/// </summary>
/// <remarks>Safe to share between NSMs and threads. Disposing it forgets the root's key.</remarks>
public sealed class SimulatedPki : IDisposable
{
    private const string CertificateLabel = "CERTIFICATE";
    private const string KeyLabel = "PRIVATE KEY";

    // A root certificate's PEM has about 800 characters and its key's about 300.
    private const int LongestFile = 16 * 1024;

    private readonly RandomSource random;

    private SimulatedPki(IssuedCertificate root, RandomSource random)
    {
        Root = root;
        this.random = random;
    }

    /// <summary>The root with its key.</summary>
    public IssuedCertificate Root { get; }

    /// <summary>The root's certificate, DER.</summary>
    public ReadOnlyMemory<byte> RootCertificate => Root.Der;

    /// <summary>A new root with a new P-384 key.</summary>
    /// <param name="random">For serial numbers and names, here and in all that is issued; cryptographic if null.</param>
    /// <param name="edit">Changes the root's template before it is signed, for a verifier's tests.</param>
    public static SimulatedPki Create(RandomSource? random = null, Func<CertificateTemplate, CertificateTemplate>? edit = null)
    {
        random ??= RandomNumberGenerator.Fill;
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var template = AwsCertificateProfile.Root(key.ExportSubjectPublicKeyInfo(), random);
        template = edit?.Invoke(template) ?? template;
        return new SimulatedPki(IssuedCertificate.Issue(CertificateLevel.Root, template, key, issuer: null), random);
    }

    /// <summary>Where <see cref="Save"/> puts the root's certificate: PEM, for everyone to read and pin.</summary>
    public static string CertificatePath(string folder) => Path.Combine(folder, "simulated-root.pem");

    /// <summary>Where <see cref="Save"/> puts the root's private key: PEM (PKCS#8), mode 0600.</summary>
    public static string KeyPath(string folder) => Path.Combine(folder, "simulated-root.key.pem");

    /// <summary>Whether a folder holds a root or a part of one, so that <see cref="Load"/> is what to call.</summary>
    public static bool Exists(string folder) => File.Exists(CertificatePath(folder)) || File.Exists(KeyPath(folder));

    /// <summary>Keeps the root in a folder, made if it is not there. Each file appears whole or not at all.</summary>
    /// <param name="folder">A folder that holds no root yet.</param>
    /// <exception cref="IOException">The folder holds a root already, which is never overwritten, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public void Save(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Directory.CreateDirectory(folder);
        using var turn = TakeTurn(folder);
        if (Exists(folder))
        {
            throw new IOException($"{folder} holds a simulated root already, which is not overwritten: load it, or delete it first.");
        }

        const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        WriteWhole(KeyPath(folder), Root.Key.ExportPkcs8PrivateKeyPem(), OwnersOnly);
        try
        {
            var certificate = PemEncoding.WriteString(CertificateLabel, Root.Der.Span);
            WriteWhole(CertificatePath(folder), certificate, OwnersOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
        catch
        {
            File.Delete(KeyPath(folder));
            throw;
        }
    }

    /// <summary>The root that <see cref="Save"/> kept.</summary>
    /// <param name="folder">Where it is.</param>
    /// <param name="random">For serial numbers and names of all that is issued; cryptographic if null.</param>
    /// <exception cref="FileNotFoundException">There is no root.</exception>
    /// <exception cref="InvalidDataException">A file is missing or damaged, or the two do not belong together.</exception>
    public static SimulatedPki Load(string folder, RandomSource? random = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Exists(folder))
        {
            throw new FileNotFoundException(
                $"{folder} holds no simulated root: neither {Path.GetFileName(CertificatePath(folder))} nor "
                + $"{Path.GetFileName(KeyPath(folder))}. Make one with SimulatedPki.Create and Save.",
                CertificatePath(folder));
        }

        var certificatePath = CertificatePath(folder);
        var keyPath = KeyPath(folder);
        var der = ReadPem(certificatePath, CertificateLabel);
        var pkcs8 = ReadPem(keyPath, KeyLabel);
        var key = ECDsa.Create();
        try
        {
            ImportKey(key, pkcs8, keyPath);
            using var certificate = ReadCertificate(der, certificatePath);
            CheckRoot(certificate, key, certificatePath, keyPath);
            return new SimulatedPki(IssuedCertificate.FromRoot(certificate, key), random ?? RandomNumberGenerator.Fill);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>A whole chain below this root, all of it issued at one time.</summary>
    /// <param name="region">Such as <c>us-east-1</c>.</param>
    /// <param name="moduleId">Such as <c>i-0bbcdf09feaae6636-enc019d2710faa69d22</c>.</param>
    /// <param name="issuedAt">The time; a document may be signed from it on, for nearly three hours.</param>
    /// <param name="edit">Changes a level's template before it is signed. The levels below follow its subject and key.</param>
    /// <param name="keys">Makes the key of each of levels 1 to 4, which the chain disposes; new P-384 keys if null.</param>
    /// <exception cref="ArgumentException">The region or module id has not AWS's shape.</exception>
    public SimulatedChain IssueChain(
        string region,
        string moduleId,
        DateTimeOffset issuedAt,
        Func<CertificateLevel, CertificateTemplate, CertificateTemplate>? edit = null,
        Func<CertificateLevel, ECDsa>? keys = null)
    {
        var issuer = new ChainIssuer(region, moduleId, random, edit, keys);
        var regional = issuer.Issue(CertificateLevel.Regional, Root, issuedAt);
        var zonal = issuer.Issue(CertificateLevel.Zonal, regional, issuedAt);
        var instance = issuer.Issue(CertificateLevel.Instance, zonal, issuedAt);
        return new SimulatedChain(Root, regional, zonal, instance, issuer.Issue(CertificateLevel.Leaf, instance, issuedAt));
    }

    /// <summary>Another leaf below a chain's instance certificate: what an NSM gets every three hours.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="region">The chain's region.</param>
    /// <param name="moduleId">The chain's module id.</param>
    /// <param name="issuedAt">The time; a document may be signed from it on, for nearly three hours.</param>
    public IssuedCertificate IssueLeaf(SimulatedChain chain, string region, string moduleId, DateTimeOffset issuedAt)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return new ChainIssuer(region, moduleId, random).Issue(CertificateLevel.Leaf, chain.Instance, issuedAt);
    }

    /// <summary>Forgets the root's key.</summary>
    public void Dispose() => Root.Dispose();

    internal RenewingChain Renewing(string region, string moduleId) => new(Root, new ChainIssuer(region, moduleId, random));

    private static void ImportKey(ECDsa key, byte[] pkcs8, string path)
    {
        try
        {
            key.ImportPkcs8PrivateKey(pkcs8, out var read);
            if (read != pkcs8.Length)
            {
                throw Damaged(path, "a PKCS#8 private key and nothing else", $"{pkcs8.Length - read} bytes after it");
            }
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            // The latter is for a curve that this platform does not know.
            throw Damaged(path, "a PKCS#8 private key of an elliptic curve", "something else", e);
        }

        var curve = key.ExportParameters(includePrivateParameters: false).Curve;
        if (!curve.IsNamed || curve.Oid.Value != ECCurve.NamedCurves.nistP384.Oid.Value)
        {
            throw Damaged(path, "a P-384 key", "a key of another curve");
        }
    }

    private static X509Certificate2 ReadCertificate(byte[] der, string path)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(der);
        }
        catch (CryptographicException e)
        {
            throw Damaged(path, "a certificate", "something else", e);
        }
    }

    private static void CheckRoot(X509Certificate2 certificate, ECDsa key, string certificatePath, string keyPath)
    {
        if (!certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
        {
            throw Damaged(certificatePath, $"the certificate of the key in {keyPath}", "another key's");
        }

        if (!IsSelfSigned(certificate, key))
        {
            throw Damaged(certificatePath, "a certificate signed by its own key", "one whose signature does not verify");
        }
    }

    private static bool IsSelfSigned(X509Certificate2 certificate, ECDsa key)
    {
        try
        {
            var parts = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.DER).ReadSequence();
            var signed = parts.ReadEncodedValue();
            parts.ReadEncodedValue();
            return key.VerifyData(signed.Span, parts.ReadBitString(out _), HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static byte[] ReadPem(string path, string label)
    {
        if (!File.Exists(path))
        {
            throw Damaged(path, "a file", "none, though the root's other file is there");
        }

        using var file = File.OpenRead(path);
        var buffer = new byte[LongestFile + 1];
        var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        if (length > LongestFile)
        {
            throw Damaged(path, $"at most {LongestFile} bytes", "more");
        }

        var text = Encoding.UTF8.GetString(buffer, 0, length);
        if (!PemEncoding.TryFind(text, out var fields) || text[fields.Label] != label)
        {
            throw Damaged(path, $"PEM with the label {label}", length == 0 ? "an empty file" : "something else");
        }

        return Convert.FromBase64String(text[fields.Base64Data]);
    }

    private static InvalidDataException Damaged(string path, string expected, string found, Exception? inner = null) => new(
        $"The simulated root's file {path} is damaged: expected {expected}, found {found}. "
        + "Restore it, or delete the root's two files and make a new root; evidence of the old one then needs the old certificate.",
        inner);

    /// <summary>
    /// Keeps two processes from saving into one folder at once; the system lets go when the process ends, however it ends. Moving a file
    /// to where none was would not do: .NET looks first and renames then.
    /// </summary>
    private static FileStream TakeTurn(string folder)
    {
        var path = Path.Combine(folder, "simulated-root.lock");
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                Options = FileOptions.DeleteOnClose,
            });
        }
        catch (IOException e)
        {
            throw new IOException($"Cannot save a simulated root in {folder}: {e.Message}", e);
        }
    }

    private static void WriteWhole(string path, string text, UnixFileMode mode)
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        try
        {
            using (var file = new FileStream(temporary, options))
            {
                file.Write(Encoding.ASCII.GetBytes(text + "\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
