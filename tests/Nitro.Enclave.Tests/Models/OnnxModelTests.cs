using System.Text;
using Nitro.Attestation;
using Nitro.Attestation.Inference;
using Nitro.Enclave.Models;
using Nitro.Enclave.Tests.Support;

namespace Nitro.Enclave.Tests.Models;

public sealed class OnnxModelTests
{
    private const long Plenty = 64 << 20;

    public static TheoryData<int, Datatype, byte[]> EveryType => new()
    {
        { TestModels.Bool, Datatype.Bool, [1, 0, 0, 1, 1, 1] },
        { TestModels.Uint8, Datatype.Uint8, [0, 1, 2, 127, 128, 255] },
        { TestModels.Int8, Datatype.Int8, [0, 1, 2, 127, 128, 255] },
        { TestModels.Uint16, Datatype.Uint16, Pattern(12) },
        { TestModels.Int16, Datatype.Int16, Pattern(12) },
        { TestModels.Uint32, Datatype.Uint32, Pattern(24) },
        { TestModels.Int32, Datatype.Int32, Pattern(24) },
        { TestModels.Uint64, Datatype.Uint64, Pattern(48) },
        { TestModels.Int64, Datatype.Int64, Pattern(48) },
        { TestModels.Float, Datatype.Fp32, Pattern(24) },
        { TestModels.Double, Datatype.Fp64, Pattern(48) },
    };

    [Theory]
    [MemberData(nameof(EveryType))]
    public void Every_number_passes_bit_for_bit(int type, Datatype datatype, byte[] data)
    {
        using var model = Loading.Load(TestModels.Identity(type));
        var input = Tensor.Create("x", datatype, [2, 3], data);
        Assert.Null(model.FindFault([input], []));
        var output = Assert.Single(model.Run([input], [], Plenty, TestContext.Current.CancellationToken));
        Assert.Equal("y", output.Name);
        Assert.Equal(datatype, output.Datatype);
        Assert.Equal([2, 3], output.Shape);
        Assert.Equal(data, output.Data.ToArray());
    }

    [Fact]
    public void Strings_pass_whatever_their_bytes()
    {
        using var model = Loading.Load(TestModels.Identity(TestModels.String));
        var input = Tensors.Bytes("x", [3, 2], [], "a"u8.ToArray(), "häß \U0001F600"u8.ToArray(), [0, 1, 0], [0xff, 0xfe, 0x80], new byte[100_000]);
        var output = Assert.Single(model.Run([input], [], Plenty, TestContext.Current.CancellationToken));
        Assert.Equal(Datatype.Bytes, output.Datatype);
        Assert.Equal(input.Data.ToArray(), output.Data.ToArray());
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(0, 0)]
    public void Empty_tensors_pass(int rows, int columns)
    {
        foreach (var (type, datatype) in new[] { (TestModels.Float, Datatype.Fp32), (TestModels.String, Datatype.Bytes) })
        {
            using var model = Loading.Load(TestModels.Identity(type));
            var input = Tensor.Create("x", datatype, [rows, columns], default);
            var output = Assert.Single(model.Run([input], [], Plenty, TestContext.Current.CancellationToken));
            Assert.Equal([rows, columns], output.Shape);
            Assert.Equal(0, output.Data.Length);
        }
    }

    [Fact]
    public void A_scalar_is_not_a_tensor_of_any_rank()
    {
        using var scalar = Loading.Load(TestModels.Scalar(TestModels.Float));
        using var unranked = Loading.Load(TestModels.Unranked(TestModels.Float));
        var one = Tensors.Of("x", Datatype.Fp32, [], 2.5f);
        var three = Tensors.Floats("x", 1, 2, 3);
        Assert.Empty(scalar.Inputs[0].Shape!);
        Assert.Null(unranked.Inputs[0].Shape);
        Assert.Null(scalar.FindFault([one], []));
        Assert.Equal("input \"x\": expected shape [], found [3]", scalar.FindFault([three], []));
        Assert.Null(unranked.FindFault([one], []));
        Assert.Null(unranked.FindFault([three], []));
        Assert.Equal([2.5f], scalar.Run([one], [], Plenty, TestContext.Current.CancellationToken)[0].Values<float>());
        Assert.Equal([1, 2, 3], unranked.Run([three], [], Plenty, TestContext.Current.CancellationToken)[0].Values<float>());
    }

    [Fact]
    public void Several_inputs_and_outputs_in_any_order()
    {
        using var model = Loading.Load(TestModels.SumAndDifference());
        Tensor[] inputs =
        [
            Tensors.Of("flag", Datatype.Bool, [1], true),
            Tensors.Of("b", Datatype.Int64, [2, 2], 1L, 2, 3, 4),
            Tensors.Of("a", Datatype.Int64, [2, 2], 10L, 20, 30, 40),
        ];
        Assert.Null(model.FindFault(inputs, []));
        var all = model.Run(inputs, [], Plenty, TestContext.Current.CancellationToken);
        Assert.Equal(["sum", "difference", "unflag"], all.Select(output => output.Name));
        Assert.Equal([11, 22, 33, 44], all[0].Values<long>());
        Assert.Equal([9, 18, 27, 36], all[1].Values<long>());
        Assert.Equal([0], all[2].Values<byte>());
        var some = model.Run(inputs, ["unflag", "sum"], Plenty, TestContext.Current.CancellationToken);
        Assert.Equal(["unflag", "sum"], some.Select(output => output.Name));
    }

    [Fact]
    public void What_is_wrong_with_a_request_is_said_before_anything_runs()
    {
        using var model = Loading.Load(TestModels.SumAndDifference());
        var flag = Tensors.Of("flag", Datatype.Bool, [1], true);
        var a = Tensors.Of("a", Datatype.Int64, [2, 1], 1L, 2);
        var b = Tensors.Of("b", Datatype.Int64, [2, 1], 1L, 2);
        Assert.Equal("the input \"b\" (INT64 [2,-1]) is missing", model.FindFault([flag, a], []));
        Assert.Equal("unknown input \"c\": the model \"model\" takes \"a\", \"b\", \"flag\"", model.FindFault([flag, a, b, Tensors.Longs("c", 1)], []));
        Assert.Equal("the input \"a\" is there twice", model.FindFault([flag, a, b, a], []));
        Assert.Equal("input \"b\": expected datatype INT64, found INT32", model.FindFault([flag, a, Tensors.Of("b", Datatype.Int32, [2, 1], 1, 2)], []));
        Assert.Equal("input \"b\": expected shape [2,-1] (-1: any size), found [1,2]", model.FindFault([flag, a, Tensors.Of("b", Datatype.Int64, [1, 2], 1L, 2)], []));
        Assert.Equal("input \"flag\": expected shape [1], found []", model.FindFault([Tensors.Of("flag", Datatype.Bool, [], true), a, b], []));
        Assert.Equal("unknown output \"product\": the model \"model\" gives \"sum\", \"difference\", \"unflag\"", model.FindFault([flag, a, b], ["sum", "product"]));
        Assert.Equal("the output \"sum\" is asked for twice", model.FindFault([flag, a, b], ["sum", "sum"]));
    }

    [Fact]
    public void A_run_that_the_model_cannot_do_says_why_without_the_sources_paths()
    {
        using var model = Loading.Load(TestModels.Lookup());
        var fault = Assert.Throws<ModelRunException>(() => model.Run([Tensors.Longs("indices", 0, 3)], [], Plenty, TestContext.Current.CancellationToken));
        Assert.Equal(ModelRunFault.Unprocessable, fault.Fault);
        Assert.Contains("indices element out of data bounds, idx=3", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".cc", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("onnxruntime", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
        Assert.Equal([10f, 30f], model.Run([Tensors.Longs("indices", 0, 2)], [], Plenty, TestContext.Current.CancellationToken)[0].Values<float>());
    }

    [Fact]
    public void A_run_that_asks_for_too_much_memory_fails_alone()
    {
        using var model = Loading.Load(TestModels.Fill());
        foreach (var shape in new long[][] { [1 << 20, 1 << 20], [1L << 31, 1L << 31], [400, 1 << 20], [long.MaxValue], [-1] })
        {
            var fault = Assert.Throws<ModelRunException>(() => model.Run([Tensors.Longs("shape", shape)], [], Plenty, TestContext.Current.CancellationToken));
            Assert.True(fault.Fault is ModelRunFault.OutOfMemory or ModelRunFault.Unprocessable);
            Assert.DoesNotContain(".cc", fault.Message, StringComparison.Ordinal);
        }

        Assert.Equal(40, model.Run([Tensors.Longs("shape", 2, 5)], [], Plenty, TestContext.Current.CancellationToken)[0].Data.Length);
    }

    [Fact]
    public void The_runtimes_memory_stays_usable_while_sizes_change()
    {
        using var model = Loading.Load(TestModels.Fill());
        foreach (var mebibytes in new[] { 60, 100, 140, 180, 220, 260, 10, 280 })
        {
            // Each is over the limit of an answer, so that nothing is copied; the runtime has made it by then.
            var fault = Assert.Throws<ModelRunException>(
                () => model.Run([Tensors.Longs("shape", mebibytes, 256, 1024)], [], 1024, TestContext.Current.CancellationToken));
            Assert.Equal(ModelRunFault.Unstatable, fault.Fault);
        }
    }

    [Fact]
    public void An_answer_has_a_limit_for_all_its_outputs_together()
    {
        using var model = Loading.Load(TestModels.SumAndDifference());
        Tensor[] inputs =
        [
            Tensors.Of("flag", Datatype.Bool, [1], true), Tensors.Of("a", Datatype.Int64, [2, 1], 1L, 2), Tensors.Of("b", Datatype.Int64, [2, 1], 1L, 2),
        ];
        Assert.Equal(3, model.Run(inputs, [], 33, TestContext.Current.CancellationToken).Count);
        var fault = Assert.Throws<ModelRunException>(() => model.Run(inputs, [], 32, TestContext.Current.CancellationToken));
        Assert.Equal(ModelRunFault.Unstatable, fault.Fault);
        Assert.Contains("\"unflag\"", fault.Message, StringComparison.Ordinal);

        using var strings = Loading.Load(TestModels.Identity(TestModels.String));
        var texts = Tensors.Texts("x", [1, 2], "abc", "");
        Assert.Single(strings.Run([texts], [], 11, TestContext.Current.CancellationToken));
        Assert.Throws<ModelRunException>(() => strings.Run([texts], [], 10, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_run_is_stopped_when_its_time_is_over()
    {
        using var model = Loading.Load(TestModels.Loop());
        Assert.Equal([5L], model.Run([Tensors.Of("count", Datatype.Int64, [], 5L)], [], Plenty, TestContext.Current.CancellationToken)[0].Values<long>());
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        var run = Task.Factory.StartNew(
            () => model.Run([Tensors.Of("count", Datatype.Int64, [], long.MaxValue)], [], Plenty, stop.Token),
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        var fault = await Assert.ThrowsAsync<ModelRunException>(() => run.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal(ModelRunFault.Stopped, fault.Fault);
    }

    [Fact]
    public async Task A_model_that_is_disposed_lets_its_runs_end_and_begins_none()
    {
        var model = Loading.Load(TestModels.Loop());
        using var stop = new CancellationTokenSource();
        var run = Task.Factory.StartNew(
            () => model.Run([Tensors.Of("count", Datatype.Int64, [], long.MaxValue)], [], Plenty, stop.Token),
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        model.Dispose();
        model.Dispose();
        await stop.CancelAsync();
        Assert.IsType<ModelRunException>(await Record.ExceptionAsync(() => run));
        Assert.Throws<ObjectDisposedException>(() => model.Run([Tensors.Of("count", Datatype.Int64, [], 1L)], [], Plenty, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Many_threads_run_one_model_at_once()
    {
        using var model = Loading.Load(TestModels.AddConstant(0.5f));
        var runs = Enumerable.Range(0, 64).Select(number => Task.Run(
            () => model.Run([Tensors.Floats("x", [.. Enumerable.Repeat((float)number, 1000)])], [], Plenty, TestContext.Current.CancellationToken)[0].Values<float>(),
            TestContext.Current.CancellationToken));
        var results = await Task.WhenAll(runs);
        Assert.All(results.Index(), result => Assert.All(result.Item, value => Assert.Equal(result.Index + 0.5f, value)));
    }

    [Fact]
    public void The_digest_is_of_the_file()
    {
        var file = TestModels.AddConstant(1);
        using var model = Loading.Load(file);
        Assert.Equal(Sha384Digest.Of(file), model.Digest);
    }

    [Fact]
    public void An_initializer_that_a_caller_could_override_is_part_of_the_model()
    {
        using var model = Loading.Load(TestModels.Model(graph => graph
            .Node("Add", ["x", "c"], ["y"])
            .Nested(5, tensor => tensor.Varint(2, TestModels.Float).Text(8, "c").Bytes(9, BitConverter.GetBytes(4f)))
            .Value(11, "x", TestModels.Float, ["n"])
            .Value(11, "c", TestModels.Float, [])
            .Value(12, "y", TestModels.Float, ["n"])));
        Assert.Equal(["x"], model.Inputs.Select(input => input.Name));
        Assert.StartsWith("unknown input \"c\"", model.FindFault([Tensors.Floats("x", 1), Tensors.Of("c", Datatype.Fp32, [], 9f)], []), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TestModels.Float16, "Float16")]
    [InlineData(TestModels.Complex64, "Complex64")]
    [InlineData(16, "BFloat16")]
    [InlineData(17, "Float8E4M3FN")]
    public void Elements_that_no_claim_can_state_are_refused_at_load(int type, string name)
    {
        var input = Refusal(TestModels.Model(graph => graph
            .Node("Cast", ["x"], ["y"]).Value(11, "x", type, ["n"]).Value(12, "y", type, ["n"])));
        Assert.Contains("cannot be loaded", input, StringComparison.Ordinal);
        var output = Refusal(TestModels.Model(graph => graph
            .Nested(1, node => node.Text(1, "x").Text(2, "y").Text(4, "Cast").Nested(5, attribute => attribute.Text(1, "to").Varint(3, (ulong)type).Varint(20, 2)))
            .Value(11, "x", TestModels.Float, ["n"])
            .Value(12, "y", type, ["n"])));
        if (type == TestModels.Float16)
        {
            Assert.Contains($"its output \"y\" has elements of {name}", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_not_a_tensor_is_refused_at_load()
    {
        var message = Refusal(TestModels.Model(graph => graph
            .Node("SequenceConstruct", ["x", "x"], ["y"])
            .Value(11, "x", TestModels.Float, ["n"])
            .Nested(12, value => value.Text(1, "y").Nested(2, type => type.Nested(4, sequence => sequence.Nested(1, element => element.Nested(1, tensor => tensor.Varint(1, 1))))))));
        Assert.Contains("its output \"y\" is not a tensor but a sequence", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_no_tensor_can_have_are_refused_at_load()
    {
        Assert.Contains("its input", Refusal(Named(new string('x', 256))), StringComparison.Ordinal);
        using var longest = Loading.Load(Named(new string('x', 255)));
        Assert.Equal(255, longest.Inputs[0].Name.Length);
        var broken = TestModels.Model(graph => graph
            .Nested(1, node => node.Bytes(1, [0x78, 0xff]).Text(2, "y").Text(4, "Identity"))
            .Nested(11, value => value.Bytes(1, [0x78, 0xff]).Nested(2, type => type.Nested(1, tensor => tensor.Varint(1, 1).Nested(2, _ => { }))))
            .Value(12, "y", TestModels.Float, []));
        Assert.Contains("cannot be loaded", Refusal(broken), StringComparison.Ordinal);

        static byte[] Named(string name) => TestModels.Model(graph => graph
            .Node("Identity", [name], ["y"]).Value(11, name, TestModels.Float, []).Value(12, "y", TestModels.Float, []));
    }

    [Fact]
    public void Another_format_in_disguise_is_not_read()
    {
        // The runtime takes a buffer with "ORTM" at byte 4 for its own format, which may name files; here it is the text of a producer's
        // name.
        var disguised = ProtobufWriter.Message(model => model.Bytes(2, Encoding.ASCII.GetBytes("..ORTM..")).Raw(TestModels.AddConstant(1)));
        Assert.Equal("ORTM"u8.ToArray(), disguised[4..8]);
        using var loaded = Loading.Load(disguised);
        Assert.Equal([3f], loaded.Run([Tensors.Floats("x", 2)], [], Plenty, TestContext.Current.CancellationToken)[0].Values<float>());
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a model")]
    [InlineData("{\"json\":true}")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")]
    public void Other_files_are_refused_as_such(string content) =>
        Assert.Contains("cannot be loaded: it is not an ONNX file, or only a part of one; give the whole file as it was exported: ", Refusal(Encoding.UTF8.GetBytes(content)), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_was_cut_off_is_called_a_part_of_one() =>
        Assert.Contains("only a part of one; give the whole file as it was exported: protobuf at byte", Refusal(TestModels.AddConstant(1)[..^1]), StringComparison.Ordinal);

    [Fact]
    public void An_operator_set_that_the_runtime_does_not_have_is_told_in_one_sentence()
    {
        var file = ProtobufWriter.Message(model => model.Varint(1, 8).Nested(8, opset => opset.Text(1, "").Varint(2, 99)).Nested(7, body => body
            .Text(2, "graph").Node("Identity", ["x"], ["y"]).Value(11, "x", TestModels.Float, []).Value(12, "y", TestModels.Float, [])));
        Assert.Matches(@"cannot be loaded: it is for opset 99 of ai\.onnx, and this ONNX Runtime has those up to \d+: export the model for one of them\.$", Refusal(file));
    }

    [Fact]
    public void Every_truncation_and_many_mutations_are_refused_or_load_without_harm()
    {
        var sound = TestModels.SumAndDifference();
        var random = new Random(1);
        for (var length = 0; length < sound.Length; length += 3)
        {
            LoadOrRefuse(sound[..length]);
        }

        for (var round = 0; round < 300; round++)
        {
            var mutant = (byte[])sound.Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                mutant[random.Next(mutant.Length)] = (byte)random.Next(256);
            }

            LoadOrRefuse(mutant);
        }

        static void LoadOrRefuse(byte[] file)
        {
            try
            {
                Loading.Load(file).Dispose();
            }
            catch (EnclaveStartException exception)
            {
                Assert.Equal(EnclaveStartException.UsageExitCode, exception.ExitCode);
            }
        }
    }

    private static string Refusal(byte[] file)
    {
        var refusal = Assert.Throws<EnclaveStartException>(() => Loading.Load(file));
        Assert.Equal(EnclaveStartException.UsageExitCode, refusal.ExitCode);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.Contains("\"model\" version \"1\" (model.onnx)", refusal.Message, StringComparison.Ordinal);
        return refusal.Message;
    }

    private static byte[] Pattern(int length)
    {
        var data = new byte[length];
        new Random(length).NextBytes(data);
        return data;
    }
}
