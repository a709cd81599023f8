using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Nitro.Eif.Tests;

/// <summary>Signature sections written from the format's description, sharing nothing with the product.</summary>
internal static class Signatures
{
    public static DateTimeOffset From { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset To { get; } = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static (ECDsa Key, X509Certificate2 Certificate) Signer(string curve = "nistP384")
    {
        var key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        var request = new CertificateRequest("C=DE, O=Example, CN=image signer", key, HashOf(key));
        return (key, request.CreateSelfSigned(From, To));
    }

    public static byte[] Section(string pcr0, ECDsa? key = null, X509Certificate2? certificate = null, Action<Parts>? change = null)
    {
        if (key is null)
        {
            (key, certificate) = Signer();
        }

        var parts = new Parts
        {
            Algorithm = key.KeySize switch { 256 => -7, 384 => -35, _ => -36 },
            Value = Convert.FromHexString(pcr0),
            Pem = Encoding.ASCII.GetBytes(certificate!.ExportCertificatePem() + "\n"),
        };
        change?.Invoke(parts);
        var header = Write(writer =>
        {
            writer.WriteStartMap(1);
            writer.WriteInt32(1);
            writer.WriteInt32(parts.Algorithm);
            writer.WriteEndMap();
        });
        var payload = Write(writer =>
        {
            writer.WriteStartMap(2);
            writer.WriteTextString("register_index");
            writer.WriteInt32(parts.Register);
            writer.WriteTextString("register_value");
            Integers(writer, parts.Value);
            writer.WriteEndMap();
        });
        var toBeSigned = Write(writer =>
        {
            writer.WriteStartArray(4);
            writer.WriteTextString("Signature1");
            writer.WriteByteString(header);
            writer.WriteByteString([]);
            writer.WriteByteString(payload);
            writer.WriteEndArray();
        });
        var cose = Write(writer =>
        {
            writer.WriteStartArray(4);
            writer.WriteByteString(header);
            writer.WriteStartMap(0);
            writer.WriteEndMap();
            writer.WriteByteString(payload);
            writer.WriteByteString(key.SignData(toBeSigned, HashOf(key)));
            writer.WriteEndArray();
        });
        return Write(writer =>
        {
            writer.WriteStartArray(1);
            writer.WriteStartMap(2);
            writer.WriteTextString(parts.FirstKey);
            Integers(writer, parts.Pem);
            writer.WriteTextString("signature");
            Integers(writer, parts.Tagged ? [0xd2, .. cose] : cose);
            writer.WriteEndMap();
            writer.WriteEndArray();
        });
    }

    public static HashAlgorithmName HashOf(ECDsa key) => key.KeySize switch { 256 => HashAlgorithmName.SHA256, 384 => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 };

    private static void Integers(CborWriter writer, byte[] bytes)
    {
        writer.WriteStartArray(bytes.Length);
        foreach (var one in bytes)
        {
            writer.WriteInt32(one);
        }

        writer.WriteEndArray();
    }

    private static byte[] Write(Action<CborWriter> write)
    {
        var writer = new CborWriter();
        write(writer);
        return writer.Encode();
    }

    public sealed class Parts
    {
        public required int Algorithm { get; set; }

        public int Register { get; set; }

        public required byte[] Value { get; set; }

        public required byte[] Pem { get; set; }

        public string FirstKey { get; set; } = "signing_certificate";

        public bool Tagged { get; set; }
    }
}
