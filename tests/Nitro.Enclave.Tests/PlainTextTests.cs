using Nitro.Enclave.Models;
using Nitro.Enclave.Tests.Support;

namespace Nitro.Enclave.Tests;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    [InlineData(" a\r\n\tb\u0000\u001b[31m ", "a b [31m")]
    [InlineData("a\u202eb\u200bc", "a b c")]
    [InlineData("häß \U0001F600", "häß \U0001F600")]
    public void Text_of_others_fits_on_one_line(string text, string clean) => Assert.Equal(clean, PlainText.Clean(text, 100));

    [Fact]
    public void Half_a_pair_is_no_character() => Assert.Equal("half \ufffd pair", PlainText.Clean("half \ud800 pair", 100));

    [Fact]
    public void Long_text_is_cut()
    {
        Assert.Equal(new string('x', 9) + "…", PlainText.Clean(new string('x', 1000), 10));
        Assert.Equal("xxxxxxxx…", PlainText.Clean("xxxxxxxx\U0001F600\U0001F600", 10));
    }

    [Theory]
    [InlineData(
        "[ErrorCode:InvalidArgument] Non-zero status code returned while running Gather node. Name:'gather' Status Message: indices element out of data bounds, idx=3",
        "Non-zero status code returned while running Gather node. Name:'gather' Status Message: indices element out of data bounds, idx=3")]
    [InlineData(
        "[ErrorCode:Fail] Non-zero status code returned while running Expand node. Name:'' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:359 " +
        "void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Available memory of 1 is smaller than requested bytes of 2\n",
        "Non-zero status code returned while running Expand node. Status Message: Available memory of 1 is smaller than requested bytes of 2")]
    [InlineData(
        "[ErrorCode:Fail] x: /onnxruntime_src/onnxruntime/core/common/safeint.h:17 static void SafeIntExceptionHandler<onnxruntime::OnnxRuntimeException>::SafeIntOnOverflow() Integer overflow",
        "x: Integer overflow")]
    [InlineData("[ErrorCode:Fail] y: [ONNXRuntimeError] : 1 : FAIL : tensor.cc:57 CalculateTensorStorageSize Tensor shape.Size() must be >= 0", "y: CalculateTensorStorageSize Tensor shape.Size() must be >= 0")]
    public void Messages_of_the_runtime_lose_its_sources(string message, string clean) => Assert.Equal(clean, RuntimeMessage.Clean(message));

    [Fact]
    public void A_line_of_the_log_is_one_line_and_a_broken_log_breaks_nothing()
    {
        var output = new StringWriter();
        var log = new EnclaveLog(output, new ManualTime());
        log.Information("first\nsecond");
        log.Warning("w");
        log.Error("e");
        Assert.Equal("2026-03-01T12:00:00Z info first second\n2026-03-01T12:00:00Z warn w\n2026-03-01T12:00:00Z fail e\n", output.ToString());

        var closed = new StreamWriter(new MemoryStream());
        closed.Dispose();
        new EnclaveLog(closed, new ManualTime()).Error("nobody hears this");
    }
}
