using System.Diagnostics;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using Nitro.Enclave.Tests.Support;
using Nitro.Testing;

namespace Nitro.Enclave.Tests.Executables;

public sealed class ProductionExecutableTests
{
    private const string Project = "Nitro.Enclave.App";
    private const string Executable = "nitro-enclave";

    [Fact]
    public async Task Without_an_NSM_it_refuses_to_start()
    {
        if (File.Exists("/dev/nsm"))
        {
            Assert.Skip("/dev/nsm is here: this machine is an enclave.");
        }

        using var folder = new TemporaryFolder();
        var model = folder.Write("m.onnx", TestModels.AddConstant(1));
        using var enclave = EnclaveProcess.Start(Project, Executable, folder.Path("home"), "--listen", "unix:" + folder.Path("e.sock"), "--model", $"add={model}");
        Assert.Equal(3, await enclave.WaitAsync());
        Assert.Null(await enclave.ReadLineAsync());
        Assert.StartsWith("error: The NSM cannot be opened: ", enclave.Errors, StringComparison.Ordinal);
        Assert.Single(enclave.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_published_image_holds_exactly_what_is_listed()
    {
        using var folder = new TemporaryFolder();
        await PublishAsync(folder.Path("image"));
        var published = Directory.EnumerateFiles(folder.Path("image"), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder.Path("image"), path)).Order(StringComparer.Ordinal);
        var listed = File.ReadAllLines(RepositoryRoot.Combine("eif-build", "image-contents.txt"))
            .Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0).ToArray();
        Assert.Equal(listed.Where(line => !line.StartsWith("framework ", StringComparison.Ordinal)), published);

        using var runtime = JsonDocument.Parse(await File.ReadAllBytesAsync(folder.Path($"image/{Executable}.runtimeconfig.json"), TestContext.Current.CancellationToken));
        var frameworks = runtime.RootElement.GetProperty("runtimeOptions").GetProperty("frameworks").EnumerateArray()
            .Select(framework => $"framework {framework.GetProperty("name").GetString()} {framework.GetProperty("version").GetString()!.Split('.')[0]}");
        Assert.Equal(listed.Where(line => line.StartsWith("framework ", StringComparison.Ordinal)), frameworks);
    }

    [Fact]
    public void No_simulator_and_no_verifier_is_within_reach_of_a_production_image()
    {
        var folder = EnclaveProcess.OutputFolder(Project);
        var references = new SortedSet<string>(StringComparer.Ordinal);
        var waiting = new Queue<string>([Executable]);
        while (waiting.TryDequeue(out var name))
        {
            var path = Path.Combine(folder, name + ".dll");
            if (references.Add(name) && File.Exists(path))
            {
                using var assembly = new PEReader(File.OpenRead(path));
                var metadata = assembly.GetMetadataReader();
                foreach (var reference in metadata.AssemblyReferences)
                {
                    waiting.Enqueue(metadata.GetString(metadata.GetAssemblyReference(reference).Name));
                }
            }
        }

        Assert.Equal(
            ["Nitro.Attestation", "Nitro.Enclave", "Nitro.Nsm", "Nitro.OpenInference", "Nitro.Vsock"],
            references.Where(name => name.StartsWith("Nitro.", StringComparison.Ordinal)));
        Assert.Contains("Microsoft.ML.OnnxRuntime", references);
        Assert.DoesNotContain(Directory.EnumerateFiles(folder), path => Path.GetFileName(path) is { } file
            && (file.Contains("Simulat", StringComparison.OrdinalIgnoreCase) || file.Contains("Verif", StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>Publishes what was built, without building or restoring anything.</summary>
    private static async Task PublishAsync(string destination)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        string[] arguments =
        [
            "publish", RepositoryRoot.Combine("enclave", Project), "--no-build", "--no-restore", "-c", output.Parent!.Name, "-o", destination, "-nologo", "-v", "q",
        ];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

        // Nodes that outlive the test would hold its output open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        using var publish = Process.Start(start)!;
        var text = await publish.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await publish.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await publish.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(publish.ExitCode == 0, text);
    }
}
