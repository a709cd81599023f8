using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>Changed bytes: what a genuine chain becomes, and what a certificate may be without anything being thrown.</summary>
public sealed class CertificateMutationTests
{
    private const int Seed = 20260328;
    private const int Rounds = 60_000;

    /// <summary>Octets that mean something in DER: tags, lengths, and the ends of ranges.</summary>
    private static readonly byte[] Telling = [0x00, 0x01, 0x03, 0x30, 0x31, 0x7F, 0x80, 0x81, 0x82, 0xA0, 0xFF];

    [Theory]
    [InlineData(0x01)]
    [InlineData(0x80)]
    public void Every_byte_of_a_genuine_chain_counts(byte mask)
    {
        var chain = GenuineChain.One();

        // Without the profile, so that nothing but RFC 5280 and the signatures protects it.
        var validator = new CertificatePathValidator([TrustAnchors.AwsNitroEnclavesG1], CertificateProfile.NoneUnsafe, SignatureEngines.Own);
        chain.Validate(validator, chain.Timestamp).AssertValid("the chain as it is");
        var certificates = chain.Certificates;
        var refusals = new HashSet<CertificateRule>();
        for (var level = 0; level < certificates.Length; level++)
        {
            for (var offset = 0; offset < certificates[level].Length; offset++)
            {
                certificates[level][offset] ^= mask;
                var defect = PathVerdict.Of(validator, certificates[..^1], certificates[^1], chain.ModuleId, chain.Timestamp).Defect;
                certificates[level][offset] ^= mask;
                Assert.True(defect is not null, $"byte {offset} of level {level} was changed and nothing noticed");

                // A changed issuer can also show in the certificate below it, and nowhere else.
                Assert.InRange(defect.Level, level, level + 1);
                refusals.Add(defect.Rule);
            }
        }

        Assert.Contains(CertificateRule.CertificateSignature, refusals);
        Assert.Contains(CertificateRule.CertificateEncoding, refusals);
    }

    [Fact]
    public void Every_prefix_of_a_certificate_is_refused()
    {
        foreach (var der in GenuineChain.One().Certificates)
        {
            for (var length = 0; length < der.Length; length++)
            {
                Assert.False(Certificate.TryRead(der.AsMemory(0, length), out var certificate, out var error));
                Assert.Null(certificate);
                Assert.NotNull(error);
            }
        }
    }

    [Fact]
    public void Mutated_certificates_never_throw_and_what_is_accepted_is_DER_to_others_too()
    {
        var random = new Random(Seed);
        var seeds = GenuineChain.Valid().SelectMany(chain => chain.Certificates[1..]).Concat(new TestChain().Build()).ToArray();
        var accepted = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Mutate(seeds[random.Next(seeds.Length)], seeds[random.Next(seeds.Length)], random);
            if (!Certificate.TryRead(bytes, out var certificate, out var error))
            {
                AssertMessage(error, bytes);
                continue;
            }

            Assert.Null(error);
            Assert.InRange(certificate!.NotBefore, -631_152_000_000, 253_402_300_799_000);
            Assert.NotEmpty(certificate.SubjectText);
            if (CertificateAlgorithms.Check(certificate) is { } wrong)
            {
                AssertMessage(wrong, bytes);
            }
            else
            {
                accepted++;
                Assert.Equal(bytes, Der.Reencode(bytes));
                Assert.Equal(certificate.Signature.ToArray(), Der.Reencode(certificate.Signature.ToArray()));
            }

            if (CertificateExtensions.TryRead(certificate, out _, out error))
            {
                AssertKnownExtensionsAreDer(certificate);
            }
            else
            {
                AssertMessage(error, bytes);
            }
        }

        // Enough changes fall into names, numbers and times, where they leave DER intact.
        Assert.InRange(accepted, Rounds / 10, Rounds);
    }

    [Fact]
    public void Mutated_chains_never_throw_and_never_pass_unless_they_are_the_same()
    {
        var random = new Random(Seed + 1);
        var chains = GenuineChain.Valid();
        var validator = new CertificatePathValidator([TrustAnchors.AwsNitroEnclavesG1], CertificateProfile.NoneUnsafe, SignatureEngines.Own);
        for (var round = 0; round < 4_000; round++)
        {
            var chain = chains[random.Next(chains.Count)];
            var other = chains[random.Next(chains.Count)];
            var certificates = chain.Certificates;
            switch (random.Next(5))
            {
                case 0:
                    var level = random.Next(1, certificates.Length);
                    certificates[level] = Mutate(certificates[level], other.Certificates[level], random);
                    break;
                case 1:
                    random.Shuffle(certificates);
                    break;
                case 2:
                    certificates = [.. certificates[..random.Next(1, 5)], .. other.Certificates[random.Next(1, 5)..]];
                    break;
                case 3:
                    certificates[random.Next(1, 5)] = other.Certificates[random.Next(5)];
                    break;
                default:
                    certificates = [.. certificates, .. other.Certificates[..random.Next(6)]];
                    break;
            }

            var verdict = PathVerdict.Of(validator, certificates[..^1], certificates[^1], chain.ModuleId, chain.Timestamp);
            if (verdict.Defect is null)
            {
                // Chains of one enclave share their upper levels, so an exchange can give the other, genuine, chain.
                Assert.True(ChainOracles.Dotnet(certificates, chain.Timestamp), $"round {round}");
                Assert.Contains(chains, genuine => Hex(genuine.Certificates).SequenceEqual(Hex(certificates)));
            }
        }
    }

    [Fact]
    public void The_most_extensions_that_fit_are_read_without_delay()
    {
        // Each is compared with those before it. 1024 bytes hold so few that this stays small; the bound here is generous.
        var leaf = new TestChain()[TestChain.Leaf];
        leaf.Extensions.Clear();
        for (var arc = 0; leaf.Build().Length < Certificate.MaximumLength - 16; arc++)
        {
            leaf.SetExtension($"1.{arc / 40}.{arc % 40}", [], []);
        }

        Assert.True(Certificate.TryRead(leaf.Build(), out var certificate, out _));
        Assert.InRange(certificate!.Extensions.Length, 40, 200);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        for (var round = 0; round < 1_000; round++)
        {
            Assert.True(CertificateExtensions.TryRead(certificate, out _, out _));
        }

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    private static IEnumerable<string> Hex(byte[][] certificates) => certificates.Select(Convert.ToHexString);

    private static void AssertMessage(Attestation.FormatError? error, byte[] bytes)
    {
        Assert.NotNull(error);
        Assert.InRange(error.Offset, -1, bytes.Length);
        Assert.NotEmpty(error.Where);
        Assert.NotEmpty(error.Expected);
        Assert.InRange(error.Found.Length, 1, 1200);
        Assert.All($"{error}", character => Assert.InRange(character, ' ', '~'));
    }

    private static void AssertKnownExtensionsAreDer(Certificate certificate)
    {
        foreach (var extension in certificate.Extensions)
        {
            // 2.5.29.x is two octets and one more; the five that are known are read to their last octet.
            var identifier = extension.Identifier.Content(certificate.Der);
            if (identifier is [0x55, 0x1D, 14 or 15 or 19 or 31 or 35])
            {
                var value = extension.Value.Content(certificate.Der).ToArray();
                Assert.Equal(value, Der.Reencode(value));
            }
        }
    }

    private static byte[] Mutate(byte[] seed, byte[] other, Random random)
    {
        var bytes = seed.ToList();
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(8))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at]++;
                    break;
                case 2:
                    bytes.RemoveAt(at);
                    break;
                case 3:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 4:
                    bytes[at] = Telling[random.Next(Telling.Length)];
                    break;
                case 5:
                    var length = Math.Min(random.Next(1, 64), bytes.Count - at);
                    var source = random.Next(Math.Max(1, other.Length - length));
                    bytes.RemoveRange(at, length);
                    bytes.InsertRange(at, other.Skip(source).Take(length));
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }

        return [.. bytes];
    }
}
