using System.Buffers;
using System.Text;
using System.Text.Json;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Documents;
using Nitro.Attestation.EvidenceFiles;

namespace Nitro.Attestation.Tests.EvidenceFiles;

/// <summary>Evidence files that are right: what is written is what is read.</summary>
public sealed class EvidenceTests
{
    private const int SaltSize = 32;

    [Fact]
    public void Evidence_of_both_kinds_is_read_as_it_was_written_with_and_without_each_optional_member()
    {
        for (var choice = 0; choice < 32; choice++)
        {
            bool Has(int member) => (choice >> member & 1) != 0;
            ReadOnlyMemory<byte>? Optional(int member, int size) => Has(member) ? Some(size) : default(ReadOnlyMemory<byte>?);
            var written = (Has(0) ? Session : Direct) with
            {
                InputSalt = Optional(1, SaltSize),
                OutputSalt = Optional(2, SaltSize),
                Input = Optional(3, 1001),
                Output = Optional(4, 1),
            };
            AssertSame(written, Accepted(written.ToJson()));
        }
    }

    [Fact]
    public void Members_that_were_left_out_are_null_and_not_empty()
    {
        var read = Accepted(Direct.ToJson());
        Assert.Null(read.InputSalt);
        Assert.Null(read.OutputSalt);
        Assert.Null(read.Input);
        Assert.Null(read.Output);
        Assert.True(read.Receipt.IsEmpty);
    }

    [Fact]
    public void The_text_is_pinned()
    {
        var evidence = Session with
        {
            Document = new byte[] { 1 },
            Receipt = new byte[] { 2, 3 },
            Manifest = new byte[] { 4, 5, 6 },
            Configuration = new byte[] { 0xfb, 0xff },
            InputSalt = new byte[SaltSize],
            Output = new byte[] { 7 },
        };
        const string text = """
            {
              "version": 1,
              "kind": "session",
              "receipt": "AgM=",
              "document": "AQ==",
              "manifest": "BAUG",
              "configuration": "+/8=",
              "inputSalt": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
              "output": "Bw=="
            }
            """;
        Assert.Equal(text.ReplaceLineEndings("\n"), Encoding.UTF8.GetString(evidence.ToJson()));
        AssertSame(evidence, Accepted(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void WriteTo_and_ToJson_write_the_same()
    {
        var buffer = new ArrayBufferWriter<byte>();
        Session.WriteTo(buffer);
        Assert.Equal(Session.ToJson(), buffer.WrittenSpan.ToArray());
    }

    [Fact]
    public void System_Text_Json_reads_what_is_written()
    {
        using var json = JsonDocument.Parse((Session with { InputSalt = Some(SaltSize) }).ToJson());
        Assert.Equal(
            ["version", "kind", "receipt", "document", "manifest", "configuration", "inputSalt"],
            json.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal(Session.Document.ToArray(), json.RootElement.GetProperty("document").GetBytesFromBase64());
    }

    [Fact]
    public void Each_member_is_read_at_its_largest()
    {
        var largest = new Evidence
        {
            Kind = EvidenceKind.Session,
            Document = Some(UnverifiedDocument.MaximumSize),
            Receipt = Some(Receipt.MaximumSize),
            Manifest = Some(ModelManifest.MaximumSize),
            Configuration = Some(EnclaveConfiguration.MaximumSize),
            InputSalt = Some(SaltSize),
            OutputSalt = Some(SaltSize),
        };
        AssertSame(largest, Accepted(largest.ToJson()));
    }

    /// <summary>160 MiB: whatever a gateway may have had to keep has to come back.</summary>
    [Fact]
    public void The_largest_input_is_written_and_read()
    {
        var largest = Direct with { Input = new byte[Evidence.MaximumContent] };
        var buffer = new ArrayBufferWriter<byte>((Evidence.MaximumContent / 3 * 4) + 4096);
        largest.WriteTo(buffer);
        Assert.True(Evidence.TryParse(buffer.WrittenSpan, out var read, out var error), error?.ToString());
        Assert.Equal(Evidence.MaximumContent, read!.Input?.Length);
        Assert.Throws<InvalidOperationException>(() => (Direct with { Input = new byte[Evidence.MaximumContent + 1] }).WriteTo(buffer));
    }

    [Fact]
    public void Nothing_is_written_that_no_reader_takes()
    {
        foreach (var evidence in new[]
        {
            Session with { Receipt = default },
            Session with { Receipt = Some(Receipt.MaximumSize + 1) },
            Direct with { Receipt = Some(1) },
            Session with { Kind = 0 },
            Session with { Kind = (EvidenceKind)2 },
            Session with { Document = default },
            Session with { Document = Some(UnverifiedDocument.MaximumSize + 1) },
            Session with { Manifest = default },
            Session with { Manifest = Some(ModelManifest.MaximumSize + 1) },
            Session with { Configuration = default },
            Session with { Configuration = Some(EnclaveConfiguration.MaximumSize + 1) },
            Session with { InputSalt = Some(0) },
            Session with { InputSalt = Some(SaltSize - 1) },
            Session with { OutputSalt = Some(SaltSize + 1) },
            Session with { Input = Some(0) },
            Session with { Output = Some(0) },
        })
        {
            var buffer = new ArrayBufferWriter<byte>();
            Assert.Throws<InvalidOperationException>(() => evidence.WriteTo(buffer));
            Assert.Equal(0, buffer.WrittenCount);
            Assert.Throws<InvalidOperationException>(() => evidence.ToJson());
        }
    }

    /// <summary>
    /// JSON has many texts of one content. Members in another order, white space and escapes are JSON's own, so they are read.
    /// </summary>
    [Fact]
    public void Other_JSON_of_the_same_content_is_read()
    {
        const string text =
            "\r\n{ " + """ "output":"\u0042w=\u003D", "configuration" : "\u002b\/8=",""" + "\t" +
            """ "manifest" :"BAUG" , "d\u006fcument":"AQ==","kind":"d\u0069rect", "v\u0065rsion":1 """ + " } \n";
        var read = Accepted(Encoding.UTF8.GetBytes(text));
        AssertSame(new Evidence
        {
            Kind = EvidenceKind.Direct,
            Document = new byte[] { 1 },
            Manifest = new byte[] { 4, 5, 6 },
            Configuration = new byte[] { 0xfb, 0xff },
            Output = new byte[] { 7 },
        }, read);
    }

    [Fact]
    public void Every_escape_there_is_leaves_room_for_the_largest_receipt()
    {
        var base64 = Convert.ToBase64String(Enumerable.Repeat((byte)0xff, Receipt.MaximumSize).ToArray());
        var escaped = string.Concat(base64.Select(letter => $"\\u{(int)letter:x4}"));
        var text = $$"""
            {"version":1,"kind":"session","receipt":"{{escaped}}","document":"AQ==","manifest":"AQ==","configuration":"AQ=="}
            """;
        Assert.Equal(Receipt.MaximumSize, Accepted(Encoding.UTF8.GetBytes(text)).Receipt.Length);
    }

    private static Evidence Direct { get; } = new()
    {
        Kind = EvidenceKind.Direct,
        Document = Some(5000),
        Manifest = Some(60),
        Configuration = Some(25),
    };

    private static Evidence Session { get; } = Direct with { Kind = EvidenceKind.Session, Receipt = Some(400) };

    private static ReadOnlyMemory<byte> Some(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    private static Evidence Accepted(byte[] file)
    {
        Assert.True(Evidence.TryParse(file, out var evidence, out var error), error?.ToString());
        Assert.Null(error);
        return evidence!;
    }

    private static void AssertSame(Evidence expected, Evidence found)
    {
        Assert.Equal(expected.Kind, found.Kind);
        Assert.Equal(expected.Document.ToArray(), found.Document.ToArray());
        Assert.Equal(expected.Receipt.ToArray(), found.Receipt.ToArray());
        Assert.Equal(expected.Manifest.ToArray(), found.Manifest.ToArray());
        Assert.Equal(expected.Configuration.ToArray(), found.Configuration.ToArray());
        Assert.Equal(expected.InputSalt?.ToArray(), found.InputSalt?.ToArray());
        Assert.Equal(expected.OutputSalt?.ToArray(), found.OutputSalt?.ToArray());
        Assert.Equal(expected.Input?.ToArray(), found.Input?.ToArray());
        Assert.Equal(expected.Output?.ToArray(), found.Output?.ToArray());
    }
}
