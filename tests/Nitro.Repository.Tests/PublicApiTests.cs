using Nitro.Attestation.Documents;
using Nitro.Eif.Reading;
using Nitro.Testing;
using Nitro.Verifier;

namespace Nitro.Repository.Tests;

/// <summary>What programs may build on is a decision: it stands in a file that is reviewed, and does not change by accident.</summary>
public sealed class PublicApiTests
{
    private const string Approving = "NITRO_APPROVE_API";

    public static TheoryData<string> Assemblies => ["Nitro.Verifier", "Nitro.Attestation", "Nitro.Eif"];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void The_public_surface_is_the_approved_one(string name)
    {
        var file = RepositoryRoot.Combine("tests", "Nitro.Repository.Tests", "PublicApi", name + ".approved.txt");
        var found = PublicApi.Write(name switch
        {
            "Nitro.Verifier" => typeof(AttestationVerifier).Assembly,
            "Nitro.Attestation" => typeof(UnverifiedDocument).Assembly,
            _ => typeof(EifReader).Assembly,
        });
        if (Environment.GetEnvironmentVariable(Approving) == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, found);
        }

        string[] approved = File.ReadAllText(file).Split('\n'), now = found.Split('\n');
        var differences = approved.Except(now).Select(line => "- " + line).Concat(now.Except(approved).Select(line => "+ " + line)).ToArray();
        Assert.True(
            approved.SequenceEqual(now),
            $"The public surface of {name} changed:\n{string.Join('\n', differences)}\nIf it is meant, `make approve-api` writes the new one; review it like code.");
    }

    [Fact]
    public void What_is_written_names_types_members_and_defaults()
    {
        var text = PublicApi.Write(typeof(AttestationVerifier).Assembly);
        Assert.Contains("sealed class Nitro.Verifier.AttestationVerifier\n", text, StringComparison.Ordinal);
        Assert.Contains("    new(VerificationPolicy policy, VerifierOptions options = default)\n", text, StringComparison.Ordinal);
        Assert.Contains("    DocumentSize = 101\n", text, StringComparison.Ordinal);
    }
}
