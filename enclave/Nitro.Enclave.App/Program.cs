using Nitro.Enclave;
using Nitro.Enclave.Boot;
using Nitro.Enclave.Hosting;
using Nitro.Enclave.Models;
using Nitro.Nsm;

// Before anything else: ONNX Runtime reads the environment when it starts, and other threads must not be reading it while it is changed.
OnnxProcess.DisableTelemetry();

return await EnclaveProgram.RunAsync(
    args,
    "Serves ONNX models from within an AWS Nitro Enclave, each answer signed by a key that the Nitro Secure Module vouches for.",
    addOptions: _ => { },
    prepare: (_, log) => new EnclaveEnvironment { OpenNsm = () => NsmDevice.Open(), KernelPool = new LinuxKernelPool(), Log = log },
    Console.Out,
    Console.Error,
    CancellationToken.None).ConfigureAwait(false);
