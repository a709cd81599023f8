using Nitro.Attestation.Documents;
using Nitro.Attestation.Tests.Support;

namespace Nitro.Attestation.Tests.Documents;

/// <summary>Every rule of <see cref="DocumentRule"/>, at its limit and one past it, on documents made here.</summary>
public sealed class UnverifiedDocumentTests
{
    private static readonly string[] MandatoryKeys = ["module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle"];
    private static readonly string[] OptionalKeys = ["public_key", "user_data", "nonce"];

    private static DocumentBuilder New => new();

    [Fact]
    public void A_document_of_the_right_form_is_read_to_its_fields()
    {
        var document = Accepted(New.With("public_key", Raw.Bytes([1])).With("user_data", Raw.Bytes([2, 2]))
            .With("nonce", Raw.Bytes([3, 3, 3])));
        Assert.Equal(DocumentBuilder.ModuleId, document.ModuleId);
        Assert.Equal(DocumentBuilder.TimestampMs, document.TimestampMs);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(DocumentBuilder.TimestampMs), document.Timestamp);
        Assert.Equal(Enumerable.Range(0, 16), document.Pcrs.Indices);
        Assert.Equal(640, document.Certificate.Length);
        Assert.Equal([533, 705, 790, 640], document.Cabundle.Select(certificate => certificate.Length));
        Assert.Equal([1], document.PublicKey?.ToArray());
        Assert.Equal([2, 2], document.UserData?.ToArray());
        Assert.Equal([3, 3, 3], document.Nonce?.ToArray());
        Assert.False(document.IsIndefiniteMap);
        Assert.Equal(new byte[] { 0xa1, 0x01, 0x38, 0x22 }, document.Envelope.ProtectedHeader.ToArray());
    }

    /// <summary>As QEMU's emulated NSM gives it: algorithm -1, a signature of 64 zero bytes, certificate and bundle of zeros.</summary>
    [Fact]
    public void A_document_that_no_NSM_signed_is_read_only_by_asking_for_it_and_its_payload_has_to_be_right_all_the_same()
    {
        var zeros = new byte[64];
        var emulated = new DocumentBuilder { Protected = Raw.Bytes([0xa1, 0x01, 0x20]), Signature = Raw.Bytes(zeros) }
            .With("certificate", Raw.Bytes(zeros)).With("cabundle", Raw.Array(Raw.Bytes(zeros))).With("user_data", Raw.Bytes([7]));
        Assert.False(UnverifiedDocument.TryParse(emulated.Build(), out _, out var error));
        Assert.Equal(DocumentRule.ProtectedHeader, error!.Rule);
        Assert.True(UnverifiedDocument.TryParseAnyEnvelopeUnsafe(emulated.Build(), out var document, out error), error?.ToString());
        Assert.Equal([7], document!.UserData?.ToArray());

        foreach (var (bytes, rule) in new[]
        {
            (emulated.Without("pcrs").Build(), DocumentRule.MandatoryKeys),
            (New.With("digest", Raw.Text("SHA256")).Build(), DocumentRule.DigestAlgorithm),
            (new DocumentBuilder { Unprotected = Raw.Map((Raw.Text("a"), Raw.Null)) }.Build(), DocumentRule.UnprotectedHeader),
            (new DocumentBuilder { Suffix = [0] }.Build(), DocumentRule.CoseStructure),
            (Array.Empty<byte>(), DocumentRule.Size),
        })
        {
            Assert.False(UnverifiedDocument.TryParseAnyEnvelopeUnsafe(bytes, out document, out error));
            Assert.Null(document);
            Assert.Equal(rule, error!.Rule);
        }
    }

    [Fact]
    public void It_owns_its_bytes_and_hands_out_nothing_that_can_be_written_to()
    {
        var bytes = New.Build();
        Assert.True(UnverifiedDocument.TryParse(bytes, out var document, out _));
        Array.Clear(bytes);
        Assert.Equal(New.Build(), document!.Bytes.ToArray());
        Assert.Equal(0xb5, document.Certificate.Span[0]);
        Assert.IsNotType<ReadOnlyMemory<byte>[]>(document.Cabundle);
    }

    [Fact]
    public void A_null_field_an_absent_field_and_an_empty_field_are_told_apart()
    {
        foreach (var key in OptionalKeys)
        {
            Assert.Null(Field(Accepted(New), key));
            Assert.Null(Field(Accepted(New.Without(key)), key));
            Assert.Empty(Field(Accepted(New.With(key, Raw.Bytes(0))), key)!);
        }

        Assert.Null(Field(Accepted(New.Without("public_key").Without("user_data").Without("nonce")), "nonce"));
    }

    // Size

    [Fact]
    public void A_document_has_1_to_16384_bytes()
    {
        Assert.Equal(DocumentRule.Size, Refused([]).Rule);
        Assert.Equal(DocumentRule.Size, Refused(new byte[UnverifiedDocument.MaximumSize + 1]).Rule);
        Assert.Equal(DocumentRule.CoseStructure, Refused(new byte[UnverifiedDocument.MaximumSize]).Rule);

        // The largest document that the other rules allow is within that, and is read.
        var largest = new DocumentBuilder { Prefix = [0xd2] }
            .With("module_id", Raw.Text(new string('m', UnverifiedDocument.MaximumModuleId)))
            .With("timestamp", Raw.Number(253_402_300_799_999))
            .With("pcrs", DocumentBuilder.Pcrs(PcrSet.Capacity))
            .With("certificate", Raw.Bytes(UnverifiedDocument.MaximumCertificate))
            .With("cabundle",
                Raw.Array([.. Enumerable.Repeat(Raw.Bytes(UnverifiedDocument.MaximumCertificate), UnverifiedDocument.MaximumBundleLength)]))
            .With("public_key", Raw.Bytes(UnverifiedDocument.MaximumOptionalField))
            .With("user_data", Raw.Bytes(UnverifiedDocument.MaximumOptionalField))
            .With("nonce", Raw.Bytes(UnverifiedDocument.MaximumOptionalField));
        Assert.InRange(largest.Build().Length, 14_000, UnverifiedDocument.MaximumSize);
        Accepted(largest);
    }

    // CoseStructure

    [Fact]
    public void Tag_18_is_accepted_and_no_other()
    {
        Assert.True(Accepted(new DocumentBuilder { Prefix = [0xd2] }).Envelope.IsTagged);
        Assert.Equal(DocumentRule.CoseStructure, Refused(new DocumentBuilder { Prefix = [0xd1] }).Rule);
        Assert.Equal(DocumentRule.CoseStructure, Refused(new DocumentBuilder { Prefix = [0xd8, 0x12] }).Rule);
        Assert.Equal(DocumentRule.CoseStructure, Refused(new DocumentBuilder { Prefix = [0xd8, 0x3d] }).Rule);
        Assert.Equal(DocumentRule.CoseStructure, Refused(new DocumentBuilder { Prefix = [0xd2, 0xd2] }).Rule);
    }

    [Fact]
    public void Bytes_after_the_envelope_are_refused() =>
        Assert.Equal(DocumentRule.CoseStructure, Refused(new DocumentBuilder { Suffix = [0x00] }).Rule);

    [Fact]
    public void Base64_of_a_document_is_no_document() =>
        Assert.Equal(DocumentRule.CoseStructure, Refused(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(New.Build()))).Rule);

    // ProtectedHeader

    [Theory]
    [InlineData("", "none")]
    [InlineData("a0", "an empty map")]
    [InlineData("a10120", "alg -1, as QEMU writes it")]
    [InlineData("a10126", "ES256")]
    [InlineData("a1013823", "ES512")]
    [InlineData("a10138", "a cut map")]
    [InlineData("a101382200", "a byte after the map")]
    [InlineData("a101390022", "not in shortest form")]
    [InlineData("a118013822", "the key not in shortest form")]
    [InlineData("bf013822ff", "an indefinite map")]
    [InlineData("a20138220300", "another header besides")]
    [InlineData("a2013822013822", "the algorithm twice")]
    [InlineData("a104413822", "another header instead")]
    public void The_protected_header_is_ES384_alone(string hex, string what)
    {
        var header = Convert.FromHexString(hex);
        var error = Refused(new DocumentBuilder { Protected = Raw.Bytes(header) });
        Assert.True(error.Rule == DocumentRule.ProtectedHeader, $"{what}: {error}");
        Assert.Equal(Convert.ToHexStringLower(header), error.Error.Found);
    }

    [Fact]
    public void A_long_protected_header_is_refused_without_being_quoted() =>
        Assert.Equal("65 bytes", Refused(new DocumentBuilder { Protected = Raw.Bytes(65) }).Error.Found);

    // UnprotectedHeader

    [Fact]
    public void The_unprotected_header_is_empty()
    {
        var error = Refused(new DocumentBuilder { Unprotected = Raw.Map((Raw.Number(4), Raw.Bytes([1]))) });
        Assert.Equal(new DocumentError(DocumentRule.UnprotectedHeader,
            new FormatError("unprotected header", -1, "an empty map", "1 entries")), error);
        Assert.Equal(DocumentRule.CoseStructure, Refused(new DocumentBuilder { Unprotected = Raw.IndefiniteMap() }).Rule);
    }

    // SignatureLength

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(95)]
    [InlineData(97)]
    [InlineData(132)]
    public void The_signature_has_96_bytes(int length)
    {
        var error = Refused(new DocumentBuilder { Signature = Raw.Bytes(length) });
        Assert.Equal(new DocumentError(DocumentRule.SignatureLength, new FormatError("signature", -1, "96 bytes", $"{length}")), error);
    }

    // PayloadStructure

    [Fact]
    public void The_payload_is_a_definite_or_an_indefinite_map()
    {
        Assert.False(Accepted(New).IsIndefiniteMap);
        Assert.True(Accepted(new DocumentBuilder { Indefinite = true }).IsIndefiniteMap);
    }

    [Fact]
    public void The_payload_is_nothing_but_a_map()
    {
        foreach (var payload in new byte[][] { [], Raw.Array(), Raw.Bytes(4), Raw.Text("a"), Raw.Null, [0xd2, .. New.Payload()],
            [0xb8, 0x09, .. New.Payload()[1..]] })
        {
            var error = Refused(Raw.Array(New.Protected, Raw.Map(), Raw.Bytes(payload), New.Signature));
            Assert.Equal(DocumentRule.PayloadStructure, error.Rule);
        }
    }

    [Fact]
    public void Bytes_after_the_payload_map_are_refused()
    {
        var error = Refused(new DocumentBuilder { PayloadSuffix = [0x00] });
        Assert.Equal(DocumentRule.PayloadStructure, error.Rule);
        Assert.Equal("1 trailing bytes", error.Error.Found);
        Assert.Equal(DocumentRule.PayloadStructure, Refused(new DocumentBuilder { Indefinite = true, PayloadSuffix = [0xff] }).Rule);
    }

    [Fact]
    public void A_map_that_has_fewer_pairs_than_it_says_or_no_end_is_refused()
    {
        var payload = New.Payload();
        payload[0]++;
        Assert.Equal(DocumentRule.PayloadStructure, Refused(Raw.Array(New.Protected, Raw.Map(), Raw.Bytes(payload), New.Signature)).Rule);
        payload = new DocumentBuilder { Indefinite = true }.Payload()[..^1];
        Assert.Equal(DocumentRule.PayloadStructure, Refused(Raw.Array(New.Protected, Raw.Map(), Raw.Bytes(payload), New.Signature)).Rule);
        payload = [.. New.Payload(), 0xff];
        Assert.Equal(DocumentRule.PayloadStructure, Refused(Raw.Array(New.Protected, Raw.Map(), Raw.Bytes(payload), New.Signature)).Rule);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_key_stands_once(bool indefinite)
    {
        foreach (var key in MandatoryKeys.Concat(OptionalKeys))
        {
            var builder = new DocumentBuilder { Indefinite = indefinite };
            var pair = builder.Pairs.Single(pair => pair.Key.AsSpan().SequenceEqual(Raw.Text(key)));
            var size = builder.Build().Length;
            var error = Refused(builder.Adding(pair.Key, pair.Value));
            Assert.Equal(DocumentRule.PayloadStructure, error.Rule);
            Assert.Equal("payload." + key, error.Error.Where);
            Assert.Equal("the key a second time", error.Error.Found);
            Assert.Equal(builder.Build().AsSpan().LastIndexOf(pair.Key), error.Error.Offset);
            Assert.True(error.Error.Offset < size);
        }
    }

    [Theory]
    [InlineData("Nonce")]
    [InlineData("nonce ")]
    [InlineData("nitrotpm")]
    [InlineData("a")]
    public void An_unknown_key_is_refused(string key)
    {
        var error = Refused(New.Adding(Raw.Text(key), Raw.Null));
        Assert.Equal(DocumentRule.PayloadStructure, error.Rule);
        Assert.Equal("another: " + key, error.Error.Found);
    }

    [Fact]
    public void A_key_that_is_no_text_of_1_to_64_bytes_is_refused()
    {
        foreach (var key in new[] { Raw.Number(1), Raw.Bytes("nonce"u8), Raw.Null, Raw.Text(""), Raw.Text(new string('k', 65)),
            Raw.Text([0xff]), Raw.Array() })
        {
            Assert.Equal(DocumentRule.PayloadStructure, Refused(New.Adding(key, Raw.Null)).Rule);
        }

        Assert.Equal("another: " + new string('k', 64), Refused(New.Adding(Raw.Text(new string('k', 64)), Raw.Null)).Error.Found);
    }

    [Fact]
    public void The_keys_stand_in_any_order()
    {
        var random = new Random(9);
        for (var i = 0; i < 100; i++)
        {
            var builder = new DocumentBuilder { Indefinite = i % 2 == 0 }.With("nonce", Raw.Bytes([7]));
            var shuffled = builder.Pairs.ToArray();
            random.Shuffle(shuffled);
            builder.Pairs.Clear();
            builder.Pairs.AddRange(shuffled);
            var document = Accepted(builder);
            Assert.Equal((DocumentBuilder.ModuleId, DocumentBuilder.TimestampMs, 16),
                (document.ModuleId, document.TimestampMs, document.Pcrs.Count));
            Assert.Equal([7], document.Nonce?.ToArray());
            Assert.Null(document.UserData);
        }
    }

    // EnclaveDocument

    [Fact]
    public void A_NitroTPM_is_known_by_its_PCRs_wherever_they_stand_and_whatever_they_hold()
    {
        Assert.Equal(DocumentRule.EnclaveDocument, Refused(New.Adding(Raw.Text("nitrotpm_pcrs"), DocumentBuilder.Pcrs(24))).Rule);
        Assert.Equal(DocumentRule.EnclaveDocument, Refused(New.Adding(Raw.Text("nitrotpm_pcrs"), Raw.Null)).Rule);
        Assert.Equal(DocumentRule.EnclaveDocument,
            Refused(New.Without("pcrs").Adding(Raw.Text("nitrotpm_pcrs"), DocumentBuilder.Pcrs(24))).Rule);
    }

    [Fact]
    public void A_NitroTPM_is_known_by_its_module_id_also_without_its_PCRs()
    {
        var error = Refused(New.With("module_id", Raw.Text("i-0123456789abcdef0-tpm0000000000000000")));
        Assert.Equal(DocumentRule.EnclaveDocument, error.Rule);
        Assert.Equal("payload.module_id", error.Error.Where);
    }

    // MandatoryKeys

    [Fact]
    public void Every_mandatory_key_is_there()
    {
        foreach (var key in MandatoryKeys)
        {
            var error = Refused(New.Without(key));
            Assert.Equal(DocumentRule.MandatoryKeys, error.Rule);
            Assert.Equal("no " + key, error.Error.Found);
        }

        var builder = New;
        builder.Pairs.Clear();
        Assert.Equal("no module_id, digest, timestamp, pcrs, certificate, cabundle", Refused(builder).Error.Found);
        Assert.Equal(DocumentRule.MandatoryKeys, Refused(builder).Rule);
    }

    [Fact]
    public void A_mandatory_key_is_not_null()
    {
        foreach (var key in MandatoryKeys)
        {
            Assert.Equal("null", Refused(New.With(key, Raw.Null)).Error.Found);
        }
    }

    // ModuleId

    [Fact]
    public void A_module_id_has_1_to_255_bytes_of_UTF_8()
    {
        Assert.Equal("m", Accepted(New.With("module_id", Raw.Text("m"))).ModuleId);
        Assert.Equal(new string('m', 255), Accepted(New.With("module_id", Raw.Text(new string('m', 255)))).ModuleId);
        RefusedField(DocumentRule.ModuleId, "module_id", Raw.Text(""), Raw.Text(new string('m', 256)), Raw.Text([0xc3]), Raw.Bytes("m"u8),
            Raw.Number(1), [0x7f, 0x61, 0x6d, 0xff]);
    }

    // DigestAlgorithm

    [Fact]
    public void The_digest_is_SHA384() => RefusedField(
        DocumentRule.DigestAlgorithm, "digest", Raw.Text("SHA256"), Raw.Text("SHA512"), Raw.Text("sha384"), Raw.Text("SHA384 "),
            Raw.Text(""), Raw.Bytes("SHA384"u8), Raw.Number(384));

    // Timestamp

    [Fact]
    public void A_timestamp_is_milliseconds_from_1_to_the_end_of_the_calendar()
    {
        Assert.Equal(1, Accepted(New.With("timestamp", Raw.Number(1))).TimestampMs);
        var last = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        var document = Accepted(New.With("timestamp", Raw.Number(last)));
        Assert.Equal(last, document.TimestampMs);
        Assert.Equal(9999, document.Timestamp.Year);
        RefusedField(
            DocumentRule.Timestamp, "timestamp", Raw.Number(0), Raw.Number(last + 1), Raw.Number(-1), Raw.Number(long.MaxValue),
            Raw.Unsigned(1UL << 63), Raw.Unsigned(ulong.MaxValue), Raw.Head(0, 1, 8), Raw.Text("1"),
            [0xfb, 0x41, 0xd4, 0x52, 0xd9, 0xec, 0x20, 0, 0], [0xc1, 0x1a, 1, 2, 3, 4]);
    }

    // Pcrs

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(32)]
    public void A_document_lists_1_to_32_PCRs(int count)
    {
        var pcrs = Accepted(New.With("pcrs", DocumentBuilder.Pcrs(count))).Pcrs;
        Assert.Equal(count, pcrs.Count);
        Assert.Equal(Enumerable.Range(0, count), pcrs.Indices);
        Assert.True(pcrs.TryGet(count - 1, out var last));
        Assert.Equal(Enumerable.Repeat((byte)count, 48), last.ToArray());
        Assert.False(pcrs.Contains(count));
    }

    [Fact]
    public void PCRs_have_gaps_and_any_order_but_indices_up_to_31_and_48_bytes_each_once()
    {
        Assert.Equal([3, 31], Accepted(New.With("pcrs", Raw.Map(DocumentBuilder.Pcr(31), DocumentBuilder.Pcr(3)))).Pcrs.Indices);
        RefusedField(
            DocumentRule.Pcrs,
            "pcrs",
            Raw.Map(),
            Raw.Map([.. Enumerable.Range(0, 33).Select(index => DocumentBuilder.Pcr(index))]),
            Raw.Map(DocumentBuilder.Pcr(32)),
            Raw.Map((Raw.Unsigned(1UL << 32), Raw.Bytes(48))),
            Raw.Map((Raw.Unsigned(ulong.MaxValue), Raw.Bytes(48))),
            Raw.Map((Raw.Number(-1), Raw.Bytes(48))),
            Raw.Map((Raw.Text("0"), Raw.Bytes(48))),
            Raw.Map((Raw.Head(0, 0, 1), Raw.Bytes(48))),
            Raw.Map(DocumentBuilder.Pcr(0), DocumentBuilder.Pcr(1), DocumentBuilder.Pcr(0)),
            DocumentBuilder.Pcrs(16, size: 0),
            DocumentBuilder.Pcrs(16, size: 32),
            DocumentBuilder.Pcrs(16, size: 47),
            DocumentBuilder.Pcrs(16, size: 49),
            DocumentBuilder.Pcrs(16, size: 64),
            Raw.Map((Raw.Number(0), Raw.Text(new string('a', 48)))),
            Raw.Map((Raw.Number(0), Raw.Null)),
            Raw.IndefiniteMap(DocumentBuilder.Pcr(0)),
            Raw.Array(Raw.Bytes(48)));
    }

    [Fact]
    public void A_PCR_listed_twice_is_refused_where_it_stands_again()
    {
        var builder = New.With("pcrs", Raw.Map(DocumentBuilder.Pcr(5), DocumentBuilder.Pcr(6), DocumentBuilder.Pcr(5)));
        var (key, value) = DocumentBuilder.Pcr(5);
        Assert.Equal(
            new FormatError("payload.pcrs index", builder.Build().AsSpan().LastIndexOf([.. key, .. value]), "each index once",
                "5 a second time"),
            Refused(builder).Error);
    }

    // CertificateLength

    [Fact]
    public void A_certificate_has_1_to_1024_bytes()
    {
        Assert.Equal(1, Accepted(New.With("certificate", Raw.Bytes(1))).Certificate.Length);
        Assert.Equal(1024, Accepted(New.With("certificate", Raw.Bytes(1024))).Certificate.Length);
        RefusedField(DocumentRule.CertificateLength, "certificate", Raw.Bytes(0), Raw.Bytes(1025), Raw.Text("a"), Raw.IndefiniteBytes([1]),
            Raw.Array(Raw.Bytes(1)));
    }

    // Cabundle

    [Fact]
    public void A_bundle_has_1_to_8_certificates_of_1_to_1024_bytes()
    {
        byte[] Bundle(int count, int size) => Raw.Array([.. Enumerable.Repeat(Raw.Bytes(size), count)]);
        Assert.Equal([1], Accepted(New.With("cabundle", Bundle(1, 1))).Cabundle.Select(certificate => certificate.Length));
        Assert.Equal(8, Accepted(New.With("cabundle", Bundle(8, 1024))).Cabundle.Count);
        RefusedField(
            DocumentRule.Cabundle, "cabundle", Bundle(0, 1), Bundle(9, 1), Bundle(4, 0), Bundle(4, 1025),
            Raw.Array(Raw.Bytes(1), Raw.Bytes(0)), Raw.Array(Raw.Null), Raw.Array(Raw.Text("a")), Raw.IndefiniteArray(Raw.Bytes(1)),
            Raw.Bytes(1), Raw.Map());
    }

    // PublicKeyLength, UserDataLength, NonceLength

    [Theory]
    [InlineData("public_key", DocumentRule.PublicKeyLength)]
    [InlineData("user_data", DocumentRule.UserDataLength)]
    [InlineData("nonce", DocumentRule.NonceLength)]
    public void An_optional_field_has_at_most_1024_bytes(string key, DocumentRule rule)
    {
        foreach (var length in new[] { 0, 1, 512, 513, 1024 })
        {
            Assert.Equal(length, Field(Accepted(New.With(key, Raw.Bytes(length))), key)!.Length);
        }

        RefusedField(rule, key, Raw.Bytes(1025), Raw.Text("a"), Raw.IndefiniteBytes([1]), Raw.Number(0), Raw.Array(), [0xf7], [0xf4],
            [.. Raw.Head(2, 1, 1), 1]);
    }

    // As a whole

    /// <summary>What QEMU's emulated NSM gives: algorithm -1, and zero bytes where signature and certificate stand.</summary>
    [Fact]
    public void The_document_of_the_emulated_NSM_is_refused()
    {
        var qemu = new DocumentBuilder { Protected = Raw.Bytes([0xa1, 0x01, 0x20]), Signature = Raw.Bytes(new byte[64]) }
            .With("certificate", Raw.Bytes(new byte[64]))
            .With("cabundle", Raw.Array(Raw.Bytes(new byte[64])));
        Assert.Equal(DocumentRule.ProtectedHeader, Refused(qemu).Rule);
    }

    [Fact]
    public void An_error_counts_its_bytes_from_the_start_of_the_document()
    {
        foreach (var prefix in new byte[][] { [], [0xd2] })
        {
            var builder = new DocumentBuilder { Prefix = prefix }.With("timestamp", Raw.Number(0));
            var at = builder.Build().AsSpan().IndexOf(Raw.Text("timestamp")) + Raw.Text("timestamp").Length;
            Assert.Equal(at, Refused(builder).Error.Offset);
        }
    }

    [Fact]
    public void An_error_says_rule_place_expectation_and_finding_in_one_line()
    {
        var text = Refused(New.With("nonce", Raw.Bytes(1025))).ToString();
        Assert.Matches("^NonceLength: payload.nonce at byte [0-9]+: expected 0 to 1024 bytes, found 1025$", text);
    }

    private static UnverifiedDocument Accepted(DocumentBuilder builder)
    {
        Assert.True(UnverifiedDocument.TryParse(builder.Build(), out var document, out var error), error?.ToString());
        Assert.Null(error);
        return document!;
    }

    private static DocumentError Refused(DocumentBuilder builder) => Refused(builder.Build());

    private static DocumentError Refused(byte[] bytes)
    {
        Assert.False(UnverifiedDocument.TryParse(bytes, out var document, out var error), "It was read.");
        Assert.Null(document);
        return error!;
    }

    /// <summary>Each value is refused under the rule, at the value's place or inside it.</summary>
    private static void RefusedField(DocumentRule rule, string key, params byte[][] values)
    {
        foreach (var value in values)
        {
            var builder = New.With(key, value);
            var error = Refused(builder);
            Assert.True(error.Rule == rule, $"{Convert.ToHexStringLower(value.AsSpan(0, Math.Min(value.Length, 16)))}: {error}");
            var at = builder.Build().AsSpan().IndexOf(Raw.Text(key)) + Raw.Text(key).Length;
            Assert.InRange(error.Error.Offset, at, at + value.Length);
        }
    }

    private static byte[]? Field(UnverifiedDocument document, string key) => key switch
    {
        "public_key" => document.PublicKey?.ToArray(),
        "user_data" => document.UserData?.ToArray(),
        _ => document.Nonce?.ToArray(),
    };
}
