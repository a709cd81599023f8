using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using Nitro.Testing;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Tests.Certificates;

public sealed class VerificationKeyTests
{
    public static TheoryData<string> Engines => [.. SignatureEngines.All.Keys];

    [Theory]
    [MemberData(nameof(Engines))]
    public void All_of_Wycheproof_in_fixed_form_gets_its_verdict(string engine) => AssertWycheproof(
        "ecdsa_secp384r1_sha384_p1363_test.json", (key, message, signature) => key.VerifyFixed(message, signature, SignatureEngines.All[engine]));

    [Theory]
    [MemberData(nameof(Engines))]
    public void All_of_Wycheproof_in_DER_gets_its_verdict(string engine) => AssertWycheproof(
        "ecdsa_secp384r1_sha384_test.json", (key, message, signature) => key.VerifyDer(message, signature, SignatureEngines.All[engine]));

    [Fact]
    public void A_key_used_again_and_again_gets_the_same_answers_before_and_after_it_has_a_table_and_when_others_push_it_out()
    {
        var few = new SignatureEngine(platform: false, tables: 2);
        ECDsa[] keys = [.. Enumerable.Range(0, 5).Select(_ => ECDsa.Create(ECCurve.NamedCurves.nistP384))];
        VerificationKey[] loaded = [.. keys.Select(key => VerificationKeys.Of(key, out var one) ? one : throw new InvalidOperationException())];
        byte[] data = [1, 2, 3];
        byte[][] signatures = [.. keys.Select(key => key.SignData(data, HashAlgorithmName.SHA384))];
        for (var use = 0; use < 200; use++)
        {
            var (key, signature) = (use % 5, use * 7 % 5);
            Assert.Equal(key == signature, loaded[key].VerifyFixed(data, signatures[signature], few));
        }
    }

    [Fact]
    public void The_form_alone_passes_every_valid_signature_of_Wycheproof_and_refuses_malformed_ones()
    {
        var refused = 0;
        foreach (var (_, test) in Tests("ecdsa_secp384r1_sha384_test.json"))
        {
            var form = EcdsaSignatureValue.Check(Hex(test, "sig"));
            Assert.True(form is null || test.GetProperty("result").GetString() == "invalid", $"{test}: {form}");
            refused += form is null ? 0 : 1;
        }

        Assert.InRange(refused, 100, 310);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_key_of_the_platforms_own_making_agrees(string name)
    {
        var engine = SignatureEngines.All[name];
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.True(VerificationKey.TryLoad(key.ExportSubjectPublicKeyInfo().AsSpan(23), out var loaded));
        using (loaded)
        {
            byte[] data = [1, 2, 3];
            Assert.True(loaded.VerifyFixed(data, key.SignData(data, HashAlgorithmName.SHA384), engine));
            Assert.True(loaded.VerifyDer(data, key.SignData(data, HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence), engine));
            Assert.False(loaded.VerifyFixed([1, 2, 4], key.SignData(data, HashAlgorithmName.SHA384), engine));
            Assert.False(loaded.VerifyFixed(data, key.SignData(data, HashAlgorithmName.SHA256), engine));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(95)]
    [InlineData(97)]
    [InlineData(132)]
    [InlineData(10_000)]
    public void A_signature_of_another_length_is_refused(int length)
    {
        foreach (var engine in SignatureEngines.All.Values)
        {
            AssertLengthRefused(length, engine);
        }
    }

    private static void AssertLengthRefused(int length, SignatureEngine engine)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.True(VerificationKey.TryLoad(key.ExportSubjectPublicKeyInfo().AsSpan(23), out var loaded));
        using (loaded)
        {
            Assert.False(loaded.VerifyFixed([1], new byte[length], engine));
            Assert.False(loaded.VerifyDer([1], new byte[length], engine));
        }
    }

    [Fact]
    public void Only_uncompressed_points_of_the_curve_are_keys()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var point = key.ExportSubjectPublicKeyInfo()[23..];
        Assert.True(P384.IsUncompressedPoint(point));
        byte[][] others =
        [
            [], [0], [4], point[..^1], [.. point, 0], [2, .. point[1..49]], [6, .. point[1..]], [4, .. new byte[96]],
            [.. point[..96], (byte)(point[96] ^ 1)], [4, .. Enumerable.Repeat((byte)0xFF, 96)],
        ];
        foreach (var other in others)
        {
            Assert.False(P384.IsUncompressedPoint(other));
            Assert.False(VerificationKey.TryLoad(other, out _));
        }
    }

    [Fact]
    public void The_curves_generator_and_its_negative_are_points_and_their_neighbours_are_not()
    {
        // SP 800-186 3.2.1.4.
        var x = Convert.FromHexString(
            "AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7");
        var y = Convert.FromHexString(
            "3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F");
        var minusY = Convert.FromHexString(
            "C9E821B569D9D390A26167406D6D23D6070BE242D765EB831625CEEC4A0F473EF59F4E30E2817E6285BCE2846F15F1A0");
        Assert.True(P384.IsUncompressedPoint([4, .. x, .. y]));
        Assert.True(P384.IsUncompressedPoint([4, .. x, .. minusY]));
        Assert.False(P384.IsUncompressedPoint([4, .. y, .. x]));
        for (var bit = 0; bit < 768; bit++)
        {
            byte[] point = [4, .. x, .. y];
            point[1 + (bit / 8)] ^= (byte)(1 << (bit % 8));
            Assert.False(P384.IsUncompressedPoint(point), bit.ToString(CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void A_coordinate_plus_the_modulus_is_not_the_coordinate()
    {
        // x = 0 is on the curve (b is a square), so x = p, its other name in 384 bits, must be refused for its form alone.
        var p = Convert.FromHexString("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF");
        var y = SquareRootOfB();
        Assert.True(P384.IsUncompressedPoint([4, .. new byte[48], .. y]));
        Assert.False(P384.IsUncompressedPoint([4, .. p, .. y]));
        Assert.True(VerificationKey.TryLoad([4, .. new byte[48], .. y], out var key), "the platform takes the point too");
        key.Dispose();
    }

    private static byte[] SquareRootOfB()
    {
        var p = Number(
            "0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF");
        var b = Number(
            "0B3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF");

        // p is 3 modulo 4, so a square's root is its power (p + 1) / 4.
        var root = BigInteger.ModPow(b, (p + 1) / 4, p).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[48 - root.Length], .. root];

        static BigInteger Number(string hex) => BigInteger.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }

    private static void AssertWycheproof(string file, Func<VerificationKey, byte[], byte[], bool> verify)
    {
        var count = 0;
        foreach (var (group, test) in Tests(file))
        {
            Assert.True(VerificationKey.TryLoad(Hex(group.GetProperty("publicKey"), "uncompressed"), out var key));
            using (key)
            {
                var verified = verify(key, Hex(test, "msg"), Hex(test, "sig"));
                Assert.True(verified == (test.GetProperty("result").GetString() == "valid"), test.ToString());
                count++;
            }
        }

        Assert.InRange(count, 280, 1000);
    }

    private static IEnumerable<(JsonElement Group, JsonElement Test)> Tests(string file)
    {
        using var document = JsonDocument.Parse(SharedFiles.Read("vectors", file));
        foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                yield return (group, test);
            }
        }
    }

    private static byte[] Hex(JsonElement element, string name) => Convert.FromHexString(element.GetProperty(name).GetString()!);
}
