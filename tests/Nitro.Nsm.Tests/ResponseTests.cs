namespace Nitro.Nsm.Tests;

public class ResponseTests
{
    private static readonly byte[] Value48 = [.. Enumerable.Range(1, 48).Select(i => (byte)i)];

    [Fact]
    public void A_description_is_read_whatever_the_order_of_its_keys()
    {
        var random = new Random(48);
        for (var i = 0; i < 200; i++)
        {
            var fields = Responses.DescriptionFields.ToArray();
            random.Shuffle(fields);
            using var client = ScriptedTransport.Client(Cbor.Map(i % 2 == 0, ("DescribeNSM", Cbor.Map(i % 3 == 0, fields))));
            var description = client.Describe();
            Assert.Equal((1, 2, 3), (description.VersionMajor, description.VersionMinor, description.VersionPatch));
            Assert.Equal((Responses.ModuleId, 32, "SHA384"), (description.ModuleId, description.MaxPcrs, description.Digest));
            Assert.Equal([0, 1, 2, 16], description.LockedPcrs);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_register_is_read_whatever_the_order_of_its_keys(bool indefinite)
    {
        foreach (var fields in (IEnumerable<(string, byte[])[]>)[Responses.PcrFields, [.. Responses.PcrFields.Reverse()]])
        {
            using var client = ScriptedTransport.Client(Cbor.Map(indefinite, ("DescribePCR", Cbor.Map(indefinite, fields))));
            var state = client.DescribePcr(0);
            Assert.True(state.Locked);
            Assert.Equal(Value48, state.Value.ToArray());
        }
    }

    [Fact]
    public void The_other_responses_are_read()
    {
        using (var client = ScriptedTransport.Client(Responses.All["ExtendPCR"].Response))
        {
            Assert.Equal(Value48, client.ExtendPcr(16, [1]));
        }

        using (var client = ScriptedTransport.Client(Responses.All["GetRandom"].Response))
        {
            Assert.Equal(256, client.GetRandom().Length);
        }

        using (var client = ScriptedTransport.Client(Responses.All["Attestation"].Response))
        {
            Assert.Equal(5000, client.Attest(null, null, null).Length);
        }

        using (var client = ScriptedTransport.Client(Cbor.Text("LockPCR")))
        {
            client.LockPcr(16);
        }

        using (var client = ScriptedTransport.Client(Cbor.Text("LockPCRs")))
        {
            client.LockPcrs(16);
        }
    }

    [Fact]
    public void A_description_may_lock_nothing()
    {
        var fields = With(Responses.DescriptionFields, "locked_pcrs", Cbor.Array());
        using var client = ScriptedTransport.Client(Cbor.Map(("DescribeNSM", Cbor.Map(fields))));
        Assert.Empty(client.Describe().LockedPcrs);
    }

    [Theory]
    [MemberData(nameof(Responses.Names), MemberType = typeof(Responses))]
    public void Every_error_name_becomes_its_code(string request)
    {
        foreach (var code in Enum.GetValues<NsmErrorCode>().Where(code => code != NsmErrorCode.Success))
        {
            using var client = ScriptedTransport.Client(Cbor.Error(code.ToString()));
            var error = Assert.Throws<NsmException>(() => Responses.All[request].Call(client));
            Assert.Equal((request, code), (error.Request, error.Code));
            Assert.StartsWith($"The NSM refused {request} with {code}: ", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void There_are_eight_error_names()
    {
        Assert.Equal(
            [
                "Success", "InvalidArgument", "InvalidIndex", "InvalidResponse", "ReadOnlyIndex", "InvalidOperation", "BufferTooSmall",
                "InputTooLarge", "InternalError",
            ],
            Enum.GetNames<NsmErrorCode>());
    }

    [Theory]
    [MemberData(nameof(Responses.Names), MemberType = typeof(Responses))]
    public void What_is_no_error_name_is_malformed(string request)
    {
        foreach (var name in (string[])["Success", "invalidindex", "", "Unknown\u0007"])
        {
            AssertMalformed(request, Cbor.Error(name), "Error", "eight error names");
        }

        AssertMalformed(request, Cbor.Map(("Error", Cbor.Number(2))), "Error", "an error's name");
        AssertMalformed(request, Cbor.Map(("Error", Cbor.Text("InvalidIndex")), ("x", Cbor.Number(1))), "response", "the map's end");
        AssertMalformed(request, [.. Cbor.Error("InvalidIndex"), 0], "response", "the response's end");
    }

    [Theory]
    [MemberData(nameof(Responses.Names), MemberType = typeof(Responses))]
    public void A_truncated_response_is_malformed_wherever_it_ends(string request)
    {
        var response = Responses.All[request].Response;
        for (var length = 0; length < response.Length; length++)
        {
            AssertMalformed(request, response[..length]);
        }
    }

    [Theory]
    [MemberData(nameof(Responses.Names), MemberType = typeof(Responses))]
    public void Nothing_may_follow_a_response(string request)
    {
        AssertMalformed(request, [.. Responses.All[request].Response, 0xf6], "response", "the response's end", "1 more bytes");
    }

    [Theory]
    [MemberData(nameof(Responses.Names), MemberType = typeof(Responses))]
    public void Another_requests_response_is_malformed(string request)
    {
        foreach (var other in Responses.All.Where(other => other.Key != request))
        {
            AssertMalformed(request, other.Value.Response, "response", request);
        }
    }

    [Theory]
    [MemberData(nameof(Responses.Names), MemberType = typeof(Responses))]
    public void Other_types_are_malformed(string request)
    {
        const string Items = "00 20 40 60 80 a0 a1 bf bfff c000 f4 f6 f7 fb3ff0000000000000 ff 1c 7f6161ff";
        foreach (var item in Items.Split(' '))
        {
            AssertMalformed(request, Convert.FromHexString(item));
        }
    }

    [Fact]
    public void A_key_twice_too_many_or_missing_is_malformed()
    {
        var pcr = Responses.PcrFields;
        AssertMalformed("DescribePCR", Pcr([.. pcr, pcr[0]]), "DescribePCR", "each key once", "duplicate");
        (string, byte[])[] tooMany = [.. pcr, ("more", Cbor.Number(1))];
        AssertMalformed("DescribePCR", Pcr(tooMany), "DescribePCR", "only the keys \"data\", \"lock\"", "\"more\"");
        AssertMalformed("DescribePCR", Pcr(pcr[0]), "DescribePCR", "the keys \"data\", \"lock\"", "no \"lock\"");
        AssertMalformed("DescribePCR", Pcr(pcr[1]), "DescribePCR", "the keys \"data\", \"lock\"", "no \"data\"");
        AssertMalformed(
            "DescribePCR",
            Cbor.Map(("DescribePCR", Cbor.Map(pcr)), ("DescribePCR2", Cbor.Map(pcr))),
            "response",
            "one key and the map's end");
        foreach (var field in Responses.DescriptionFields)
        {
            var without = Description([.. Responses.DescriptionFields.Where(other => other != field)]);
            AssertMalformed("DescribeNSM", without, "DescribeNSM", null, $"no \"{field.Key}\"");
            AssertMalformed("DescribeNSM", Description([.. Responses.DescriptionFields, field]), "DescribeNSM", "each key once");
        }
    }

    [Fact]
    public void A_key_that_is_no_text_is_malformed()
    {
        var response = Cbor.Map(("DescribePCR", Cbor.Write(writer =>
        {
            writer.WriteStartMap(1);
            writer.WriteInt32(1);
            writer.WriteBoolean(true);
            writer.WriteEndMap();
        })));
        AssertMalformed("DescribePCR", response, "DescribePCR", "a text key", "a whole number");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(47)]
    [InlineData(49)]
    public void A_register_of_another_length_is_malformed(int length)
    {
        var data = ("data", Cbor.Bytes(length));
        AssertMalformed("DescribePCR", Pcr(data, Responses.PcrFields[1]), "DescribePCR.data", "48 bytes", $"{length} bytes");
        AssertMalformed("ExtendPCR", Body("ExtendPCR", data), "ExtendPCR.data", "48 bytes", $"{length} bytes");
    }

    [Fact]
    public void A_value_of_another_type_is_malformed_and_named()
    {
        var (data, locked) = (Responses.PcrFields[0], Responses.PcrFields[1]);
        AssertMalformed("DescribePCR", Pcr(("data", Cbor.Text(new string('a', 48))), locked), "DescribePCR.data", "48 bytes", "a text");
        AssertMalformed("DescribePCR", Pcr(data, ("lock", Cbor.Number(1))), "DescribePCR.lock", "true or false", "a whole number");
        AssertMalformed("DescribePCR", Pcr(data, ("lock", [0xf6])), "DescribePCR.lock", "true or false", "null");
        AssertMalformed("GetRandom", Body("GetRandom", ("random", Cbor.Bytes(0))), "GetRandom.random", null, "0 bytes");
        AssertMalformed("Attestation", Body("Attestation", ("document", Cbor.Bytes(0))), "Attestation.document", null, "0 bytes");
        AssertMalformed("Attestation", Cbor.Map(("Attestation", Cbor.Text("document"))), "Attestation", "a map", "a text");
        AssertMalformed("GetRandom", Body("GetRandom", ("random", [0x5f, 0x41, 0x01, 0xff])), "GetRandom.random", null, "in pieces");
    }

    [Theory]
    [InlineData("version_major", "1a00010000", "65535")]
    [InlineData("version_minor", "20", "a whole number from 0")]
    [InlineData("version_patch", "1bffffffffffffffff", "65535")]
    [InlineData("max_pcrs", "00", "from 1")]
    [InlineData("max_pcrs", "10", "which is 16")]
    [InlineData("module_id", "60", "not empty")]
    [InlineData("module_id", "62c328", "well-formed")]
    [InlineData("digest", "66534841353132", "SHA384")]
    [InlineData("digest", "46534841333834", "SHA384")]
    [InlineData("locked_pcrs", "8120", "a whole number")]
    [InlineData("locked_pcrs", "820101", "each number once")]
    [InlineData("locked_pcrs", "811820", "which is 32")]
    [InlineData("locked_pcrs", "811a00010000", "65535")]
    [InlineData("locked_pcrs", "a10000", "an array")]
    public void A_descriptions_fields_are_checked(string key, string value, string expected)
    {
        var response = Description(With(Responses.DescriptionFields, key, Convert.FromHexString(value)));
        AssertMalformed("DescribeNSM", response, null, expected);
    }

    [Fact]
    public void A_long_or_unprintable_text_is_not_repeated_in_full()
    {
        var error = AssertMalformed("LockPCR", Cbor.Text("\u001b[31m" + new string('x', 5000)));
        Assert.DoesNotContain('\u001b', error.Message);
        Assert.True(error.Message.Length < 400);
        Assert.Contains("5005 characters", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_malformed_at_its_first_step()
    {
        AssertMalformed("DescribeNSM", [.. Enumerable.Repeat((byte)0x81, 12000), 0x00], "response", "a map");
        var nested = Cbor.Map(("DescribeNSM", Cbor.Map(("locked_pcrs", [.. Enumerable.Repeat((byte)0x81, 60), 0x00]))));
        AssertMalformed("DescribeNSM", nested, "DescribeNSM.locked_pcrs", null, "an array");
    }

    [Theory]
    [MemberData(nameof(Responses.Names), MemberType = typeof(Responses))]
    public void Mutated_responses_are_read_or_refused_with_a_typed_error(string request)
    {
        var random = new Random(request.Length);
        var original = Responses.All[request].Response;
        var (read, refused) = (0, 0);
        for (var i = 0; i < 1500; i++)
        {
            using var client = ScriptedTransport.Client(Mutate(original, random));
            try
            {
                Responses.All[request].Call(client);
                read++;
            }
            catch (Exception e) when (e is NsmException or NsmResponseException)
            {
                refused++;
            }
        }

        Assert.Equal(1500, read + refused);
        Assert.True(refused > 100, $"{refused} of 1500 were refused");
    }

    [Fact]
    public void Random_bytes_are_refused_with_a_typed_error()
    {
        var random = new Random(1);
        for (var i = 0; i < 3000; i++)
        {
            var bytes = new byte[random.Next(0, 60)];
            random.NextBytes(bytes);
            using var client = ScriptedTransport.Client(bytes);
            var (_, (_, call)) = Responses.All.ElementAt(i % Responses.All.Count);
            Assert.Throws<NsmResponseException>(() => call(client));
        }
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            // Most of a response is one byte string; the structure is at its start.
            var position = random.Next(2) == 0 ? random.Next(Math.Min(bytes.Count, 40)) : random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[position] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[position] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.Insert(position, (byte)random.Next(256));
                    break;
                default:
                    bytes.RemoveRange(position, random.Next(1, Math.Min(8, bytes.Count - position + 1)));
                    break;
            }

            if (bytes.Count == 0)
            {
                break;
            }
        }

        return [.. bytes];
    }

    private static (string, byte[])[] With((string Key, byte[] Value)[] fields, string key, byte[] value) =>
        [.. fields.Select(field => field.Key == key ? (key, value) : field)];

    private static byte[] Body(string name, params (string, byte[])[] fields) => Cbor.Map((name, Cbor.Map(fields)));

    private static byte[] Pcr(params (string, byte[])[] fields) => Body("DescribePCR", fields);

    private static byte[] Description(params (string, byte[])[] fields) => Body("DescribeNSM", fields);

    private static NsmResponseException AssertMalformed(
        string request, byte[] response, string? where = null, string? expected = null, string? found = null)
    {
        using var client = ScriptedTransport.Client(response);
        var error = Assert.Throws<NsmResponseException>(() => Responses.All[request].Call(client));
        Assert.Equal(request, error.Request);
        Assert.InRange(error.Offset, 0, response.Length);
        Assert.Equal(where ?? error.Where, error.Where);
        Assert.Contains(expected ?? "", error.Expected, StringComparison.Ordinal);
        Assert.Contains(found ?? "", error.Found, StringComparison.Ordinal);
        Assert.Contains($"expected {error.Expected}, found {error.Found}", error.Message, StringComparison.Ordinal);
        return error;
    }
}
