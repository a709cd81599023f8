using System.Text;
using Nitro.Attestation.Inference;

namespace Nitro.OpenInference.Tests;

public sealed class InferResponseTests
{
    [Fact]
    public void An_answer_survives_the_way_over_json_and_binary_bit_for_bit()
    {
        var random = new Random(3);
        for (var round = 0; round < 500; round++)
        {
            var outputs = Enum.GetValues<Datatype>().Select((datatype, index) => Tensors.Random(random, $"t{index}", datatype, finite: true)).ToArray();
            var response = new InferResponse { ModelName = "m", ModelVersion = "1", Id = "é\"", Outputs = outputs, Evidence = "{\"version\": 1}" };
            foreach (var binary in new[] { false, true })
            {
                var request = new InferRequest { Inputs = [], BinaryOutputDefault = binary, Outputs = [.. outputs.Select((output, index) => new RequestedOutput(output.Name, index % 3 == 0 ? !binary : null))] };
                Assert.True(response.TryEncode(request, out var message, out _));
                Assert.True(InferResponse.TryParse(message!.Body, message.HeaderLength, out var read, out var error), error?.Message);
                Assert.Equal(response.ToOutput().Encode(), read!.ToOutput().Encode());
                Assert.Equal(("m", "1", "é\"", "{\"version\": 1}"), (read.ModelName, read.ModelVersion, read.Id, read.Evidence));
            }
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_non_finite_output_as_json_is_an_error_that_names_binary_output(float value)
    {
        var response = new InferResponse { ModelName = "m", ModelVersion = "1", Outputs = [Tensor.Create("y", Datatype.Fp32, [2], (byte[])[0, 0, 0, 0, .. BitConverter.GetBytes(value)])] };
        Assert.False(response.TryEncode(new InferRequest { Inputs = [] }, out _, out var error));
        Assert.Equal(400, error!.Status);
        Assert.Contains("output \"y\": element 1 is", error.Message, StringComparison.Ordinal);
        Assert.Contains("binary_data", error.Message, StringComparison.Ordinal);
        Assert.True(response.TryEncode(new InferRequest { Inputs = [], BinaryOutputDefault = true }, out var message, out _));
        Assert.True(InferResponse.TryParse(message!.Body, message.HeaderLength, out var read, out _));
        Assert.Equal(response.ToOutput().Encode(), read!.ToOutput().Encode());
    }

    [Fact]
    public void Bytes_that_are_not_utf8_go_in_binary_only()
    {
        var response = new InferResponse { ModelName = "m", ModelVersion = "1", Outputs = [Tensor.Create("s", Datatype.Bytes, [1], new byte[] { 1, 0, 0, 0, 0xff })] };
        Assert.False(response.TryEncode(new InferRequest { Inputs = [] }, out _, out var error));
        Assert.Contains("not valid UTF-8", error!.Message, StringComparison.Ordinal);
        Assert.True(response.TryEncode(new InferRequest { Inputs = [], Outputs = [new("s", true)] }, out _, out _));
    }

    [Theory]
    [InlineData("{}", "model_name is missing")]
    [InlineData("""{"model_name":"m","outputs":[]}""", "model_version is missing")]
    [InlineData("""{"model_name":"m","model_version":"1"}""", "outputs is missing")]
    [InlineData("""{"model_name":"m","model_version":"1","outputs":[],"x":1}""", "no member \"x\" in an answer")]
    [InlineData("""{"model_name":"m","model_version":"1","outputs":[],"parameters":{"x":1}}""", "unknown parameter \"x\"")]
    public void A_bad_answer_is_refused(string body, string message)
    {
        Assert.False(InferResponse.TryParse(Encoding.UTF8.GetBytes(body), null, out _, out var error));
        Assert.Contains(message, error!.Message, StringComparison.Ordinal);
    }
}
