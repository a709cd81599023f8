using System.Formats.Asn1;
using System.Formats.Cbor;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using Nitro.Testing;
using Nitro.Verifier.Certificates;
using Nitro.Verifier.Curves;
using Nitro.Verifier.Tests.Certificates;
using static Nitro.Verifier.Tests.Curves.Numbers;
using ECPoint = Org.BouncyCastle.Math.EC.ECPoint;

namespace Nitro.Verifier.Tests.Curves;

public sealed class P384VerifyingKeyTests
{
    private static readonly ECPoint G = ReferencePoint.Generator;

    [Fact]
    public void All_of_Wycheproof_in_fixed_form_gets_its_verdict() => AssertWycheproof(
        "ecdsa_secp384r1_sha384_p1363_test.json", signature => signature);

    [Fact]
    public void All_of_Wycheproof_in_DER_gets_its_verdict() => AssertWycheproof("ecdsa_secp384r1_sha384_test.json", Fixed);

    [Fact]
    public void Every_signature_of_every_genuine_document_is_verified_and_none_over_another_hash()
    {
        var keys = new Dictionary<string, (P384VerifyingKey Plain, P384VerifyingKey Tabled)>();
        var count = 0;
        foreach (var chain in GenuineChain.Valid())
        {
            // The root signs itself, each level the next, and the leaf the document.
            var issuer = chain.Certificates[0];
            foreach (var der in chain.Certificates)
            {
                var certificate = Read(der);
                AssertVerifies(Read(issuer), certificate.Signed, Fixed(certificate.Signature.ToArray()), chain.Document.File);
                issuer = der;
            }

            AssertVerifies(Read(chain.Leaf), ToBeSigned(chain), chain.Signature, chain.Document.File);
        }

        Assert.InRange(count, 6 * 60, 6 * 100);

        void AssertVerifies(Certificate signer, ReadOnlySpan<byte> data, byte[] signature, string file)
        {
            var point = signer.SubjectPublicKeyInfo[^AffinePoint.Length..].ToArray();
            if (!keys.TryGetValue(Convert.ToHexString(point), out var key))
            {
                Assert.True(P384VerifyingKey.TryLoad(point, out var plain), file);
                keys.Add(Convert.ToHexString(point), key = (plain, plain.WithTable()));
            }

            var hash = SHA384.HashData(data);
            Assert.True(key.Plain.Verify(hash, signature), file);
            Assert.True(key.Tabled.Verify(hash, signature), file);
            hash[count % hash.Length] ^= 1;
            Assert.False(key.Plain.Verify(hash, signature), file);
            Assert.False(key.Tabled.Verify(hash, signature), file);
            count++;
        }
    }

    [Fact]
    public void A_hash_of_zero_and_a_hash_of_n_leave_the_generator_out()
    {
        // u1 = 0: the point is r/s Q.
        var (secret, u2) = (new BigInteger(7), new BigInteger(123_456_789));
        using var oracle = Key(G.Times(secret));
        var r = G.Times(secret * u2).X() % N;
        var s = Modulo(r * Inverse(u2, N), N);
        Assert.True(oracle.Verify(0, r, s));
        Assert.True(oracle.Verify(N, r, s));
        Assert.False(oracle.Verify(1, r, s));
        Assert.False(oracle.Verify(N - 1, r, s));
    }

    [Fact]
    public void A_hash_above_n_counts_modulo_n()
    {
        using var oracle = Key(G.Times(5));
        foreach (var hash in (BigInteger[])[1, 2, Two384 - 1 - N])
        {
            var (r, s) = Sign(5, hash, 99);
            Assert.True(oracle.Verify(hash, r, s));
            Assert.True(oracle.Verify(hash + N, r, s));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(-2)]
    [InlineData(3)]
    [InlineData(1 << 12)]
    [InlineData(-(1 << 12))]
    public void Keys_that_are_small_multiples_of_the_generator_meet_equal_and_opposite_points(int secret)
    {
        // With so close a relation, the two sums add each other's points, their doubles and their negatives.
        using var oracle = Key(G.Times(secret));
        foreach (var u1 in (BigInteger[])[1, 2, 3, 15, 16, 1 << 12, N / 2, N - 1, N - 2])
        {
            foreach (var u2 in (BigInteger[])[1, 2, 3, 15, 16, 1 << 12, N / 2, N - 1, N - 2])
            {
                var point = G.Times(u1 + (u2 * secret));
                if (point.IsInfinity)
                {
                    // Any r and s with that quotient; there is no x to compare with.
                    foreach (var number in (BigInteger[])[1, 2, N - 1, P - N, 0x1234_5678])
                    {
                        var s = Modulo(number * Inverse(u2, N), N);
                        Assert.False(oracle.Verify(u1 * s % N, number, s));
                    }
                }
                else
                {
                    var r = point.X() % N;
                    var s = Modulo(r * Inverse(u2, N), N);
                    Assert.True(oracle.Verify(u1 * s % N, r, s), $"{u1} {u2}");
                    Assert.False(oracle.Verify(((u1 * s) + 1) % N, r, s));
                    Assert.True(oracle.Verify(u1 * s % N, r, N - s));
                }
            }
        }
    }

    [Fact]
    public void The_two_products_may_be_equal_or_opposite()
    {
        var random = new Random(5);
        for (var i = 0; i < 20; i++)
        {
            var (secret, u2) = (1 + Next(random, N - 1), 1 + Next(random, N - 1));
            using var oracle = Key(G.Times(secret));

            // u1 G = u2 Q: their sum is the double.
            var r = G.Times(2 * u2 * secret).X() % N;
            var s = Modulo(r * Inverse(u2, N), N);
            Assert.True(oracle.Verify(r * secret % N, r, s));

            // u1 G = -u2 Q, whatever r and s are: e is -r times the secret.
            r = 1 + Next(random, N - 1);
            s = 1 + Next(random, N - 1);
            Assert.False(oracle.Verify(Modulo(-r * secret, N), r, s));
        }
    }

    [Fact]
    public void The_last_addition_may_be_a_doubling()
    {
        var random = new Random(2);
        for (var i = 0; i < 20; i++)
        {
            var (secret, free) = (1 + Next(random, N - 1), 1 + Next(random, N - 1));
            using var oracle = Key(G.Times(secret));

            // Without a table the last point to be added is one of the generator's, with a table one of the key's; the sum before it is
            // the same point when both scalars' sum is twice that point.
            var u2 = Modulo(((2 * LastPoint(free)) - free) * Inverse(secret, N), N);
            AssertVerifies(oracle, secret, free, u2);
            var u1 = Modulo(((2 * LastPoint(free)) - free) * secret, N);
            AssertVerifies(oracle, secret, u1, free);
        }

        static BigInteger LastPoint(BigInteger scalar)
        {
            var digits = CombTable.Recode(Words(scalar));
            var sum = BigInteger.Zero;
            for (var tooth = 0; tooth < CombTable.Teeth; tooth++)
            {
                var bit = (tooth * CombTable.Columns) + ((CombTable.Blocks - 1) * CombTable.Steps);
                sum += digits.Bits(bit, 1) == 1 ? BigInteger.One << bit : -(BigInteger.One << bit);
            }

            return sum;
        }

        static void AssertVerifies(Oracle oracle, BigInteger secret, BigInteger u1, BigInteger u2)
        {
            var r = G.Times(u1 + (u2 * secret)).X() % N;
            var s = Modulo(r * Inverse(u2, N), N);
            Assert.True(oracle.Verify(u1 * s % N, r, s));
        }
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("n-1")]
    [InlineData("n-2")]
    [InlineData("(n+1)/2")]
    public void Extreme_s_is_as_good_as_any(string name)
    {
        var s = name switch { "1" => 1, "2" => 2, "n-1" => N - 1, "n-2" => N - 2, _ => (N + 1) / 2 };
        var point = G.Times(31_337);
        var r = point.X() % N;

        // The key is what the signature makes it: Q = (s R - e G)/r.
        foreach (var hash in (BigInteger[])[1, N - 1, N + 1, Two384 - 1])
        {
            using var oracle = Key(point.Times(s).Plus(G.Times(-hash)).Times(Inverse(r, N)));
            Assert.True(oracle.Verify(hash, r, s));
            Assert.False(oracle.Verify(hash, r, s > 3 ? s - 2 : s + 2));
        }
    }

    [Fact]
    public void A_point_whose_x_is_between_n_and_p_has_the_small_r_and_one_below_n_has_its_own()
    {
        // x = n + i is i modulo n. Only p - n, some 2^190, numbers are so.
        var found = 0;
        foreach (var i in Enumerable.Range(1, 40).Select(i => (BigInteger)i).Concat([.. Enumerable.Range(1, 40).Select(i => P - N - i)]))
        {
            foreach (var x in (BigInteger[])[i, N + i])
            {
                if (ReferencePoint.WithX(x) is { } point)
                {
                    using var oracle = Key(point.Times(77).Plus(G.Times(-88)).Times(Inverse(i, N)));
                    Assert.True(oracle.Verify(88, i, 77));
                    Assert.False(oracle.Verify(88, i + 1, 77));
                    Assert.False(oracle.Verify(88, N + i, 77));
                    found += x > N ? 1 : 0;
                }
            }
        }

        Assert.InRange(found, 20, 60);
    }

    [Fact]
    public void The_largest_r_of_a_point_verifies_and_r_without_a_point_does_not()
    {
        var distance = Enumerable.Range(1, 100).First(i => ReferencePoint.WithX(N - i) is not null);
        var r = N - distance;
        using var oracle = Key(ReferencePoint.WithX(r)!.Times(2).Plus(G.Times(-3)).Times(Inverse(r, N)));
        Assert.True(oracle.Verify(3, r, 2));
        for (var i = 1; i < distance; i++)
        {
            Assert.False(oracle.Verify(3, N - i, 2));
        }
    }

    [Fact]
    public void Of_r_and_s_only_numbers_from_1_to_n_minus_1_are_taken()
    {
        using var oracle = Key(G.Times(11));
        var (r, s) = Sign(11, 1234, 5678);
        Assert.True(oracle.Verify(1234, r, s));
        foreach (var number in (BigInteger[])[0, N, N + 1, P - 1, P, P + 1, Two384 - 1])
        {
            Assert.False(oracle.Verify(1234, number, s));
            Assert.False(oracle.Verify(1234, r, number));
            Assert.False(oracle.Verify(1234, number, number));
            Assert.False(oracle.Verify(0, number, number));
        }
    }

    [Fact]
    public void Other_lengths_are_refused()
    {
        using var oracle = Key(G.Times(11));
        var (r, s) = Sign(11, 1234, 5678);
        byte[] signature = [.. Octets(r), .. Octets(s)];
        var hash = Octets(1234);
        foreach (var key in (P384VerifyingKey[])[oracle.Plain, oracle.Tabled])
        {
            Assert.True(key.Verify(hash, signature));
            for (var length = 0; length < 300; length++)
            {
                Assert.Equal(length == 96, key.Verify(hash, [.. signature.Concat(new byte[300]).Take(length)]));
                Assert.Equal(length == 48, key.Verify([.. hash.Concat(new byte[300]).Take(length)], signature));
            }
        }
    }

    [Fact]
    public void Only_uncompressed_points_of_the_curve_are_keys()
    {
        var point = G.Octets();
        byte[][] others =
        [
            [], [0], [4], point[..^1], [.. point, 0], [2, .. point[1..49]], [3, .. point[1..49]], [6, .. point[1..]], [7, .. point[1..]],
            [0, .. point[1..]], [4, .. new byte[96]], [4, .. Enumerable.Repeat((byte)0xFF, 96)], [4, .. point[49..], .. point[1..49]],
            new byte[97],
        ];
        Assert.True(P384VerifyingKey.TryLoad(point, out _));
        foreach (var other in others)
        {
            Assert.False(P384VerifyingKey.TryLoad(other, out var key));
            Assert.Null(key);
        }

        for (var bit = 0; bit < point.Length * 8; bit++)
        {
            var other = point.ToArray();
            other[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(P384VerifyingKey.TryLoad(other, out _));
        }
    }

    [Fact]
    public void A_coordinate_plus_p_is_no_coordinate()
    {
        // x = 0 belongs to a point, and p is its other name in 384 bits.
        var point = ReferencePoint.WithX(0)!.Octets();
        Assert.True(P384VerifyingKey.TryLoad(point, out _));
        Assert.False(P384VerifyingKey.TryLoad([4, .. Octets(P), .. point[49..]], out _));
    }

    [Fact]
    public void A_key_verifies_in_many_threads_at_once()
    {
        using var oracle = Key(G.Times(23));
        var (r, s) = Sign(23, 4321, 8765);
        byte[] signature = [.. Octets(r), .. Octets(s)];
        Parallel.For(0, 400, i =>
        {
            var hash = Octets(i % 2 == 0 ? 4321 : 4321 + i);
            Assert.Equal(i % 2 == 0, oracle.Plain.Verify(hash, signature));
            Assert.Equal(i % 2 == 0, oracle.Tabled.Verify(hash, signature));
        });
    }

    [Fact]
    public void A_verification_allocates_nothing()
    {
        using var oracle = Key(G.Times(23));
        var (r, s) = Sign(23, 4321, 8765);
        byte[] signature = [.. Octets(r), .. Octets(s)];
        var hash = Octets(4321);
        Assert.True(oracle.Plain.Verify(hash, signature) && oracle.Tabled.Verify(hash, signature));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var verified = oracle.Plain.Verify(hash, signature) && oracle.Tabled.Verify(hash, signature);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(verified);
    }

    [Fact]
    public void A_table_is_made_once()
    {
        Assert.True(P384VerifyingKey.TryLoad(G.Octets(), out var key));
        Assert.False(key.HasTable);
        var tabled = key.WithTable();
        Assert.True(tabled.HasTable);
        Assert.Same(tabled, tabled.WithTable());
    }

    private static Oracle Key(ECPoint point) => new(point.Octets());

    /// <summary>FIPS 186-5 6.4.1.</summary>
    private static (BigInteger R, BigInteger S) Sign(BigInteger secret, BigInteger hash, BigInteger nonce)
    {
        var r = G.Times(nonce).X() % N;
        return (r, Inverse(nonce, N) * (hash + (r * secret)) % N);
    }

    /// <summary>Sig_structure (RFC 9052 4.4).</summary>
    private static byte[] ToBeSigned(GenuineChain chain)
    {
        var writer = new CborWriter();
        writer.WriteStartArray(4);
        writer.WriteTextString("Signature1");
        writer.WriteByteString(chain.Protected);
        writer.WriteByteString([]);
        writer.WriteByteString(chain.Payload);
        writer.WriteEndArray();
        return writer.Encode();
    }

    private static Certificate Read(byte[] der)
    {
        Assert.True(Certificate.TryRead(der, out var certificate, out _));
        return certificate!;
    }

    /// <summary>r and s of a DER signature of the form that the product takes; empty for any other.</summary>
    private static byte[] Fixed(byte[] signature)
    {
        if (EcdsaSignatureValue.Check(signature) is not null)
        {
            return [];
        }

        var numbers = new AsnReader(signature, AsnEncodingRules.DER).ReadSequence();
        return [.. Octets(numbers.ReadInteger()), .. Octets(numbers.ReadInteger())];
    }

    private static void AssertWycheproof(string file, Func<byte[], byte[]> toFixed)
    {
        using var document = JsonDocument.Parse(SharedFiles.Read("vectors", file));
        var count = 0;
        foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            using var oracle = new Oracle(Hex(group.GetProperty("publicKey"), "uncompressed"));
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var hash = SHA384.HashData(Hex(test, "msg"));
                var signature = toFixed(Hex(test, "sig"));
                var verified = signature.Length == P384VerifyingKey.SignatureLength && oracle.Verify(hash, signature);
                Assert.True(verified == (test.GetProperty("result").GetString() == "valid"), test.ToString());
                Assert.Equal(verified, oracle.Plain.Verify(hash, signature));
                count++;
            }
        }

        Assert.Equal(document.RootElement.GetProperty("numberOfTests").GetInt32(), count);
    }

    private static byte[] Hex(JsonElement element, string name) => Convert.FromHexString(element.GetProperty(name).GetString()!);
}
