using Nitro.Eif.Format;
using Nitro.Eif.Ramdisks;

namespace Nitro.Eif.Tests;

/// <summary>A section as a stream: never a byte from beside it.</summary>
public sealed class SectionStreamTests
{
    [Fact]
    public void It_reads_and_seeks_in_its_section_and_nowhere_else()
    {
        var image = new MemoryStream("before|inside|after"u8.ToArray());
        using (var section = new SectionStream(image, new EifSection(0, EifSectionType.Ramdisk, 7, 6)))
        {
            var buffer = new byte[20];
            Assert.Equal(6, section.Read(buffer, 0, 20));
            Assert.Equal("inside"u8, buffer.AsSpan(0, 6));
            Assert.Equal(0, section.Read(buffer, 0, 20));
            Assert.Equal(4, section.Seek(-2, SeekOrigin.End));
            Assert.Equal(2, section.Read(buffer));
            Assert.Equal(0, section.Seek(-6, SeekOrigin.Current));
            Assert.Equal(100, section.Seek(100, SeekOrigin.Begin));
            Assert.Equal(0, section.Read(buffer));
            Assert.Throws<ArgumentOutOfRangeException>(() => section.Seek(-1, SeekOrigin.Begin));
            Assert.Throws<NotSupportedException>(() => section.Write(buffer, 0, 1));
            Assert.Throws<NotSupportedException>(() => section.SetLength(1));
        }

        Assert.False(image.CanRead);
    }

    [Fact]
    public void An_image_that_was_cut_off_since_it_was_read_does_not_give_a_shorter_section()
    {
        using var section = new SectionStream(new MemoryStream(new byte[10]), new EifSection(0, EifSectionType.Kernel, 8, 992));
        Assert.Equal(2, section.Read(new byte[100]));
        Assert.Contains("990 bytes before", Assert.Throws<EndOfStreamException>(() => section.Read(new byte[100])).Message, StringComparison.Ordinal);
        Assert.Equal(0, section.Read([]));
    }
}
