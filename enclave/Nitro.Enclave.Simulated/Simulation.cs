using System.CommandLine;
using System.Security.Cryptography;
using Nitro.Nsm.Simulator;

namespace Nitro.Enclave.Simulated;

/// <summary>The options of a simulated enclave, and the environment that they make. Disposing it forgets the PKI's key.</summary>
internal sealed class Simulation : IDisposable
{
    private readonly Option<string> _pki = new("--pki")
    {
        Description = "Folder of the simulated root certificate and its key; both are made when they are not there. "
            + "Nobody trusts the root until told to.",
        HelpName = "FOLDER",
        Required = true,
    };

    private readonly Option<bool> _debugMode = new("--debug-mode")
    {
        Description = "Simulate an enclave started in debug mode: PCR0 to PCR2 are zero.",
    };

    private readonly Option<string> _payload = new Option<string>("--payload")
    {
        Description = "How attestation documents write their payload map: as AWS does since July 2025 (indefinite) or before (definite).",
        HelpName = "FORM",
        DefaultValueFactory = _ => "indefinite",
    }.AcceptOnlyFromAmong("indefinite", "definite");

    private readonly Option<string> _image = new("--image")
    {
        Description = "Text that stands in for the image: PCRn is the SHA-384 digest of \"TEXT PCRn\" for n = 0, 1, 2.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => SimulatedImage.DefaultText,
    };

    private readonly Option<string?> _measurements = new("--measurements")
    {
        Description = "Write the image's measurements to this file, as nitro-cli build-enclave prints them.",
        HelpName = "FILE",
    };

    private SimulatedPki? _root;

    public void AddOptions(Command command)
    {
        Option[] options = [_pki, _debugMode, _payload, _image, _measurements];
        Array.ForEach(options, command.Options.Add);
    }

    /// <summary>The environment: a simulated NSM over the PKI, and a kernel pool that is left alone.</summary>
    /// <exception cref="EnclaveStartException">The PKI or the measurements cannot be read or written.</exception>
    public EnclaveEnvironment Prepare(ParseResult parsed, EnclaveLog log)
    {
        var image = new SimulatedImage(parsed.GetRequiredValue(_image));
        var folder = parsed.GetRequiredValue(_pki);
        _root = WithFiles($"The simulated PKI in {folder} cannot be used", () => OpenPki(folder, log));
        if (parsed.GetValue(_measurements) is { } file)
        {
            WithFiles($"The measurements cannot be written to {file}", () =>
            {
                File.WriteAllBytes(file, image.ToJson());
                return true;
            });
        }

        log.Warning("the NSM is simulated: nothing that this process signs proves anything about this machine");
        var options = new SimulatedNsmOptions
        {
            Pcrs = image.Pcrs,
            DebugMode = parsed.GetValue(_debugMode),
            PayloadForm = parsed.GetRequiredValue(_payload) == "definite" ? PayloadForm.Definite : PayloadForm.Indefinite,
        };
        var root = _root;
        return new EnclaveEnvironment
        {
            OpenNsm = () => new SimulatedNsm(root, options),
            KernelPool = new UntouchedKernelPool(),
            Log = log,
        };
    }

    public void Dispose() => _root?.Dispose();

    private static SimulatedPki OpenPki(string folder, EnclaveLog log)
    {
        if (SimulatedPki.Exists(folder))
        {
            return SimulatedPki.Load(folder);
        }

        var root = SimulatedPki.Create();
        root.Save(folder);
        log.Information($"made a simulated root certificate: {SimulatedPki.CertificatePath(folder)}");
        return root;
    }

    private static T WithFiles<T>(string failure, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (
            exception is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            throw EnclaveStartException.Environment($"{failure}: {exception.Message}", exception);
        }
    }
}
