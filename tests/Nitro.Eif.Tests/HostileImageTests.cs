using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Nitro.Eif.Cli;
using Nitro.Eif.Reading;

namespace Nitro.Eif.Tests;

/// <summary>Images made to break whoever looks at them: each command ends with its own exit code, prints nothing that steers a terminal, and throws nothing.</summary>
public sealed class HostileImageTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> NoText => new()
    {
        """{"ImageName":"\ud800"}""",
        """{"ImageName":"\udc00\ud800"}""",
        """{"\ud800":1}""",
        """{"BuildMetadata":{"BuildTime":"\ud800"}}""",
        """{"BuildMetadata":{"\udfff":1}}""",
        """{"CustomMetadata":{"a":["\ud800"]}}""",
        "{\"ImageName\":\"\u00ff\"}",
        "{\"BuildMetadata\":{\"BuildTime\":\"\u00ff\"}}",
        "{\"\u00ff\":1}",
        "\u00ef\u00bb\u00bf{}",
        "{}\0",
        "{} {}",
        "{\"a\":1,}",
        "/**/{}",
        """{"a":NaN}""",
    };

    [Theory]
    [MemberData(nameof(NoText))]
    public void Metadata_that_no_strict_reader_takes_is_refused(string latin)
    {
        Assert.False(EifReader.TryRead(new MemoryStream(Image(Encoding.Latin1.GetBytes(latin))), null, out _, out var error));
        Assert.Equal(EifErrorKind.MetadataJson, error.Kind);
    }

    public static TheoryData<string> Odd => new()
    {
        """{"ImageName":"a","ImageName":"b"}""",
        """{"BuildMetadata":{"x":1,"x":2},"BuildMetadata":7}""",
        """{"BuildMetadata":{"x":1,"x":2}}""",
        """{"ImageName":7,"ImageVersion":null}""",
        """{"ImageName":{"a":{"b":[]}}}""",
        """{"BuildMetadata":[]}""",
        """{"BuildMetadata":{"BuildTime":"\u001b[31m\u202e"}}""",
        """{"ImageName":"\u001b]0;title\u0007\u009b2J\u202egnp.\u2066\u2028"}""",
        "{\"ImageName\":\"\u202e\u2066\u200f\u061c\ufeff\u0085\u009b\u007f\u2028\U000E0041\"}",
        "{\"a\\n\\u001b[2J\":1,\"\u202e\":2}",
        """{"a":1e999999999,"b":-0.0,"c":123456789012345678901234567890}""",
        $$"""{"a":{{new string('[', 63)}}{{new string(']', 63)}}}""",
        $$"""{"ImageName":{{new string('[', 63)}}{{new string(']', 63)}}}""",
        $$"""{{{string.Concat(Enumerable.Range(0, 62).Select(_ => "\"a\":{"))}}"b":1{{new string('}', 62)}}}""",
        "{}",
    };

    [Theory]
    [MemberData(nameof(Odd))]
    public void Odd_metadata_is_shown_and_compared_without_steering_a_terminal(string json)
    {
        File.WriteAllBytes(_folder / "i.eif", Image(Encoding.UTF8.GetBytes(json)));
        File.WriteAllBytes(_folder / "j.eif", RawImage.Usual().Build());
        var (code, output, _) = Run("describe", _folder / "i.eif", "--policy", _folder / "p.json");
        Assert.Equal(0, code);
        Assert.NotNull(JsonNode.Parse(output, documentOptions: new() { MaxDepth = 65 }));
        Assert.Equal(1, Run("diff", _folder / "i.eif", _folder / "j.eif").Code);
        Assert.Equal(1, Run("diff", _folder / "i.eif", _folder / "j.eif", "--json").Code);
        Assert.Equal(0, Run("diff", _folder / "i.eif", _folder / "i.eif").Code);
        Assert.Equal(1, Run("verify", _folder / "i.eif").Code);
    }

    [Fact]
    public void A_hostile_command_line_does_not_steer_a_terminal()
    {
        var raw = RawImage.Usual();
        raw.Sections[1] = (RawImage.Cmdline, 0, Encoding.UTF8.GetBytes("quiet \u001b[2J\u009b\u202e\u2066\n\rinit=/bin/sh"));
        File.WriteAllBytes(_folder / "i.eif", raw.Build());
        File.WriteAllBytes(_folder / "j.eif", RawImage.Usual().Build());
        Assert.Equal(0, Run("describe", _folder / "i.eif").Code);
        Assert.Equal(1, Run("diff", _folder / "i.eif", _folder / "j.eif").Code);
        Assert.Equal(1, Run("diff", _folder / "i.eif", _folder / "j.eif", "--json").Code);
        Assert.Equal(0, Run("extract", _folder / "i.eif", _folder / "out").Code);
    }

    [Theory]
    [InlineData("quiet init=/bin/sh")]
    [InlineData("quiet\tinit=/bin/sh")]
    [InlineData("quiet \"init=/bin/sh\"")]
    [InlineData("ignore-loglevel")]
    [InlineData("early\"printk\"")]
    public void Debugging_parameters_are_found_as_the_kernel_finds_them(string text)
    {
        var raw = RawImage.Usual();
        raw.Sections[1] = (RawImage.Cmdline, 0, Encoding.UTF8.GetBytes(text));
        Assert.True(EifReader.TryRead(new MemoryStream(raw.Build()), null, out var image, out _));
        Assert.Equal(!text.StartsWith("early", StringComparison.Ordinal), image.Warnings.Any(warning => warning.Kind == EifWarningKind.DebuggingCommandLine));
    }

    [Theory]
    [InlineData("", 0x81A4)]
    [InlineData("/", 0x81A4)]
    [InlineData("//", 0x41ED)]
    [InlineData("./", 0x41ED)]
    [InlineData("./.", 0x41ED)]
    [InlineData("a", 0x81A4)]
    [InlineData("b", 0x41ED)]
    [InlineData("l", 0xA1FF)]
    [InlineData("l", 0x41ED)]
    [InlineData("l", 0x81A4)]
    [InlineData("null", 0x21B6)]
    [InlineData("n\u001b[2J\n", 0x81A4)]
    [InlineData("a/x", 0x81A4)]
    public void Unpacking_and_comparing_odd_ramdisks_ends_with_an_exit_code(string name, int mode)
    {
        var archive = new Cpio().Entry("a", 0x41ED, "").Entry("b", 0x81A4, "old").Entry("l", 0xA1FF, "nowhere").Entry("m", 0xA1FF, "").Entry(name, mode, "new").Entry("z", 0x81A4, "end");
        WriteRamdisk("i.eif", archive.Bytes());
        WriteRamdisk("j.eif", new Cpio().Entry("a", 0x41ED, "").Bytes());
        Assert.InRange(Run("extract", _folder / "i.eif", _folder / "out", "--files").Code, 0, 1);
        Assert.Equal(1, Run("diff", _folder / "i.eif", _folder / "j.eif").Code);
        Assert.Equal(1, Run("diff", _folder / "i.eif", _folder / "j.eif", "--json").Code);
    }

    private void WriteRamdisk(string name, byte[] archive)
    {
        var raw = RawImage.Usual();
        (raw.Sections[3], raw.Sections[4]) = ((RawImage.Ramdisk, 0, []), (RawImage.Ramdisk, 0, archive));
        File.WriteAllBytes(_folder / name, raw.Build());
    }

    private static byte[] Image(byte[] metadata)
    {
        var raw = RawImage.Usual();
        raw.Sections[2] = (RawImage.Metadata, 0, metadata);
        return raw.Build();
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = new CommandLine(TimeProvider.System, interactive: false).Run(arguments, output, error, Stream.Null);
        foreach (var character in (output.ToString() + error).EnumerateRunes())
        {
            Assert.True(
                character.Value == '\n' || Rune.GetUnicodeCategory(character) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator),
                $"{arguments[0]} printed U+{character.Value:X4}");
        }

        return (code, output.ToString(), error.ToString());
    }
}
