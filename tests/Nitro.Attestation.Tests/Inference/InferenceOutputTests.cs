using System.Formats.Cbor;
using System.Security.Cryptography;
using Nitro.Attestation.Inference;
using Nitro.Attestation.Tests.Support;

namespace Nitro.Attestation.Tests.Inference;

public sealed class InferenceOutputTests
{
    /// <summary>The encoding of <see cref="Sample"/>: it must never change, since claims hold its salted digest.</summary>
    private const string SampleHex =
        "81" + "82" + "8465696d616765" + "6446503332" + "820102" + "480000803f0000c07f" + "84656c6162656c" + "654259544553" + "8101"
            + "46020000006f6b";

    /// <summary>SHA-384 of ["nitro/output/1", 32 bytes of 5a, tensors], computed by Python's hashlib.</summary>
    private const string SampleDigest = "2cef48c7938a918b3eb65facc0cf0a6a4836d216522f9c360da0d435a468d057c9b294c8cea90f75196699f5304540b6";

    private static readonly CanonicalFormat<InferenceOutput> Format = new(TryParse, output => output.Encode());

    private static readonly byte[] Salt = [.. Enumerable.Repeat((byte)0x5a, SaltedDigest.SaltSize)];

    private static InferenceOutput Sample => InferenceOutput.Create([Tensors.Label, Tensors.Image]);

    [Fact]
    public void The_encoding_is_pinned_and_is_what_System_Formats_Cbor_reads()
    {
        var encoded = Sample.Encode();
        Assert.Equal(SampleHex, Convert.ToHexStringLower(encoded));

        var reader = new CborReader(encoded, CborConformanceMode.Canonical);
        Assert.Equal((1, 2), (reader.ReadStartArray(), reader.ReadStartArray()));
        foreach (var tensor in new[] { Tensors.Image, Tensors.Label })
        {
            Assert.Equal(Tensors.Item(tensor), reader.ReadEncodedValue().ToArray());
        }

        reader.ReadEndArray();
        reader.ReadEndArray();
        Assert.Equal(0, reader.BytesRemaining);
    }

    [Fact]
    public void What_is_written_is_read()
    {
        Tensors.AssertSame([Tensors.Image, Tensors.Label], Format.Accepted(Sample.Encode()).Tensors);
        Assert.Empty(Format.Accepted(InferenceOutput.Create([]).Encode()).Tensors);
    }

    [Fact]
    public void The_digest_is_that_of_the_whole_array_with_header_and_salt()
    {
        var whole = Raw.Written(writer =>
        {
            writer.WriteStartArray(3);
            writer.WriteTextString("nitro/output/1");
            writer.WriteByteString(Salt);
            writer.WriteStartArray(2);
            writer.WriteEncodedValue(Tensors.Item(Tensors.Image));
            writer.WriteEncodedValue(Tensors.Item(Tensors.Label));
            writer.WriteEndArray();
            writer.WriteEndArray();
        });
        Assert.Equal(SHA384.HashData(whole), InferenceOutput.ComputeDigest(Sample.Encode(), Salt).ToArray());
        Assert.Equal(SampleDigest, InferenceOutput.ComputeDigest(Sample.Encode(), Salt).ToString());
        Assert.NotEqual(InferenceOutput.ComputeDigest(Sample.Encode(), Salt), InferenceOutput.ComputeDigest(Sample.Encode(), new byte[32]));
    }

    [Fact]
    public void A_salt_of_another_size_and_anything_but_an_array_of_one_are_misuse()
    {
        Assert.Throws<ArgumentException>("salt", () => InferenceOutput.ComputeDigest(Sample.Encode(), new byte[31]));
        Assert.Throws<ArgumentException>("salt", () => InferenceOutput.ComputeDigest(Sample.Encode(), new byte[33]));
        Assert.Throws<ArgumentException>("encoded", () => InferenceOutput.ComputeDigest(default, Salt));
        Assert.Throws<ArgumentException>("encoded", () => InferenceOutput.ComputeDigest(InferenceInput.Create([], []).Encode(), Salt));
    }

    [Fact]
    public void The_order_in_which_tensors_come_does_not_matter()
    {
        Tensor[] tensors = [.. new[] { "A", "a", "aa", "b", "\u00e4", "\uff5e", "\U00010000" }.Select(Tensors.Named)];
        var random = new Random(4);
        for (var i = 0; i < 50; i++)
        {
            Tensor[] shuffled = [.. tensors];
            random.Shuffle(shuffled);
            var output = InferenceOutput.Create(shuffled);
            Tensors.AssertSame(tensors, output.Tensors);
            Assert.Equal(InferenceOutput.Create(tensors).Encode(), output.Encode());
        }
    }

    [Fact]
    public void A_name_twice_or_out_of_order_and_a_tensor_too_many_are_refused()
    {
        Assert.Throws<ArgumentException>("tensors", () => InferenceOutput.Create([Tensors.Named("a"), Tensors.Named("a")]));
        Assert.Throws<ArgumentException>("tensors", () => InferenceOutput.Create([null!, null!]));
        Assert.Throws<ArgumentNullException>("tensors", () => InferenceOutput.Create(null!));
        Assert.Equal("names in order, each once", Format.Refused(Encoded(Tensors.Named("a"), Tensors.Named("a"))).Expected);
        Assert.Equal("names in order, each once", Format.Refused(Encoded(Tensors.Named("b"), Tensors.Named("a"))).Expected);
        Assert.Equal("names in order, each once", Format.Refused(Encoded(Tensors.Named("\U00010000"), Tensors.Named("\uff5e"))).Expected);

        Tensor[] tensors = [.. Enumerable.Range(0, 1025).Select(i => Tensors.Named($"{i:d4}"))];
        Assert.Equal(1024, Format.Accepted(InferenceOutput.Create(tensors[..1024]).Encode()).Tensors.Count);
        Assert.Throws<ArgumentException>("tensors", () => InferenceOutput.Create(tensors));
        Assert.Equal(new FormatError("tensors", 1, "0 to 1024 entries", "1025"), Format.Refused(Encoded(tensors)));
    }

    [Fact]
    public void There_is_no_other_form() => Format.AssertIsTheOnlyForm(Sample.Encode());

    [Fact]
    public void An_input_is_no_output() =>
        Assert.Equal(new FormatError("output", 0, "1 entries", "3"), Format.Refused(InferenceInput.Create([Tensors.Image], []).Encode()));

    [Fact]
    public void Damaged_outputs_are_refused_or_read_as_they_stand() => Format.AssertSurvivesDamage(7, 60_000, Sample.Encode());

    private static bool TryParse(ReadOnlySpan<byte> data, out InferenceOutput? output, out FormatError? error) =>
        InferenceOutput.TryParse(data.ToArray(), out output, out error);

    private static byte[] Encoded(params Tensor[] tensors) => Raw.Array(Raw.Array([.. tensors.Select(tensor => Tensors.Item(tensor))]));
}
