using System.Security.Cryptography;

namespace Nitro.Nsm.Simulator.Tests;

public sealed class ProtocolTests : IDisposable
{
    private const string InvalidArgument = "a1654572726f726f496e76616c6964417267756d656e74";
    private const string InvalidIndex = "a1654572726f726c496e76616c6964496e646578";
    private const string ReadOnlyIndex = "a1654572726f726d526561644f6e6c79496e646578";
    private const string InvalidOperation = "a1654572726f7270496e76616c69644f7065726174696f6e";
    private const string InputTooLarge = "a1654572726f726d496e707574546f6f4c61726765";

    private readonly Enclave enclave = new();

    public void Dispose() => enclave.Dispose();

    [Fact]
    public void It_describes_itself()
    {
        var description = enclave.Client.Describe();
        Assert.Equal((1, 0, 0), (description.VersionMajor, description.VersionMinor, description.VersionPatch));
        Assert.Equal((Enclave.ModuleId, 32, "SHA384"), (description.ModuleId, description.MaxPcrs, description.Digest));
        Assert.Equal(Enumerable.Range(0, 16), description.LockedPcrs);
        Assert.Equal(Enclave.ModuleId, enclave.Nsm.ModuleId);
    }

    [Fact]
    public void Random_bytes_are_256_and_never_the_same()
    {
        var (first, second) = (enclave.Client.GetRandom(), enclave.Client.GetRandom());
        Assert.Equal((256, 256), (first.Length, second.Length));
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Random_bytes_come_from_the_source_that_was_given()
    {
        using var other = new Enclave(new SimulatedNsmOptions { ModuleId = Enclave.ModuleId, Random = bytes => bytes.Fill(0xa5) });
        Assert.Equal(Enumerable.Repeat((byte)0xa5, 256), other.Client.GetRandom());
    }

    [Fact]
    public void Responses_are_byte_for_byte_the_devices()
    {
        var zeros = new string('0', 96);
        Assert.Equal(
            $"a16b4465736372696265504352a264646174615830{zeros}646c6f636bf4",
            enclave.Send("a16b4465736372696265504352a165696e64657810"));
        Assert.Equal(
            "a169457874656e64504352a164646174615830" + Convert.ToHexStringLower(SHA384.HashData([.. new byte[48], 1])),
            enclave.Send("a169457874656e64504352a265696e64657810646461746141" + "01"));
        Assert.Equal("674c6f636b504352", enclave.Send("a1674c6f636b504352a165696e64657810"));
        Assert.Equal("684c6f636b50435273", enclave.Send("a1684c6f636b50435273a16572616e676510"));
        Assert.StartsWith("a16947657452616e646f6da16672616e646f6d590100", enclave.Send("6947657452616e646f6d"), StringComparison.Ordinal);
        var document = enclave.Send("a16b4174746573746174696f6ea0");
        Assert.StartsWith("a16b4174746573746174696f6ea168646f63756d656e7459", document, StringComparison.Ordinal);
        Assert.StartsWith("a16b44657363726962654e534da7", enclave.Send("6b44657363726962654e534d"), StringComparison.Ordinal);
    }

    // Each is one request that no device can decode, or knows; 16-bit indices are AWS's.
    [Theory]
    [InlineData("00")]
    [InlineData("f6")]
    [InlineData("80")]
    [InlineData("a0")]
    [InlineData("ff")]
    [InlineData("60")]
    [InlineData("6744657363726962")]
    [InlineData("6947657452616e646f6d00")]
    [InlineData("6b44657363726962654e53")]
    [InlineData("6b44657363726962654e534e")]
    [InlineData("a16947657452616e646f6da0")]
    [InlineData("6b4465736372696265504352")]
    [InlineData("a16b4465736372696265504352a0")]
    [InlineData("a16b4465736372696265504352a165696e646578f6")]
    [InlineData("a16b4465736372696265504352a165696e64657820")]
    [InlineData("a16b4465736372696265504352a165696e6465781a00010000")]
    [InlineData("a16b4465736372696265504352a165696e6465781bffffffffffffffff")]
    [InlineData("a16b4465736372696265504352a165696e6465784101")]
    [InlineData("a16b4465736372696265504352a16572616e676501")]
    [InlineData("a16b4465736372696265504352a265696e6465780165696e64657802")]
    [InlineData("a16b4465736372696265504352a265696e64657801617800")]
    [InlineData("a16b4465736372696265504352a165696e6465780100")]
    [InlineData("a26b4465736372696265504352a165696e64657801617800")]
    [InlineData("a169457874656e64504352a165696e64657810")]
    [InlineData("a169457874656e64504352a265696e64657810646461746101")]
    [InlineData("a169457874656e64504352a265696e646578106464617461f6")]
    [InlineData("a1674c6f636b504352a16572616e676510")]
    [InlineData("a1684c6f636b50435273a165696e64657810")]
    [InlineData("a16b4174746573746174696f6ea1656e6f6e636501")]
    [InlineData("a16b4174746573746174696f6ea1617801")]
    [InlineData("a16b4174746573746174696f6ef6")]
    public void What_cannot_be_decoded_is_an_invalid_operation(string request) =>
        Assert.Equal(InvalidOperation, enclave.Send(request));

    [Theory]
    [InlineData("a16b4465736372696265504352a165696e6465781820")]
    [InlineData("a16b4465736372696265504352a165696e64657819ffff")]
    [InlineData("a169457874656e64504352a265696e6465781820646461746140")]
    [InlineData("a1674c6f636b504352a165696e6465781820")]
    [InlineData("a1684c6f636b50435273a16572616e67651821")]
    public void An_index_out_of_range_is_an_invalid_index(string request) => Assert.Equal(InvalidIndex, enclave.Send(request));

    [Theory]
    [InlineData("a169457874656e64504352a265696e64657800646461746140")]
    [InlineData("a169457874656e64504352a265696e6465780f646461746140")]
    [InlineData("a1674c6f636b504352a165696e64657800")]
    [InlineData("a1674c6f636b504352a165696e6465780f")]
    public void A_locked_register_is_read_only(string request) => Assert.Equal(ReadOnlyIndex, enclave.Send(request));

    [Theory]
    [InlineData("user_data", 512)]
    [InlineData("nonce", 512)]
    [InlineData("public_key", 1024)]
    public void A_field_over_the_published_limit_is_too_large(string field, int limit)
    {
        Assert.NotEqual(InputTooLarge, enclave.Send(Attestation(field, limit)));
        Assert.Equal(InputTooLarge, enclave.Send(Attestation(field, limit + 1)));
    }

    [Fact]
    public void Without_the_published_limits_only_the_requests_counts()
    {
        using var other = new Enclave(new SimulatedNsmOptions { ModuleId = Enclave.ModuleId, FieldLimits = FieldLimits.RequestOnly });
        foreach (var field in (string[])["user_data", "nonce", "public_key"])
        {
            // The longest that a request holds.
            var length = 4096 - (Attestation(field, 1000).Length / 2) + 1000;
            var response = other.Nsm.Exchange(Convert.FromHexString(Attestation(field, length)));
            Assert.InRange(response.Length, length, NsmLimits.MaximumResponseLength);
            Assert.Throws<NsmDeviceException>(() => other.Nsm.Exchange(Convert.FromHexString(Attestation(field, length + 1))));
        }
    }

    [Fact]
    public void A_request_over_4096_bytes_fails_as_the_driver_fails_it()
    {
        Assert.Equal(InvalidOperation, Convert.ToHexStringLower(enclave.Nsm.Exchange(new byte[4096])));
        var error = Assert.Throws<NsmDeviceException>(() => enclave.Nsm.Exchange(new byte[4097]));
        Assert.Equal((NsmDeviceFault.RequestTooLarge, 90), (error.Fault, error.Errno));
        Assert.Contains("4097 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_request_is_misuse() => Assert.Throws<ArgumentException>("request", () => enclave.Nsm.Exchange([]));

    [Fact]
    public void Every_error_can_be_had_and_reaches_the_caller_once()
    {
        var codes = Enum.GetValues<NsmErrorCode>().Where(code => code != NsmErrorCode.Success).ToList();
        codes.ForEach(enclave.Nsm.FailNext);
        foreach (var code in codes)
        {
            Assert.Equal(code, Assert.Throws<NsmException>(() => enclave.Client.ExtendPcr(16, [1])).Code);
        }

        Assert.Equal(new byte[48], enclave.Client.DescribePcr(16).Value.ToArray());
        enclave.Nsm.FailNext(NsmErrorCode.InvalidArgument);
        Assert.Equal(InvalidArgument, enclave.Send("6947657452616e646f6d"));
        Assert.Throws<ArgumentOutOfRangeException>("code", () => enclave.Nsm.FailNext(NsmErrorCode.Success));
        Assert.Throws<ArgumentOutOfRangeException>("code", () => enclave.Nsm.FailNext((NsmErrorCode)99));
    }

    [Fact]
    public void A_disposed_NSM_answers_no_more_and_leaves_the_root_alone()
    {
        var nsm = new SimulatedNsm(Enclave.Pki);
        nsm.Exchange(Convert.FromHexString("a16b4174746573746174696f6ea0"));
        nsm.Dispose();
        nsm.Dispose();
        Assert.Throws<ObjectDisposedException>(() => nsm.Exchange([0x60]));
        using var next = new SimulatedNsm(Enclave.Pki);
        Assert.NotEmpty(next.Exchange(Convert.FromHexString("a16b4174746573746174696f6ea0")));
    }

    [Theory]
    [InlineData("i-0bbcdf09feaae6636")]
    [InlineData("i-0BBCDF09FEAAE6636-enc019d2710faa69d22")]
    [InlineData("i-0bbcdf09feaae6636-enc019d2710faa69d22\n")]
    [InlineData("i-016a52105bfeb18a2-tpm0000000000000000")]
    [InlineData("")]
    public void A_module_id_of_another_shape_is_refused(string moduleId)
    {
        var options = new SimulatedNsmOptions { ModuleId = moduleId };
        Assert.Throws<ArgumentException>(nameof(moduleId), () => new SimulatedNsm(Enclave.Pki, options));
    }

    [Theory]
    [InlineData("")]
    [InlineData("useast1")]
    [InlineData("US-EAST-1")]
    [InlineData("us-east-1\n")]
    [InlineData("us-east.example-1")]
    [InlineData("us-abcdefghijklmnopqrs-1")]
    public void A_region_of_another_shape_is_refused(string region) =>
        Assert.Throws<ArgumentException>(nameof(region), () => new SimulatedNsm(Enclave.Pki, new SimulatedNsmOptions { Region = region }));

    [Theory]
    [InlineData(-1, 48)]
    [InlineData(16, 48)]
    [InlineData(0, 47)]
    [InlineData(15, 49)]
    public void A_boot_register_of_another_index_or_length_is_refused(int index, int length) =>
        Assert.Throws<ArgumentException>("options", () => new SimulatedNsm(
            Enclave.Pki, new SimulatedNsmOptions { Pcrs = new Dictionary<int, ReadOnlyMemory<byte>> { [index] = new byte[length] } }));

    [Fact]
    public void A_new_module_id_is_AWS_shaped_and_begins_with_the_time()
    {
        var time = new FakeTime();
        var options = new SimulatedNsmOptions { Time = time };
        var ids = Enumerable.Range(0, 20).Select(_ => new SimulatedNsm(Enclave.Pki, options).ModuleId).ToList();
        Assert.Equal(20, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^i-0[0-9a-f]{16}-enc[0-9a-f]{16}$", id));
        Assert.All(ids, id => Assert.Equal(time.Now.ToUnixTimeMilliseconds(), Convert.ToInt64(id[23..35], 16)));
    }

    private static string Attestation(string field, int length)
    {
        var writer = new System.Formats.Cbor.CborWriter();
        writer.WriteStartMap(1);
        writer.WriteTextString("Attestation");
        writer.WriteStartMap(1);
        writer.WriteTextString(field);
        writer.WriteByteString(new byte[length]);
        writer.WriteEndMap();
        writer.WriteEndMap();
        return Convert.ToHexStringLower(writer.Encode());
    }
}
