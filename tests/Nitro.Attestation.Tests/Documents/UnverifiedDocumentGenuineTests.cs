using System.Formats.Cbor;
using Nitro.Attestation.Documents;
using Nitro.Attestation.Tests.Support;

namespace Nitro.Attestation.Tests.Documents;

/// <summary>The collected documents, held against index.tsv and against System.Formats.Cbor.</summary>
public sealed class UnverifiedDocumentGenuineTests
{
    [Fact]
    public void Every_document_whose_form_is_right_has_the_fields_that_the_index_states()
    {
        foreach (var row in SharedDocument.All().Where(row => row.FormIsRight))
        {
            Assert.True(UnverifiedDocument.TryParse(row.Read(), out var document, out var error), $"{row.File}: {error}");
            Assert.Equal(
                (row.File, row.TimestampMs, row.ModuleId, row.PublicKey, row.UserData, row.Nonce, row.PcrCount),
                (row.File, document!.TimestampMs, document.ModuleId, document.PublicKey?.Length, document.UserData?.Length, document.Nonce?.Length,
                    document.Pcrs.Count));
        }
    }
}
