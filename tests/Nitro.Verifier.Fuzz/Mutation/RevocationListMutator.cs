using Nitro.Nsm.Simulator;
using Nitro.Verifier.Fuzz.Simulation;

namespace Nitro.Verifier.Fuzz.Mutation;

/// <summary>Revocation lists of a simulated chain's authorities, right or wrong in one place, most of them signed again by the right key.</summary>
public static class RevocationListMutator
{
    private static readonly TimeSpan[] Shifts =
    [
        TimeSpan.Zero, TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(1), TimeSpan.FromHours(-5), TimeSpan.FromHours(5), TimeSpan.FromDays(6), TimeSpan.FromDays(-6),
    ];

    private static readonly int?[] Reasons = [null, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

    /// <summary>A list for one level of a chain.</summary>
    /// <param name="chain">Where names and keys come from.</param>
    /// <param name="level">The level whose certificate it speaks for, 1 to 4.</param>
    /// <param name="time">The document's time.</param>
    /// <param name="random">Which list.</param>
    /// <param name="story">What was done.</param>
    public static byte[] Make(FuzzChain chain, int level, DateTimeOffset time, FuzzRandom random, Story story)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(story);
        story.Add(FormattableString.Invariant($"a list for level {level}"));
        var from = time + (random.OneIn(4) ? random.Pick(Shifts) : TimeSpan.FromHours(-1));
        var template = new RevocationListTemplate
        {
            Issuer = chain.Templates[level - 1].Subject,
            ThisUpdate = from,
            NextUpdate = random.OneIn(40) ? null : from + (random.OneIn(6) ? random.Pick(Shifts) : TimeSpan.FromHours(2)),
            Entries = [.. Enumerable.Range(0, random.OneIn(2) ? 0 : random.Between(1, 3)).Select(_ => Entry(chain, level, time, random))],
            Extensions = Extensions(chain, level, random),
        };
        var signed = template.EncodeToBeSigned();
        if (random.OneIn(4) && DerNode.Parse(signed) is { } tree)
        {
            DerMutator.Mutate(tree, DerNode.Parse(chain.Certificates[level])!, random, story);
            signed = tree.Encode();
        }

        var signer = random.OneIn(12) ? random.Pick(random.Pick(FuzzChain.All).Keys) : chain.Keys[level - 1];
        var whole = new DerNode { Tag = 0x30 };
        whole.Children.AddRange([
            new DerNode { Raw = signed },
            new DerNode { Raw = CertificateTemplate.EcdsaWithSha384.ToArray() },
            new DerNode { Tag = 0x03, Content = [0, .. signer.SignDer(signed, random.Below(4))] },
        ]);
        var list = whole.Encode();
        return random.OneIn(20) ? ByteMutator.Mutate(list, chain.Certificates[level], random, story) : list;
    }

    private static RevokedEntry Entry(FuzzChain chain, int level, DateTimeOffset time, FuzzRandom random) => new(
        random.OneIn(2) ? chain.Templates[level].SerialNumber : new byte[] { 9, (byte)random.Below(3) },
        time + random.Pick(Shifts),
        random.Pick(Reasons),
        random.OneIn(4) ? time + random.Pick(Shifts) : null);

    private static System.Collections.Immutable.ImmutableArray<CertificateExtension> Extensions(FuzzChain chain, int level, FuzzRandom random)
    {
        List<CertificateExtension> extensions =
        [
            CertificateExtension.AuthorityKeyIdentifier(random.OneIn(12) ? random.Pick(chain.Keys).SubjectPublicKeyInfo : chain.Keys[level - 1].SubjectPublicKeyInfo),
            RevocationListTemplate.Number(random.Below(1000)),
        ];
        if (random.OneIn(10))
        {
            extensions.RemoveAt(random.Below(extensions.Count));
        }

        if (random.OneIn(12))
        {
            string[] oids = ["1.2.3.4", "2.5.29.27", "2.5.29.28", "2.5.29.46"];
            extensions.Add(new CertificateExtension(random.Pick(oids), random.OneIn(2), new byte[] { 0x30, 0x00 }));
        }

        return [.. extensions];
    }
}
