using System.Diagnostics;
using System.Formats.Cbor;
using System.Security.Cryptography;
using Nitro.Attestation.Inference;
using Nitro.Attestation.Tests.Support;

namespace Nitro.Attestation.Tests.Inference;

public sealed class InferenceInputTests
{
    /// <summary>The encoding of <see cref="Sample"/>: it must never change, since claims hold its salted digest.</summary>
    private const string SampleHex =
        "83" + "a0" + "826161" + "6162" + "83" +
        "8465696d616765" + "6446503332" + "820102" + "480000803f0000c07f" +
        "84656c6162656c" + "654259544553" + "8101" + "46020000006f6b" +
        "84616e" + "65494e543634" + "80" + "48ffffffffffffffff";

    /// <summary>SHA-384 of ["nitro/input/1", 32 bytes of 5a, {}, ["a", "b"], tensors], computed by Python's hashlib.</summary>
    private const string SampleDigest = "06680c7df2b0f3977eb91735b112b50d60516f6aacec16988e56e334035a66e31b67299254f178c1f90b8e15c1b53cdd";

    private static readonly CanonicalFormat<InferenceInput> Format = new(TryParse, input => input.Encode());

    private static readonly byte[] Salt = [.. Enumerable.Repeat((byte)0x5a, SaltedDigest.SaltSize)];

    private static InferenceInput Sample => InferenceInput.Create([Tensors.Scalar, Tensors.Label, Tensors.Image], ["b", "a"]);

    [Fact]
    public void The_encoding_is_pinned_and_is_what_System_Formats_Cbor_reads()
    {
        var encoded = Sample.Encode();
        Assert.Equal(SampleHex, Convert.ToHexStringLower(encoded));

        var reader = new CborReader(encoded, CborConformanceMode.Canonical);
        Assert.Equal((3, 0), (reader.ReadStartArray(), reader.ReadStartMap()));
        reader.ReadEndMap();
        Assert.Equal((2, "a", "b"), (reader.ReadStartArray(), reader.ReadTextString(), reader.ReadTextString()));
        reader.ReadEndArray();
        Assert.Equal(3, reader.ReadStartArray());
        foreach (var tensor in new[] { Tensors.Image, Tensors.Label, Tensors.Scalar })
        {
            Assert.Equal((4, tensor.Name, tensor.Datatype.Name()),
                (reader.ReadStartArray(), reader.ReadTextString(), reader.ReadTextString()));
            Assert.Equal(tensor.Shape.Count, reader.ReadStartArray());
            Assert.All(tensor.Shape, dimension => Assert.Equal(dimension, reader.ReadInt64()));
            reader.ReadEndArray();
            Assert.Equal(tensor.Data.ToArray(), reader.ReadByteString());
            reader.ReadEndArray();
        }

        reader.ReadEndArray();
        reader.ReadEndArray();
        Assert.Equal(0, reader.BytesRemaining);
    }

    [Fact]
    public void What_is_written_is_read()
    {
        var read = Format.Accepted(Sample.Encode());
        Assert.Equal(["a", "b"], read.RequestedOutputs);
        Tensors.AssertSame([Tensors.Image, Tensors.Label, Tensors.Scalar], read.Tensors);
        Assert.Empty(Format.Accepted(InferenceInput.Create([], []).Encode()).Tensors);
        foreach (var datatype in Enum.GetValues<Datatype>())
        {
            var tensor = Tensor.Create("a", datatype, [2], datatype == Datatype.Bytes ? new byte[8] : new byte[2 * datatype.ElementSize()]);
            Tensors.AssertSame([tensor], Format.Accepted(InferenceInput.Create([tensor], []).Encode()).Tensors);
        }

        var deep = Tensor.Create("a", Datatype.Uint8, Enumerable.Repeat(1L, 16), new byte[1]);
        Assert.Equal(deep.Shape, Format.Accepted(InferenceInput.Create([deep], []).Encode()).Tensors[0].Shape);
    }

    [Fact]
    public void The_digest_is_that_of_the_whole_array_with_header_and_salt()
    {
        foreach (var input in new[] { Sample, InferenceInput.Create([], []), InferenceInput.Create([Tensors.Named("x")], []) })
        {
            var whole = Raw.Written(writer =>
            {
                writer.WriteStartArray(5);
                writer.WriteTextString("nitro/input/1");
                writer.WriteByteString(Salt);
                writer.WriteStartMap(0);
                writer.WriteEndMap();
                writer.WriteStartArray(input.RequestedOutputs.Count);
                foreach (var output in input.RequestedOutputs)
                {
                    writer.WriteTextString(output);
                }

                writer.WriteEndArray();
                writer.WriteStartArray(input.Tensors.Count);
                foreach (var tensor in input.Tensors)
                {
                    writer.WriteEncodedValue(Tensors.Item(tensor));
                }

                writer.WriteEndArray();
                writer.WriteEndArray();
            });
            Assert.Equal(SHA384.HashData(whole), InferenceInput.ComputeDigest(input.Encode(), Salt).ToArray());
        }

        Assert.Equal(SampleDigest, InferenceInput.ComputeDigest(Sample.Encode(), Salt).ToString());
    }

    [Fact]
    public void The_digest_depends_on_the_salt_and_on_every_bit_of_the_input()
    {
        var encoded = Sample.Encode();
        var digests = new HashSet<Sha384Digest> { InferenceInput.ComputeDigest(encoded, Salt),
            InferenceInput.ComputeDigest(encoded, new byte[32]) };
        for (var bit = 8; bit < encoded.Length * 8; bit++)
        {
            encoded[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.True(digests.Add(InferenceInput.ComputeDigest(encoded, Salt)));
            encoded[bit / 8] ^= (byte)(1 << bit % 8);
        }

        // An output of the same tensors has another header, so neither can stand for the other.
        var input = InferenceInput.ComputeDigest(InferenceInput.Create([Tensors.Image], []).Encode(), Salt);
        Assert.NotEqual(input, InferenceOutput.ComputeDigest(InferenceOutput.Create([Tensors.Image]).Encode(), Salt));
    }

    [Fact]
    public void A_salt_of_another_size_and_anything_but_an_array_of_three_are_misuse()
    {
        var encoded = Sample.Encode();
        Assert.Throws<ArgumentException>("salt", () => InferenceInput.ComputeDigest(encoded, new byte[31]));
        Assert.Throws<ArgumentException>("salt", () => InferenceInput.ComputeDigest(encoded, new byte[33]));
        Assert.Throws<ArgumentException>("salt", () => InferenceInput.ComputeDigest(encoded, default));
        Assert.Throws<ArgumentException>("encoded", () => InferenceInput.ComputeDigest(default, Salt));
        Assert.Throws<ArgumentException>("encoded", () => InferenceInput.ComputeDigest(InferenceOutput.Create([]).Encode(), Salt));
        Assert.Throws<ArgumentException>("encoded", () => InferenceInput.ComputeDigest([0x9f, 0xff], Salt));
    }

    [Fact]
    public void The_order_in_which_tensors_and_outputs_come_does_not_matter()
    {
        Tensor[] tensors = [.. new[] { "A", "a", "aa", "b", "\u00e4", "\uff5e", "\U00010000" }.Select(Tensors.Named)];
        string[] outputs = ["A", "a", "aa", "\uff5e", "\U00010000"];
        var random = new Random(3);
        for (var i = 0; i < 50; i++)
        {
            Tensor[] shuffled = [.. tensors];
            string[] others = [.. outputs];
            random.Shuffle(shuffled);
            random.Shuffle(others);
            var input = InferenceInput.Create(shuffled, others);
            Tensors.AssertSame(tensors, input.Tensors);
            Assert.Equal(outputs, input.RequestedOutputs);
            Assert.Equal(InferenceInput.Create(tensors, outputs).Encode(), input.Encode());
            Format.Accepted(input.Encode());
        }
    }

    [Fact]
    public void A_name_twice_is_refused_among_tensors_and_among_outputs()
    {
        Assert.Throws<ArgumentException>("tensors", () =>
            InferenceInput.Create([Tensors.Named("a"), Tensors.Named("b"), Tensors.Named("a")], []));
        Assert.Throws<ArgumentException>("requestedOutputs", () => InferenceInput.Create([], ["a", "b", "a"]));
        Assert.Equal("names in order, each once", Format.Refused(Encoded([], [Tensors.Named("a"), Tensors.Named("a")])).Expected);
        Assert.Equal("names in order, each once", Format.Refused(Encoded(["a", "a"], [])).Expected);
    }

    [Fact]
    public void Tensors_and_outputs_out_of_order_are_refused_where_the_name_stands()
    {
        var b = Tensors.Item(Tensors.Named("b")).Length;
        Assert.Equal(
            new FormatError("tensor name", 1 + 1 + 1 + 1 + b + 1, "names in order, each once", "\"a\" out of order"),
            Format.Refused(Encoded([], [Tensors.Named("b"), Tensors.Named("a")])));
        Assert.Equal(new FormatError("requested output", 5, "names in order, each once", "\"a\" out of order"),
            Format.Refused(Encoded(["b", "a"], [])));
        Format.Refused(Encoded([], [Tensors.Named("\U00010000"), Tensors.Named("\uff5e")]));
        Format.Refused(Encoded(["\U00010000", "\uff5e"], []));
        Format.Accepted(Encoded(["\uff5e", "\U00010000"], [Tensors.Named("\uff5e"), Tensors.Named("\U00010000")]));
    }

    [Fact]
    public void There_are_at_most_1024_tensors_and_1024_outputs()
    {
        Tensor[] tensors = [.. Enumerable.Range(0, 1025).Select(i => Tensors.Named($"{i:d4}"))];
        string[] outputs = [.. tensors.Select(tensor => tensor.Name)];
        var most = Format.Accepted(InferenceInput.Create(tensors[..1024], outputs[..1024]).Encode());
        Assert.Equal((1024, 1024), (most.Tensors.Count, most.RequestedOutputs.Count));
        Assert.Throws<ArgumentException>("tensors", () => InferenceInput.Create(tensors, []));
        Assert.Throws<ArgumentException>("requestedOutputs", () => InferenceInput.Create([], outputs));
        Assert.Equal(new FormatError("tensors", 3, "0 to 1024 entries", "1025"), Format.Refused(Encoded([], tensors)));
        Assert.Equal(new FormatError("requested outputs", 2, "0 to 1024 entries", "1025"), Format.Refused(Encoded(outputs, [])));
    }

    [Fact]
    public void An_output_s_name_has_1_to_255_bytes_of_UTF_8()
    {
        var longest = new string('\u00e4', 127) + "a";
        Assert.Equal([longest], Format.Accepted(InferenceInput.Create([], [longest]).Encode()).RequestedOutputs);
        foreach (var name in new[] { "", longest + "a", "\ud800", null! })
        {
            Assert.Throws<ArgumentException>("requestedOutputs", () => InferenceInput.Create([], ["x", name]));
        }

        Assert.Equal(("requested output", "0"), (Format.Refused(Encoded([""], [])).Where, Format.Refused(Encoded([""], [])).Found));
        Assert.Equal("256", Format.Refused(Encoded([longest + "a"], [])).Found);
        Assert.Throws<ArgumentException>("tensors", () => InferenceInput.Create([null!], []));
        Assert.Throws<ArgumentNullException>("tensors", () => InferenceInput.Create(null!, []));
        Assert.Throws<ArgumentNullException>("requestedOutputs", () => InferenceInput.Create([], null!));
    }

    [Fact]
    public void Parameters_are_an_empty_map()
    {
        Assert.Equal("input parameters",
            Format.Refused(Raw.Array(Raw.Map((Raw.Text("seed"), Raw.Number(1))), Raw.Array(), Raw.Array())).Where);
        Assert.Equal("input parameters", Format.Refused(Raw.Array(Raw.Null, Raw.Array(), Raw.Array())).Where);
        Assert.Equal("input parameters", Format.Refused(Raw.Array(Raw.Array(), Raw.Array(), Raw.Array())).Where);
    }

    [Fact]
    public void Each_part_of_a_tensor_is_refused_when_it_is_wrong()
    {
        byte[] name = Raw.Text("a"), datatype = Raw.Text("UINT8"), shape = Raw.Array(Raw.Number(1)), data = Raw.Bytes(1);
        FormatError Tensor(params byte[][] parts) => Format.Refused(Raw.Array(Raw.Map(), Raw.Array(), Raw.Array(Raw.Array(parts))));
        Format.Accepted(Raw.Array(Raw.Map(), Raw.Array(), Raw.Array(Raw.Array(name, datatype, shape, data))));
        Assert.Equal("tensor", Tensor(name, datatype, shape).Where);
        Assert.Equal("tensor", Tensor(name, datatype, shape, data, data).Where);
        Assert.Equal("tensor name", Tensor(Raw.Text(""), datatype, shape, data).Where);
        Assert.Equal("tensor name", Tensor(Raw.Text(new string('a', 256)), datatype, shape, data).Where);
        Assert.Equal("tensor name", Tensor(Raw.Text([0x80]), datatype, shape, data).Where);
        Assert.Equal("tensor name", Tensor(Raw.Bytes(1), datatype, shape, data).Where);
        Assert.Equal("tensor datatype", Tensor(name, Raw.Text("uint8"), shape, data).Where);
        Assert.Equal("tensor datatype", Tensor(name, Raw.Text(""), shape, data).Where);
        Assert.Equal("tensor datatype", Tensor(name, Raw.Text(new string('U', 17)), shape, data).Where);
        Assert.Equal("tensor datatype", Tensor(name, Raw.Number(2), shape, data).Where);
        Assert.Equal("tensor shape", Tensor(name, datatype, Raw.Array([.. Enumerable.Repeat(Raw.Number(1), 17)]), data).Where);
        Assert.Equal("tensor shape", Tensor(name, datatype, Raw.Array(Raw.Unsigned(ulong.MaxValue)), data).Where);
        Assert.Equal("tensor shape", Tensor(name, datatype, Raw.Array(Raw.Text("1")), data).Where);
        Assert.Equal("shape of tensor \"a\"", Tensor(name, datatype, Raw.Array(Raw.Number(-1)), data).Where);
        Assert.Equal("shape of tensor \"a\"",
            Tensor(name, datatype, Raw.Array(Raw.Number(1L << 32), Raw.Number(1L << 32)), Raw.Bytes(0)).Where);
        Assert.Equal("data of tensor \"a\"", Tensor(name, datatype, shape, Raw.Bytes(2)).Where);
        Assert.Equal("data of tensor \"a\"", Tensor(name, Raw.Text("BOOL"), shape, Raw.Bytes([2])).Where);
        Assert.Equal("data of tensor \"a\"", Tensor(name, Raw.Text("BYTES"), shape, Raw.Bytes([1, 0, 0, 0])).Where);
        Assert.Equal("tensor data", Tensor(name, datatype, shape, Raw.Text("a")).Where);
        Assert.Equal("tensor data", Tensor(name, datatype, shape, Raw.IndefiniteBytes([1])).Where);
    }

    [Fact]
    public void There_is_no_other_form() => Format.AssertIsTheOnlyForm(Sample.Encode());

    [Fact]
    public void An_output_is_no_input() =>
        Assert.Equal(new FormatError("input", 0, "3 entries", "1"), Format.Refused(InferenceOutput.Create([Tensors.Image]).Encode()));

    [Fact]
    public void Damaged_inputs_are_refused_or_read_as_they_stand() => Format.AssertSurvivesDamage(6, 60_000, Sample.Encode());

    /// <summary>The time is far above what it takes, and far below what a quadratic step would.</summary>
    [Fact]
    public void A_tensor_of_20_MB_goes_there_and_back()
    {
        var data = new byte[20 * 1024 * 1024];
        new Random(20).NextBytes(data);
        var watch = Stopwatch.StartNew();
        var encoded = InferenceInput.Create([Tensor.Create("image", Datatype.Fp32, [5, 1024, 1024], data)], []).Encode();
        var digest = InferenceInput.ComputeDigest(encoded, Salt);
        Assert.True(InferenceInput.TryParse(encoded, out var input, out var error), error?.ToString());
        watch.Stop();
        Assert.True(input!.Tensors[0].Data.Span.SequenceEqual(data));
        Assert.InRange(encoded.Length, data.Length, data.Length + 100);

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA384);
        hash.AppendData([0x85, .. Raw.Text("nitro/input/1"), .. Raw.Bytes(Salt)]);
        hash.AppendData(encoded.AsSpan(1));
        Assert.Equal(hash.GetHashAndReset(), digest.ToArray());
        TestContext.Current.TestOutputHelper?.WriteLine($"20 MiB encoded, hashed and read in {watch.ElapsedMilliseconds} ms.");
        Assert.InRange(watch.ElapsedMilliseconds, 0, 10_000);
    }

    [Fact]
    public void A_million_empty_strings_are_read_in_one_pass()
    {
        const int count = 1_000_000;
        var watch = Stopwatch.StartNew();
        var encoded = InferenceInput.Create([Tensor.Create("words", Datatype.Bytes, [count], new byte[4 * count])], []).Encode();
        Assert.True(InferenceInput.TryParse(encoded, out var input, out _));
        Assert.Equal(count, input!.Tensors[0].ElementCount);
        Assert.InRange(watch.ElapsedMilliseconds, 0, 10_000);
    }

    private static bool TryParse(ReadOnlySpan<byte> data, out InferenceInput? input, out FormatError? error) =>
        InferenceInput.TryParse(data.ToArray(), out input, out error);

    private static byte[] Encoded(string[] outputs, Tensor[] tensors) => Raw.Array(Raw.Map(),
        Raw.Array([.. outputs.Select(output => Raw.Text(output))]), Raw.Array([.. tensors.Select(tensor => Tensors.Item(tensor))]));
}
