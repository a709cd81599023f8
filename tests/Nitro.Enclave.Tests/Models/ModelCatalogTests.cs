using System.Runtime.InteropServices;
using Nitro.Attestation;
using Nitro.Enclave.Models;
using Nitro.Enclave.Tests.Support;

namespace Nitro.Enclave.Tests.Models;

public sealed partial class ModelCatalogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_swapped_between_digest_and_load_changes_nothing()
    {
        var path = _folder.Write("model.onnx", TestModels.AddConstant(1));
        var reads = 0;
        using var catalog = Load([new ModelSource("m", "1", path)], file =>
        {
            reads++;
            var buffer = File.ReadAllBytes(file);
            File.WriteAllBytes(file, TestModels.AddConstant(1000));
            return buffer;
        });
        Assert.Equal(1, reads);
        Assert.Equal(Sha384Digest.Of(TestModels.AddConstant(1)), catalog.Manifest.Entries[0].Model);
        Assert.Equal([3f], catalog.Models[0].Run([Tensors.Floats("x", 2)], [], 64, TestContext.Current.CancellationToken)[0].Values<float>());
    }

    [Fact]
    public async Task A_model_is_loaded_from_what_can_be_read_but_once()
    {
        var pipe = _folder.Path("pipe.onnx");
        Assert.Equal(0, MakeFifo(pipe, 0x180));
        var writing = Task.Run(() => File.WriteAllBytes(pipe, TestModels.AddConstant(7)), TestContext.Current.CancellationToken);
        using var catalog = Load([new ModelSource("m", "1", pipe)], File.ReadAllBytes);
        await writing;
        Assert.Equal(Sha384Digest.Of(TestModels.AddConstant(7)), catalog.Models[0].Digest);
        Assert.Equal([9f], catalog.Models[0].Run([Tensors.Floats("x", 2)], [], 64, TestContext.Current.CancellationToken)[0].Values<float>());
    }

    [Theory]
    [InlineData(new[] { "1", "2", "10" }, "10")]
    [InlineData(new[] { "10", "9" }, "10")]
    [InlineData(new[] { "99999999999999999999999", "100000000000000000000000" }, "100000000000000000000000")]
    [InlineData(new[] { "1", "10", "v2" }, "v2")]
    [InlineData(new[] { "v10", "v9" }, "v9")]
    [InlineData(new[] { "1.10", "1.9" }, "1.9")]
    [InlineData(new[] { "beta" }, "beta")]
    public void Without_a_version_it_is_the_highest(string[] versions, string highest)
    {
        var file = TestModels.AddConstant(1);
        using var catalog = Load([.. versions.Select(version => new ModelSource("m", version, "x")), new ModelSource("other", "zzz", "x")], _ => file);
        Assert.Equal(highest, catalog.Find("m", null)!.Version);
        Assert.All(versions, version => Assert.Equal(version, catalog.Find("m", version)!.Version));
        Assert.Equal(versions, catalog.Versions("m"));
        Assert.Null(catalog.Find("m", "0"));
        Assert.Null(catalog.Find("M", null));
        Assert.Equal("zzz", catalog.Find("other", null)!.Version);
    }

    [Fact]
    public void Two_models_do_not_mix()
    {
        using var catalog = Load([new ModelSource("a", "1", "1"), new ModelSource("b", "1", "2")], path => TestModels.AddConstant(float.Parse(path, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.NotEqual(catalog.Find("a", null)!.Digest, catalog.Find("b", null)!.Digest);
        Assert.Equal([1f], catalog.Find("a", null)!.Run([Tensors.Floats("x", 0)], [], 64, TestContext.Current.CancellationToken)[0].Values<float>());
        Assert.Equal([2f], catalog.Find("b", null)!.Run([Tensors.Floats("x", 0)], [], 64, TestContext.Current.CancellationToken)[0].Values<float>());
        Assert.Equal(catalog.Find("b", null)!.Digest, catalog.Manifest.Find("b", "1")!.Model);
    }

    [Fact]
    public void Files_that_cannot_be_read_are_usage_errors_that_name_them()
    {
        Refused(_folder.Path("absent.onnx"), "there is no such file");
        Refused(_folder.Path("absent/absent.onnx"), "there is no such file");
        Refused(_folder.Root, "it is a folder");
        Refused(_folder.Path("nul\0byte"), "cannot be read");
        var first = Assert.Throws<EnclaveStartException>(() => Load([new("m", "1", "a"), new("m", "1", "b")], _ => TestModels.AddConstant(1)));
        Assert.Equal("The model \"m\" version \"1\" is given twice; give one of them another version.", first.Message);
        Assert.Contains("1 to 256 models; found 0", Assert.Throws<EnclaveStartException>(() => Load([], File.ReadAllBytes)).Message, StringComparison.Ordinal);
        ModelSource[] many = [.. Enumerable.Range(0, 257).Select(number => new ModelSource("m", $"{number}", "x"))];
        Assert.Contains("found 257", Assert.Throws<EnclaveStartException>(() => Load(many, File.ReadAllBytes)).Message, StringComparison.Ordinal);

        static void Refused(string path, string reason)
        {
            var refusal = Assert.Throws<EnclaveStartException>(() => Load([new ModelSource("m", "1", path)], File.ReadAllBytes));
            Assert.Equal(2, refusal.ExitCode);
            Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
            Assert.Contains("\"m\"", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("digits=a.onnx", "digits", "1", "a.onnx")]
    [InlineData("digits:2.1-b=/x/y=z:w.onnx", "digits", "2.1-b", "/x/y=z:w.onnx")]
    public void A_model_is_named_on_the_command_line(string text, string name, string version, string path)
    {
        Assert.True(ModelSource.TryParse(text, out var source, out _));
        Assert.Equal(new ModelSource(name, version, path), source);
    }

    [Theory]
    [InlineData("")]
    [InlineData("digits")]
    [InlineData("digits=")]
    [InlineData("=a.onnx")]
    [InlineData("digits:=a.onnx")]
    [InlineData("digits:1:2=a.onnx")]
    [InlineData("di/gits=a.onnx")]
    [InlineData("..=a.onnx")]
    [InlineData("dïgits=a.onnx")]
    [InlineData("dig its=a.onnx")]
    public void Other_texts_name_no_model(string text)
    {
        Assert.False(ModelSource.TryParse(text, out var source, out var error));
        Assert.Null(source);
        Assert.NotEmpty(error);
    }

    [Fact]
    public void Names_have_128_characters_at_most()
    {
        Assert.True(ModelSource.IsName(new string('a', 128)));
        Assert.False(ModelSource.IsName(new string('a', 129)));
    }

    private static ModelCatalog Load(IReadOnlyList<ModelSource> sources, Func<string, byte[]> readFile)
    {
        OnnxProcess.Start(Loading.MemoryMiB);
        return ModelCatalog.Load(sources, 1, readFile);
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
