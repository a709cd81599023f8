using System.Xml.Linq;
using Nitro.Testing;

namespace Nitro.Repository.Tests;

/// <summary>Arrows point one way. Each product project references exactly these, of ours and of others.</summary>
public sealed class ReferenceTests
{
    public static TheoryData<string, string[]> Projects => new()
    {
        { "verifier/Nitro.Attestation", ["System.Formats.Cbor"] },
        { "verifier/Nitro.OpenInference", ["Nitro.Attestation"] },
        { "verifier/Nitro.Verifier", ["Nitro.Attestation"] },
        { "verifier/Nitro.Verifier.Cli", ["Nitro.OpenInference", "Nitro.Verifier", "System.CommandLine"] },
        { "enclave/Nitro.Nsm", ["System.Formats.Cbor"] },
        { "enclave/Nitro.Nsm.Simulator", ["Nitro.Nsm"] },
        { "enclave/Nitro.Enclave", ["Microsoft.AspNetCore.App", "Microsoft.ML.OnnxRuntime", "Nitro.Attestation", "Nitro.Nsm", "Nitro.OpenInference", "Nitro.Vsock", "System.CommandLine"] },
        { "enclave/Nitro.Enclave.App", ["Nitro.Enclave"] },
        { "enclave/Nitro.Enclave.Simulated", ["Nitro.Enclave", "Nitro.Nsm.Simulator"] },
        { "enclave/models/Nitro.Models", [] },
        { "enclave/models/Nitro.Models.Train", ["Nitro.Models"] },
        { "host/Nitro.Vsock", ["Microsoft.AspNetCore.App"] },
        { "host/Nitro.Host", ["Microsoft.AspNetCore.App", "Microsoft.Data.Sqlite.Core", "Nitro.Attestation", "Nitro.OpenInference", "Nitro.Vsock", "SQLitePCLRaw.bundle_e_sqlite3", "System.CommandLine"] },
        { "eif-build/Nitro.Eif", ["Nitro.Attestation"] },
        { "eif-build/Nitro.Eif.Cli", ["Nitro.Eif", "Nitro.Verifier", "System.CommandLine"] },
        { "tests/Nitro.Vectors.Generator", ["Nitro.Verifier", "Portable.BouncyCastle"] },
    };

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_what_it_may_and_nothing_else(string project, string[] allowed)
    {
        var file = Path.Combine(RepositoryRoot.Combine(project.Split('/')), Path.GetFileName(project) + ".csproj");
        var references = XDocument.Load(file).Descendants()
            .Where(one => one.Name.LocalName is "ProjectReference" or "PackageReference" or "FrameworkReference")
            .Where(one => one.Attribute("PrivateAssets")?.Value != "all")
            .Select(one => one.Name.LocalName == "ProjectReference" ? Path.GetFileNameWithoutExtension(one.Attribute("Include")!.Value) : one.Attribute("Include")!.Value);
        Assert.Equal(allowed, references.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_project_of_the_tree_is_in_the_solution_and_every_product_project_is_in_this_list()
    {
        var solution = File.ReadAllText(RepositoryRoot.Combine("Nitro.sln")).Replace('\\', '/');
        foreach (var folder in new[] { "verifier", "enclave", "host", "eif-build", "tests" })
        {
            foreach (var file in Directory.EnumerateFiles(RepositoryRoot.Combine(folder), "*.csproj", SearchOption.AllDirectories))
            {
                var relative = Path.GetRelativePath(RepositoryRoot.Path, file);
                Assert.Contains(relative, solution, StringComparison.Ordinal);
                Assert.True(folder == "tests" || Projects.Any(row => row.Data.Item1 == Path.GetDirectoryName(relative)), $"{relative} is not in the list of references");
            }
        }
    }

    [Fact]
    public void Every_package_is_named_with_its_reason()
    {
        var reasons = File.ReadAllText(RepositoryRoot.Combine("docs", "dependencies.md"));
        var packages = XDocument.Load(RepositoryRoot.Combine("Directory.Packages.props")).Descendants("PackageVersion").ToArray();
        Assert.NotEmpty(packages);
        Assert.All(packages, package => Assert.Contains(package.Attribute("Include")!.Value.Replace(".assert", "", StringComparison.Ordinal).Replace(".extensibility.core", "", StringComparison.Ordinal), reasons, StringComparison.Ordinal));
    }
}
