using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using Nitro.Verifier.Curves;
using static Nitro.Verifier.Tests.Curves.Numbers;

namespace Nitro.Verifier.Tests.Curves;

/// <summary>The platform's ECDSA and ours have the same verdict: on 6,000 inputs, or on as many as NITRO_AGREEMENTS says.</summary>
public sealed class AgreementTests
{
    private const int Batch = 250;

    private static int Batches =>
        (int.TryParse(Environment.GetEnvironmentVariable("NITRO_AGREEMENTS"), NumberStyles.None, CultureInfo.InvariantCulture, out var inputs) ? inputs : 6_000) / Batch;

    [Fact]
    public void On_genuine_changed_and_made_up_signatures_by_random_keys_the_verdicts_are_the_same()
    {
        var (valid, invalid) = (0, 0);
        Parallel.For(0, Batches, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var random = new Random(seed);
            var secret = 1 + Next(random, N - 1);
            using var signer = Signer(secret);
            using var oracle = new Oracle(signer.ExportSubjectPublicKeyInfo()[23..]);
            for (var i = 0; i < Batch;)
            {
                var hash = Octets(Next(random, Two384));
                var signature = signer.SignHash(hash);
                Count(oracle.Verify(hash, signature), ref valid, ref invalid);
                i++;
                for (var j = 0; j < 9 && i < Batch; j++, i++)
                {
                    var (otherHash, otherSignature) = Change(random, hash, signature);
                    Count(oracle.Verify(otherHash, otherSignature), ref valid, ref invalid);
                }
            }
        });

        // One in ten is genuine, and some changes keep a signature genuine.
        var all = Batches * Batch;
        Assert.Equal(all, valid + invalid);
        Assert.InRange(valid, all / 10, all / 3);
        TestContext.Current.TestOutputHelper?.WriteLine($"The platform and this library agree on {valid} valid and {invalid} invalid signatures.");
    }

    [Fact]
    public void On_octets_that_may_be_a_point_the_verdicts_are_the_same()
    {
        var random = new Random(97);
        var points = 0;
        for (var i = 0; i < 3_000; i++)
        {
            // Half of all x belong to points.
            var x = i < Edges.Count ? Edges[i] : Next(random, Two384);
            var y = x < P && ReferencePoint.WithX(x) is { } point ? Number(point.Octets().AsSpan(49)) : Next(random, Two384);
            y = random.Next(4) switch
            {
                0 => Modulo(-y, P),
                1 => Modulo(y + (BigInteger.One << random.Next(384)), Two384),
                2 when y + P < Two384 => y + P,
                _ => y,
            };
            byte[] octets = [4, .. Octets(x), .. Octets(y)];
            var expected = x < P && y < P && Modulo((y * y) - (x * x * x) + (3 * x) - B, P).IsZero;
            Assert.Equal(expected, P384VerifyingKey.TryLoad(octets, out var key));
            Assert.Equal(expected, key is not null);
            points += expected ? 1 : 0;
        }

        Assert.InRange(points, 800, 1_600);
    }

    private static void Count(bool verdict, ref int valid, ref int invalid) => Interlocked.Increment(ref verdict ? ref valid : ref invalid);

    private static (byte[] Hash, byte[] Signature) Change(Random random, byte[] hash, byte[] signature)
    {
        var (e, r, s) = (Number(hash), Number(signature.AsSpan(0, 48)), Number(signature.AsSpan(48)));
        switch (random.Next(10))
        {
            case 0:
                s = N - s;
                break;
            case 1:
                e = e >= N ? e - N : e + N < Two384 ? e + N : e;
                break;
            case 2:
                e ^= BigInteger.One << random.Next(384);
                break;
            case 3:
                r ^= BigInteger.One << random.Next(384);
                break;
            case 4:
                s ^= BigInteger.One << random.Next(384);
                break;
            case 5:
                (r, s) = (s, r);
                break;
            case 6:
                r = Edges[random.Next(Edges.Count)];
                break;
            case 7:
                s = Edges[random.Next(Edges.Count)];
                break;
            case 8:
                (r, s) = (Next(random, Two384), Next(random, Two384));
                break;
            default:
                (e, r, s) = (Edges[random.Next(Edges.Count)], Edges[random.Next(Edges.Count)], Edges[random.Next(Edges.Count)]);
                break;
        }

        return (Octets(e), [.. Octets(r), .. Octets(s)]);
    }

    /// <summary>A signer with a secret of our choice.</summary>
    private static ECDsa Signer(BigInteger secret)
    {
        var point = ReferencePoint.Generator.Times(secret).Octets();
        return ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP384,
            D = Octets(secret),
            Q = new ECPoint { X = point[1..49], Y = point[49..] },
        });
    }
}
