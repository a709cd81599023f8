using System.Globalization;
using System.Text;

namespace Nitro.Eif.Tests;

/// <summary>A newc archive written from its format's description, sharing nothing with the product; any name, kind and content goes.</summary>
internal sealed class Cpio
{
    private readonly List<byte> _bytes = [];

    public Cpio Entry(string name, int mode, string content) => Entry(name, mode, Encoding.UTF8.GetBytes(content));

    public Cpio Entry(string name, int mode, byte[] data)
    {
        var path = Encoding.UTF8.GetBytes(name + "\0");
        var head = string.Create(CultureInfo.InvariantCulture, $"07070100000001{mode:X8}0000000000000000{1:X8}00000000{data.Length:X8}{new string('0', 32)}{path.Length:X8}00000000");
        Padded([.. Encoding.ASCII.GetBytes(head), .. path]);
        Padded(data);
        return this;
    }

    public byte[] Bytes() => [.. Entry("TRAILER!!!", 0, "")._bytes];

    private void Padded(byte[] bytes)
    {
        _bytes.AddRange(bytes);
        _bytes.AddRange(new byte[-_bytes.Count & 3]);
    }
}
