using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Nitro.Attestation;
using Nitro.Attestation.Cbor;
using Nitro.Attestation.Cose;
using Nitro.Eif.Format;

namespace Nitro.Eif.Signing;

/// <summary>
/// The signature section of an image, taken apart: a certificate, and a COSE_Sign1 over the statement that PCR0 has some value. Nothing about
/// it is verified until <see cref="Verify"/> says so, and that says no more than: the holder of this key signed this PCR0. Immutable.
/// </summary>
/// <remarks>
/// The section is a CBOR array of one map with the texts <c>signing_certificate</c> (the PEM file) and <c>signature</c> (an untagged
/// COSE_Sign1), both as arrays of integers rather than byte strings. Source: AWS's image-format repository (<c>PcrSignature</c>).
/// </remarks>
public sealed class EifSignature
{
    private const string CertificateKey = "signing_certificate", SignatureKey = "signature";

    private readonly CoseSign1 _cose;

    private EifSignature(byte[] certificatePem, Certificate certificate, CoseSign1 cose, EifSigningAlgorithm algorithm, int register, byte[] value)
    {
        CertificatePem = certificatePem;
        CertificateDer = certificate.Der;
        NotBefore = certificate.NotBefore;
        NotAfter = certificate.NotAfter;
        _cose = cose;
        Algorithm = algorithm;
        RegisterIndex = register;
        RegisterValue = value;
        Pcr8 = Sha384Digest.Of(certificate.Der).ExtendFromZero();
    }

    /// <summary>The certificate's file, as it was when the image was signed.</summary>
    public ReadOnlyMemory<byte> CertificatePem { get; }

    /// <summary>The certificate itself.</summary>
    public ReadOnlyMemory<byte> CertificateDer { get; }

    /// <summary>The first moment at which the certificate is valid.</summary>
    public DateTimeOffset NotBefore { get; }

    /// <summary>The last one.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>The algorithm that the signature's protected header names.</summary>
    public EifSigningAlgorithm Algorithm { get; }

    /// <summary>Which PCR the signature is about; 0 in every image that AWS's hypervisor accepts.</summary>
    public int RegisterIndex { get; }

    /// <summary>The value that the signature says this PCR has, 48 bytes.</summary>
    public ReadOnlyMemory<byte> RegisterValue { get; }

    /// <summary>What an enclave from this image shows in PCR8.</summary>
    public Sha384Digest Pcr8 { get; }

    /// <summary>Takes a signature section apart.</summary>
    /// <param name="section">The section's data.</param>
    /// <param name="signature">Its parts, when the form is right.</param>
    /// <param name="error">What is wrong, when it is not.</param>
    public static bool TryParse(ReadOnlySpan<byte> section, [NotNullWhen(true)] out EifSignature? signature, [NotNullWhen(false)] out FormatError? error)
    {
        signature = null;
        if (section.Length > EifLimits.MaximumSignatureSize)
        {
            error = new FormatError("section", -1, $"at most {EifLimits.MaximumSignatureSize} bytes", $"{section.Length}");
            return false;
        }

        var (pem, cose) = ReadParts(section, out error);
        if (error is not null)
        {
            return false;
        }

        if (!TryReadCertificate(pem, out var certificate, out error) || !TryReadCose(cose, out var envelope, out var algorithm, out error))
        {
            return false;
        }

        var (register, value) = ReadPayload(envelope.Payload.Span, out error);
        if (error is not null)
        {
            return false;
        }

        signature = new EifSignature(pem, certificate, envelope, algorithm, register, value);
        return true;
    }

    /// <summary>Whether the certificate's key made this signature, over this PCR0, at a time when the certificate was valid.</summary>
    /// <param name="pcr0">The measured PCR0 of the image.</param>
    /// <param name="at">The moment at which the certificate has to be valid.</param>
    public EifSignatureResult Verify(Sha384Digest pcr0, DateTimeOffset at)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(CertificateDer.Span);
        return new EifSignatureResult(
            SignatureHolds: IsMadeBy(certificate),
            RegisterMatches: RegisterIndex == 0 && pcr0.Matches(RegisterValue.Span),
            CertificateIsValid: NotBefore <= at && at <= NotAfter);
    }

    internal static byte[] EncodeSection(ReadOnlySpan<byte> certificatePem, ReadOnlySpan<byte> cose)
    {
        var writer = new System.Formats.Cbor.CborWriter();
        writer.WriteStartArray(1);
        writer.WriteStartMap(2);
        WriteIntegers(CertificateKey, certificatePem);
        WriteIntegers(SignatureKey, cose);
        writer.WriteEndMap();
        writer.WriteEndArray();
        return writer.Encode();

        void WriteIntegers(string key, ReadOnlySpan<byte> bytes)
        {
            writer.WriteTextString(key);
            EifSignature.WriteIntegers(writer, bytes);
        }
    }

    /// <summary><c>{"register_index": 0, "register_value": [48 integers]}</c>, in this order, which is not the deterministic one.</summary>
    internal static byte[] EncodePayload(Sha384Digest pcr0)
    {
        var writer = new System.Formats.Cbor.CborWriter();
        writer.WriteStartMap(2);
        writer.WriteTextString("register_index");
        writer.WriteInt32(0);
        writer.WriteTextString("register_value");
        WriteIntegers(writer, pcr0.ToArray());
        writer.WriteEndMap();
        return writer.Encode();
    }

    private static void WriteIntegers(System.Formats.Cbor.CborWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.WriteStartArray(bytes.Length);
        foreach (var one in bytes)
        {
            writer.WriteInt32(one);
        }

        writer.WriteEndArray();
    }

    private static (byte[] Pem, byte[] Cose) ReadParts(ReadOnlySpan<byte> section, out FormatError? error)
    {
        var reader = new StrictCborReader(section);
        reader.ReadArrayHead("signatures", 1, 1);
        reader.ReadMapHead("signature entry", 2, 2);
        ExpectKey(ref reader, CertificateKey);
        var pem = ReadIntegers(ref reader, CertificateKey, EifLimits.MaximumSignatureSize);
        ExpectKey(ref reader, SignatureKey);
        var cose = ReadIntegers(ref reader, SignatureKey, EifLimits.MaximumSignatureSize);
        reader.Finish("signatures");
        error = reader.Error;
        return (pem, cose);
    }

    private static (int Register, byte[] Value) ReadPayload(ReadOnlySpan<byte> payload, out FormatError? error)
    {
        var reader = new StrictCborReader(payload);
        reader.ReadMapHead("signed PCR", 2, 2);
        ExpectKey(ref reader, "register_index");
        var register = reader.ReadInteger("register_index");
        if (!reader.Failed && register is < 0 or > 31)
        {
            reader.Fail("register_index", "0 to 31", register.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        ExpectKey(ref reader, "register_value");
        var value = ReadIntegers(ref reader, "register_value", Sha384Digest.Size);
        if (!reader.Failed && value.Length != Sha384Digest.Size)
        {
            reader.Fail("register_value", "48 integers", $"{value.Length}");
        }

        reader.Finish("signed PCR");
        error = reader.Error;
        return ((int)register, value);
    }

    private static void ExpectKey(ref StrictCborReader reader, string key)
    {
        var found = reader.ReadText("key", 0, 64);
        if (!reader.Failed && found != key)
        {
            reader.Fail("key", $"\"{key}\"", $"\"{found}\"");
        }
    }

    private static byte[] ReadIntegers(ref StrictCborReader reader, string where, int maximum)
    {
        var count = reader.ReadArrayHead(where, 1, maximum);
        if (reader.Failed)
        {
            return [];
        }

        var bytes = new byte[count];
        for (var i = 0; i < count && !reader.Failed; i++)
        {
            var value = reader.ReadUnsigned(where);
            if (value > byte.MaxValue)
            {
                reader.Fail(where, "integers of 0 to 255", $"{value}");
            }

            bytes[i] = (byte)value;
        }

        return bytes;
    }

    private static bool TryReadCertificate(byte[] pem, out Certificate read, [NotNullWhen(false)] out FormatError? error)
    {
        read = default;
        try
        {
            using var certificate = PemCertificate.Read(Encoding.Latin1.GetString(pem));
            var (notBefore, notAfter) = PemCertificate.Validity(certificate.RawData);
            read = new Certificate(certificate.RawData, notBefore, notAfter);
            error = null;
            return true;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or AsnContentException)
        {
            error = new FormatError(CertificateKey, -1, "a PEM file that begins with an X.509 certificate", exception.Message);
            return false;
        }
    }

    private static bool TryReadCose(byte[] bytes, out CoseSign1 cose, out EifSigningAlgorithm algorithm, [NotNullWhen(false)] out FormatError? error)
    {
        algorithm = default;
        if (!CoseSign1.TryParse(bytes, EifLimits.MaximumSignatureSize, out var parsed, out error))
        {
            cose = null!;
            error = error! with { Where = $"{SignatureKey}, {error.Where}", Offset = -1 };
            return false;
        }

        cose = parsed!;
        if (cose.IsTagged || cose.UnprotectedCount > 0)
        {
            error = new FormatError(
                SignatureKey,
                -1,
                "an untagged COSE_Sign1 with an empty unprotected header",
                cose.IsTagged ? "tag 18" : "an unprotected header with content");
            return false;
        }

        var reader = new StrictCborReader(cose.ProtectedHeader.Span);
        reader.ReadMapHead("protected header", 1, 1);
        var label = reader.ReadInteger("protected header");
        var value = reader.ReadInteger("algorithm");
        reader.Finish("protected header");
        algorithm = (EifSigningAlgorithm)value;
        if (reader.Failed || label != 1 || value is < int.MinValue or > int.MaxValue || !Enum.IsDefined(algorithm))
        {
            error = reader.Error ?? new FormatError($"{SignatureKey}, protected header", -1, "{1: -7, -35 or -36}", $"{{{label}: {value}}}");
            return false;
        }

        error = null;
        return true;
    }

    private bool IsMadeBy(X509Certificate2 certificate)
    {
        try
        {
            using var key = certificate.GetECDsaPublicKey();
            if (key is null || certificate.PublicKey.EncodedParameters?.RawData is not { } curve || !curve.AsSpan().SequenceEqual(Algorithm.Curve()))
            {
                return false;
            }

            var hash = new byte[64];
            var length = CoseSign1.HashToBeSigned(Algorithm.HashName(), _cose.ProtectedHeader.Span, _cose.Payload.Span, hash);
            return key.VerifyHash(hash.AsSpan(0, length), _cose.Signature.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private readonly record struct Certificate(byte[] Der, DateTimeOffset NotBefore, DateTimeOffset NotAfter);
}
