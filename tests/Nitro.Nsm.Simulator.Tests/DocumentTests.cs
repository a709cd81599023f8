using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Nitro.Nsm.Simulator.Tests;

public class DocumentTests
{
    private static readonly string[] AwsKeys =
        ["module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle", "public_key", "user_data", "nonce"];

    [Theory]
    [InlineData(PayloadForm.Indefinite, 0xbf)]
    [InlineData(PayloadForm.Definite, 0xa9)]
    public void A_document_is_AWS_shaped_and_signed_by_its_leaf(PayloadForm form, byte first)
    {
        using var enclave = new Enclave(new SimulatedNsmOptions { ModuleId = Enclave.ModuleId, PayloadForm = form });
        var document = enclave.Attest(userData: [1, 2], nonce: [3], publicKey: [4, 5, 6]);
        Assert.StartsWith("8444a1013822a059", Convert.ToHexStringLower(document.Bytes), StringComparison.Ordinal);
        Assert.Equal(first, document.Payload[0]);
        Assert.Equal(form == PayloadForm.Indefinite, document.Payload[^1] == 0xff);
        Assert.Equal(AwsKeys, document.Keys);
        Assert.Equal((Enclave.ModuleId, "SHA384", enclave.Time.Now), (document.ModuleId, document.Digest, document.Timestamp));
        Assert.Equal([1, 2], document.UserData);
        Assert.Equal([3], document.Nonce);
        Assert.Equal([4, 5, 6], document.PublicKey);
        Assert.Equal(96, document.Signature.Length);
        using var leaf = X509CertificateLoader.LoadCertificate(document.Certificate);
        using var key = leaf.GetECDsaPublicKey()!;
        Assert.True(document.IsSignedBy(key));
        document.Payload[100] ^= 1;
        Assert.False(document.IsSignedBy(key));
    }

    [Fact]
    public void What_is_not_given_is_null_and_what_is_empty_is_empty()
    {
        using var enclave = new Enclave();
        var document = enclave.Attest();
        Assert.All((string[])["public_key", "user_data", "nonce"], key => Assert.Equal([0xf6], document[key].ToArray()));
        document = enclave.Attest(userData: [], nonce: [], publicKey: []);
        Assert.All((string[])["public_key", "user_data", "nonce"], key => Assert.Equal([0x40], document[key].ToArray()));
        Assert.Equal([9], enclave.Attest(nonce: [9]).Nonce);
        Assert.Null(enclave.Attest(nonce: [9]).UserData);
        Assert.Null(enclave.Attest(nonce: [9]).PublicKey);
    }

    [Fact]
    public void The_longest_fields_are_attested_whole()
    {
        using var enclave = new Enclave();
        var document = enclave.Attest(new byte[512], new byte[512], new byte[1024]);
        Assert.Equal((512, 512, 1024), (document.UserData!.Length, document.Nonce!.Length, document.PublicKey!.Length));
        Assert.InRange(document.Bytes.Length, 4394, 7539);
    }

    [Fact]
    public void The_timestamp_is_in_milliseconds_and_a_64_bit_number()
    {
        using var enclave = new Enclave();
        Assert.Equal("1b0000019d27115987", Convert.ToHexStringLower(enclave.Attest()["timestamp"].Span));
    }

    [Fact]
    public void Two_documents_differ_in_time_and_signature_only()
    {
        using var enclave = new Enclave();
        var first = enclave.Attest();
        enclave.Time.Now += TimeSpan.FromMilliseconds(1);
        var second = enclave.Attest();
        Assert.NotEqual(first.Signature, second.Signature);
        Assert.All(AwsKeys.Except(["timestamp"]), key => Assert.Equal(first[key].ToArray(), second[key].ToArray()));
        Assert.Equal(TimeSpan.FromMilliseconds(1), second.Timestamp - first.Timestamp);
    }

    [Fact]
    public void Genuine_documents_and_simulated_ones_have_the_same_CBOR()
    {
        foreach (var (file, genuine) in Genuine.Documents())
        {
            using var enclave = new Enclave(new SimulatedNsmOptions
            {
                ModuleId = genuine.ModuleId,
                PayloadForm = genuine.Form,
                FieldLimits = FieldLimits.RequestOnly,
                Time = new FakeTime(genuine.Timestamp),
                Pcrs = genuine.Pcrs.Where(pcr => pcr.Key < 16).ToDictionary(pcr => pcr.Key, pcr => (ReadOnlyMemory<byte>)pcr.Value),
            });
            foreach (var index in genuine.Pcrs.Keys.Where(index => index >= 16))
            {
                enclave.Client.LockPcr(index);
            }

            var request = new CborWriter();
            request.WriteStartMap(1);
            request.WriteTextString("Attestation");
            request.WriteStartMap(3);
            foreach (var key in (string[])["user_data", "nonce", "public_key"])
            {
                request.WriteTextString(key);
                request.WriteEncodedValue(genuine[key].Span);
            }

            request.WriteEndMap();
            request.WriteEndMap();
            var response = new CborReader(enclave.Nsm.Exchange(request.Encode()));
            response.ReadStartMap();
            Assert.Equal("Attestation", response.ReadTextString());
            response.ReadStartMap();
            response.ReadTextString();
            var simulated = new Document(response.ReadByteString());

            Assert.True(Shape(genuine.Bytes) == Shape(simulated.Bytes), file);
            Assert.Equal(Shape(genuine.Payload), Shape(simulated.Payload));
            Assert.Equal(genuine.ProtectedHeader, simulated.ProtectedHeader);
            Assert.Equal(genuine.UnprotectedHeader, simulated.UnprotectedHeader);
            foreach (var key in AwsKeys.Except(["certificate", "cabundle", "pcrs"]))
            {
                Assert.Equal(genuine[key].ToArray(), simulated[key].ToArray());
            }

            Assert.Equal(genuine.Pcrs[4], SHA384.HashData([.. new byte[48], .. Encoding.UTF8.GetBytes(genuine.ModuleId[..19])]));
        }
    }

    [Fact]
    public void The_reader_of_these_tests_finds_genuine_signatures_valid()
    {
        foreach (var (file, genuine) in Genuine.Documents())
        {
            using var leaf = X509CertificateLoader.LoadCertificate(genuine.Certificate);
            using var key = leaf.GetECDsaPublicKey()!;
            Assert.True(genuine.IsSignedBy(key), file);
        }
    }

    /// <summary>Types, lengths' forms and keys; the lengths of long byte strings only in how they are written.</summary>
    private static string Shape(byte[] cbor)
    {
        var text = new StringBuilder();
        var reader = new CborReader(cbor, CborConformanceMode.Strict);
        void Walk(bool isKey)
        {
            switch (reader.PeekState())
            {
                case CborReaderState.StartMap:
                    var count = reader.ReadStartMap();
                    text.Append(count is null ? "map(_){" : $"map({count}){{");
                    while (reader.PeekState() != CborReaderState.EndMap)
                    {
                        Walk(isKey: true);
                        text.Append(':');
                        Walk(isKey: false);
                        text.Append(' ');
                    }

                    reader.ReadEndMap();
                    text.Append('}');
                    break;
                case CborReaderState.StartArray:
                    text.Append($"array({reader.ReadStartArray()})[");
                    while (reader.PeekState() != CborReaderState.EndArray)
                    {
                        Walk(isKey: false);
                        text.Append(' ');
                    }

                    reader.ReadEndArray();
                    text.Append(']');
                    break;
                case CborReaderState.ByteString:
                    var bytes = reader.ReadEncodedValue();
                    text.Append($"bytes/{bytes.Span[0]:x2}");
                    text.Append(bytes.Span[0] == 0x59 ? "" : $"({bytes.Length})");
                    break;
                case CborReaderState.TextString when isKey:
                    text.Append(reader.ReadTextString());
                    break;
                case CborReaderState.UnsignedInteger when isKey:
                    text.Append(reader.ReadInt32());
                    break;
                default:
                    var value = reader.ReadEncodedValue();
                    text.Append($"{value.Span[0]:x2}({value.Length})");
                    break;
            }
        }

        Walk(isKey: false);
        return text.ToString();
    }
}
