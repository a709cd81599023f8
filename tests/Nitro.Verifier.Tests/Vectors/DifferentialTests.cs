using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Nitro.Verifier.Tests.Vectors;

/// <summary>
/// The product and the independent checker judge what nobody has published: documents and evidence of the vectors with a few bytes changed,
/// by a seed, so that a disagreement can be found again. Whoever is right, docs/verification.md is then not precise enough.
/// </summary>
public sealed class DifferentialTests
{
    private const int Seed = 20260115;
    private const int Cases = 1500;

    /// <summary>Bytes that mean something in CBOR or DER.</summary>
    private static readonly byte[] Telling =
        [0x00, 0x01, 0x18, 0x30, 0x31, 0x40, 0x58, 0x59, 0x5f, 0x60, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xf6, 0xf7, 0xff];

    [Fact]
    public async Task Two_implementations_name_the_same_error_for_what_is_damaged_at_random()
    {
        var random = new Random(Seed);
        PublishedVector[] vectors = [.. PublishedVector.All.Values.Where(vector =>
            vector is { Kind: "document" or "evidence", Error: null })];
        var (questions, verdicts) = (new StringBuilder(), new List<string?>(Cases));
        for (var number = 0; number < Cases; number++)
        {
            var vector = vectors[random.Next(vectors.Length)];
            var file = vector.File(vector.Kind);
            var content = vector.Kind == "document" ? Damage(file, random) : DamageMember(file, random);
            questions.Append(vector.With(content)).Append('\n');
            verdicts.Add(ProductVerdict.Of(vector, content));
        }

        var (exitCode, output) = await IndependentChecker.RunAsync(IndependentChecker.Folder, "--judge", questions.ToString());
        Assert.Equal(0, exitCode);
        var answers = output.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)?.ToJsonString()).ToArray();
        var lines = questions.ToString().Split('\n');
        Assert.Equal(Cases, answers.Length);
        Assert.All(answers.Index(), one => Assert.True(
            verdicts[one.Index] == one.Item,
            string.Create(CultureInfo.InvariantCulture,
                $"case {one.Index}: the product says {verdicts[one.Index]}, the checker {one.Item}, of {lines[one.Index]}")));

        // The damage must reach every stage, or the agreement says little.
        var reached = answers.OfType<string>().Select(answer => JsonNode.Parse(answer)!["check"]?.GetValue<int>() ?? 0).ToHashSet();
        Assert.Superset(new HashSet<int> { 102, 201, 302, 303, 304, 305, 308, 310, 311, 401, 702, 703, 704, 710, 712, 719, 720 }, reached);
    }

    private static byte[] DamageMember(byte[] file, Random random)
    {
        var members = JsonNode.Parse(file)!.AsObject();
        var names = members.Select(member => member.Key).Where(name => name is not ("version" or "kind")).ToArray();
        var chosen = names[random.Next(names.Length)];
        members[chosen] = Convert.ToBase64String(Damage(Convert.FromBase64String(members[chosen]!.GetValue<string>()), random));
        return Encoding.UTF8.GetBytes(members.ToJsonString());
    }

    private static byte[] Damage(byte[] content, Random random)
    {
        var bytes = content.ToList();
        for (var times = random.Next(4) == 0 ? 2 : 1; times > 0 && bytes.Count > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = Telling[random.Next(Telling.Length)];
                    break;
                case 2:
                    bytes[at] += (byte)(random.Next(2) == 0 ? 1 : 255);
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(1 << random.Next(4), bytes.Count - at));
                    break;
                case 4:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), 1 << random.Next(3)));
                    break;
                default:
                    var from = random.Next(bytes.Count);
                    var part = bytes.GetRange(from, Math.Min(1 << random.Next(6), bytes.Count - from));
                    bytes.RemoveRange(at, Math.Min(part.Count, bytes.Count - at));
                    bytes.InsertRange(at, part);
                    break;
            }
        }

        return [.. bytes];
    }
}
