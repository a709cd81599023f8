using Nitro.Enclave.Models;

namespace Nitro.Enclave.Tests.Support;

/// <summary>Loads models as the product does, in the one runtime of the test process.</summary>
internal static class Loading
{
    /// <summary>What all tests of this process give the runtime.</summary>
    public const int MemoryMiB = 1024;

    public static OnnxModel Load(byte[] model, int threads = 1)
    {
        OnnxProcess.Start(MemoryMiB);
        return OnnxModel.Load(new ModelSource("model", "1", "model.onnx"), model, threads);
    }
}
