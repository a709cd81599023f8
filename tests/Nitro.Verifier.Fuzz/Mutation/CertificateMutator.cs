using System.Security.Cryptography.X509Certificates;
using Nitro.Nsm.Simulator;
using Nitro.Verifier.Fuzz.Simulation;

namespace Nitro.Verifier.Fuzz.Mutation;

/// <summary>
/// Changes to one certificate of a simulated chain, most of them signed again by the level above, so that they are judged by the rule
/// they break and not by their signature.
/// </summary>
public static class CertificateMutator
{
    private static readonly TimeSpan[] Shifts =
    [
        TimeSpan.FromSeconds(-1), TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromHours(-4), TimeSpan.FromHours(4),
        TimeSpan.FromDays(30), TimeSpan.FromDays(-30),
    ];

    /// <summary>Another certificate for one level of a chain.</summary>
    /// <param name="chain">Where the keys come from.</param>
    /// <param name="level">1 to 4.</param>
    /// <param name="current">The level's certificate as it is now.</param>
    /// <param name="documentTime">The document's time, near which periods end and begin.</param>
    /// <param name="random">Which change.</param>
    /// <param name="story">What was done.</param>
    public static byte[] Mutate(FuzzChain chain, int level, byte[] current, DateTimeOffset documentTime, FuzzRandom random, Story story)
    {
        story.Add($"certificate {level}");
        var signer = Signer(chain, level, random, story);
        if (random.OneIn(3))
        {
            var template = chain.Templates[level];
            for (var change = random.Between(1, 2); change > 0; change--)
            {
                template = Edit(template, chain, level, documentTime, random, story);
            }

            return signer.Issue(template);
        }

        if (DerNode.Parse(current) is not { Children.Count: > 0 } tree)
        {
            return ByteMutator.Mutate(current, chain.Certificates[level], random, story);
        }

        var donor = DerNode.Parse(random.Pick(FuzzChain.All).Certificates[random.Below(FuzzChain.Levels)])!;
        if (random.OneIn(4))
        {
            // The signature's own encoding, or the whole: nothing to sign again.
            DerMutator.Mutate(random.OneIn(2) ? tree.Children[^1] : tree, donor, random, story);
            return tree.Encode();
        }

        DerMutator.Mutate(tree.Children[0], donor, random, story);
        if (random.OneIn(8))
        {
            story.Add("with its old signature");
        }
        else
        {
            tree.Children[^1] = new DerNode { Tag = 0x03, Content = [0, .. signer.SignDer(tree.Children[0].Encode(), random.Below(4))] };
        }

        return tree.Encode();
    }

    private static FixedKey Signer(FuzzChain chain, int level, FuzzRandom random, Story story)
    {
        if (!random.OneIn(16))
        {
            return chain.KeyAbove(level);
        }

        story.Add("signed by another key");
        return random.OneIn(2) ? chain.Keys[level] : random.Pick(FuzzChain.All).KeyAbove(level);
    }

    private static CertificateTemplate Edit(
        CertificateTemplate template, FuzzChain chain, int level, DateTimeOffset time, FuzzRandom random, Story story)
    {
        switch (random.Below(13))
        {
            case 0:
                story.Add("another notBefore");
                return template with { NotBefore = time + random.Pick(Shifts) };
            case 1:
                story.Add("another notAfter");
                return template with { NotAfter = time + random.Pick(Shifts) };
            case 2:
                story.Add("other basicConstraints");
                var authority = random.OneIn(2);
                var constraints = CertificateExtension.BasicConstraints(authority, authority && !random.OneIn(3) ? random.Below(4) : null);
                return template.WithExtension(random.OneIn(4) ? constraints with { Critical = false } : constraints);
            case 3:
                story.Add("another keyUsage");
                return template.WithExtension(CertificateExtension.KeyUsage((X509KeyUsageFlags)random.Between(1, 255), random.OneIn(2)));
            case 4:
                story.Add("another subjectKeyIdentifier");
                return template.WithExtension(CertificateExtension.SubjectKeyIdentifier(random.Pick(chain.Keys).SubjectPublicKeyInfo));
            case 5:
                story.Add("another authorityKeyIdentifier");
                return template.WithExtension(CertificateExtension.AuthorityKeyIdentifier(random.Pick(chain.Keys).SubjectPublicKeyInfo));
            case 6:
                story.Add("another issuer");
                return template with { Issuer = random.Pick(random.Pick(FuzzChain.All).Templates).Subject };
            case 7:
                story.Add("another subject");
                return template with { Subject = random.Pick(random.Pick(FuzzChain.All).Templates).Subject };
            case 8:
                story.Add("another key");
                return template with { SubjectPublicKeyInfo = random.Pick(random.Pick(FuzzChain.All).Keys).SubjectPublicKeyInfo };
            case 9 when template.Extensions.Length > 0:
                story.Add("an extension less");
                return template with { Extensions = template.Extensions.RemoveAt(random.Below(template.Extensions.Length)) };
            case 10 when template.Extensions.Length > 0:
                story.Add("an extension twice");
                return template with { Extensions = template.Extensions.Add(random.Pick(template.Extensions)) };
            case 11:
                story.Add("an extension more");
                string[] oids = ["1.2.3.4", "2.5.29.17", "2.5.29.30", "2.5.29.36", "2.5.29.37"];
                var more = new CertificateExtension(random.Pick(oids), random.OneIn(2), new byte[] { 0x30, 0x00 });
                return template with { Extensions = template.Extensions.Add(more) };
            default:
                story.Add("another serial number");
                var serialNumber = random.Bytes(random.Pick((int[])[0, 1, 16, 20, 21, 22]));
                return template with { SerialNumber = serialNumber, UseGeneralizedTime = random.OneIn(4) };
        }
    }
}
