using Nitro.Attestation.Documents;
using Nitro.Attestation.Tests.Support;

namespace Nitro.Attestation.Tests.Documents;

/// <summary>The collected documents, held against index.tsv and against System.Formats.Cbor.</summary>
public sealed class UnverifiedDocumentGenuineTests
{
    [Fact]
    public void Every_document_whose_form_is_right_has_the_fields_that_the_index_states()
    {
        var rows = SharedDocument.All();
        foreach (var row in rows.Where(row => row.FormIsRight))
        {
            var document = Parse(row);
            Assert.Equal(
                (row.File, row.TimestampMs, row.ModuleId, row.PublicKey, row.UserData, row.Nonce, row.PcrCount),
                (row.File, document.TimestampMs, document.ModuleId, document.PublicKey?.Length, document.UserData?.Length,
                    document.Nonce?.Length, document.Pcrs.Count));
            Assert.Equal(row.Read(), document.Bytes.ToArray());
        }

        Assert.Equal(70, rows.Count(row => row.FormIsRight));
    }

    /// <summary>PCR4 is not zero in any of them, so a test for "all PCRs zero" would find none.</summary>
    [Fact]
    public void Debug_mode_shows_in_just_those_documents_that_are_marked_so()
    {
        foreach (var row in SharedDocument.All().Where(row => row.Expected is "valid" or "valid-but-debug-mode"))
        {
            var pcrs = Parse(row).Pcrs;
            Assert.Equal(row.Expected == "valid-but-debug-mode", pcrs.ShowDebugMode);
            Assert.True(pcrs.TryGet(4, out var instance) && instance != default);
        }
    }

    [Fact]
    public void Every_document_of_a_NitroTPM_is_refused_as_one()
    {
        var rows = SharedDocument.All().Where(row => row.Expected == "not-an-enclave-document").ToList();
        foreach (var row in rows)
        {
            Assert.False(UnverifiedDocument.TryParse(row.Read(), out var document, out var error));
            Assert.Null(document);
            Assert.Equal(DocumentRule.EnclaveDocument, error!.Rule);
            Assert.Equal("payload.nitrotpm_pcrs", error.Error.Where);
        }

        Assert.Equal(3, rows.Count);
    }

    /// <summary>
    /// Of this copy, one character of the base64 is lost (from the third certificate on, everything stands six bits further left) and the
    /// end is missing. What stands where the signature's length should be reads as 16 bytes, and the envelope is looked at before the
    /// payload.
    /// </summary>
    [Fact]
    public void The_corrupt_copy_is_refused_for_the_length_of_its_signature()
    {
        var row = Assert.Single(SharedDocument.All(), row => row.Expected == "malformed");
        Assert.False(UnverifiedDocument.TryParse(row.Read(), out _, out var error));
        Assert.Equal(new DocumentError(DocumentRule.SignatureLength, new FormatError("signature", -1, "96 bytes", "16")), error);
    }

    [Fact]
    public void The_index_has_no_verdict_that_these_tests_do_not_know()
    {
        string[] known = ["valid", "valid-but-debug-mode", "chain-invalid", "not-an-enclave-document", "malformed"];
        Assert.Empty(SharedDocument.All().Select(row => row.Expected).Except(known));
    }

    [Fact]
    public void Every_field_is_what_System_Formats_Cbor_reads()
    {
        foreach (var row in SharedDocument.All().Where(row => row.FormIsRight))
        {
            var document = Parse(row);
            DocumentOracle.AssertAgrees(document);
            Assert.False(document.Envelope.IsTagged);
            Assert.Equal(9, DocumentOracle.Keys(document).Count);
        }
    }

    [Fact]
    public void Both_forms_of_the_payload_map_occur_as_AWS_changed_them_in_July_2025()
    {
        var change = new DateTimeOffset(2025, 7, 1, 0, 0, 0, TimeSpan.Zero);
        foreach (var row in SharedDocument.All().Where(row => row.FormIsRight))
        {
            var document = Parse(row);
            Assert.Equal(document.Timestamp > change, document.IsIndefiniteMap);
        }
    }

    [Theory]
    [InlineData(SharedDocument.Definite)]
    [InlineData(SharedDocument.Indefinite)]
    public void Every_proper_prefix_is_refused_and_so_is_a_byte_more(string file)
    {
        var bytes = SharedDocument.ReadFile(file);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(UnverifiedDocument.TryParse(bytes.AsSpan(0, length), out var document, out var error));
            Assert.Null(document);
            Assert.Equal(length == 0 ? DocumentRule.Size : DocumentRule.CoseStructure, error!.Rule);
        }

        Assert.False(UnverifiedDocument.TryParse([.. bytes, 0x00], out _, out var trailing));
        Assert.Equal(new DocumentError(DocumentRule.CoseStructure,
            new FormatError("COSE_Sign1", bytes.Length, "nothing more", "1 trailing bytes")), trailing);
    }

    /// <summary>
    /// Flips that touch content leave a document of the right form (whose signature is then wrong); flips that touch structure are refused.
    /// </summary>
    [Theory]
    [InlineData(SharedDocument.Definite)]
    [InlineData(SharedDocument.Indefinite)]
    public void Every_single_bit_flip_is_refused_or_read_as_it_stands(string file)
    {
        var bytes = SharedDocument.ReadFile(file);
        var (read, refused) = (0, 0);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            if (UnverifiedDocument.TryParse(bytes, out var document, out var error))
            {
                read++;
                Assert.Null(error);
                Assert.True(document!.Bytes.Span.SequenceEqual(bytes));
                Assert.True(document.Pcrs.Count > 0 && document.Certificate.Length > 0 && document.Cabundle.Count > 0
                    && document.ModuleId.Length > 0);
            }
            else
            {
                refused++;
                Assert.Null(document);
                Assert.InRange(error!.Error.Offset, -1, bytes.Length);
            }

            bytes[bit / 8] ^= (byte)(1 << bit % 8);
        }

        Assert.True(read > 8 * 3000 && refused > 8 * 100, $"{read} read, {refused} refused.");
    }

    private static UnverifiedDocument Parse(SharedDocument row)
    {
        Assert.True(UnverifiedDocument.TryParse(row.Read(), out var document, out var error), $"{row.File}: {error}");
        Assert.Null(error);
        return document!;
    }
}
