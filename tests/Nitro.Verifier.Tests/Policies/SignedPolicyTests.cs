using System.Security.Cryptography;
using System.Text;
using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;

namespace Nitro.Verifier.Tests.Policies;

/// <summary>A policy that is signed: by the pinned key alone, for the purpose of a policy alone, and never an older one.</summary>
public sealed class SignedPolicyTests
{
    private static readonly byte[] Json = Encoding.UTF8.GetBytes("{ \"version\": 1, \"anyMeasurementsUnsafe\": true }");
    private static readonly ECDsa P256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly ECDsa P384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);

    public static TheoryData<bool> Curves => [true, false];

    [Theory]
    [MemberData(nameof(Curves))]
    public void It_is_read_under_its_key_from_its_version_on(bool p384)
    {
        var key = Key(p384);
        var file = SignedPolicy.Sign(key, 7, Json);
        Assert.True(SignedPolicy.IsOne(file));
        Assert.False(SignedPolicy.IsOne(Json));
        foreach (var least in (ulong[])[0, 6, 7])
        {
            var policy = Read(file, key, least);
            Assert.Equal(7UL, policy.Version);
            Assert.True(policy.Policy.Settings.AnyMeasurementsUnsafe);
        }

        var error = Refused(file, key, 8);
        Assert.Equal("policy version", error.Where);
        Assert.Contains("7", error.Found, StringComparison.Ordinal);
        Assert.Equal(ulong.MaxValue, Read(SignedPolicy.Sign(key, ulong.MaxValue, Json), key, ulong.MaxValue).Version);
    }

    [Theory]
    [MemberData(nameof(Curves))]
    public void Under_another_key_it_is_refused(bool p384)
    {
        using var other = ECDsa.Create(p384 ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256);
        var file = SignedPolicy.Sign(Key(p384), 1, Json);
        Assert.Equal("signature", Refused(file, other).Where);
        Assert.Equal("protected header", Refused(file, Key(!p384)).Where);
    }

    [Theory]
    [MemberData(nameof(Curves))]
    public void Every_bit_and_every_byte_counts(bool p384)
    {
        var key = Key(p384);
        var file = SignedPolicy.Sign(key, 1, Json);
        for (var bit = 0; bit < 8 * file.Length; bit++)
        {
            var copy = file.ToArray();
            copy[bit / 8] ^= (byte)(1 << (bit % 8));
            Refused(copy, key);
        }

        for (var length = 0; length < file.Length; length++)
        {
            Refused(file[..length], key);
        }

        Refused([.. file, 0], key);
        Refused([0xD2, .. file], key);
        Refused(new byte[SignedPolicy.MaximumSize + 1], key);
    }

    [Fact]
    public void What_the_key_signs_for_another_purpose_is_no_policy()
    {
        var claim = Receipt.Sign(P256, CoseAlgorithm.Es256, new Claim
        {
            Model = default,
            Input = default,
            Output = default,
            Nonce = default,
            IssuedAtMs = 1,
            Sequence = 0,
            Session = default,
            Previous = default,
        }.Encode());
        Assert.Equal("protected header", Refused(claim, P256).Where);
        Assert.Equal("protected header", Refused(Signed(P256, [0xA1, 0x01, 0x26], Payload([1], [1], Json)), P256).Where);
    }

    [Fact]
    public void A_signed_payload_of_another_form_is_refused()
    {
        Assert.Equal(1UL, Read(Signed(P256, null, Payload([1], [1], Json)), P256).Version);
        Assert.Equal("policy payload.format", Refused(Signed(P256, null, Payload([2], [1], Json)), P256).Where);
        Assert.Equal("policy payload.version", Refused(Signed(P256, null, Payload([1], [0x20], Json)), P256).Where);
        Assert.Equal("policy payload.version", Refused(Signed(P256, null, Payload([1], [0x18, 1], Json)), P256).Where);
        Assert.Equal("policy payload.policy", Refused(Signed(P256, null, Payload([1], [1], [])), P256).Where);
        Assert.Equal("policy payload", Refused(Signed(P256, null, [.. Payload([1], [1], Json), 0]), P256).Where);
        Assert.Equal("policy payload", Refused(Signed(P256, null, [0xA2, 1, 1, 2, 1]), P256).Where);
        Assert.Equal("policy payload key", Refused(Signed(P256, null, [0xA3, 2, 1, 1, 1, 3, 0x41, 0]), P256).Where);
        var unusable = Refused(Signed(P256, null, Payload([1], [1], "{ \"version\": 1 }"u8.ToArray())), P256);
        Assert.Contains("releases", unusable.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Misuse_is_told_and_what_nobody_could_use_is_not_signed()
    {
        using var p521 = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        Assert.Throws<ArgumentException>(() => SignedPolicy.Sign(p521, 1, Json));

        // As long as P-256, and another curve; and P-256 itself by its parameters, which no verifier of ours would take for a name.
        using var koblitz = ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1"));
        using var stated = ECDsa.Create(P256.ExportExplicitParameters(includePrivateParameters: true));
        foreach (var key in (ECDsa[])[koblitz, stated])
        {
            Assert.Contains("P-256 or P-384", Assert.Throws<ArgumentException>(() => SignedPolicy.Sign(key, 1, Json)).Message, StringComparison.Ordinal);
        }

        Assert.Throws<PolicyException>(() => SignedPolicy.Sign(P256, 1, "{}"u8));
        var file = SignedPolicy.Sign(P256, 1, Json);
        Assert.Throws<ArgumentException>(() => SignedPolicy.TryRead(file, p521.ExportSubjectPublicKeyInfo(), 0, null, out _, out _));
        Assert.Throws<ArgumentException>(() => SignedPolicy.TryRead(file, [], 0, null, out _, out _));
        foreach (var key in (ECDsa[])[P256, P384])
        {
            var noPoint = key.ExportSubjectPublicKeyInfo();
            noPoint[^1] ^= 1;
            Assert.Throws<ArgumentException>(() => SignedPolicy.TryRead(file, noPoint, 0, null, out _, out _));
        }
    }

    private static ECDsa Key(bool p384) => p384 ? P384 : P256;

    private static byte[] Signed(ECDsa key, byte[]? header, byte[] payload)
    {
        header ??= [0xA2, 0x01, 0x26, 0x03, 0x78, (byte)SignedPolicy.ContentType.Length, .. Encoding.ASCII.GetBytes(SignedPolicy.ContentType)];
        Span<byte> hash = stackalloc byte[Sha384Digest.Size];
        hash = hash[..CoseSign1.HashToBeSigned(HashAlgorithmName.SHA256, header, payload, hash)];
        return CoseSign1.Encode(header, payload, key.SignHash(hash.ToArray()));
    }

    private static byte[] Payload(byte[] format, byte[] version, byte[] json)
    {
        byte[] head = json.Length < 24 ? [(byte)(0x40 + json.Length)] : [0x58, (byte)json.Length];
        return [0xA3, 1, .. format, 2, .. version, 3, .. head, .. json];
    }

    private static SignedPolicy Read(byte[] file, ECDsa key, ulong least = 0)
    {
        Assert.True(SignedPolicy.TryRead(file, key.ExportSubjectPublicKeyInfo(), least, null, out var policy, out var error), error?.ToString());
        return policy;
    }

    private static FormatError Refused(byte[] file, ECDsa key, ulong least = 0)
    {
        Assert.False(SignedPolicy.TryRead(file, key.ExportSubjectPublicKeyInfo(), least, null, out _, out var error));
        return error;
    }
}
