using System.Formats.Cbor;
using System.Text;

namespace Nitro.Nsm.Simulator.Tests;

public class FuzzTests
{
    private static readonly byte[][] Requests =
    [
        .. ((string[])
            [
                "6b44657363726962654e534d",
                "6947657452616e646f6d",
                "a16b4465736372696265504352a165696e64657803",
                "a169457874656e64504352a265696e64657810646461746143010203",
                "a1674c6f636b504352a165696e64657811",
                "a1684c6f636b50435273a16572616e676512",
                "a16b4174746573746174696f6ea369757365725f646174614101656e6f6e6365f66a7075626c69635f6b657946" + "010203040506",
            ]).Select(Convert.FromHexString),
    ];

    [Fact]
    public void A_mutated_request_has_an_answer_that_makes_sense()
    {
        using var enclave = new Enclave();
        var random = new Random(384);
        var answers = new Dictionary<string, int>();
        for (var i = 0; i < 6000; i++)
        {
            var answer = Answer(enclave, Mutate(Requests[i % Requests.Length], random));
            answers[answer] = answers.GetValueOrDefault(answer) + 1;
        }

        // Some mutations are requests of their own; most are none.
        Assert.InRange(answers["Error InvalidOperation"], 3000, 5900);
        foreach (var name in (string[])["DescribePCR", "Attestation", "Error ReadOnlyIndex"])
        {
            Assert.InRange(answers.GetValueOrDefault(name), 10, 1000);
        }

        Assert.Equal(Enclave.ModuleId, enclave.Client.Describe().ModuleId);
        Assert.NotEmpty(enclave.Attest().Signature);
    }

    [Fact]
    public void Random_bytes_are_an_invalid_operation()
    {
        using var enclave = new Enclave();
        var random = new Random(1);
        for (var i = 0; i < 4000; i++)
        {
            var request = new byte[random.Next(1, i % 20 == 0 ? 4097 : 40)];
            random.NextBytes(request);
            Assert.Equal("Error InvalidOperation", Answer(enclave, request));
        }
    }

    [Theory]
    [InlineData(0x81)]
    [InlineData(0xa1)]
    [InlineData(0x9f)]
    [InlineData(0xbf)]
    [InlineData(0xc1)]
    [InlineData(0x5f)]
    public void Deep_nesting_is_an_invalid_operation(byte item)
    {
        using var enclave = new Enclave();
        Assert.Equal("Error InvalidOperation", Answer(enclave, [.. Enumerable.Repeat(item, 4096)]));
        byte[] start = Convert.FromHexString("a169457874656e64504352a265696e646578106464617461");
        Assert.Equal("Error InvalidOperation", Answer(enclave, [.. start, .. Enumerable.Repeat(item, 4000)]));
    }

    /// <summary>The answer's name, with the error's name if it is one; fails if it is not what an NSM may say.</summary>
    private static string Answer(Enclave enclave, byte[] request)
    {
        var response = enclave.Nsm.Exchange(request);
        Assert.InRange(response.Length, 1, NsmLimits.MaximumResponseLength);
        var reader = new CborReader(response, CborConformanceMode.Canonical, allowMultipleRootLevelValues: false);
        string name;
        if (reader.PeekState() == CborReaderState.TextString)
        {
            name = reader.ReadTextString();
            Assert.Contains(name, (string[])["LockPCR", "LockPCRs"]);
        }
        else
        {
            Assert.Equal(1, reader.ReadStartMap());
            name = reader.ReadTextString();
            if (name == "Error")
            {
                var error = reader.ReadTextString();
                Assert.Contains(error, (string[])["InvalidOperation", "InvalidIndex", "ReadOnlyIndex", "InputTooLarge"]);
                name = $"Error {error}";
            }
            else
            {
                Assert.Contains(name, (string[])["DescribeNSM", "DescribePCR", "ExtendPCR", "GetRandom", "Attestation"]);
                Assert.Contains(name, Encoding.Latin1.GetString(request), StringComparison.Ordinal);
                reader.SkipValue(disableConformanceModeChecks: true);
            }

            reader.ReadEndMap();
        }

        Assert.Equal(0, reader.BytesRemaining);
        return name;
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var changes = random.Next(1, 3); changes > 0; changes--)
        {
            // The names are at the start, and what names mean is at the end.
            var position = random.Next(3) == 0 ? random.Next(bytes.Count) : bytes.Count - 1 - random.Next(Math.Min(bytes.Count, 6));
            switch (random.Next(5))
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
                case 3 when bytes.Count > 1:
                    bytes.RemoveAt(position);
                    break;
                default:
                    bytes[^1] = (byte)random.Next(256);
                    break;
            }
        }

        return [.. bytes];
    }
}
