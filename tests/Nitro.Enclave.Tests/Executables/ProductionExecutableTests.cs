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

    /// <summary>The list's other half, the trimmed frameworks and the libraries, is what <c>make image</c> holds against what it lays out.</summary>
    [Fact]
    public async Task An_image_lists_all_that_the_application_publishes_and_nothing_that_neither_it_nor_its_frameworks_hold()
    {
        using var folder = new TemporaryFolder();
        await PublishAsync(folder.Path("image"));
        var published = Directory.EnumerateFiles(folder.Path("image"), "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)!);

        // Comes with ONNX Runtime for other execution providers; the image leaves it out (eif-build/image/image.targets).
        var expected = published.Where(name => name != "libonnxruntime_providers_shared.so").ToHashSet(StringComparer.Ordinal);
        var listed = ListedFiles().Where(path => path.StartsWith("app/", StringComparison.Ordinal)).Select(path => path["app/".Length..]).ToArray();
        Assert.Empty(expected.Except(listed));

        string[] frameworks = [Path.GetDirectoryName(typeof(object).Assembly.Location)!, Path.GetDirectoryName(typeof(Microsoft.AspNetCore.Http.HttpContext).Assembly.Location)!];
        string[] launcher = ["libhostfxr.so", "libhostpolicy.so"];
        var strange = listed.Except(expected).Except(launcher).Where(name => !Array.Exists(frameworks, framework => File.Exists(Path.Combine(framework, name)))).ToArray();
        Assert.Empty(strange);

        using var runtime = JsonDocument.Parse(await File.ReadAllBytesAsync(folder.Path($"image/{Executable}.runtimeconfig.json"), TestContext.Current.CancellationToken));
        Assert.Equal(
            ["Microsoft.NETCore.App 10", "Microsoft.AspNetCore.App 10"],
            runtime.RootElement.GetProperty("runtimeOptions").GetProperty("frameworks").EnumerateArray()
                .Select(framework => $"{framework.GetProperty("name").GetString()} {framework.GetProperty("version").GetString()!.Split('.')[0]}"));
    }

    [Fact]
    public void An_image_lists_each_file_once_in_order_and_only_where_files_belong()
    {
        var listed = ListedFiles();
        Assert.NotEmpty(listed);
        Assert.Equal(listed.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), listed);
        Assert.All(listed, path => Assert.Matches(@"^(app/[^/]+|lib/x86_64-linux-gnu/lib[a-z+]+(_s)?\.so\.[0-9]+|lib64/ld-linux-x86-64\.so\.2|models/digits/1\.onnx)$", path));
        Assert.DoesNotContain(listed, path => path.Contains("Simulat", StringComparison.OrdinalIgnoreCase) || path.Contains("Verif", StringComparison.OrdinalIgnoreCase)
            || path.EndsWith(".pdb", StringComparison.Ordinal) || path.EndsWith(".xml", StringComparison.Ordinal));
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

    private static string[] ListedFiles() =>
        [.. File.ReadAllLines(RepositoryRoot.Combine("eif-build", "image-contents.txt")).Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0)];

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
