using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Nitro.Testing;

namespace Nitro.Verifier.Tests.Policies;

/// <summary>docs/policy.schema.json names what the reader reads, and docs/policy.md's examples are policies.</summary>
public sealed partial class PolicySchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(File.ReadAllBytes(RepositoryRoot.Combine("docs", "policy.schema.json"))).RootElement;

    public static TheoryData<string, string, string> Objects => new()
    {
        { "", "PolicyReader.cs", "{ \"version\": 1, \"NAME\": [[1]] }" },
        { "$defs/release", "PolicyReader.cs", "{ \"version\": 1, \"releases\": [ { \"NAME\": [[1]] } ] }" },
        { "$defs/revocation", "RevocationReader.cs", "{ \"version\": 1, \"revocations\": [ { \"NAME\": [[1]] } ] }" },
    };

    [Theory]
    [MemberData(nameof(Objects))]
    public void Every_member_of_the_schema_is_read_and_every_member_read_is_in_the_schema(string path, string source, string policy)
    {
        var properties = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate(Schema, (at, name) => at.GetProperty(name)).GetProperty("properties");
        string[] names = [.. properties.EnumerateObject().Select(property => property.Name)];
        Assert.All(names, name => Assert.False(IsUnknown(policy, name), $"the schema has {name}, the reader has not"));

        // The other way: whatever the reader's source mentions as a member, and takes here, is in the schema.
        var mentioned = Quoted().Matches(File.ReadAllText(RepositoryRoot.Combine("verifier", "Nitro.Verifier", "Policies", source))).Select(match => match.Groups[1].Value).Distinct();
        Assert.All(mentioned.Where(name => !IsUnknown(policy, name)), name => Assert.Contains(name, names));
    }

    [Fact]
    public void The_examples_of_the_documentation_are_policies()
    {
        var examples = Example().Matches(File.ReadAllText(RepositoryRoot.Combine("docs", "policy.md")));
        Assert.Equal(2, examples.Count);
        Assert.All(examples, example => Assert.NotNull(VerificationPolicy.Parse(Encoding.UTF8.GetBytes(example.Groups[1].Value))));
    }

    /// <summary>A member that the reader knows is refused for its value instead.</summary>
    private static bool IsUnknown(string policy, string name)
    {
        var exception = Record.Exception(() => VerificationPolicy.Parse(Encoding.UTF8.GetBytes(policy.Replace("NAME", name, StringComparison.Ordinal))));
        return exception is PolicyException { Message: var message } && (message.Contains("there is no member", StringComparison.Ordinal) || message.Contains("not a policy", StringComparison.Ordinal));
    }

    [GeneratedRegex("(?:case|or) \"([$A-Za-z]+)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
