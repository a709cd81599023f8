using Nitro.Verifier.Fuzz.Simulation;

namespace Nitro.Verifier.Fuzz.Mutation;

/// <summary>
/// Chains without documents around them, for comparing what others say of a path: changed certificates, most signed again, and changed
/// bundles.
/// </summary>
public static class ChainMutator
{
    /// <summary>The chain of a number, the same every time.</summary>
    public static ChainCase Make(ulong seed, long number)
    {
        var random = FuzzRandom.ForCase(seed, number);
        var story = new Story();
        var chain = random.Pick(FuzzChain.All);
        var time = FuzzChain.IssuedAt.AddMinutes(10);
        var certificates = chain.Certificates.ToList();
        for (var change = random.OneIn(4) ? 2 : 1; change > 0; change--)
        {
            if (random.OneIn(5))
            {
                ChangeBundle(certificates, random, story);
            }
            else
            {
                var level = random.Between(FuzzChain.Regional, FuzzChain.Leaf);
                if (level < certificates.Count)
                {
                    certificates[level] = CertificateMutator.Mutate(chain, level, certificates[level], time, random, story);
                }
            }
        }

        if (random.OneIn(10))
        {
            time += TimeSpan.FromSeconds(random.Pick((double[])[0.5, -3_600, 10_800, 86_400, 691_200_000]));
            story.Add("at another time");
        }

        return new ChainCase([.. certificates], chain.ModuleId, time.ToUnixTimeMilliseconds(), story.ToString());
    }

    private static void ChangeBundle(List<byte[]> certificates, FuzzRandom random, Story story)
    {
        var other = random.Pick(FuzzChain.All).Certificates;
        var at = random.Below(certificates.Count);
        switch (random.Below(6))
        {
            case 0:
                random.Shuffle(certificates);
                story.Add("shuffled");
                break;
            case 1 when certificates.Count > 2:
                certificates.RemoveAt(at);
                story.Add($"certificate {at} dropped");
                break;
            case 2:
                certificates.Insert(at, certificates[at]);
                story.Add($"certificate {at} repeated");
                break;
            case 3:
                certificates[at] = random.Pick(other);
                story.Add($"another's certificate as {at}");
                break;
            case 4:
                certificates.Insert(at, random.Pick(other));
                story.Add($"another's certificate before {at}");
                break;
            default:
                (certificates[0], certificates[at]) = (certificates[at], certificates[0]);
                story.Add($"the root and certificate {at} exchanged");
                break;
        }
    }
}
