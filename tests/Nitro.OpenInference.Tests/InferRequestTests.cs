using System.Text;
using Nitro.Attestation.Inference;

namespace Nitro.OpenInference.Tests;

public sealed class InferRequestTests
{
    private const string Minimal = """{"inputs":[{"name":"x","shape":[2],"datatype":"FP32","data":[1,2]}]}""";

    public static TheoryData<string, string> Refused => new()
    {
        { "", "not JSON" },
        { "null", "the request: expected an object, found null" },
        { "[]", "the request: expected an object" },
        { "{", "not JSON" },
        { """{"inputs":[]} x""", "not JSON" },
        { """{"inputs":[]}{}""", "not JSON" },
        { "{}", "the member inputs is missing" },
        { """{"inputs":{}}""", "inputs: expected a list" },
        { """{"inputs":[],"inputs":[]}""", "\"inputs\" is there twice" },
        { """{"inputs":[],"model":"x"}""", "no member \"model\" in a request" },
        { """{"inputs":[],"id":7}""", "id: expected a text, found the number 7" },
        { """{"inputs":[],"parameters":{"temperature":1}}""", "unknown parameter \"temperature\"" },
        { """{"inputs":[],"parameters":{"nonce":"AA==","nonce":"AA=="}}""", "\"nonce\" is there twice" },
        { """{"inputs":[],"parameters":{"nonce":"?"}}""", "parameters.nonce is not base64" },
        { """{"inputs":[],"parameters":{"nonce":5}}""", "parameters.nonce: expected a text" },
        { """{"inputs":[],"parameters":{"evidence":"sealed"}}""", "parameters.evidence is \"sealed\"" },
        { """{"inputs":[],"parameters":{"binary_data_output":1}}""", "expected true or false" },
        { """{"inputs":[],"outputs":[{"name":"y"},{"name":"y"}]}""", "output \"y\" is asked for twice" },
        { """{"inputs":[],"outputs":[{}]}""", "output.name" },
        { """{"inputs":[],"outputs":[{"name":"y","parameters":{"classification":3}}]}""", "unknown parameter \"classification\"" },
        { """{"inputs":[7]}""", "input: expected an object" },
        { """{"inputs":[{"shape":[1],"datatype":"FP32","data":[1]}]}""", "the member name is missing" },
        { """{"inputs":[{"name":"x","datatype":"FP32","data":[1]}]}""", "input \"x\": the member shape is missing" },
        { """{"inputs":[{"name":"x","shape":[1],"data":[1]}]}""", "input \"x\": the member datatype is missing" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32"}]}""", "neither data nor parameters.binary_data_size" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1],"parameters":{"binary_data_size":4}}]}""", "both data and" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","parameters":{"binary_data_size":4}}]}""", "only 0 bytes are left" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","parameters":{"shared_memory_region":"r"}}]}""", "unknown parameter \"shared_memory_region\"" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1],"extra":1}]}""", "no member \"extra\" in a tensor" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"FLOAT","data":[1]}]}""", "unknown datatype \"FLOAT\"; known are BOOL" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"FP16","data":[1]}]}""", "unknown datatype \"FP16\"" },
        { """{"inputs":[{"name":"x","shape":[-1],"datatype":"FP32","data":[1]}]}""", "shape: expected a whole number from 0" },
        { """{"inputs":[{"name":"x","shape":[1.0],"datatype":"FP32","data":[1]}]}""", "shape: expected a whole number" },
        { """{"inputs":[{"name":"x","shape":[2000000000,2000000000],"datatype":"FP32","data":[1]}]}""", "more elements than the message has room for" },
        { """{"inputs":[{"name":"x","shape":[3],"datatype":"FP32","data":[1,2]}]}""", "asks for 3 elements, data has 2" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1,2]}]}""", "asks for 1 elements, data has more" },
        { """{"inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[[1,2],[3]]}]}""", "in dimension 1, data has 1" },
        { """{"inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[[1,2],3]}]}""", "nesting of data disagrees" },
        { """{"inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[[1,2]]}]}""", "nesting of data disagrees" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[[1]]}]}""", "element 0 is a list, which is no FP32" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":7}]}""", "data is no list" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[NaN]}]}""", "JSON has no NaN or infinity" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[-Infinity]}]}""", "JSON has no NaN or infinity" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":["NaN"]}]}""", "element 0 is a text, which is no FP32 that JSON can carry; send it as binary data" },
        { """{"inputs":[{"name":"x","shape":[2],"datatype":"FP32","data":[1,1e39]}]}""", "element 1 is 1e39, which is no FP32" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"FP64","data":[1e999]}]}""", "element 0 is 1e999, which is no FP64" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"UINT8","data":[256]}]}""", "element 0 is 256, which is no UINT8" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"UINT8","data":[-1]}]}""", "is no UINT8" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"INT8","data":[128]}]}""", "is no INT8" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"INT8","data":[-129]}]}""", "is no INT8" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"UINT32","data":[4294967296]}]}""", "is no UINT32" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[9223372036854775808]}]}""", "is no INT64" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"UINT64","data":[18446744073709551616]}]}""", "is no UINT64" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"INT32","data":[1.5]}]}""", "element 0 is 1.5, which is no INT32" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"INT32","data":[1.0]}]}""", "is no INT32" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"INT32","data":[1e2]}]}""", "is no INT32" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"BOOL","data":[1]}]}""", "is no BOOL" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":[1]}]}""", "is no BYTES" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[true]}]}""", "element 0 is true" },
        { """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]},{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}""", "input \"x\" is there twice" },
        { """{"inputs":[{"name":"","shape":[1],"datatype":"FP32","data":[1]}]}""", "input.name: expected 1 to 255 bytes" },
        { "{\"inputs\":[],\"a\\u001b[31m\\u202e\":1}", "no member \"a?[31m?\"" },
        { "{\"inputs\":[],\"id\":\"\\ud800\"}", "not valid Unicode" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_bad_request_gets_one_error_that_names_the_cause(string body, string message)
    {
        Assert.False(InferRequest.TryParse(Encoding.UTF8.GetBytes(body), null, out var request, out var error));
        Assert.Null(request);
        Assert.Equal(ProtocolError.BadRequest, error!.Status);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Fact]
    public void A_request_as_clients_write_it_is_read()
    {
        // In the manner of the protocol's own examples.
        const string Body = """
            {
              "id" : "42",
              "inputs" : [
                { "name" : "input0", "shape" : [ 2, 2 ], "datatype" : "UINT32", "data" : [ [1, 2], [3, 4] ] },
                { "datatype" : "BOOL", "data" : [ true ], "name" : "input1", "shape" : [ ] },
                { "name" : "input2", "shape" : [ 2 ], "datatype" : "BYTES", "data" : [ "", "é" ] }
              ],
              "outputs" : [ { "name" : "output0", "parameters" : { "binary_data" : true } }, { "name" : "a" } ],
              "parameters" : { "nonce" : "AQI=", "evidence" : "direct", "binary_data_output" : true }
            }
            """;
        Assert.True(InferRequest.TryParse(Encoding.UTF8.GetBytes(Body), null, out var request, out _));
        Assert.Equal("42", request!.Id);
        Assert.Equal([1, 2], request.Nonce.ToArray());
        Assert.Equal(EvidenceRequest.Direct, request.Evidence);
        Assert.True(request.BinaryOutputDefault);
        Assert.Equal([new("output0", true), new("a")], request.Outputs);
        Assert.Equal(["a", "output0"], request.ToInput().RequestedOutputs);
        Assert.Equal("01000000" + "02000000" + "03000000" + "04000000", Convert.ToHexString(request.Inputs[0].Data.Span));
        Assert.Equal("01", Convert.ToHexString(request.Inputs[1].Data.Span));
        Assert.Empty(request.Inputs[1].Shape);
        Assert.Equal("00000000" + "02000000C3A9", Convert.ToHexString(request.Inputs[2].Data.Span));
    }

    [Fact]
    public void Binary_tensors_are_slices_of_the_body_and_carry_any_bits()
    {
        var json = """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","parameters":{"binary_data_size":4}},{"name":"y","shape":[2],"datatype":"UINT8","parameters":{"binary_data_size":2}}]}"""u8.ToArray();
        byte[] body = [.. json, 0x01, 0x00, 0xc0, 0x7f, 7, 8];
        Assert.True(InferRequest.TryParse(body, json.Length, out var request, out _));
        Assert.Equal("0100C07F", Convert.ToHexString(request!.Inputs[0].Data.Span));
        Assert.True(body.AsMemory(json.Length, 4).Equals(request.Inputs[0].Data));
        Assert.False(InferRequest.TryParse(body.AsMemory(0, body.Length - 1), json.Length, out _, out var error));
        Assert.Contains("binary_data_size is 2, but only 1 bytes are left", error!.Message, StringComparison.Ordinal);
        Assert.False(InferRequest.TryParse((byte[])[.. body, 0], json.Length, out _, out error));
        Assert.Contains("1 bytes of the body belong to no tensor", error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(69)]
    public void A_header_length_outside_the_body_is_refused(int length)
    {
        Assert.Equal(68, Minimal.Length);
        Assert.False(InferRequest.TryParse(Encoding.UTF8.GetBytes(Minimal), length, out _, out var error));
        Assert.Contains("the body has 68 bytes", error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(1000, false)]
    public void A_nonce_has_at_most_64_bytes(int size, bool accepted)
    {
        var body = Encoding.UTF8.GetBytes("""{"inputs":[],"parameters":{"nonce":"NONCE"}}""".Replace("NONCE", Convert.ToBase64String(new byte[size]), StringComparison.Ordinal));
        Assert.Equal(accepted, InferRequest.TryParse(body, null, out _, out var error));
        Assert.Equal(accepted ? null : $"parameters.nonce has {size} bytes; at most 64 are taken: send a digest of it", error?.Message);
    }

    [Theory]
    [InlineData("16777217", 0x4b800000u)]
    [InlineData("16777217.0000000001", 0x4b800001u)]
    [InlineData("-0", 0x80000000u)]
    [InlineData("-0.0", 0x80000000u)]
    [InlineData("1e-45", 0x00000001u)]
    [InlineData("7.0e-46", 0x00000000u)]
    [InlineData("3.4028235677973367e38", 0x7f7fffffu, false)]
    [InlineData("3.4028234663852886e38", 0x7f7fffffu)]
    [InlineData("3.4028235677973366e38", 0x7f7fffffu)]
    public void Floats_are_rounded_once_and_straight_to_their_own_size(string number, uint bits, bool accepted = true)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[{{number}}]}]}""");
        Assert.Equal(accepted, InferRequest.TryParse(body, null, out var request, out _));
        if (accepted)
        {
            Assert.Equal(bits, BitConverter.ToUInt32(request!.Inputs[0].Data.Span));
        }
    }

    [Fact]
    public void Json_and_binary_forms_of_one_request_have_the_same_canonical_form()
    {
        var random = new Random(7);
        for (var round = 0; round < 500; round++)
        {
            var inputs = Enum.GetValues<Datatype>().Select((datatype, index) => Tensors.Random(random, $"t{index}", datatype, finite: true)).ToArray();
            var request = new InferRequest { Inputs = inputs, Nonce = new byte[random.Next(65)], Outputs = [new("b"), new("a", true)] };
            var canonical = request.ToInput().Encode();
            foreach (var binary in new[] { false, true })
            {
                var message = request.Encode(binary);
                Assert.Equal(binary, message.HeaderLength is not null);
                Assert.True(InferRequest.TryParse(message.Body, message.HeaderLength, out var read, out var error), error?.Message);
                Assert.Equal(canonical, read!.ToInput().Encode());
                Assert.Equal(request.Nonce.ToArray(), read.Nonce.ToArray());
            }
        }
    }

    [Fact]
    public void The_canonical_form_does_not_depend_on_the_order_of_tensors_or_on_transport()
    {
        var a = Tensor.Create("a", Datatype.Int8, [1], new byte[] { 1 });
        var b = Tensor.Create("b", Datatype.Int8, [1], new byte[] { 2 });
        var one = new InferRequest { Inputs = [a, b], Id = "1", Evidence = EvidenceRequest.Direct, BinaryOutputDefault = true };
        var two = new InferRequest { Inputs = [b, a], Nonce = new byte[] { 9 } };
        Assert.Equal(one.ToInput().Encode(), two.ToInput().Encode());
    }

    [Fact]
    public void Encoding_what_json_cannot_carry_is_misuse_and_says_so()
    {
        var request = new InferRequest { Inputs = [Tensor.Create("x", Datatype.Fp64, [1], BitConverter.GetBytes(double.NaN))] };
        Assert.Contains("binary", Assert.Throws<ArgumentException>(() => request.Encode(binary: false)).Message, StringComparison.Ordinal);
        Assert.True(InferRequest.TryParse(request.Encode(binary: true).Body, request.Encode(binary: true).HeaderLength, out _, out _));
    }

    [Theory]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    public void At_most_1024_tensors_are_read(int count, bool accepted)
    {
        var tensors = string.Join(",", Enumerable.Range(0, count).Select(i => $$"""{"name":"{{i}}","shape":[0],"datatype":"INT8","data":[]}"""));
        Assert.Equal(accepted, InferRequest.TryParse(Encoding.UTF8.GetBytes($$"""{"inputs":[{{tensors}}]}"""), null, out _, out _));
    }

    [Fact]
    public void No_bytes_make_the_reader_throw()
    {
        var random = new Random(11);
        var seeds = new[]
        {
            Encoding.UTF8.GetBytes(Minimal),
            Encoding.UTF8.GetBytes("""{"id":"a","inputs":[{"name":"x","shape":[2,2],"datatype":"INT64","data":[[1,2],[3,4]]},{"name":"s","shape":[1],"datatype":"BYTES","data":["é\u0000"]}],"outputs":[{"name":"y","parameters":{"binary_data":true}}],"parameters":{"nonce":"AA==","evidence":"session"}}"""),
            new InferRequest { Inputs = [Tensor.Create("x", Datatype.Fp32, [3], new byte[12])] }.Encode(binary: true).Body.ToArray(),
        };
        for (var round = 0; round < 30_000; round++)
        {
            var bytes = (byte[])seeds[random.Next(seeds.Length)].Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                var at = random.Next(bytes.Length);
                bytes = random.Next(4) switch
                {
                    0 => [.. bytes[..at], .. bytes[(at + 1)..]],
                    1 => [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]],
                    2 => [.. bytes[..at], .. "[]{},:\"0"u8.Slice(random.Next(8), 1), .. bytes[at..]],
                    _ => Flip(bytes, at, random),
                };
            }

            if (!InferRequest.TryParse(bytes, random.Next(3) == 0 ? random.Next(-1, bytes.Length + 2) : null, out var request, out var error))
            {
                Assert.NotEmpty(error!.Message);
            }
            else
            {
                Assert.NotNull(request!.ToInput().Encode());
            }
        }
    }

    private static byte[] Flip(byte[] bytes, int at, Random random)
    {
        bytes[at] ^= (byte)(1 << random.Next(8));
        return bytes;
    }
}
