using System.Text;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Documents;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Attestation.Tests.Support;

namespace Nitro.Attestation.Tests.EvidenceFiles;

/// <summary>Evidence files that are wrong, each in one way, and the fault that is named.</summary>
public sealed class EvidenceRefusalTests
{
    private const string Right =
        """{"version":1,"kind":"session","receipt":"AgM=","document":"AQ==","manifest":"BAUG","configuration":"+/8="}""";

    private static readonly string[] ByteMembers = ["receipt", "document", "manifest", "configuration", "inputSalt", "outputSalt", "input",
        "output"];

    [Fact]
    public void The_file_that_these_tests_break_is_right() => Assert.True(Evidence.TryParse(Encoding.UTF8.GetBytes(Right), out _, out _));

    // Version

    [Theory]
    [InlineData("0")]
    [InlineData("2")]
    [InlineData("-1")]
    [InlineData("1.0")]
    [InlineData("1e0")]
    [InlineData("1.5")]
    [InlineData("4294967297")]
    [InlineData("18446744073709551617")]
    [InlineData("1e400")]
    public void Another_version_is_an_error_of_its_own(string version)
    {
        var error = Refused(Right.Replace("\"version\":1", "\"version\":" + version, StringComparison.Ordinal));
        Assert.Equal(EvidenceFileFault.UnknownVersion, error.Fault);
        Assert.Equal(new FormatError("version", 1, "1", "another: a newer release may read it"), error.Error);
    }

    [Theory]
    [InlineData("\"1\"")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("{\"1\":1}")]
    public void A_version_that_is_no_number_is_malformed(string version) =>
        AssertRefused(EvidenceFileFault.Malformed, "version",
            Right.Replace("\"version\":1", "\"version\":" + version, StringComparison.Ordinal));

    [Theory]
    [InlineData("01")]
    [InlineData("+1")]
    [InlineData("0x1")]
    [InlineData("NaN")]
    public void A_number_that_is_no_JSON_is_malformed(string version) =>
        AssertRefused(EvidenceFileFault.Malformed, "evidence file",
            Right.Replace("\"version\":1", "\"version\":" + version, StringComparison.Ordinal));

    /// <summary>What a later version adds is not to be called unknown, malformed or missing, wherever its version stands.</summary>
    [Theory]
    [InlineData("""{"version":2}""")]
    [InlineData("""{"version":2,"kind":"sealed","seal":{"document":"AQ==","path":[["a"]]}}""")]
    [InlineData("""{"kind":"sealed","seal":{"document":"AQ==","path":[["a"]]},"version":2}""")]
    [InlineData("""{"new":null,"kind":"session","kind":"session","version":2}""")]
    [InlineData("""{"document":"not base64","v\u0065rsion":2,"version":1}""")]
    public void A_later_version_is_known_before_anything_else_is_judged(string text) =>
        Assert.Equal(EvidenceFileFault.UnknownVersion, Refused(text).Fault);

    [Fact]
    public void A_file_without_a_version_lacks_it_whatever_else_it_has()
    {
        AssertRefused(EvidenceFileFault.WrongMembers, "version", "{}");
        AssertRefused(EvidenceFileFault.WrongMembers, "version", Right.Replace("\"version\":1,", "", StringComparison.Ordinal));
        AssertRefused(EvidenceFileFault.WrongMembers, "version", Right.Replace("version", "Version", StringComparison.Ordinal));
        AssertRefused(EvidenceFileFault.WrongMembers, "version", """{"x":{"version":1}}""");
    }

    // Members

    [Theory]
    [InlineData("kind")]
    [InlineData("receipt")]
    [InlineData("document")]
    [InlineData("manifest")]
    [InlineData("configuration")]
    public void Every_mandatory_member_is_there(string name)
    {
        var members = Right[1..^1].Split(',').Where(member => !member.StartsWith($"\"{name}\"", StringComparison.Ordinal));
        AssertRefused(EvidenceFileFault.WrongMembers, name, $"{{{string.Join(',', members)}}}");
    }

    [Fact]
    public void A_receipt_does_not_stand_in_direct_evidence() =>
        AssertRefused(EvidenceFileFault.WrongMembers, "receipt", Right.Replace("session", "direct", StringComparison.Ordinal));

    [Theory]
    [InlineData("seal")]
    [InlineData("Document")]
    [InlineData("document ")]
    [InlineData("")]
    [InlineData("claim")]
    [InlineData("inputsalt")]
    [InlineData("\\u0000")]
    public void An_unknown_member_is_refused_whatever_it_holds(string name)
    {
        foreach (var value in new[] { "1", "null", "\"AQ==\"", "true" })
        {
            var error = Refused($"{Right[..^1]},\"{name}\":{value}}}");
            Assert.Equal(EvidenceFileFault.UnknownMember, error.Fault);
            Assert.Equal(Right.Length, error.Error.Offset);
            Assert.DoesNotContain(error.ToString(), char.IsControl);
        }
    }

    [Fact]
    public void The_name_of_an_unknown_member_is_not_quoted_when_it_is_long()
    {
        var error = Refused($"{Right[..^1]},\"{new string('x', 1_000_000)}\":1}}");
        Assert.Equal((EvidenceFileFault.UnknownMember, "one of 1000000 bytes"), (error.Fault, error.Error.Found));
        Assert.InRange(error.ToString().Length, 1, 300);
    }

    [Fact]
    public void Every_member_stands_once_also_when_its_second_name_is_escaped()
    {
        foreach (var name in ByteMembers.Prepend("kind").Prepend("version"))
        {
            var size = name is "inputSalt" or "outputSalt" ? 32 : 1;
            var value = name switch { "version" => "1", "kind" => "\"session\"", _ => Base64(size) };
            var once = Right.Contains($"\"{name}\"", StringComparison.Ordinal) ? Right : $"{Right[..^1]},\"{name}\":{value}}}";
            Assert.True(Evidence.TryParse(Encoding.UTF8.GetBytes(once), out _, out _));
            AssertRefused(EvidenceFileFault.DuplicateMember, name, $"{once[..^1]},\"{name}\":{value}}}");
            AssertRefused(EvidenceFileFault.DuplicateMember, name, $"{once[..^1]},\"\\u{(int)name[0]:x4}{name[1..]}\":{value}}}");
        }
    }

    // Values

    [Theory]
    [InlineData("\"sealed\"")]
    [InlineData("\"Session\"")]
    [InlineData("\"session \"")]
    [InlineData("\"\"")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    public void The_kind_is_one_of_two_texts(string kind) =>
        AssertRefused(EvidenceFileFault.Malformed, "kind", Right.Replace("\"session\"", kind, StringComparison.Ordinal));

    [Fact]
    public void A_value_of_another_type_is_malformed_in_every_member()
    {
        foreach (var name in ByteMembers)
        {
            foreach (var value in new[] { "1", "1.5", "true", "false", "null", "{}", "[]", "{\"a\":\"AQ==\"}", "[\"AQ==\"]", "[65]" })
            {
                AssertRefused(EvidenceFileFault.Malformed, name, With(name, value));
            }
        }
    }

    [Fact]
    public void Deep_nesting_is_malformed_and_overflows_no_stack()
    {
        foreach (var depth in new[] { 2, 3, 63, 64, 65, 100_000 })
        {
            Assert.Equal(EvidenceFileFault.Malformed, Refused(With("input", new string('[', depth) + new string(']', depth))).Fault);
            Assert.Equal(EvidenceFileFault.Malformed, Refused(new string('[', depth)).Fault);
            Assert.Equal(EvidenceFileFault.Malformed, Refused(string.Concat(Enumerable.Repeat("{\"a\":", depth))).Fault);
        }
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AQ")]
    [InlineData("AQ=")]
    [InlineData("AQ===")]
    [InlineData("=")]
    [InlineData("==")]
    [InlineData("====")]
    [InlineData("A===")]
    [InlineData("=AQ=")]
    [InlineData("AQ==AQ==")]
    [InlineData("AR==", "a bit left over")]
    [InlineData("AX==", "bits left over")]
    [InlineData("AQJ=", "a bit left over")]
    [InlineData("A-_A", "base64url")]
    [InlineData("AQ!=")]
    [InlineData(" AQ==", "white space")]
    [InlineData("AQ== ", "white space")]
    [InlineData("A Q==", "white space")]
    [InlineData("    AQ==", "white space in a length of whole groups")]
    [InlineData("AQ==    ", "white space in a length of whole groups")]
    [InlineData("AQ    ==", "white space in a length of whole groups")]
    [InlineData("A Q =  =", "white space in a length of whole groups")]
    [InlineData("AQ=    =", "white space in a length of whole groups")]
    [InlineData("AQI    =", "white space in a length of whole groups")]
    [InlineData("AQID    ", "white space in a length of whole groups")]
    [InlineData("AQ==\\n\\n\\n\\n", "escaped line breaks")]
    [InlineData("\\tAQID\\r\\n ", "escaped white space")]
    [InlineData("AQID\\u0000\\u0000\\u0000\\u0000", "escaped zeros")]
    [InlineData("\u00e4QID")]
    [InlineData("AQ\\ud83d\\ude00")]
    [InlineData("AQID\\u0041")]
    public void Base64_has_one_form(string value, string why = "base64 that is cut, padded wrongly or of other letters")
    {
        foreach (var name in new[] { "document", "input" })
        {
            var error = Refused(With(name, $"\"{value}\""));
            Assert.True(error.Fault == EvidenceFileFault.Malformed && error.Error.Where == name, $"{why}: {error}");
        }
    }

    [Fact]
    public void Of_all_texts_of_one_group_just_those_are_read_that_are_written()
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        foreach (var last in alphabet)
        {
            foreach (var text in new[] { $"A{last}==", $"AA{last}=" })
            {
                var canonical = Convert.ToBase64String(Convert.FromBase64String(text)) == text;
                Assert.Equal(canonical, Evidence.TryParse(Encoding.UTF8.GetBytes(With("document", $"\"{text}\"")), out _, out _));
            }
        }
    }

    [Fact]
    public void An_empty_value_is_malformed_in_every_member()
    {
        foreach (var name in ByteMembers)
        {
            AssertRefused(EvidenceFileFault.Malformed, name, With(name, "\"\""));
        }
    }

    // Sizes

    [Fact]
    public void Every_member_has_a_limit()
    {
        foreach (var (name, maximum) in new[]
        {
            ("receipt", Receipt.MaximumSize), ("document", UnverifiedDocument.MaximumSize), ("manifest", ModelManifest.MaximumSize),
            ("configuration", EnclaveConfiguration.MaximumSize), ("inputSalt", 32), ("outputSalt", 32),
        })
        {
            Assert.True(Evidence.TryParse(Encoding.UTF8.GetBytes(With(name, Base64(maximum))), out _, out var none), none?.ToString());
            foreach (var size in new[] { maximum + 1, maximum + 2, maximum + 3, maximum + 4, 2 * maximum, 7 * maximum })
            {
                var error = Refused(With(name, Base64(size)));
                Assert.True(error.Fault == EvidenceFileFault.TooLarge && error.Error.Where == name, $"{name} of {size} bytes: {error}");

                // The same with an escape in it, so that the text is longer than its content.
                error = Refused(With(name, Base64(size).Replace("\"AAAA", "\"\\u0041AAA", StringComparison.Ordinal)));
                Assert.True(error.Fault == EvidenceFileFault.TooLarge && error.Error.Where == name, $"{name} of {size} bytes: {error}");
            }
        }

        AssertRefused(EvidenceFileFault.Malformed, "inputSalt", With("inputSalt", Base64(31)));
        AssertRefused(EvidenceFileFault.Malformed, "outputSalt", With("outputSalt", Base64(31)));
    }

    [Fact]
    public void An_input_over_the_limit_is_refused_without_being_decoded()
    {
        // The limit leaves one byte for the last group of base64; letters where its padding would be make it two more.
        var start = Encoding.UTF8.GetBytes(Right[..^1] + ",\"input\":\"");
        byte[] end = [(byte)'"', (byte)'}'];
        var file = new byte[start.Length + ((Evidence.MaximumContent + 2) / 3 * 4) + end.Length];
        file.AsSpan().Fill((byte)'A');
        start.CopyTo(file, 0);
        end.CopyTo(file, file.Length - end.Length);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(Evidence.TryParse(file, out _, out var error));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Assert.Equal((EvidenceFileFault.TooLarge, "input"), (error!.Fault, error.Error.Where));
    }

    /// <summary>The array is never touched but for its first byte, so it takes no memory.</summary>
    [Fact]
    public void A_file_has_at_most_512_MiB()
    {
        var file = new byte[Evidence.MaximumSize + 1];
        file[0] = (byte)'[';
        Assert.False(Evidence.TryParse(file, out _, out var error));
        Assert.Equal(
            new EvidenceFileError(EvidenceFileFault.TooLarge, new FormatError("evidence file", -1, "at most 536870912 bytes", "536870913")),
                error);
        Assert.False(Evidence.TryParse(file.AsSpan(0, Evidence.MaximumSize), out _, out error));
        Assert.Equal(EvidenceFileFault.Malformed, error!.Fault);
    }

    // JSON

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("\"version\"")]
    [InlineData("[]")]
    [InlineData("[{}]")]
    [InlineData("{")]
    [InlineData("{]")]
    [InlineData("{\"version\"}")]
    [InlineData("{\"version\":}")]
    [InlineData("{version:1}")]
    [InlineData("{'version':1}")]
    [InlineData("{\"version\":1,}")]
    [InlineData("\u00a0{}")]
    public void What_is_no_JSON_object_is_malformed(string text) => Assert.Equal(EvidenceFileFault.Malformed, Refused(text).Fault);

    [Fact]
    public void Anything_around_the_object_is_malformed()
    {
        foreach (var after in new[] { "x", "{}", ",", "null", "\0", "]", "}", "\u00a0", Right })
        {
            Assert.Equal(EvidenceFileFault.Malformed, Refused(Right + after).Fault);
        }

        foreach (var before in new[] { "x", ",", "\0", "\ufeff", ")]}'\n" })
        {
            Assert.Equal(EvidenceFileFault.Malformed, Refused(before + Right).Fault);
        }
    }

    [Fact]
    public void Comments_are_malformed_wherever_they_stand()
    {
        foreach (var comment in new[] { "/* */", "// \n" })
        {
            foreach (var at in new[] { 0, 1, 12, 13, Right.Length - 1, Right.Length })
            {
                Assert.Equal(EvidenceFileFault.Malformed, Refused(Right.Insert(at, comment)).Fault);
            }
        }
    }

    [Fact]
    public void Strings_that_are_not_UTF_8_or_hold_half_a_surrogate_pair_are_malformed()
    {
        foreach (var bad in new byte[][] { [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc3],
            "\\ud800"u8.ToArray(), "\\udc00\\ud800"u8.ToArray() })
        {
            byte[] In(string text)
            {
                var parts = text.Split('*');
                return [.. Encoding.UTF8.GetBytes(parts[0]), .. bad, .. Encoding.UTF8.GetBytes(parts[1])];
            }

            Assert.Equal(EvidenceFileFault.Malformed, Refused(In($"{Right[..^1]},\"*\":1}}")).Fault);
            Assert.Equal(EvidenceFileFault.Malformed, Refused(In(Right.Replace("session", "*", StringComparison.Ordinal))).Fault);
            Assert.Equal(EvidenceFileFault.Malformed, Refused(In(With("document", "\"AQ==*\""))).Fault);
            Assert.Equal(EvidenceFileFault.Malformed, Refused(In(With("document", "\"*\""))).Fault);
            Assert.Equal(EvidenceFileFault.Malformed, Refused(In(With("document", "\"\\u0041*\""))).Fault);
        }
    }

    [Fact]
    public void UTF_16_and_UTF_32_are_malformed()
    {
        foreach (var encoding in new[] { Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32 })
        {
            Assert.Equal(EvidenceFileFault.Malformed, Refused(encoding.GetBytes(Right)).Fault);
            Assert.Equal(EvidenceFileFault.Malformed, Refused([.. encoding.GetPreamble(), .. encoding.GetBytes(Right)]).Fault);
        }
    }

    [Fact]
    public void Every_proper_prefix_is_malformed()
    {
        for (var length = 0; length < Right.Length; length++)
        {
            Assert.Equal(EvidenceFileFault.Malformed, Refused(Right[..length]).Fault);
        }
    }

    [Fact]
    public void Damaged_files_are_refused_or_read_to_what_can_be_written_again()
    {
        byte[][] files =
        [
            Encoding.UTF8.GetBytes(Right),
            Encoding.UTF8.GetBytes(With("inputSalt", Base64(32))),
            Encoding.UTF8.GetBytes(With("input", Base64(20)).Replace("\"document\":", " \"\\u0064ocument\" : ", StringComparison.Ordinal)),
            Encoding.UTF8.GetBytes(Right.Replace("session", "direct", StringComparison.Ordinal)
                .Replace("\"receipt\":\"AgM=\",", "", StringComparison.Ordinal)),
        ];
        var random = new Random(8);
        var (read, faults) = (0, new HashSet<EvidenceFileFault>());
        for (var i = 0; i < 60_000; i++)
        {
            if (Evidence.TryParse(Mutator.Mutate(files[i % files.Length], random), out var evidence, out var error))
            {
                Assert.Null(error);
                Assert.True(Evidence.TryParse(evidence!.ToJson(), out var again, out _));
                Assert.True(again!.Document.Span.SequenceEqual(evidence.Document.Span) && again.Kind == evidence.Kind);
                read++;
            }
            else
            {
                Assert.Null(evidence);
                faults.Add(error!.Fault);
            }
        }

        Assert.True(read > 500, $"{read} read: the damage is too much.");
        Assert.Equal(Enum.GetValues<EvidenceFileFault>().ToHashSet(), faults);
    }

    [Fact]
    public void An_error_says_fault_place_expectation_and_finding_in_one_line() => Assert.Equal(
        "UnknownVersion: version at byte 1: expected 1, found another: a newer release may read it",
        Refused(Right.Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal)).ToString());

    /// <summary>The right file with one member of this value, whether it had the member or not.</summary>
    private static string With(string name, string value)
    {
        var members = Right[1..^1].Split(',').Where(member => !member.StartsWith($"\"{name}\"", StringComparison.Ordinal));
        return $"{{{string.Join(',', members)},\"{name}\":{value}}}";
    }

    /// <summary>A JSON string of this many zero bytes.</summary>
    private static string Base64(int size) => $"\"{Convert.ToBase64String(new byte[size])}\"";

    private static void AssertRefused(EvidenceFileFault fault, string where, string text)
    {
        var error = Refused(text);
        Assert.True(error.Fault == fault && error.Error.Where == where, $"{text[..Math.Min(text.Length, 200)]}: {error}");
    }

    private static EvidenceFileError Refused(string text) => Refused(Encoding.UTF8.GetBytes(text));

    private static EvidenceFileError Refused(byte[] file)
    {
        Assert.False(Evidence.TryParse(file, out var evidence, out var error), "It was read.");
        Assert.Null(evidence);
        Assert.InRange(error!.Error.Offset, -1, file.Length);
        return error;
    }
}
