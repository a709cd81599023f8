using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Nitro.Attestation.Documents;
using Nitro.Testing;
using Nitro.Verifier;

namespace Nitro.Repository.Tests;

/// <summary>
/// What verifier/BannedSymbols.txt bans breaks the build of the verifier. That the analyzer did its work is seen in the assemblies: they refer to none of it.
/// </summary>
public sealed class BannedSymbolTests
{
    /// <summary>What the compiler itself writes into every iterator.</summary>
    private const string OfIterators = "System.Environment.get_CurrentManagedThreadId";

    public static TheoryData<string> Assemblies => [typeof(AttestationVerifier).Assembly.Location, typeof(UnverifiedDocument).Assembly.Location];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void The_assemblies_refer_to_nothing_that_is_banned(string assembly)
    {
        var (members, types, namespaces) = Banned();
        var references = References(assembly);
        Assert.True(references.Count > 100);
        Assert.DoesNotContain(
            references,
            one => one.Member != OfIterators
                && (members.Contains(one.Member) || types.Contains(one.Type) || namespaces.Any(name => one.Type.StartsWith(name + ".", StringComparison.Ordinal))));
    }

    [Fact]
    public void The_list_holds_what_the_verifier_must_never_touch()
    {
        var (members, types, namespaces) = Banned();
        Assert.Contains("System.DateTimeOffset.get_UtcNow", members);
        Assert.Contains("System.Globalization.CultureInfo.get_CurrentCulture", members);
        Assert.Contains("System.IO.File", types);
        Assert.Contains("System.Environment", types);
        Assert.Contains("System.Security.Cryptography.X509Certificates.X509Chain", types);
        Assert.Contains("System.Net", namespaces);
    }

    [Fact]
    public void The_way_of_looking_finds_what_is_there() =>
        Assert.Contains(References(typeof(BannedSymbolTests).Assembly.Location), one => one.Type == "System.IO.File");

    private static (HashSet<string> Members, HashSet<string> Types, HashSet<string> Namespaces) Banned()
    {
        var lines = File.ReadAllLines(RepositoryRoot.Combine("verifier", "BannedSymbols.txt")).Select(line => line.Split(';')[0]).ToArray();
        HashSet<string> Of(string kind, Func<string, string> name) => [.. lines.Where(line => line.StartsWith(kind, StringComparison.Ordinal)).Select(line => name(line[2..]))];
        var members = Of("M:", name => name.Split('(')[0]);
        members.UnionWith(Of("P:", name => $"{name[..name.LastIndexOf('.')]}.get_{name[(name.LastIndexOf('.') + 1)..]}"));
        return (members, Of("T:", name => name), Of("N:", name => name));
    }

    private static List<(string Type, string Member)> References(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        return
        [
            .. metadata.MemberReferences.Select(metadata.GetMemberReference).Where(one => one.Parent.Kind == HandleKind.TypeReference).Select(one =>
            {
                var type = metadata.GetTypeReference((TypeReferenceHandle)one.Parent);
                var name = $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
                return (name, $"{name}.{metadata.GetString(one.Name)}");
            }),
        ];
    }
}
