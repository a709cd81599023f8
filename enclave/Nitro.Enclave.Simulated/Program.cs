using Nitro.Enclave.Hosting;
using Nitro.Enclave.Models;
using Nitro.Enclave.Simulated;

// Before anything else: ONNX Runtime reads the environment when it starts, and other threads must not be reading it while it is changed.
OnnxProcess.DisableTelemetry();

using var simulation = new Simulation();
return await EnclaveProgram.RunAsync(
    args,
    "Serves ONNX models as an enclave does, over a simulated Nitro Secure Module. What it signs proves nothing about this machine.",
    simulation.AddOptions,
    simulation.Prepare,
    Console.Out,
    Console.Error,
    CancellationToken.None).ConfigureAwait(false);
